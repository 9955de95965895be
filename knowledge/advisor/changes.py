"""
What changes when one decision model takes the place of another: in its file, and in what it
recommends.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.advisor.confidence import uniform
from knowledge.advisor.engine import Advisor
from knowledge.advisor.parts import parse_yaml, word

SAMPLES = 2000  # answer sets whose recommendations are compared
SEED = 7


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
        return sum(count for *_, count in self.moves)


def compare(old: Advisor, new: Advisor) -> Changes:
    """Compare two models over the same random answers. About 0.3 s."""
    before, after = (_flat(parse_yaml(a.source, "model.yaml"), "") for a in (old, new))
    places = [*before, *(p for p in after if p not in before)]
    rows = tuple(
        Change(p, before.get(p, ""), after.get(p, ""))
        for p in places
        if before.get(p, "") != after.get(p, "")
    )
    moves = Counter((old.winner(a), new.winner(a)) for a in _answers(old, new))
    return Changes(rows, tuple((a, b, n) for (a, b), n in moves.most_common() if a != b))


def _flat(row: Any, place: str) -> dict[str, str]:
    """Return every value by its path; rows of a list go by their id where they have one."""
    if isinstance(row, dict):
        pairs = [(word(key), value) for key, value in row.items()]
    elif isinstance(row, list) and all(isinstance(item, dict) and "id" in item for item in row):
        pairs = [(word(item["id"]), item) for item in row]
    elif isinstance(row, list):
        return {place: ", ".join(word(item) for item in row)}
    else:
        return {place: word(row)}
    found: dict[str, str] = {}
    for key, value in pairs:
        found |= _flat(value, f"{place}.{key}" if place else key)
    return found


def _answers(old: Advisor, new: Advisor) -> list[dict[str, str]]:
    """Return random answers to the questions both models ask, a fifth of them open."""
    ours = {c.id: [o.id for o in c.options] for c in old.model.criteria}
    shared = {
        c.id: [o.id for o in c.options if o.id in ours[c.id]]
        for c in new.model.criteria
        if c.id in ours
    }
    shared = {id_: options for id_, options in shared.items() if options}
    table = uniform(SEED, SAMPLES * len(shared)).reshape(SAMPLES, -1)
    picks = np.floor(table * [len(o) * 1.25 for o in shared.values()]).astype(int).tolist()
    return [
        {
            id_: options[n]
            for (id_, options), n in zip(shared.items(), row, strict=True)
            if n < len(options)
        }
        for row in picks
    ]
