"""
Ways out: the smallest changes of limits that open what would fit better, or anything at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from knowledge.advisor.record import Way
from knowledge.advisor.tables import Rows, Tables
from knowledge.advisor.verdicts import Judge

CHANGED = ("partner", "time", "budget", "boundary", "team")  # what may be changed, easiest first
PAIRS = 2  # changes of two limits shown
SHOWN = 4


class Change(NamedTuple):
    """Another answer about a limit, `size` options away from the one given."""

    size: int
    criterion: str
    option: str


def ways(
    tables: Tables, judge: Judge, answers: Mapping[str, str], wanted: int | None
) -> tuple[Way, ...]:
    """
    Return the smallest change of each single limit that makes the combination `wanted` (its base
    and knowledge) possible, or anything where None is wanted; then changes of two limits, where
    one is not enough or anything helps.
    """
    finder = _Finder(tables, judge, answers, wanted)
    singles = sorted(_changes(tables, answers), key=_size)
    found: list[Way] = []
    opened: set[str] = set()
    for change, opens in finder.open([(change,) for change in singles]):
        criterion = change[0].criterion
        if criterion not in opened:
            opened.add(criterion)
            found.append(_way(change, opens))
    if found and wanted is not None:
        return tuple(found[:SHOWN])
    rest = [change for change in singles if change.criterion not in opened]
    pairs = [pair for pair in combinations(rest, 2) if pair[0].criterion != pair[1].criterion]
    pairs.sort(key=_sizes)
    for pair, opens in list(finder.open(pairs))[:PAIRS]:
        found.append(_way(pair, opens))
    return tuple(found[:SHOWN])


def _changes(tables: Tables, answers: Mapping[str, str]) -> Iterator[Change]:
    """Yield every other answer about a limit that was answered."""
    for criterion in CHANGED:
        if criterion not in answers:
            continue
        options = tables.questions[tables.number[criterion]].names
        given = options.index(answers[criterion])
        for number, option in enumerate(options):
            if number != given:
                yield Change(abs(number - given), criterion, option)


class _Finder:
    """Works out what changes would open, all at once."""

    def __init__(
        self, tables: Tables, judge: Judge, answers: Mapping[str, str], wanted: int | None
    ) -> None:
        self._tables = tables
        self._judge = judge
        self._answers = answers
        self._wanted = wanted

    def open(
        self, changes: Sequence[tuple[Change, ...]]
    ) -> Iterator[tuple[tuple[Change, ...], str]]:
        """Yield the changes that open something, in their order, with what they open."""
        if not changes:
            return
        rows = np.array([self._row(change) for change in changes])
        beside = self._tables.beside(self._answers)
        now = self._judge.verdicts(rows, beside).now
        for change, number in zip(changes, now.tolist(), strict=True):
            if self._opens(number):
                yield change, self._tables.combinations[number].id

    def _row(self, changes: tuple[Change, ...]) -> Rows:
        changed = {change.criterion: change.option for change in changes}
        return self._tables.row({**self._answers, **changed})

    def _opens(self, number: int) -> bool:
        if number < 0 or self._tables.alone[number]:
            return False
        if self._wanted is None:
            return True
        return bool(self._tables.core[number] == self._tables.core[self._wanted])


def _way(changes: tuple[Change, ...], opens: str) -> Way:
    pairs = [(change.criterion, change.option) for change in changes]
    return Way(tuple(pairs), opens)


def _size(change: Change) -> int:
    return change.size


def _sizes(changes: tuple[Change, ...]) -> int:
    return sum(change.size for change in changes)
