"""
What changes when one decision model takes the place of another: in its file, and in what it
recommends.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.advisor.confidence import uniform
from knowledge.advisor.engine import Advisor
from knowledge.advisor.yaml_fields import parse_yaml, word

SAMPLES = 2000  # answer sets whose recommendations are compared
SEED = 7
OPEN = 1.25  # possible answers for one option: a fifth of them leave the question open


@dataclass(frozen=True, slots=True)
class Change:
    """
    One value of the file: `place` is its path ("criteria.docs.weight"); "" before or after means
    that it was not there.
    """

    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """
    `moves` are (recommended before, recommended after, how many of `SAMPLES`), most frequent first.
    """

    rows: tuple[Change, ...]
    moves: tuple[tuple[str, str, int], ...]

    @property
    def moved(self) -> int:
        """Return how many of `SAMPLES` get another recommendation."""
        return sum(count for _, _, count in self.moves)


def compare(old: Advisor, new: Advisor) -> Changes:
    """Compare two models over the same random answers. About 0.3 s."""
    before = _flat(parse_yaml(old.source, "model.yaml"), "")
    after = _flat(parse_yaml(new.source, "model.yaml"), "")
    return Changes(tuple(_rows(before, after)), tuple(_moves(old, new)))


def _rows(before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    """Yield what differs: places of the old file first, in its order, then those it lacks."""
    for place in before | after:
        change = Change(place, before.get(place, ""), after.get(place, ""))
        if change.before != change.after:
            yield change


def _moves(old: Advisor, new: Advisor) -> Iterator[tuple[str, str, int]]:
    moves: Counter[tuple[str, str]] = Counter()
    sets = list(_answers(old, new))
    for pair in zip(old.winners(sets), new.winners(sets), strict=True):
        moves[pair] += 1
    for (before, after), count in moves.most_common():
        if before != after:
            yield before, after, count


def _flat(row: Any, place: str) -> dict[str, str]:
    """Return every value by its path; rows of a list go by their id where they have one."""
    if isinstance(row, dict):
        return _flat_pairs(row.items(), place)
    if not isinstance(row, list):
        return {place: word(row)}
    if _all_named(row):
        return _flat_pairs(((item["id"], item) for item in row), place)
    items = [word(item) for item in row]
    return {place: ", ".join(items)}


def _all_named(rows: list[Any]) -> bool:
    return all(isinstance(row, dict) and "id" in row for row in rows)


def _flat_pairs(pairs: Iterable[tuple[Any, Any]], place: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in pairs:
        inner = word(key)
        if place:
            inner = f"{place}.{inner}"
        values |= _flat(value, inner)
    return values


def _answers(old: Advisor, new: Advisor) -> Iterator[dict[str, str]]:
    """Yield random answers to the questions both models ask, a fifth of them open."""
    shared = _shared_options(old, new)
    table = uniform(SEED, SAMPLES * len(shared)).reshape(SAMPLES, len(shared))
    possible = [len(options) * OPEN for options in shared.values()]
    picks = np.floor(table * possible).astype(int).tolist()
    for row in picks:
        answers = {}
        for (criterion, options), number in zip(shared.items(), row, strict=True):
            if number < len(options):
                answers[criterion] = options[number]
        yield answers


def _shared_options(old: Advisor, new: Advisor) -> dict[str, list[str]]:
    """Return by criterion the options both models know, in the order of the new one."""
    former = {criterion.id: criterion.names for criterion in old.model.single}
    shared = {}
    for criterion in new.model.single:
        known = former.get(criterion.id, ())
        options = [option for option in criterion.names if option in known]
        if options:
            shared[criterion.id] = options
    return shared
