"""
Judging an answer without a model: what it must say, what it must not, how its first sentence
reads, and what should have become of the question.

Patterns are regular expressions; they are searched for in the text as a person reads it, with
widths, capitals and white space made alike, so that "5,000 円" meets "5000円".
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.values import Answer

Outcome = Literal["answered", "unsure", "refused", "asked_back"]
Fault = Literal["must", "must_not", "first", "outcome"]
_JAPANESE = r"[\u3000-\u30ff\u3400-\u9fff]"


@dataclass(frozen=True, slots=True)
class Expected:
    """
    What is known of a right answer; `first` is a pattern its first sentence must meet, `outcome`
    what should become of the question, where "answered" is met by an unsure answer, too. All empty
    where nothing is known.
    """

    must: tuple[re.Pattern[str], ...] = ()
    must_not: tuple[re.Pattern[str], ...] = ()
    first: re.Pattern[str] | None = None
    outcome: Outcome | None = None

    @property
    def known(self) -> bool:
        return bool(self.must or self.must_not or self.first or self.outcome)


def faults(expected: Expected, answer: Answer | None) -> tuple[Fault, ...]:
    """
    Return in what an answer falls short, in order; none for a right one. None stands for a question
    that could not be asked.
    """
    found: list[Fault] = []
    text, first = "", ""
    if answer is not None:
        text = _plain(said(answer))
    if answer is not None and answer.sentences:
        first = _plain(answer.sentences[0].text)
    if _met(expected.must, text) < len(expected.must):
        found.append("must")
    if _met(expected.must_not, text):
        found.append("must_not")
    if expected.first is not None and not expected.first.search(first):
        found.append("first")
    if expected.outcome is not None and not _became(outcome(answer), expected.outcome):
        found.append("outcome")
    return tuple(found)


def _became(outcome: Outcome, expected: Outcome) -> bool:
    return outcome == expected or (expected, outcome) == ("answered", "unsure")


def outcome(answer: Answer | None) -> Outcome:
    """Return what became of a question; one that could not be asked was refused."""
    if answer is None or answer.mode == "refused":
        return "refused"
    if answer.mode == "asked_back":
        return "asked_back"
    if answer.certainty == "unsure":
        return "unsure"
    return "answered"


def said(answer: Answer) -> str:
    """Return all that an answer says: its sentences, table, warnings and readings."""
    rows = [" | ".join(row) for row in answer.table]
    notes = [note.to(answer.language) for note in answer.notes]
    return "\n".join([answer.text, *rows, *notes, *answer.choices])


def pattern(text: str) -> re.Pattern[str]:
    """Return a pattern as it is searched for. Raises re.error: it is none."""
    return re.compile(text, re.IGNORECASE)


def patterns(texts: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Return each pattern as it is searched for. Raises re.error: one is none."""
    return tuple(map(pattern, texts))


def _met(expected: Sequence[re.Pattern[str]], text: str) -> int:
    """Return how many patterns stand in a text."""
    count = 0
    for one in expected:
        count += bool(one.search(text))
    return count


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower().replace("**", "")
    figures = re.sub(r"(?<=\d),(?=\d{3})", "", folded)
    spaced = re.sub(r"\s+", " ", figures)
    return re.sub(rf"(?<={_JAPANESE}) | (?={_JAPANESE})", "", spaced).strip()
