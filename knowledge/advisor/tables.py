"""
The model as arrays: many answer sets scored at once.

An answer set is a row of option numbers, one a criterion; `blank` stands for "not sure" and scores
nothing. A single set is simply one row, so that every number shown anywhere comes from the same few
lines.
"""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.advisor.values import Criterion, DecisionModel

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]
DIGITS = 9  # decimals at which two scores are the same score


class Tables:
    """
    A model's values as arrays by criterion, option number and block number.

    `blank`, the number after the last option of the longest criterion, is the answer "not sure".
    """

    def __init__(self, model: DecisionModel) -> None:
        self.model = model
        count = len(model.criteria)
        blocks = [block.id for block in model.blocks]
        self.counts = np.array([len(criterion.options) for criterion in model.criteria])
        self.blank = int(self.counts.max())
        self.values: Numbers = np.zeros((count, self.blank + 1, len(blocks)))
        self.excludes: Flags = np.zeros((count, self.blank + 1, len(blocks)), dtype=bool)
        self.requires: Flags = np.zeros((count, self.blank + 1), dtype=bool)
        for q, criterion in enumerate(model.criteria):
            for o, option in enumerate(criterion.options):
                for block, value in option.values.items():
                    self.values[q, o, blocks.index(block)] = value / model.rules.scale
                for block in option.excludes:
                    self.excludes[q, o, blocks.index(block)] = True
                self.requires[q, o] = bool(option.requires)
        self.weights: Numbers = np.array([criterion.weight for criterion in model.criteria])
        self.offsets: Numbers = np.array([block.offset for block in model.blocks])
        self.base = np.array([blocks.index(config.base) for config in model.configurations])
        self.rag: Flags = np.array([config.rag for config in model.configurations])
        self.addon = blocks.index(model.addon.id)
        self.number = {criterion.id: q for q, criterion in enumerate(model.criteria)}
        self._options = [_positions(criterion) for criterion in model.criteria]
        self._moot = self._moot_rules()
        self._all = np.arange(count)

    def row(self, answers: Mapping[str, str]) -> Rows:
        """Return the answers as one row, as given: moot ones are still in it."""
        numbers = []
        for criterion, options in zip(self.model.criteria, self._options, strict=True):
            numbers.append(options.get(answers.get(criterion.id, ""), self.blank))
        return np.array(numbers, dtype=np.intp)

    def effective(self, rows: Rows) -> Rows:
        """Return a copy of the rows in which moot answers are blank."""
        out = rows.copy()
        for q, parent, answers in self._moot:
            out[answers[rows[:, parent]], q] = self.blank
        return out

    def _moot_rules(self) -> list[tuple[int, int, Flags]]:
        """Return (moot criterion, its parent, by the parent's option number whether it is moot)."""
        rules = []
        for q, criterion in enumerate(self.model.criteria):
            for parent, answers in criterion.unless.items():
                number = self.number[parent]
                rules.append((q, number, self._among(number, answers)))
        return rules

    def _among(self, criterion: int, answers: Collection[str]) -> Flags:
        """Return by option number whether it is one of `answers`."""
        flags: Flags = np.zeros(self.blank + 1, dtype=bool)
        for option in answers:
            flags[self._options[criterion][option]] = True
        return flags

    def blocks(
        self, rows: Rows, weights: Numbers | None = None, factor: Numbers | None = None
    ) -> Numbers:
        """
        Return points by row and block. `weights` (rows x criteria) and `factor` (rows) vary weights
        and offsets.
        """
        if weights is None:
            weights = self.weights[None, :]
        offsets = self.offsets[None, :]
        if factor is not None:
            offsets = factor[:, None] * self.offsets
        values = self.values[self._all, rows]
        if len(rows) == 1:
            return np.asarray(weights @ values[0] + offsets)
        points = np.matmul(weights[:, None, :], values)[:, 0, :]
        return np.asarray(points + offsets)

    def scores(
        self, rows: Rows, weights: Numbers | None = None, factor: Numbers | None = None
    ) -> Numbers:
        """Return points by row and configuration, excluded ones included."""
        blocks = self.blocks(rows, weights, factor)
        points = blocks[:, self.base] + self.rag * blocks[:, [self.addon]]
        return np.asarray(np.round(points, DIGITS))

    def feasible(self, rows: Rows) -> Flags:
        """Report by row and configuration whether no answer rules it out."""
        excluded: Flags = np.asarray(self.excludes[self._all, rows].any(axis=1))
        required: Flags = np.asarray(self.requires[self._all, rows].any(axis=1))
        base_stays = ~excluded[:, self.base]
        has_required = self.rag | ~required[:, None]
        addon_stays = ~(self.rag & excluded[:, [self.addon]])
        return np.asarray(base_stays & has_required & addon_stays)

    def winners(
        self, rows: Rows, weights: Numbers | None = None, factor: Numbers | None = None
    ) -> Rows:
        """
        Return the winning configuration's number by row; the first, and so the simplest, wins a
        tie.
        """
        rows = self.effective(rows)
        scores = np.where(self.feasible(rows), self.scores(rows, weights, factor), -np.inf)
        return np.asarray(scores.argmax(axis=1))

    def applicable(self, criterion: Criterion, answers: Mapping[str, str]) -> bool:
        """Report whether a criterion counts under these answers: none makes it moot."""
        return all(answers.get(parent) not in moot for parent, moot in criterion.unless.items())


def _positions(criterion: Criterion) -> dict[str, int]:
    """Return the number of each option by its id."""
    return {option: number for number, option in enumerate(criterion.names)}
