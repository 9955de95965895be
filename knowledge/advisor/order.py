"""
Which question comes next, and when no further one is worth asking.

The next question is the one whose answer says most about the advice (mutual information over fixed
samples of what people tend to answer). Asking ends when hardly any sampled completion changes the
base or how documents reach it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.advisor.confidence import uniform
from knowledge.advisor.tables import Numbers, Rows, Tables
from knowledge.advisor.values import Criterion
from knowledge.advisor.verdicts import Judge

Stop = Literal["", "settled", "all"]


@dataclass(frozen=True, slots=True)
class Step:
    """
    Where a dialog stands: the next question, or why there is none: the rest is "settled", or "all"
    were asked. `left` is how many questions could still be asked.
    """

    question: Criterion | None
    stop: Stop
    left: int = 0


class Order:
    """The order of questions of one model, over its fixed samples."""

    def __init__(self, tables: Tables, judge: Judge) -> None:
        self._tables = tables
        self._judge = judge
        rules = tables.model.rules
        count = len(tables.model.criteria)
        table = uniform(rules.order_seed, rules.questions * count).reshape(rules.questions, count)
        columns = []
        for criterion, column in zip(tables.model.criteria, table.T, strict=True):
            columns.append(_picked(criterion, column))
        self._answers: Rows = np.stack(columns, axis=1)

    def left(self, answers: Mapping[str, str], asked: Collection[str]) -> list[Criterion]:
        """Return the scored questions that count and are neither asked nor on the page."""
        behind = {*asked, *answers, *self._tables.model.rules.page}
        open_ = [one for one in self._tables.model.criteria if one.id not in behind]
        return [one for one in open_ if self._tables.applicable(one, answers)]

    def step(self, answers: Mapping[str, str], asked: Collection[str]) -> Step:
        """
        Choose what to ask after the page and the criteria in `asked`; answers given without being
        asked count as asked. About 4 ms.
        """
        tables = self._tables
        left = self.left(answers, asked)
        if not left:
            return Step(None, "all")
        row = tables.row(answers)
        beside = tables.beside(answers)
        numbers = [tables.number[criterion.id] for criterion in left]
        rows = np.repeat(row[None, :], len(self._answers), axis=0)
        rows[:, numbers] = self._answers[:, numbers]
        cores = tables.core[self._judge.verdicts(rows, beside).advice]
        current = tables.core[self._judge.verdicts(row[None, :], beside).advice][0]
        if self._enough(answers, asked) and (cores != current).mean() < tables.model.rules.probable:
            return Step(None, "settled", len(left))
        gains = [self._information(rows[:, number], cores) for number in numbers]
        best = int(np.argmax(np.round(gains, 6)))
        return Step(left[best], "", len(left))

    def _enough(self, answers: Mapping[str, str], asked: Collection[str]) -> bool:
        """Report whether as many questions as must be were asked after the page."""
        rules = self._tables.model.rules
        behind = {*asked, *answers} - {*rules.page, *rules.optional}
        scored = behind & {criterion.id for criterion in self._tables.model.criteria}
        return len(scored) >= rules.least

    def _information(self, answers: Rows, cores: Rows) -> float:
        """Return the mutual information of two columns, in bits."""
        joint = np.zeros((self._tables.blank + 1, len(self._tables.combinations)))
        np.add.at(joint, (answers, cores), 1.0 / len(answers))
        return _entropy(joint.sum(axis=1)) + _entropy(joint.sum(axis=0)) - _entropy(joint.ravel())


def _picked(criterion: Criterion, uniform_: Numbers) -> Rows:
    """Return option numbers as often as the question's prior says."""
    ends = np.cumsum(criterion.prior)
    picks = np.searchsorted(ends, uniform_, side="right")
    return np.asarray(np.minimum(picks, len(criterion.options) - 1), dtype=np.intp)


def _entropy(shares: Numbers) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
