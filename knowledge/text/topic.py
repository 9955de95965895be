"""
What a question is about, and whether it says so itself: "短所は?" needs the topic of the talk before
it, "副業していい?" has its own.

Decided by what a question lacks, never by its length: a topic is a run of kanji or katakana, or a
Latin word, that is neither a relation ("費用"), nor something put in the place of something else
("大阪"), nor a word every question has.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from knowledge.text.analysis import JAPANESE, STOP_EN

FILE = Path(__file__).with_name("topic.yaml")
# English words a complete question has: "What may I book?" has one, and needs what came before
PAIR = 2
# Japanese letters up to which a question in hiragana alone has no topic of its own ("もっとくわしく")
SPOKEN = 10
_KANJI = "\u3400-\u4dbf\u4e00-\u9fff々"
_VAGUE = "何誰時際方事物所中後前上下他今次人日年月円分回件歳個名点念気"  # one letter, and no thing
WORD = re.compile(
    rf"[\u30a1-\u30ff{_KANJI}]{{2,}}|[A-Za-z][A-Za-z0-9-]+"
    rf"|(?<![{_KANJI}])(?![{_VAGUE}])[{_KANJI}](?=[でをはがにのもとへ])"  # 家で, 車を
)
_POINTING = re.compile(
    r"^(?:それ|その|これ|この|あれ|あの|そこ|ここ|そう|ほか|他に|もっと|もう少し|もうちょっと|具体的|例えば|たとえば|続き|続けて|なぜ[?]?$|どうして[?]?$)"
    r"|^(?:why\??$|more\b|it|that|those|they|this|these)\b|\b(?:it|that one|those|them)\b",
    re.IGNORECASE,
)
_EMPTY_IT = re.compile(
    r"\b(?:does|do|did|will|would) it (?:take|matter)\b"
    r"|\b(?:is|was) it (?=\w+ (?:to|for|if|that)\b)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"^(?:じゃあ?|では|それでは|それなら|だったら|なら)[、,\s]*|^(?:and|but|so|then|ok|what about|how about)\b[,\s]*",
    re.IGNORECASE,
)
_CONTRAST = re.compile(r"^(?:and|what about|how about)\b", re.IGNORECASE)
_ONE = rf"[\u30a1-\u30ff{_KANJI}A-Za-z0-9の]{{1,16}}?"  # one thing, of which nothing is said but …
_CASE = "(?:(?:の|だと|な)?(?:場合|とき|時))?"
_END = r"(?:です|でしょう|なの|なる)?か?[\s?。]*$"
_BARE = re.compile(rf"^{_ONE}{_CASE}(?:は|って|も|だと|なら)?(?:どう|同じ)?{_END}")
_SAME = (
    "どう|同じ|いくら|何[^\\s?、。]{1,3}|いつ(?:まで)?|どこ|誰|だめ|ダメ|いい|よい|良い"
    "|可|可能|ok|必要|不要|対象|大丈夫|禁止"
)
_OF_OTHERS = re.compile(
    rf"{_BARE.pattern}|^{_ONE}{_CASE}(?:は|も|だと|なら)?(?:{_SAME}){_END}|^(?:[a-z'-]+ ?){{1,3}}\?*$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?:とは|って(?:何|なに))(?:ですか)?[?]?$|^what (?:is|are)\b", re.IGNORECASE
)  # asks what its own word means
_PLAIN = frozenset(
    {"what", "when", "where", "which", "who", "why", "how", "get", "got", "take", "make", "have"}
    | {"had", "want", "whom", "may", "might", "must", "shall", "let", "left"}
)
_MEANINGLESS = STOP_EN | _PLAIN


class Words(NamedTuple):
    """The words of `topic.yaml`: `relation` and `other` match a whole topic made of them."""

    relation: re.Pattern[str]
    other: re.Pattern[str]

    @classmethod
    @cache
    def load(cls) -> "Words":
        rows: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        longest_first = {
            name: sorted([*row["ja"].split(), *row["en"].split()], key=len, reverse=True)
            for name, row in rows.items()
        }
        either = {name: "|".join(map(re.escape, words)) for name, words in longest_first.items()}
        relation = re.compile(rf"(?:{either['relations']})+", re.IGNORECASE)
        return cls(
            relation,
            re.compile(rf"(?:{either['others']})(?:{either['relations']})?", re.IGNORECASE),
        )


def words(question: str) -> list[str]:
    """
    Return the words with a meaning of their own, in order, each once: runs of kanji or katakana,
    and Latin words.
    """
    distinct = dict.fromkeys(WORD.findall(unicodedata.normalize("NFKC", question)))
    return [word for word in distinct if word.lower() not in _MEANINGLESS]


def topics(question: str) -> list[str]:
    """Return the words a question is about, in order; relations are not among them."""
    relation = Words.load().relation
    return [word for word in words(question) if not relation.fullmatch(word)]


def replaces(word: str) -> bool:
    """Report whether a topic only takes the place of another of its kind: "大阪" that of "東京"."""
    return bool(Words.load().other.fullmatch(word))


def lacks_topic(question: str) -> bool:
    """Report whether a question refers to what was talked about before it."""
    text = unicodedata.normalize("NFKC", question).strip()
    rest = _LINK.sub("", text)
    if _POINTING.search(_EMPTY_IT.sub(" ", rest)):
        return True
    own = topics(rest)
    if not own:
        spoken = JAPANESE.search(rest) and not words(rest)
        return not spoken or len(rest) <= SPOKEN
    if _CONTRAST.search(text) or _of_others(rest, own):
        return True
    return rest != text and bool(_BARE.fullmatch(rest))


def _of_others(question: str, own: list[str]) -> bool:
    """Report whether a question asks the same of something else: "大阪は?"."""
    if not all(map(replaces, own)):
        return False
    return bool(_OF_OTHERS.search(question)) and not _WHOLE.search(question)


def complete(question: str) -> bool:
    """
    Report whether a question can be understood without the sentences around it: it has a topic and
    says what about it.
    """
    text = unicodedata.normalize("NFKC", question).strip()
    if lacks_topic(text):
        return False
    if not JAPANESE.search(text):
        return len(topics(text)) >= PAIR
    return bool(_WHOLE.search(text)) or not _BARE.fullmatch(text)
