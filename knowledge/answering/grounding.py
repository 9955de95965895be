"""
Is a sentence supported by the passages it cites?

The check knows no meaning, only form. Enough of the sentence's own words must stand in the source;
every figure with its unit, every name and every noun must, and a figure must stand where the rest
of its clause does; a negation or a bound ("以上", "before") must not be turned round. What fails is
dropped, so the check errs towards silence.
"""

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

import Stemmer

from knowledge.text.language import language_of
from knowledge.text.sanitise import INVISIBLE
from knowledge.values import Language

# share of a sentence's kanji and katakana pairs and Latin words that must stand in its sources
CONTENT = 0.75
LOCAL = 0.7  # the same, of a clause and the one place that says it
SUBJECT = 0.5  # the same, of what the clause is about ("保存期間は…")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff々]+")
_CONTENT = re.compile(r"[\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff々]+")
_LATIN = re.compile(r"[a-z][a-z0-9'’-]*")
_NAME = re.compile(
    r"[\u30a1-\u30ff]{3,}|\b[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9-]*\b"
    r"|(?<![.!?:] )(?<!^)\b[A-Z][a-z]+\b"
    r"|[月火水木金土日]曜|令和|平成|昭和"
)
# names of the calendar, of persons, offices and companies, as far as their form tells
_PROPER = re.compile(r"曜|令和|平成|昭和")
_CALENDAR = re.compile(
    r"january|february|march|april|may|june|july|august|september|october|november|december|i|yes"
    r"|no|if|it|you|the"
)
_FIGURE = re.compile(
    r"(\d+(?:\.\d+)?)\s*"
    r"([%a-z]+|[年月日時週]間|[年月日時分秒人名件円台回個本社部章条項号位割倍度週営業万億兆千百]{1,3})?"
)
_NEGATION = re.compile(
    r"ない|ません|ざる|ずに|\bnot?\b|n't\b|\bnever\b|\bwithout\b|\bcannot\b"
    r"|禁止|禁じ|不可|不要|対象外|除外|\bforbidden\b|\bprohibited\b"
)
_OPPOSITES = (
    (r"以上|超え|上回", r"以下|未満|下回"),
    (r"以内|まで|以前|事前|より前", r"以降|経過後|事後|より後"),
    (r"まで|以内", r"超え|以上"),
    (r"\b(?:within|by|until|no later than)\b", r"\bafter\b|\bnot before\b"),
    (r"最大|最高|上限", r"最小|最低|下限"),
    (r"増や|増加|増え|上が|上昇", r"減ら|減少|減り|下が|下降|低下"),
    (r"許可|認め|可能|できる|できます", r"禁止|禁じ|不可|認めな|できな|できません"),
    (r"必須|義務|必ず|must\b", r"任意|推奨|望ましい|optional|\bmay\b"),
    (
        r"\b(?:more|over|above|at least|minimum|after|from)\b",
        r"\b(?:less|fewer|under|below|at most|maximum|before|until)\b",
    ),
    (
        r"\b(?:increase|raise|rise|allow|permit|required)\w*",
        r"\b(?:decrease|reduce|lower|fall|forbid|prohibit|optional)\w*",
    ),
)
_TURNS = (*_OPPOSITES, *((other, one) for one, other in _OPPOSITES))  # either way
_ENDS = (
    (r"最大|最高|上限|\bat most\b|\bmaximum\b", r"最小|最低|下限|\bat least\b|\bminimum\b"),
    (r"最小|最低|下限|\bat least\b|\bminimum\b", r"最大|最高|上限|\bat most\b|\bmaximum\b"),
    (r"\bafter\b|後[にで]|の後|事後|翌日", r"\bbefore\b|\bin advance\b|前[にま]|前日|事前"),
    (r"\bbefore\b|\bin advance\b|前[にま]|前日|事前", r"\bafter\b|後[にで]|の後|事後|翌日"),
)
_LIMITING = re.compile(
    r"ただし|但し|除[くきい]|に限|のみ|だけ|例外|\b(?:except|unless|only|excluding)"
)
_STEMMER = Stemmer.Stemmer("english")
_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_NUMERAL = re.compile(
    r"[〇零一二三四五六七八九十百千]+(?=[年月日時分秒人名件円台回個本社章条項号位割倍度週箇か営億万])"
)
_ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_WORDS = {word: str(number) for number, word in enumerate(_ENGLISH.split(" "))} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
}
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b")
_COMMON = re.compile(
    r"an?|the|is|are|was|were|be|been|being|to|of|in|on|at|for|and|or|with|by|from|as|that|this|"
    r"these|those|it|its|must|may|can|should|shall|will|would|you|your|we|our|they|their|within|"
    r"per|each|all|any|only|than|then|when|if|which|who|whose|there|"
    r"has|have|had|do|does|not|no|also|so|but|into|about|according|documents?"
)
_REPORTING = re.compile(
    r"必要|場合|資料|記載|対象|可能|利用|使用|実施|確認|規定|内容|方法|社内|質問|回答|文書|以下|一つ|目安"
)
_ENGLISH_REPORTING = frozenset(
    (
        "employe",
        "compani",
        "staff",
        "peopl",
        "person",
        "need",
        "requir",
        "state",
        "say",
        "specifi",
        "appli",
        "follow",
        "use",
        "one",
    )
)
_TOPIC = re.compile(
    r"[-・\s]*(?:([^はがをに、。a-z]{2,30}?)(?:では|には|は|が|を)"
    r"|(?:the |an? )?([a-z][a-z ]{1,40}?)"
    r" (?:is|are|was|were|has|have|had|must|may|can|should|shall|will|do|does|takes?)\b)"
)
_CLAUSE = re.compile(r"[、,;；]|(?<=。)|\band\b|\bwhile\b|\bbut\b")
_PLACE = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Whether a sentence is supported, how far (0..1), and if not, why: "figure", "name", "words",
    "negation" or "bound".
    """

    supported: bool
    share: float
    reason: str = ""


def support(sentence: str, places: Sequence[str], topic: str = "") -> Verdict:
    """
    Hold a sentence against the places it cites: sentences, rows with their header, bullets with
    their heading.

    `topic` (titles and headings) counts as standing at every place. Case, width, spacing and kanji
    numerals make no difference.
    """
    ours, about = plain(sentence), plain(topic)
    theirs: list[str] = []
    for place in places:
        theirs += [plain(part) for part in _PLACE.split(place) if part.strip()]
    whole = " ".join([about, *theirs])
    own, held = content(ours), 0.0
    if own:
        held = share(own, content(whole))
    reason = _refuted(sentence, ours, whole, held) or _misplaced(ours, theirs, about)
    return Verdict(not reason, held, reason)


def closest(sentence: str, lines: Sequence[str]) -> str:
    """Return the line that shares most with a sentence, the first of equals; one must be given."""
    normalised = [plain(line) for line in lines]
    return lines[normalised.index(_nearest(plain(sentence), normalised))]


def in_language(text: str, language: Language) -> bool:
    """Whether a text is mostly in `language`: names and terms of the other one may stand in it."""
    return language_of(text, language) == language


def strange_names(sentence: str, sources: Sequence[str]) -> list[str]:
    """
    Return names that stand in no source. Those of the other script are left out where the sources
    are written in one alone: a translation spells them anew.
    """
    folded = plain(" ".join(sources)).replace(" ", "")
    strange = []
    for name in _NAME.findall(unicodedata.normalize("NFKC", sentence)):
        spelled = plain(name).strip()
        proper = name.isascii() or _PROPER.search(name)
        known = spelled in folded or spelled.removesuffix("s") in folded
        if proper and not known and not _CALENDAR.fullmatch(spelled):
            strange.append(name)
    return strange


def _refuted(sentence: str, ours: str, whole: str, held: float) -> str:
    """Say what in the sentence stands nowhere in its sources, "" for nothing."""
    if not _figures(ours) <= _figures(whole):
        return "figure"
    folded = whole.replace(" ", "")
    for name in _NAME.findall(unicodedata.normalize("NFKC", sentence)):
        if plain(name).strip() not in folded:
            return "name"
    if held < CONTENT or _strange(ours, whole):
        return "words"
    return ""


def _misplaced(ours: str, theirs: Sequence[str], about: str) -> str:
    """
    Say what the source's words were put together to, which no place of it says; "" for nothing.
    """
    near = _nearest(ours, theirs)
    if bool(_NEGATION.search(ours)) != bool(_NEGATION.search(near)):
        return "negation"
    if _is_bounded_otherwise(ours, near, about):
        return "bound"
    if _stands(ours, theirs, about):
        return ""
    clauses = [clause for clause in _CLAUSE.split(ours) if clause and content(clause)]
    if len(clauses) > 1 and all(_stands(clause, theirs, about) for clause in clauses):
        return ""
    if _figures(ours):
        return "figure"
    return "words"


def _is_bounded_otherwise(ours: str, near: str, about: str) -> bool:
    """Tell whether a text limits what its source does not, or says the opposite of a bound."""
    if _LIMITING.search(ours) and not _LIMITING.search(f"{near} {about}"):
        return True
    return any(_turned(ours, near, one, other) for one, other in _TURNS)


def _nearest(ours: str, places: Sequence[str]) -> str:
    """Return the place that shares most with a text, the first of equals; "" for none."""
    own = content(ours)
    nearest, most = "", -1
    for place in places:
        shared = len(own & content(place))
        if shared > most:
            nearest, most = place, shared
    return nearest


def _stands(clause: str, theirs: Sequence[str], about: str) -> bool:
    """
    Whether one place holds every figure of a clause, what it is about, and enough of its words.
    """
    figures, own, topic = _figures(clause), content(clause), _TOPIC.match(clause)
    subject: set[str] = set()
    if topic:
        subject = content(topic[1] or topic[2])
    for place in theirs:
        said = f"{place} {about}"
        held = content(said)
        if (
            figures <= _figures(said)
            and share(own, held) >= LOCAL
            and share(subject, held) >= SUBJECT
        ):
            return True
    return False


def opposed(statement: str, near: str) -> bool:
    """Whether a text names the other end of what its source does: 上限 for 下限, least for most."""
    ours, theirs = plain(statement), plain(near)
    return any(_turned(ours, theirs, one, other) for one, other in _ENDS)


def _turned(ours: str, theirs: str, one: str, other: str) -> bool:
    return bool(re.search(one, ours) and not re.search(one, theirs) and re.search(other, theirs))


def _strange(ours: str, whole: str) -> bool:
    """
    Whether a word stands in the sentence of which the source holds nothing; a longer English one
    may have one.
    """
    ours, pairs = _FIGURE.sub(" ", ours), content(whole)
    words = _latin(ours) - _ENGLISH_REPORTING
    if len(words - pairs) > min(len(words) // 5, 1):
        return True
    for run in _CONTENT.findall(_REPORTING.sub(" ", ours)):
        known = [False] * len(run)
        for at in range(len(run) - 1):
            if run[at : at + 2] in pairs:
                known[at] = known[at + 1] = True
        if (False, False) in pairwise(known):
            return True
    return False


def plain(text: str) -> str:
    """Return a text in one spelling: width, case, thousands, and numbers in digits."""
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = _NUMBER_WORD.sub(lambda m: _WORDS[m.group()], text)
    return _NUMERAL.sub(lambda m: str(_number(m.group())), text)


def _number(kanji: str) -> int:
    """Read a kanji numeral below ten thousand, positional (二〇二六) or with units (二十五)."""
    if not re.search(r"[十百千]", kanji):
        return int(kanji.translate(_KANJI_DIGITS))
    total, digit = 0, 0
    for sign in kanji:
        if sign in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
        else:
            digit = int(sign.translate(_KANJI_DIGITS))
    return total + digit


def _figures(text: str) -> set[tuple[str, str]]:
    found = set()
    for number, unit in _FIGURE.findall(text):
        kind = unit
        if _JAPANESE.match(unit):
            kind = unit[:1]
        found |= {(number, ""), (number, kind)}
    return found


def content(text: str) -> set[str]:
    """
    Return pairs of kanji and katakana, and Latin words by their stems, without figures and their
    units.
    """
    text = _FIGURE.sub(" ", text)
    parts = _latin(text)
    for run in _CONTENT.findall(text):
        for at in range(max(len(run) - 1, 1)):
            parts.add(run[at : at + 2])
    return parts


def _latin(text: str) -> set[str]:
    return {
        str(_STEMMER.stemWord(word)) for word in _LATIN.findall(text) if not _COMMON.fullmatch(word)
    }


def share(ours: AbstractSet[str], theirs: AbstractSet[str]) -> float:
    """Return how much of `ours` is in `theirs`, 1.0 where there is nothing to look for."""
    if not ours:
        return 1.0
    return len(ours & theirs) / len(ours)
