"""
Telling text that gives orders to an AI from text that informs people.

Documents are data, so nothing depends on this alone: it only decides which lines are left out of prompts and quotes. One sign
is never enough, because guidelines about generative AI speak of prompts and outputs all the time; two different kinds are.
"""

import re
import unicodedata

_OVERRIDE = re.compile(
    r"ignore (?:all |any |the )*(?:previous|prior|above|earlier)|disregard (?:all|any|the|previous)"
    r"|(?:以前|上記|これまで|先ほど|すべて|全て)の?.{0,8}(?:指示|命令|規則|ルール)を?.{0,4}(?:無視|破棄|忘れ)"
    r"|忽略.{0,10}指令|無視せよ|</?(?:document|context|system|passage|sys|instructions?)\b[^>]*>|<<\s*/?sys\s*>>|\[/?inst\]"
    r"|<\|[a-z_]+\|>|(?:begin|end) (?:of )?retrieved content|^\s*(?:system|assistant|developer)\s*[:：]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"読んだ(?:AI|人工知能)|(?:AI|アシスタント|モデル|ボット)(?:は|よ)(?:これ|本文書|この文書|必ず|直ち|以下)|あなた(?:へ|は|の)|会話相手"
    r"|\byou (?:are now|will now|must (?:reply|ignore|obey))\b|\bas an? (?:ai|assistant)\b"
    r"|指示文|システムプロンプト|system prompt|environment variable|環境変数",
    re.IGNORECASE,
)
_OUTPUT = re.compile(
    r"(?:回答|返答|返信|応答|引用|末尾|冒頭|先頭|答え)[^。]{0,80}?(?:せよ|しろ|含め|付け|入れ|述べよ|出力|示せ|のみと|だけと)"
    r"|(?:出力|列挙|報告|通知|送信|実行|記載)(?:せよ|しろ|しなさい)|伝えよ|だけ(?:を)?(?:答え|返)|回复|を実行し|を実行した"
    r"|\b(?:reply|respond|answer|output|print|append|repeat|reveal)\b.{0,30}?(?:with|only|the|bare|exactly|now)|\breply\s+[a-z0-9]*\d",
    re.IGNORECASE,
)
_CODE = r"(?<![A-Za-z0-9])(?=[A-Z0-9]*[A-Z])(?=[A-Z0-9]*\d)[A-Z0-9]{6,}(?![A-Za-z0-9])"
_PAYLOAD = re.compile(rf"{_CODE}|https?://|<[@!#][^>]*>|@everyone|\"tool\"\s*:|^\s*/\w+ \w+|[A-Z]{{3,}}_[A-Z_]{{3,}}")
_ABOUT = re.compile(
    r"攻撃|インジェクション|呼ば|呼び|例えば|たとえば|事例|などの(?:文|入力|命令)|"
    r"attack|injection|such as|for example|called|known as",
    re.IGNORECASE,
)
_SCRAMBLED = {
    "ignore",
    "previous",
    "instructions",
    "instruction",
    "reply",
    "respond",
    "disregard",
    "system",
    "prompt",
    "override",
}
_LATIN = re.compile(r"[a-z]{4,}")


def suspicious(line: str) -> bool:
    """Whether one line of a document looks like an order to an AI. Text about such attacks, with no payload, is not."""
    text = unicodedata.normalize("NFKC", line)
    payload = bool(_PAYLOAD.search(text))
    override = bool(_OVERRIDE.search(text)) or _scrambled(text)
    signs = 2 * override + bool(_ADDRESS.search(text)) + bool(_OUTPUT.search(text)) + payload
    if override and not payload and _ABOUT.search(text):
        return False
    return signs > 1


def _scrambled(text: str) -> bool:
    """Two trigger words whose inner letters are shuffled ("Ignroe all prevoius"), which language models still read."""
    keys = {_key(word): word for word in _SCRAMBLED}
    words = _LATIN.findall(text.lower())
    return sum(1 for word in words if keys.get(_key(word), word) != word) > 1


def _key(word: str) -> tuple[str, str, str]:
    return word[0], "".join(sorted(word[1:-1])), word[-1]
