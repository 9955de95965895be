"""
Whether an answer is sure, judged once the sentence is chosen and the article around it known.

A linear model over the signs of the passages (`coverage.py`) and those of the choice (`chosen.py`):
how likely the sentence is right. It was trained on everyday questions whose answers somebody had
judged, with and without the documents they come from (`tests/benchmarks/train_sureness.py`).
"Sure" is a promise; the bound lies where it is rarely broken.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.answering.certainty import UNSHOWN
from knowledge.answering.chosen import CHOSEN, Choice, Signs
from knowledge.answering.coverage import COVERAGE
from knowledge.answering.extractive import Extract
from knowledge.errors import InvalidModel
from knowledge.retrieval.likeness import Likeness
from knowledge.values import Phrase

FILE = Path(__file__).with_name("sureness.json")
VERSION = 1  # of the signs: weights trained for another one are not for this code

# what the weights are for, in the order of the file
SIGNS = (*COVERAGE, *CHOSEN)


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights by the name of their sign, and the chance from which on an answer is sure."""

    weights: Mapping[str, float]
    bound: float


class Sureness:
    """Judges choices; without a `likeness`, which compares words by their meaning, by words."""

    def __init__(self, likeness: Likeness | None) -> None:
        self._signs: Signs | None = None
        if likeness is not None:
            self._signs = Signs(likeness)

    def is_sure(self, choice: Choice, extract: Extract) -> bool:
        """
        Report whether the chosen sentence surely answers. Where words were not compared by what
        they mean the `extract` tells, from which the sentence was chosen.
        """
        row = self.row(choice, extract)
        if not row:
            return extract.verdict == "sure"
        if extract.coverage[UNSHOWN] or not choice.is_whole:
            return False
        given = learned()
        return chance(row, given.weights) >= given.bound

    def row(self, choice: Choice, extract: Extract) -> dict[str, float]:
        """Return the signs of a choice by their names in `SIGNS`, none where they are not known."""
        if self._signs is None or not extract.coverage:
            return {}
        known = {**extract.coverage, **self._signs.of(choice)}
        return {name: float(known[name]) for name in SIGNS}


def chance(row: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the logistic function of the weighed signs, 0..1."""
    total = 0.0
    for name, value in row.items():
        total += weights[name] * value
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def learned() -> Learned:
    """
    Return what `tests/benchmarks/train_sureness.py` wrote.

    Raises:
        InvalidModel: it was for other signs.
    """
    content = json.loads(FILE.read_text(encoding="utf-8"))
    if content["version"] != VERSION:
        reason = f"{FILE.name}: version {content['version']} ≠ {VERSION}"
        raise InvalidModel("invalid_weights", Phrase(reason, reason))
    return Learned(content["weights"], content["bound"])
