"""
Whether a sentence asks which approach to generative AI fits whoever asks it.

Told by what it is about: it asks for the best of something, and names nothing besides approaches,
models, the asker's own company and its means. One other subject makes it a question to the
documents.
"""

import re
import unicodedata

from knowledge.text.analysis import JAPANESE
from knowledge.text.topic import topics, words

_FITS_JA = re.compile(
    r"合う|合って|合った|合いそう|向いて|向いた|向く|適し|適切|ふさわし|最適|ぴったり|おすすめ|オススメ|お勧め|薦め|ベスト"
    r"|(?:どれ|どっち|どちら|どこから|(?:どの|どんな)[^、。]{1,8}|何)(?:が|を|から)[^、。]{0,12}(?:いい|良い|よい|べき)"
    r"|(?:どう|(?:何|どこ)から?)[^、。]{0,12}(?:[えけげせてねべめれ]ば|たら)(?:いい|良い|よい)"
    r"|(?:作|つく|持|育て|開発す)(?:った|る|つ)(?:ほう|方|べき)"
)
_OF_OTHERS_JA = re.compile(
    r"[がで]推奨|推奨され|て(?:も)?(?:いい|よい|良い)|お?すすめ(?:され|して)"
)
_FITS_EN = re.compile(
    r"\b(?:best|right|better|ideal|suitable|fits?|suits?|recommend\w*|suggest\w*|advise|choose|pick"
    r"|go (?:with|for))\b"
    r"|\bshould (?:we|i|our company) (?:build|train|develop|make|buy|start|adopt|use|do)\b"
    r"|\b(?:where|how) (?:do|should|can) (?:we|i) (?:start|begin)\b"
)
_ASKS_EN = re.compile(
    r"^(?:so |and |ok |well |then )*(?:which|what|should|where|how|is|would|do|can|help|please"
    r"|recommend|suggest|any)\b"
)
_POINTING = re.compile(r"\b(?:these|those|this|that|it|them)\b|これ|それ|この|その|あの")
_OWN = re.compile(
    r"生成|生成ai|ai|llm|genai|gpt|ローカルllm|方式|方法|手段|選択肢|進|進め方|手法|会社|企業|中小企業"
    r"|小規模|大企業|当社|弊社|自社|自前|御社|我社|独自|開発|構築|導入|活用|利用|検討|選定|選択|予算|資金"
    r"|最適|推奨|一番|結局|最初|場合|社内|万円|億円|円|モデル|アプローチ|ベスト|オススメ|ツール|スタート|手"
    r"|approach\w*|options?|methods?|ways?|solutions?|strateg\w+|models?|generative|language|large"
    r"|own|company|companies|business|firm|organi[sz]ation|team|us|our|small|mid-?size\w*|best"
    r"|right|better|ideal|suitable|fits?|suits?|recommend\w*|suggest\w*|advise|choose|pick|go"
    r"|build|train|develop|buy|start|begin|adopt|adopting|use|using|good|like|kind|scratch|think"
    r"|budget|limited|tight|help|decide|please|one|case|situation|first|need|ours"
)


def asks_for_approach(sentence: str) -> bool:
    """Report whether a sentence asks which approach fits, and nothing else."""
    text = unicodedata.normalize("NFKC", sentence).lower().strip(" 。.!?？！\n")
    if JAPANESE.search(text):
        fits = bool(_FITS_JA.search(text)) and not _OF_OTHERS_JA.search(text)
    else:
        fits = bool(_FITS_EN.search(text) and _ASKS_EN.search(text))
    if not fits or _POINTING.search(text):
        return False
    named = [*topics(text), *words(text)]
    return bool(named) and all(_OWN.fullmatch(word) for word in named)
