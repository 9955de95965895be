"""
What a question about a result supposes to be otherwise ("もし予算が半分なら", "if data could
leave"), read into other answers, and what these would lead to. Nothing here changes a run.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from handlers.choose import figures
from handlers.choose.result import ResultView
from handlers.choose.situation import Situation
from handlers.choose.whatif import leads_to
from knowledge.advisor.values import COUNT
from knowledge.sentences import yaml_values

Changes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shift:
    """How a move along the order of a question's answers is told."""

    named: re.Pattern[str]
    less: re.Pattern[str]
    more: re.Pattern[str]


class Supposing:
    """Reads what is supposed by the words of `supposing.yaml` and by those of a situation."""

    def __init__(
        self,
        whether: re.Pattern[str],
        shifts: Mapping[str, Shift],
        stated: tuple[tuple[str, str, re.Pattern[str]], ...],
        situation: Situation,
    ) -> None:
        self._whether = whether
        self._shifts = shifts
        self._stated = stated
        self._situation = situation

    @classmethod
    def load(cls, situation: Situation) -> Self:
        """Read the words that come with us. A few milliseconds."""
        path = Path(__file__).with_name("supposing.yaml")
        rows = yaml_values(path.read_text(encoding="utf-8"))
        shifts = {}
        for name, row in rows["shifts"].items():
            patterns = [re.compile(row[part]) for part in ("named", "less", "more")]
            shifts[name] = Shift(*patterns)
        stated = []
        for name, options in rows["stated"].items():
            for option, words in options.items():
                stated.append((name, option, re.compile("|".join(words))))
        return cls(re.compile("|".join(rows["whether"])), shifts, tuple(stated), situation)

    def changes(self, view: ResultView, question: str) -> Changes | None:
        """
        Return the answers that a question supposes, empty where it supposes what no question asks
        for; None where nothing is supposed. The question is in lower case.
        """
        if not self._whether.search(question):
            return None
        return dict(self._told(view, question))

    def _told(self, view: ResultView, question: str) -> Iterator[tuple[str, str]]:
        model = view.advisor.model
        known = {criterion.id: criterion.names for criterion in model.questions}
        told: set[str] = set()
        hits, _ = self._situation.read(question)
        for name, option, pattern in self._stated:
            if name not in told and option in known.get(name, ()) and pattern.search(question):
                told.add(name)
                yield name, option
        read = {name: hit.option for name, hit in hits.items()}
        for name, option in {**self._situation.amounts(question), **read}.items():
            if name not in told and option in known.get(name, ()):
                told.add(name)
                yield name, option
        for name, shift in self._shifts.items():
            if name in told or name not in known or not shift.named.search(question):
                continue
            option = _moved(view, name, shift, question)
            if option:
                yield name, option


def _moved(view: ResultView, name: str, shift: Shift, question: str) -> str:
    """
    Return the answer one step along from the one that was given, the outermost where there is no
    further one; empty where the question says no direction, or nothing was answered.
    """
    names = view.advisor.model.criterion(name).names
    given = view.result.answers.get(name)
    if given not in names:
        return ""
    at = names.index(given)
    if shift.less.search(question):
        return names[max(at - 1, 0)]
    if shift.more.search(question):
        return names[min(at + 1, len(names) - 1)]
    return ""


def supposed(view: ResultView, changes: Changes) -> str:
    """Return what other answers would lead to, beside what is recommended now."""
    say, advisor, result = view.say, view.advisor, view.result
    named = [figures.answer(advisor, *change, view.language) for change in changes.items()]
    change = say.listed(named)
    other = {name: option for name, option in changes.items() if result.answers.get(name) != option}
    if not other:
        return say("told_same_answer", change=change)
    answers = {**result.answers, **other}
    if "users" in other:
        answers.pop(COUNT, None)
    after = ResultView(advisor, advisor.evaluate(answers), say, view.run)
    return leads_to(result, after, change)
