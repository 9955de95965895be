"""
Answers to the open question of the dialog that are typed, where the card's choices were not used:
an option by its number or its words, "yes" and "no", "not sure", "skip" and "back". At the page of
limits, what it is about in plain words: "1か月、1人、50万円". Pure.
"""

import re
import unicodedata
from typing import Literal

from handlers.actions.choose import AnswerQuestion, GoBack, SkipQuestion
from handlers.choose.runs import Run
from handlers.choose.situation import NOBODY, Situation
from handlers.conversation import Field
from handlers.texts import Texts
from knowledge.advisor.values import UNKNOWN, Criterion
from knowledge.values import Phrase

Typed = AnswerQuestion | SkipQuestion | GoBack

_NUMBER = re.compile(
    r"(?:number|no\.?|option)? ?[(#]?(?P<number>[0-9]{1,2})[).]?(?:番目?|つ目)?(?:の(?:ほう|方))?"
)
_COURTESY = re.compile(r"(?:でお願いします|をお願いします|にします|です|で|を|,? please)$")
_CLAUSE = re.compile(r"[\s、,。(:;]")
_YES = frozenset({"はい", "ええ", "うん", "そう", "yes", "yeah", "yep", "y"})
_NO = frozenset({"いいえ", "いえ", "いや", "ううん", "違います", "no", "nope", "n"})
_UNSURE = frozenset(
    {"わかりません", "分かりません", "分からない", "不明", "未定", "i don't know", "don't know"}
)
_SKIP = frozenset({"スキップ", "パス", "とばす", "次", "pass", "skip it", "skip this"})
_BACK = frozenset({"前へ", "前に戻る", "一つ戻る", "戻って", "go back", "previous"})
_ON = frozenset({"次へ", "進む", "あとで", "後で", "next", "continue", "go on", "later"})
_COUNT = re.compile(r"\d[\d,]*")  # of people, where nothing else is counted
_NUMBERS = re.compile(r"[0-9０-９\s,、.。番)(]+")
_ASKS = re.compile(
    r"[?？]\s*$|(?:です|ます|でしょう|ません|ない|の)か[。.]?\s*$|(?:教えて|知りたい)"
    r"|^(?:what|why|how|who|when|where|which|can|could|do|does|is|are|may|should)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://")  # hands something over, whatever words its address holds
_WISHES = re.compile(
    r"たい|てほしい|て欲しい|のため|目的|\b(?:want|need|would like|hope|goal|so that)\b",
    re.IGNORECASE,
)
AtPage = Literal["skip", "read", "goal", "how"]


def typed(text: str, run: Run, criterion: Criterion, texts: Texts) -> Typed | None:
    """
    Return the step a whole message takes at the question about `criterion`, None where it is no
    answer to it.

    A number that is not there, or a "yes" to what is no such question, is an answer without an
    option: the question is then asked again.
    """
    words = _folded(text)
    at = (run.id, run.rev, criterion.id)
    if words in _labels(texts.phrase("choose.skip")) | _SKIP:
        return SkipQuestion(*at)
    if words in _labels(texts.phrase("choose.back")) | _BACK:
        return GoBack(*at)
    option = _option(words, criterion, texts)
    if option is None:
        return None
    return AnswerQuestion(*at, option)


def typed_at_page(text: str, texts: Texts, *, read: bool) -> AtPage | None:
    """
    Return what a whole message means at the page of limits: go on without it, take what was `read`
    from it, take it as the goal, or say how the page is answered; None where it is something else.
    """
    words = _folded(text)
    if words in _labels(texts.phrase("choose.skip")) | _SKIP | _ON:
        return "skip"
    labels = _labels(texts.phrase("choose.not_sure")) | _labels(texts.phrase("choose.back"))
    if not words or _NUMBERS.fullmatch(words) or words in _YES | _NO | _BACK | _UNSURE | labels:
        return "how"
    if not tells(text):
        return None
    if read:
        return "read"
    return "goal" if _WISHES.search(text) else None


def tells(text: str) -> bool:
    """Report whether a text says something: it asks nothing and hands nothing over."""
    return not (_ASKS.search(text.strip()) or _LINK.search(text))


def in_words(text: str, field: Field, situation: Situation) -> str | None:
    """
    Return the option words name, an amount falls under, or a sentence says; `NOBODY` for a number
    of users that cannot be, None where they say nothing of it.
    """
    words = _folded(text)
    for option in field.options:
        if words == _folded(option.text):
            return option.id
    if words in _UNSURE and any(option.id == UNKNOWN for option in field.options):
        return UNKNOWN
    for meaning in (_YES, _NO):
        hits = [one.id for one in field.options if _first_word(_folded(one.text)) in meaning]
        if words in meaning and len(hits) == 1:
            return hits[0]
    counted = f"{words}人" if field.id == "users" and _COUNT.fullmatch(words) else text
    amount = situation.limit(field.id, counted)
    facts, _ = situation.read(text)
    read = facts[field.id].option if field.id in facts else None
    for meant in (amount, read):
        if any(option.id == meant for option in field.options):
            return meant
    return NOBODY if amount == NOBODY else None


def _option(words: str, criterion: Criterion, texts: Texts) -> str | None:
    """Return the option that words name, "" for one that is not there, None for no answer."""
    if words in _labels(texts.phrase("choose.not_sure")) | _UNSURE:
        return UNKNOWN
    for option in criterion.options:
        if words in _labels(option.text):
            return option.id
    number = _NUMBER.fullmatch(words)
    if number:
        return _numbered(criterion, int(number["number"]))
    for meaning in (_YES, _NO):
        if words in meaning:
            return _beginning(criterion, meaning)
    return None


def _numbered(criterion: Criterion, number: int) -> str:
    """Return the option at a place as it is drawn, "not sure" last; "" where there is none."""
    options = [*criterion.names, UNKNOWN]
    if 1 <= number <= len(options):
        return options[number - 1]
    return ""


def _beginning(criterion: Criterion, meaning: frozenset[str]) -> str:
    """Return the one option that begins with "yes", or with "no"; "" for none or several."""
    beginnings = {option.id: _beginnings(option.text) for option in criterion.options}
    hits = [id_ for id_, words in beginnings.items() if words & meaning]
    return hits[0] if len(hits) == 1 else ""


def _beginnings(phrase: Phrase) -> frozenset[str]:
    """Return the first word of a label in each language."""
    return frozenset(_first_word(label) for label in _labels(phrase))


def _first_word(label: str) -> str:
    return _CLAUSE.split(label, maxsplit=1)[0]


def _labels(phrase: Phrase) -> frozenset[str]:
    return frozenset({_folded(phrase.ja), _folded(phrase.en)})


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    words = " ".join(plain.strip(" \t\n。.!「」“”\"'").split())
    return _COURTESY.sub("", words) or words
