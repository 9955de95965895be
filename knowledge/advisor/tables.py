"""
The model as arrays: many answer sets scored at once.

An answer set is a row of option numbers, one a criterion; `blank` stands for "not sure" and scores
nothing. A single set is simply one row, so that every number shown anywhere comes from the same few
lines.
"""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.advisor.values import Criterion, Model

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]
DIGITS = 9  # decimals at which two scores are the same score


class Tables:
    def __init__(self, model: Model) -> None:
        self.model = model
        count, blocks = len(model.criteria), [b.id for b in model.blocks]
        self.counts = np.array([len(c.options) for c in model.criteria])
        self.blank = int(self.counts.max())
        self.values: Numbers = np.zeros((count, self.blank + 1, len(blocks)))
        self.excludes: Flags = np.zeros((count, self.blank + 1, len(blocks)), dtype=bool)
        self.requires: Flags = np.zeros((count, self.blank + 1), dtype=bool)
        for q, criterion in enumerate(model.criteria):
            for o, option in enumerate(criterion.options):
                for block, value in option.values.items():
                    self.values[q, o, blocks.index(block)] = value / model.rules.scale
                self.excludes[q, o] = [block in option.excludes for block in blocks]
                self.requires[q, o] = bool(option.requires)
        self.weights: Numbers = np.array([c.weight for c in model.criteria])
        self.offsets: Numbers = np.array([b.offset for b in model.blocks])
        self.base = np.array([blocks.index(c.base) for c in model.configurations])
        self.rag: Flags = np.array([c.rag for c in model.configurations])
        self.addon = next(i for i, b in enumerate(model.blocks) if b.addon)
        self.number = {c.id: q for q, c in enumerate(model.criteria)}
        self._options = [{o.id: i for i, o in enumerate(c.options)} for c in model.criteria]
        self._moot = [
            (q, self.number[parent], self._among(self.number[parent], answers))
            for q, c in enumerate(model.criteria)
            for parent, answers in c.unless.items()
        ]
        self._all = np.arange(count)

    def row(self, answers: Mapping[str, str]) -> Rows:
        """Return the answers as one row, as given: moot ones are still in it."""
        return np.array(
            [
                options.get(answers.get(c.id, ""), self.blank)
                for c, options in zip(self.model.criteria, self._options, strict=True)
            ],
            dtype=np.intp,
        )

    def effective(self, rows: Rows) -> Rows:
        """Return a copy of the rows in which moot answers are blank."""
        out = rows.copy()
        for q, parent, answers in self._moot:
            out[answers[rows[:, parent]], q] = self.blank
        return out

    def _among(self, criterion: int, answers: Collection[str]) -> Flags:
        """Return by option number whether it is one of `answers`."""
        flags: Flags = np.zeros(self.blank + 1, dtype=bool)
        flags[[self._options[criterion][o] for o in answers]] = True
        return flags

    def blocks(
        self, rows: Rows, weights: Numbers | None = None, factor: Numbers | None = None
    ) -> Numbers:
        """
        Return points by row and block. `weights` (rows x criteria) and `factor` (rows) vary weights
        and offsets.
        """
        used = self.weights[None, :] if weights is None else weights
        offsets = self.offsets[None, :] if factor is None else factor[:, None] * self.offsets
        values = self.values[self._all, rows]
        points = (
            used @ values[0] if len(rows) == 1 else np.matmul(used[:, None, :], values)[:, 0, :]
        )
        return np.asarray(points + offsets)

    def scores(
        self, rows: Rows, weights: Numbers | None = None, factor: Numbers | None = None
    ) -> Numbers:
        """Return points by row and configuration, excluded ones included."""
        blocks = self.blocks(rows, weights, factor)
        return np.asarray(
            np.round(blocks[:, self.base] + self.rag * blocks[:, [self.addon]], DIGITS)
        )

    def feasible(self, rows: Rows) -> Flags:
        """Report by row and configuration whether no answer rules it out."""
        excluded: Flags = np.asarray(self.excludes[self._all, rows].any(axis=1))
        required: Flags = np.asarray(self.requires[self._all, rows].any(axis=1))
        return np.asarray(
            ~excluded[:, self.base]
            & (self.rag | ~required[:, None])
            & ~(self.rag & excluded[:, [self.addon]]),
        )

    def winners(
        self, rows: Rows, weights: Numbers | None = None, factor: Numbers | None = None
    ) -> Rows:
        """
        Return the winning configuration's number by row; the first, and so the simplest, wins a
        tie.
        """
        rows = self.effective(rows)
        return np.asarray(
            np.where(self.feasible(rows), self.scores(rows, weights, factor), -np.inf).argmax(
                axis=1
            )
        )

    def applicable(self, criterion: Criterion, answers: Mapping[str, str]) -> bool:
        return all(answers.get(parent) not in moot for parent, moot in criterion.unless.items())
