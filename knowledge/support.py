"""
What may leave the house: is a sentence supported by the passages it cites, and is there anything in it that could be clicked?

The support check knows no meaning, only form: enough of the sentence's own words must stand in the source, and every figure
(with its unit), every name and the sentence's negation must. What fails is dropped, so it errs towards silence.
"""

import re
import unicodedata
from dataclasses import dataclass

from knowledge.language import language_of
from knowledge.values import Language

OVERALL = 0.55  # share of a sentence's character pairs and words that must stand in its sources
CONTENT = 0.75  # the same, of kanji, katakana and Latin words alone
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff々]+")
_CONTENT = re.compile(r"[\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff々]+")
_LATIN = re.compile(r"[a-z][a-z0-9'’-]*")
_NAME = re.compile(r"[\u30a1-\u30ff]{3,}|\b[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9-]*\b|(?<![.!?:] )(?<!^)\b[A-Z][a-z]+\b")
_FIGURE = re.compile(r"(\d+(?:\.\d+)?)\s*([%a-z]+|[年月日時分秒人名件円台回個本社部章条項号位割倍度週間営業万億兆千百]{1,3})?")
_NEGATION = re.compile(
    r"ない|ません|ざる|ずに|\bnot?\b|n't\b|\bnever\b|\bwithout\b|禁止|禁じ|不可|不要|対象外|除外|\bforbidden\b|\bprohibited\b"
)
_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_NUMERAL = re.compile(r"[〇零一二三四五六七八九十百千]+(?=[年月日時分秒人名件円台回個本社章条項号位割倍度週箇か営億万])")
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "to",
        "of",
        "in",
        "on",
        "at",
        "for",
        "and",
        "or",
        "with",
        "by",
        "from",
        "as",
        "that",
        "this",
        "it",
        "its",
        "must",
        "may",
        "can",
        "should",
        "will",
        "you",
        "your",
        "we",
        "they",
        "their",
        "within",
        "per",
        "each",
        "all",
        "any",
        "only",
        "than",
        "then",
        "when",
        "if",
        "which",
        "who",
        "according",
        "document",
        "documents",
    ]
)
_LINK = re.compile(
    r"!?\[([^\]\n]*)\]\s*(?:\([^)\n]*\)?|\[[^\]\n]*\])"  # inline and reference links and images keep their words
    r"|<(?:[@#!][^>\n]*|(?:[a-z][a-z0-9+.-]*:|/)[^>\n]*|/?[a-z][^>\n]*)>?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:(?://|(?=[\w%+/]))|//)[^\s、。）」』]*"
    r"|(?:www\.|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?=[/:?#]|\b))[^\s、。）」』]*"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b[^\s、。）」』]*",
    re.IGNORECASE,
)
_MENTION = re.compile(r"[@＠](?:here|channel|everyone|all)\b|[@＠][\w.-]{2,}|<!?[a-z]+>", re.IGNORECASE)
_REFERENCE = re.compile(r"^\s*\[[^\]\n]+\]:.*$", re.MULTILINE)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f\x00-\x08\x0b-\x1f\x7f]")
_SENTENCE = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is supported, how far (0..1), and if not, why: "figure", "name", "words" or "negation"."""

    supported: bool
    share: float
    reason: str = ""


def support(sentence: str, source: str) -> Verdict:
    """Hold a sentence against the text it cites. Case, width, spacing and kanji numerals make no difference."""
    ours, theirs = _normal(sentence), _normal(source)
    share = _share(_grams(ours), _grams(theirs))
    if not ours.strip() or not _grams(ours):
        return Verdict(supported=False, share=0.0, reason="words")
    if not _figures(ours) <= _figures(theirs):
        return Verdict(supported=False, share=share, reason="figure")
    folded = theirs.replace(" ", "")
    if any(_normal(name).strip() not in folded for name in _NAME.findall(unicodedata.normalize("NFKC", sentence))):
        return Verdict(supported=False, share=share, reason="name")
    if share < OVERALL or _share(_content(ours), _content(theirs)) < CONTENT:
        return Verdict(supported=False, share=share, reason="words")
    if bool(_NEGATION.search(ours)) != bool(_NEGATION.search(_closest(ours, theirs))):
        return Verdict(supported=False, share=share, reason="negation")
    return Verdict(supported=True, share=share)


def harmless(text: str) -> str:
    """
    Return text without links, images, addresses, mentions, tags and invisible characters; a link's words stay.

    Citation marks such as [1] are text and stay too.
    """
    text = _INVISIBLE.sub("", _REFERENCE.sub("", text))
    for _ in range(3):  # taking one form away can bring another one together
        before = text
        text = _LINK.sub(lambda m: m.group(1) or "", text)
        text = _MENTION.sub("", _ADDRESS.sub("", text))
        if text == before:
            break
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def in_language(text: str, language: Language) -> bool:
    """Whether a text is mostly in `language`: names and terms of the other one may stand in it."""
    return language_of(text, language) == language


def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
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
        found |= {(number, ""), (number, unit[:1] if _JAPANESE.match(unit) else unit)}
    return found


def _grams(text: str) -> set[str]:
    pairs = {run[i : i + 2] for run in _JAPANESE.findall(text) for i in range(max(len(run) - 1, 1))}
    return pairs | _latin(text)


def _content(text: str) -> set[str]:
    pairs = {run[i : i + 2] for run in _CONTENT.findall(text) for i in range(max(len(run) - 1, 1))}
    return pairs | _latin(text)


def _latin(text: str) -> set[str]:
    """Latin words by their first six letters, so that endings make no difference."""
    return {word[:6] for word in _LATIN.findall(text) if word not in _COMMON}


def _share(ours: set[str], theirs: set[str]) -> float:
    return len(ours & theirs) / len(ours) if ours else 1.0


def _closest(sentence: str, source: str) -> str:
    grams = _grams(sentence)
    return max(_SENTENCE.split(source), key=lambda part: len(grams & _grams(part or "")) if part else 0) or ""
