"""
What wins: the option that fits best, and the best one the limits allow.
"""

from dataclasses import dataclass

import numpy as np

from knowledge.advisor.needs import Feasibility
from knowledge.advisor.tables import Beside, Flags, Numbers, Rows, Tables, Variation


@dataclass(frozen=True, slots=True)
class Verdicts:
    """
    By row the numbers of combinations: `fit` is what the problem asks for, `now` the best that the
    limits allow, -1 where they allow nothing.
    """

    fit: Rows
    now: Rows

    @property
    def advice(self) -> Rows:
        """Return what is recommended: what can be done now, else what would fit."""
        return np.where(self.now >= 0, self.now, self.fit)


class Judge:
    """Finds the winners of many rows at once."""

    def __init__(self, tables: Tables, feasibility: Feasibility) -> None:
        self._tables = tables
        self._feasibility = feasibility

    def verdicts(self, rows: Rows, beside: Beside, variation: Variation | None = None) -> Verdicts:
        """Return the winners; the first, and so the simplest, wins a tie."""
        tables = self._tables
        effective = tables.effective(rows)
        points = tables.points(effective, beside, variation)
        allowed = tables.allowed(effective)
        scores = np.where(allowed, tables.scores(points), -np.inf)
        violated = self._feasibility.violated(rows, beside)
        if len(violated) < len(scores):  # one set of answers under many weights
            violated = np.repeat(violated, len(scores), axis=0)
        fit = scores.argmax(axis=1)
        now = self._now(scores, violated)
        plain = tables.alone[fit]
        now = np.where(plain, fit, now)
        for block, routed in tables.routings:
            wanted = points[:, block] > 0
            fit = _with_routing(fit, routed, wanted)
            competing = np.where(now < tables.count, now, 0)
            inside = ~violated[np.arange(len(now)), routed[competing]]
            now = _with_routing(now, routed, wanted & inside & (now >= 0))
        return Verdicts(fit, now)

    def _now(self, scores: Numbers, violated: Flags) -> Rows:
        """Return the best that no limit forbids, -1 for none; ordinary software is no start."""
        barred = violated[:, : self._tables.count] | self._tables.alone[: self._tables.count]
        possible = np.where(barred, -np.inf, scores)
        best = possible.argmax(axis=1)
        none = np.isneginf(possible.max(axis=1))
        return np.asarray(np.where(none, -1, best))


def _with_routing(winners: Rows, routed: Rows, wanted: Flags) -> Rows:
    """Return the winners, with a routing where it is wanted and goes with them."""
    competing = np.where(winners < len(routed), winners, 0)
    added = routed[competing]
    return np.asarray(np.where(wanted & (added >= 0), added, winners))
