"""
How firmly advice stands, in one word: the share of samples with other weights that keep the
approach, the distance to the best other one, and what is still open.

This is robustness and not a probability of being right. The samples are the same for every run of
every process: a fixed seed and a generator that is easy to write in any language, so that anyone
can check the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.advisor.tables import Beside, Numbers, Rows, Tables, Variation
from knowledge.advisor.values import DecisionModel
from knowledge.advisor.verdicts import Judge

STEP = 0x6D2B79F5  # what the generator counts by
ALONE = 99.0  # points ahead where there is no other approach

Level = Literal["clear", "likely", "split"]
WORDS: tuple[Level, ...] = ("clear", "likely", "split")


@dataclass(frozen=True, slots=True)
class Confidence:
    """
    `robust` is the share of samples, from 0 to 1, in which the same approach is advised; `margin`
    how many points the advice is ahead of the best option of another approach. `open` are the key
    questions without an answer, each of which takes one word off.
    """

    word: Level
    robust: float
    margin: float
    open: tuple[str, ...]


def uniform(seed: int, count: int) -> Numbers:
    """
    Return the first `count` numbers in [0, 1) of the mulberry32 generator, all at once: its state
    is a plain counter.
    """
    steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(STEP)
    a = (steps + np.uint64(seed)).astype(np.uint32)
    t = (a ^ (a >> np.uint32(15))) * (a | np.uint32(1))
    t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
    return np.asarray((t ^ (t >> np.uint32(14))) / 2.0**32)


class Draws:
    """A fixed table of other weights: each times 2 to the power of -1 to 1, offsets too."""

    def __init__(self, tables: Tables, judge: Judge) -> None:
        rules, count = tables.model.rules, len(tables.weights)
        self._tables = tables
        self._judge = judge
        table = uniform(rules.seed, rules.draws * (count + 1)).reshape(rules.draws, -1)
        factors = 2.0 ** (2.0 * table - 1.0)
        weights = tables.weights * factors[:, :count]
        evened = tables.weights.sum() / weights.sum(axis=1)  # so that each sample's add up the same
        self._variation = Variation(weights * evened[:, None], factors[:, count])

    def robust(self, row: Rows, beside: Beside, advised: int) -> float:
        """Return the share of samples that keep the approach of `advised`. About 2 ms."""
        verdicts = self._judge.verdicts(row[None, :], beside, self._variation)
        approach = self._tables.approach
        return float((approach[verdicts.advice] == approach[advised]).mean())


def level(
    model: DecisionModel, answers: Mapping[str, str], robust: float, margin: float
) -> Confidence:
    """Return the word for these figures, lowered by each key question that is open."""
    rules = model.rules
    open_ = tuple(key for key in rules.key if key not in answers)
    place = 2
    if robust >= rules.likely.robust and margin >= rules.likely.margin:
        place = 1
    if robust >= rules.clear.robust and margin >= rules.clear.margin:
        place = 0
    plain = any(answers.get(criterion) in options for criterion, options in model.plain.items())
    if not plain:
        place = max(place, min(2, len(open_)))
    return Confidence(WORDS[place], robust, margin, open_)
