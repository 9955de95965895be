"""
What somebody means by a message that is no question to the documents. Pure.

Every sentence of it must be known talk; a single other word makes it a question, so that no
question is swallowed. Two exceptions: somebody in need is heard through everything else they say,
and who asks which approach fits may tell of their company first.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from handlers.attachments import hands_over
from handlers.questions.choice import asks_for_approach
from handlers.questions.intents import Intent, known
from knowledge.sentences import yaml_values
from knowledge.text.chat_markup import unmarked
from knowledge.text.courtesy import asks_something, bare, introduces, opened
from knowledge.text.emergency import emergency
from knowledge.text.language import is_foreign
from knowledge.text.pieces import pieces

FOLDER = Path(__file__).parent
FILES = ("requests.yaml", "phrases.yaml")  # what stands earlier wins
LONGEST = 200  # characters of a sentence
MESSAGE = 4000  # characters of a message
_WORD = re.compile(r"[^\W_]")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_CALLED = re.compile(r"@\w[\w.-]{0,30}(?: choose)?[\s!?、。.…]*", re.IGNORECASE)
_PICTURE = re.compile(  # what stands for one where it cannot be shown
    r"!\[[^\]]*\]\([^)]*\)|\[(?:image|picture|photo|画像|写真|スクリーンショット)(?:[::][^\]]*)?\]"
    r"|\S+\.(?:png|jpe?g|gif|webp|heic|bmp)(?=\s|$)",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?(?:```|$)", re.DOTALL)
_PLEASE = (
    r"(?:を|の|で)?(?:お願い(?:いた|致)?(?:し)?(?:ます)?|(?:くだ|下)さい(?:ませ)?|くれ(?:る|ます|ません)?|ちょうだい"
    r"|(?:もらえ|貰え|いただけ|頂け)(?:る|ます|ません|ない)?(?:でしょう)?|ほしい(?:です)?|欲しい(?:です)?"
    r"|(?:いただき|頂き)たい)?"
    r"(?:です|でしょう|ます|なの|んです|のです)?(?:か)?(?:ね|よ|よね|な|わ|さ)?"
    r"(?:(?:の|ん)?(?:だ|だった|でし|でした)?(?:っけ|かな[ぁあ]?|かしら)|っ?す(?:か|ね)?)?[ーっッw笑~〜]*|,? please"
)
_PARTS = re.compile(r"[、,]\s*")
_TRIM = " \t\n。.!！?？…、,:;()（）「」\"'~〜ー-*_"
_STANDING_FOR = {  # in the patterns
    "{n}": r"(?:[0-9]{1,2}|[一二三四五六七八九十]|ひと|ふた|みっ|one|two|three|four|five|first|second|third"
    r"|fourth|fifth|sixth|seventh|eighth|last)",
    "{that}": r"(?:(?:ごめん|すみません|じゃあ|では|あと|で)?(?:、)?(?:それ|これ|その(?:話|答え|回答|内容|情報)?"
    r"|この(?:話|答え|回答|内容|情報)|(?:今|いま|さっき|先ほど|上|前|直前|最後)の(?:答え|回答|話|内容|説明|やつ|の)?"
    r"|(?:答え|回答|同じ(?:こと|内容))))?",
}
# what a company tells of itself before it asks which approach fits
_SITUATION = re.compile(
    r"[0-9,]+ ?(?:人|名|万円|億円|台|件)|社員|従業員|エンジニア|予算|(?:うち|弊社|当社|自社|会社)(?:は|には|の)"
    r"|gpu|サーバー|クラウド|オンプレ|機密|社外秘|部署|業種|製造業|病院|学校|役所"
    r"|\b(?:we|our|us)\b"
    r"|\b(?:people|employees|staff|budget|engineers?|company|confidential|servers?)\b"
    r"|[$€¥]\s?[0-9]",
    re.IGNORECASE,
)
# asks for advice, once it has been told whom it is for
_ADVICE = re.compile(
    r"(?:うち|当社|弊社)?(?:は|なら|だと|に)?(?:、)?"
    r"(?:どう(?:すれば|したら|するのが)(?:いい|良い|よい)|どうすべき|どうする(?:べき)?"
    r"|(?:何|どれ|どの(?:方式|方法|やり方|選択肢))(?:を|が|から)?(?:一番)?"
    r"(?:選べば|使えば|始めれば|入れれば|導入すれば|合う|合って(?:い)?る|向いて(?:い)?る"
    r"|おすすめ|お勧め|すれば)?(?:いい|良い|よい)?)"
    r"(?:と(?:思う|思います|思われます))?(?:です|でしょう|の)?か?"
    r"|(?:(?:生成)?ai|llm)?(?:の|を)?(?:導入|活用|利用)?(?:の|する)?(?:方式|方法|やり方)?(?:の|を)?"
    r"(?:(?:選び|えらび|決め)方(?:を|は|が|について)?"
    r"(?:教えて|知りたい|分からない|わからない|相談したい)?"
    rf"|どう(?:やって)?(?:選べば|選んだら|決めれば|決めたら)(?:いい|良い|よい)(?:の|ん)?)(?:{_PLEASE})"
    r"|(?:(?:please )?(?:tell|show|help|advise|teach) (?:us|me) "
    r"|(?:so )?how (?:do|should|can) (?:we|i) )"
    r"(?:how to |to )?(?:choose|decide|pick|select)(?: (?:an?|the) (?:approach|option|method))?"
    r"(?: please)?"
    r"|(?:so )?what (?:would|should|do|can) (?:you|we|i)"
    r" (?:do|recommend|suggest|choose|advise|pick|use)"
    r"(?: in our (?:place|situation|shoes|case)| for us| if you were us| here)?"
    r"|any (?:advice|suggestions?|ideas?|recommendations?)(?: for us)?"
    r"|what(?:'s| is) (?:the )?best for us",
    re.IGNORECASE,
)


class Phrases(NamedTuple):
    """The patterns of the files in their order, and what emoji alone mean."""

    patterns: tuple[tuple[Intent, re.Pattern[str]], ...]
    signs: Mapping[str, Intent]

    @classmethod
    @cache
    def load(cls) -> "Phrases":
        patterns: list[tuple[Intent, re.Pattern[str]]] = []
        signs: dict[str, Intent] = {}
        for file in FILES:
            rows = yaml_values((FOLDER / file).read_text(encoding="utf-8"))
            for name, row in rows.pop("signs", {}).items():
                signs |= dict.fromkeys(row.split(), name)
            unknown = sorted(set(rows) - known())
            if unknown:
                raise ValueError(f"{file}: {unknown} are no intents; some of {sorted(known())} are")
            for name, row in rows.items():
                patterns.append((name, _pattern([*row["ja"], *row["en"]])))
        return cls(tuple(patterns), signs)


def hear(text: str) -> Intent | None:
    """
    Return what a whole message means besides asking the documents; None for a question, and for
    what has no words.
    """
    written = unicodedata.normalize("NFKC", text)
    words = unmarked(written).strip()
    if (not words and "<@" in written) or _CALLED.fullmatch(words):
        return "hello"  # called by name, and nothing else
    if not _WORD.search(words):
        return _signed(words)
    shown = _shown(words)
    if shown:
        return shown
    if len(words) > MESSAGE:
        return None
    if emergency(words) is not None:
        return "emergency"
    return _meant_in_words(bare(words))


def _shown(words: str) -> Intent | None:
    """Return what a message shows that asks nothing: a picture, a link (alone or not), or code."""
    if not _WORD.search(_PICTURE.sub("", words)) and not _LINK.match(words):
        return "picture"
    beside = _LINK.sub("", words)
    if not _WORD.search(beside) or (beside != words and hands_over(beside)):
        return "link"
    return None if _WORD.search(_CODE.sub("", words)) else "code"


def _meant_in_words(words: str) -> Intent | None:
    """Return what a message means that tells of no accident."""
    sentences = dict.fromkeys(piece.text for piece in pieces(words))
    intent = _meant_by_all(list(sentences))
    if intent is None and is_foreign(words):
        return "foreign"
    return intent


def _meant_by_all(sentences: list[str]) -> Intent | None:
    """Return what sentences mean together: the first intent of the files that one of them has."""
    intents: list[Intent] = []
    others: list[str] = []
    introductions: list[
        str
    ] = []  # 社員200人の建設会社です: who is writing, and a company's situation
    for sentence in sentences:
        meant = _meant(sentence)
        if meant is None:
            others.append(sentence)
            continue
        intents += meant
        if meant == ["hello"]:
            introductions.append(sentence)
    if others:
        told = [*introductions, *others]
        return "choose" if _tell_a_situation(told, intents) else None
    order = [name for name, _ in Phrases.load().patterns]
    return min(intents, key=order.index, default=None)


def _tell_a_situation(others: list[str], intents: list[Intent]) -> bool:
    """Report whether all that is no talk tells of a company that asks which approach fits it."""
    asked = "choose" in intents
    told = False
    for sentence in others:
        tells = bool(_SITUATION.search(sentence))
        if _asks_advice(sentence):
            asked = True
            told = told or (tells and len(_PARTS.split(sentence)) > 1)
        elif asks_something(sentence):
            return False
        else:
            told = told or tells
    return asked and told


def _asks_advice(sentence: str) -> bool:
    last = _PARTS.split(sentence.strip(_TRIM))[-1].strip(_TRIM)
    return bool(_ADVICE.fullmatch(last))


def _meant(sentence: str) -> list[Intent] | None:
    """
    Return what one sentence means, or each of its parts; [] for mere courtesy, None for anything
    else.
    """
    text = sentence.strip(_TRIM)
    if len(text) > LONGEST:
        return None
    if not _WORD.search(text):
        return []
    intent = _known(text)
    return [intent] if intent else _meant_beside_courtesy(text)


def _meant_beside_courtesy(text: str) -> list[Intent] | None:
    """Return what a sentence means without its courtesy, or each of its parts."""
    by_parts = _meant_by_parts(text)
    if by_parts:
        return by_parts
    rest = opened(text).strip(_TRIM)
    if not rest or introduces(rest):
        return ["hello"]
    return _meant(rest) if rest != text else None


def _meant_by_parts(text: str) -> list[Intent] | None:
    """Return what each part of a sentence means; None where one of them is no known talk."""
    parts = [part for part in _PARTS.split(text) if part.strip(_TRIM)]
    if len(parts) < 2:  # one part is the sentence itself
        return None
    meant: list[Intent] = []
    for part in parts:
        intent = _known(part.strip(_TRIM))
        if intent is None:
            return None
        meant.append(intent)
    return meant


def _known(text: str) -> Intent | None:
    for name, pattern in Phrases.load().patterns:
        if pattern.fullmatch(text):
            return name
    return "choose" if asks_for_approach(text) else None


def _signed(text: str) -> Intent | None:
    """Return what emoji alone mean: the first that says something."""
    places: dict[int, Intent] = {}
    for sign, intent in Phrases.load().signs.items():
        if sign in text:
            places[text.find(sign)] = intent
    return places[min(places)] if places else None


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    either = "|".join(phrases)
    for name, words in _STANDING_FOR.items():
        either = either.replace(name, words)
    return re.compile(rf"(?:{either})(?:{_PLEASE})", re.IGNORECASE)
