"""
Answers to the open question of the dialog that are typed, where the card's choices were not used:
an option by its number or its words, "yes" and "no", "not sure", "skip" and "back". Pure.
"""

import re
import unicodedata

from handlers.actions.choose import AnswerQuestion, GoBack, SkipQuestion
from handlers.choose.runs import Run
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
    return frozenset(_CLAUSE.split(label, maxsplit=1)[0] for label in _labels(phrase))


def _labels(phrase: Phrase) -> frozenset[str]:
    return frozenset({_folded(phrase.ja), _folded(phrase.en)})


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    words = " ".join(plain.strip(" \t\n。.!「」“”\"'").split())
    return _COURTESY.sub("", words) or words
