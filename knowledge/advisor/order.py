"""
Which question comes next, and when no further one is worth asking.

The next question is the one whose answer says most about the winner (mutual information over the
fixed samples). Asking ends when bounds prove that nothing left can change the result, or when
hardly any sampled completion does.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.advisor.confidence import Samples
from knowledge.advisor.tables import DIGITS, Flags, Numbers, Rows, Tables
from knowledge.advisor.values import Criterion

LOOKED_AT = 1000  # samples used to choose a question
Stop = Literal["", "certain", "probable", "all"]


@dataclass(frozen=True, slots=True)
class Question:
    """
    The question to ask next. `information` is in bits; `change` the share of its options that would
    change the winner.
    """

    criterion: Criterion
    information: float
    change: float


@dataclass(frozen=True, slots=True)
class Step:
    """Where a dialog stands: the next question, or why there is none."""

    question: Question | None
    stop: Stop


class Order:
    """The order of questions of one model, over its fixed samples."""

    def __init__(self, tables: Tables, samples: Samples) -> None:
        self._tables = tables
        self._samples = samples

    def step(self, answers: Mapping[str, str], asked: Collection[str]) -> Step:
        """
        Choose what to ask after the criteria in `asked`; answers given without being asked count as
        asked. About 2 ms.
        """
        tables = self._tables
        behind = {*asked, *answers}
        left = list(self._left(behind, answers))
        ready = [criterion for criterion in left if behind.issuperset(criterion.unless)]
        if not ready:
            return Step(None, "all")
        enough = len(behind & set(tables.number)) >= tables.model.rules.minimum
        if enough and self.certain(answers, left):
            return Step(None, "certain")

        row = tables.effective(tables.row(answers)[None, :])[0]
        current = int(tables.winners(row[None, :])[0])
        open_numbers = np.array([tables.number[criterion.id] for criterion in left])
        rows = self._samples.complete(row, open_numbers, LOOKED_AT)
        winners = tables.winners(rows)
        if enough and (winners != current).mean() < tables.model.rules.probable:
            return Step(None, "probable")

        gains = []
        for criterion in ready:
            answered = rows[:, tables.number[criterion.id]]
            gains.append(self._information(answered, winners))
        best = int(np.argmax(np.round(gains, 6)))
        change = self._change(row, ready[best], current)
        return Step(Question(ready[best], gains[best], change), "")

    def _left(self, behind: Collection[str], answers: Mapping[str, str]) -> Iterator[Criterion]:
        """Yield the criteria that still count and are not behind."""
        for criterion in self._tables.model.criteria:
            if criterion.id not in behind and self._tables.applicable(criterion, answers):
                yield criterion

    def _information(self, answers: Rows, winners: Rows) -> float:
        """Return the mutual information of two columns, in bits."""
        joint = np.zeros((self._tables.blank + 1, len(self._tables.base)))
        np.add.at(joint, (answers, winners), 1.0 / len(answers))
        return _entropy(joint.sum(axis=1)) + _entropy(joint.sum(axis=0)) - _entropy(joint.ravel())

    def _change(self, row: Rows, criterion: Criterion, current: int) -> float:
        rows = np.repeat(row[None, :], len(criterion.options), axis=0)
        rows[:, self._tables.number[criterion.id]] = np.arange(len(rows))
        return float((self._tables.winners(rows) != current).mean())

    def certain(self, answers: Mapping[str, str], left: Collection[Criterion]) -> bool:
        """
        Prove that no combination of answers to `left` can change the winner; False also when the
        bounds are too wide to tell.

        Base and RAG add up without touching each other, so each is bounded by itself: every
        remaining question is taken at its worst, "not sure" included.
        """
        if not left:
            return True
        tables = self._tables
        row = tables.effective(tables.row(answers)[None, :])
        winner = int(tables.winners(row)[0])
        numbers = [tables.number[criterion.id] for criterion in left]
        base = int(tables.base[winner])
        rag = bool(tables.rag[winner])
        if tables.excludes[numbers, :, base].any():
            return False
        if tables.requires[numbers].any() and not rag:
            return False
        points = tables.blocks(row)[0]
        for rival in self._rivals(row, base):
            if not self._holds(points, base, rival, numbers):
                return False
        if tables.requires[np.arange(row.shape[1]), row[0]].any():
            return True
        return self._keeps_addon(points, numbers, rag=rag)

    def _rivals(self, row: Rows, base: int) -> Iterator[int]:
        """Yield the other bases that no answer has ruled out, in order of simplicity."""
        tables = self._tables
        ruled_out = tables.excludes[np.arange(row.shape[1]), row[0]].any(axis=0)
        for other in dict.fromkeys(tables.base.tolist()):
            if other != base and not ruled_out[other]:
                yield other

    def _keeps_addon(self, points: Numbers, numbers: list[int], *, rag: bool) -> bool:
        """Report whether no answers to these criteria would change the decision about RAG."""
        tables = self._tables
        swings = tables.weights[numbers, None] * tables.values[numbers, :, tables.addon]
        low = round(float(points[tables.addon] + swings.min(axis=1).sum()), DIGITS)
        high = round(float(points[tables.addon] + swings.max(axis=1).sum()), DIGITS)
        if rag:
            return low > 0
        return high <= 0

    def _holds(self, points: Numbers, base: int, rival: int, numbers: list[int]) -> bool:
        """
        Report whether `base` stays ahead of `rival` at the worst answers that leave the rival in.
        """
        tables = self._tables
        difference = tables.values[numbers, :, base] - tables.values[numbers, :, rival]
        swings = tables.weights[numbers, None] * difference
        stays: Flags = ~tables.excludes[numbers, :, rival]
        worst = np.where(stays, swings, 0.0).min(axis=1).sum()
        lead = round(float(points[base] - points[rival] + worst), DIGITS)
        first_with_base = int(np.flatnonzero(tables.base == base)[0])
        first_with_rival = int(np.flatnonzero(tables.base == rival)[0])
        return lead > 0 or (lead == 0 and first_with_base < first_with_rival)


def _entropy(shares: Numbers) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
