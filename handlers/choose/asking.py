"""
Questions about a result, answered from the result itself in a sentence or two: why, why not, what
if, risks, costs, what is next. What it does not hold is left to the documents.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, get_args

from handlers.choose import explaining, figures
from handlers.choose.result import ResultView
from handlers.choose.situation import Situation
from handlers.choose.supposing import Supposing, supposed
from knowledge.sentences import yaml_values

LONGEST = 300  # characters of a question
Subject = Literal[
    "sources",
    "accuracy",
    "certainty",
    "cheaper",
    "limit",
    "cost",
    "stop",
    "measure",
    "risks",
    "review",
    "explain",
    "headline",
    "care",
    "before",
    "people",
    "duration",
    "next",
    "cases",
    "runner_up",
    "why_not",
    "flips",
    "why",
]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)  # in the order they are looked for


@dataclass(frozen=True, slots=True)
class Patterns:
    """
    What questions are about, in the order they are looked for, and names of options. `explained`
    asks what a thing is, which the documents tell.
    """

    subjects: tuple[tuple[Subject, re.Pattern[str]], ...]
    blocks: tuple[tuple[str, re.Pattern[str]], ...]
    people: re.Pattern[str]
    explained: re.Pattern[str]

    @classmethod
    def load(cls) -> Self:
        """Read the patterns that come with us. A few milliseconds."""
        rows = yaml_values(Path(__file__).with_name("asking.yaml").read_text(encoding="utf-8"))
        subjects = [(name, _any(rows["subjects"][name])) for name in SUBJECTS]
        blocks = [(name, _any(words)) for name, words in rows["options"].items()]
        explained = _any(rows["explained"])
        return cls(tuple(subjects), tuple(blocks), _any(rows["people"]), explained)

    def subject(self, question: str) -> Subject | None:
        """Return what a question is about, None where the result does not hold it."""
        for subject, pattern in self.subjects:
            if pattern.search(question):
                return subject
        return None

    def named(self, question: str, view: ResultView) -> str:
        """Return the block a question names: by the model's own words, or by other names."""
        best, size = "", 0
        for block in view.advisor.model.blocks:
            for label in (block.label.ja, block.label.en):
                plain = label.lower()
                if plain in question and len(plain) > size:
                    best, size = block.id, len(plain)
        if best:
            return best
        known = {block.id for block in view.advisor.model.blocks}
        for block_id, pattern in self.blocks:
            if block_id in known and pattern.search(question):
                return block_id
        return ""


def _any(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


class Asking:
    """Answers questions about results."""

    def __init__(self, patterns: Patterns, supposing: Supposing) -> None:
        self._patterns = patterns
        self._supposing = supposing

    @classmethod
    def load(cls) -> Self:
        """Read the words that come with us. About 50 ms."""
        return cls(Patterns.load(), Supposing.load(Situation.load()))

    def answer(self, view: ResultView, text: str) -> str:
        """Return the answer, in whole sentences; empty where the result does not hold it."""
        return figures.sentence(self._answer(view, text))

    def _answer(self, view: ResultView, text: str) -> str:
        question = unicodedata.normalize("NFKC", text).lower()[:LONGEST]
        subject = self._patterns.subject(question)
        block = self._patterns.named(question, view)
        people = self._people(question)
        if people == 0:
            return view.say("told_nobody")
        if subject == "cost" and people:
            return explaining.cost(view, people, block)
        changes = None
        if subject != "stop":  # a span of time in that is no deadline
            changes = self._supposing.changes(view, question)
        if changes:
            return supposed(view, changes)
        if subject == "cost" or (people and subject in (None, "flips")):
            return explaining.cost(view, people or 0, block)
        explained = subject is None and self._patterns.explained.search(question)
        if block and not explained and subject in (None, "why_not", "why", "flips"):
            return explaining.not_advised(view, block)
        if changes is not None and subject is None:
            subject = "flips"
        return told(view, subject, block)

    def _people(self, question: str) -> int | None:
        """Return how many people a question names, None where it names no number of them."""
        match = self._patterns.people.search(question)
        if match is None:
            return None
        digits = next(group for group in match.groups() if group)
        number = float(digits.replace(",", ""))
        factor = 1
        for word, size in (("万", 10_000), ("千", 1000), ("k", 1000)):
            if f"{digits}{word}" in question.replace(" ", ""):
                factor = size
        return int(number * factor)


def told(view: ResultView, subject: Subject | None, block: str) -> str:
    """Return what the result says about a subject; empty where it says nothing."""
    if subject is None:
        return ""
    if subject == "risks":
        return explaining.risks(view, block)
    return TELLERS[subject](view)


TELLERS: Mapping[Subject, Callable[[ResultView], str]] = {
    "sources": explaining.sources,
    "accuracy": explaining.accuracy,
    "certainty": explaining.certainty,
    "cheaper": explaining.cheaper,
    "limit": explaining.limit,
    "cost": explaining.cost,
    "stop": explaining.stops,
    "measure": explaining.measures,
    "risks": explaining.risks,
    "review": explaining.review,
    "explain": explaining.in_short,
    "headline": lambda view: view.words.headline(),
    "care": explaining.care,
    "before": explaining.before,
    "people": explaining.people,
    "duration": explaining.duration,
    "next": explaining.stages,
    "cases": explaining.cases,
    "runner_up": explaining.runners_up,
    "why_not": explaining.runners_up,
    "flips": explaining.flips,
    "why": explaining.why,
}
