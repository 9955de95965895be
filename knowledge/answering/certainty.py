"""
How likely the passages hold the answer at all, and whether that is enough to answer. Whether the
answer is sure is judged later (`sureness.py`), but where words alone are known.

Two linear models. One knows words alone; it was trained on reading-comprehension questions whose
passages were taken away. Where words can be compared by what they mean, the other one judges, by
the signs of `coverage.py`; it was trained on everyday questions whose documents are there and
questions whose documents are not (`tests/benchmarks/train_certainty.py`).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from knowledge.answering.coverage import COVERAGE, Coverage, query_language
from knowledge.errors import InvalidModel
from knowledge.retrieval.features import Features
from knowledge.retrieval.kinship import Kinship
from knowledge.retrieval.query import Floats
from knowledge.retrieval.rerank import trained, weights
from knowledge.text.analysis import Analysis
from knowledge.text.answer_types import unmistakable
from knowledge.values import Hit, Phrase

FILE = Path(__file__).with_name("certainty.json")
VERSION = 2  # of the signs: weights trained for another one are not for this code
SIGNS = (
    "held",
    "together",
    "unit",
    "share",
    "pairs",
    "sequence",
    "key",
    "score",
    "margin",
    "cue",
    "unheard",
    "one",
)
# how likely an answer must be when much of what a question is about stands in no passage
DOUBT = 0.03
# of the content words: with more than a third unheard of, a question is about something else
MUCH = 0.34
UNSHOWN = "unshown"
TINY = 1e-9  # a score of nothing

Verdict = Literal["none", "unsure", "sure"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    `likely` is how likely the passages hold the answer, 0..1; `verdict` says it in the words of an
    answer. `missing` are content words of the question that none of them holds. `coverage` are the
    signs of `coverage.py` by name, empty where words alone were compared; under `UNSHOWN` stands 1
    where an amount of money is asked for and none is to be seen.
    """

    likely: float
    verdict: Verdict
    missing: tuple[str, ...]
    coverage: Mapping[str, float] = field(default_factory=dict)


class Certainty:
    """Judges what was found; without a `kinship` by words alone."""

    def __init__(self, analysis: Analysis, kinship: Kinship | None = None) -> None:
        self._analysis = analysis
        self._kinship = kinship

    def judge(self, overlap: Features, hits: Sequence[Hit], distances: Floats) -> Judgement:
        """
        Judge the best passages; `hits` are those of `overlap`, `distances` their scores below the
        best one's (see `gaps`). Words of two languages can only be compared by what they mean:
        where that is not known, what is foreign throughout is not refused for the words it lacks.
        """
        if self._kinship is None or not self._kinship.usable:
            return _by_words(overlap, hits, distances)
        coverage = self._coverage(overlap, hits, distances)
        row = coverage.row(self._kinship)
        bounds = learned()["bounds"]
        judgement = _judgement(overlap, chance(row), bounds["refuse"], bounds["sure"])
        by_name = dict(zip(COVERAGE, row.tolist(), strict=True))
        return replace(judgement, coverage=by_name | {UNSHOWN: float(_unshown(overlap))})

    def _coverage(self, overlap: Features, hits: Sequence[Hit], distances: Floats) -> Coverage:
        passages = [hit.passage for hit in hits]
        near = [hit.near for hit in hits]
        return Coverage(overlap, passages, distances, self._analysis, near=near)


def _by_words(overlap: Features, hits: Sequence[Hit], distances: Floats) -> Judgement:
    query = overlap.query
    likely = _logistic(float(signs(overlap, distances) @ weights("signs", SIGNS)))
    bounds = trained()["bounds"]
    refuse = bounds["refuse"]
    if query.unheard(held_by_any(overlap)) > MUCH:
        refuse = max(refuse, DOUBT)
    language = query_language(query)
    if all(hit.passage.language != language for hit in hits):
        refuse = 0.0
    return _judgement(overlap, likely, refuse, bounds["sure"])


def _judgement(overlap: Features, likely: float, refuse: float, sure: float) -> Judgement:
    """Return the verdict; a price without an amount of money is never sure."""
    query = overlap.query
    if _unshown(overlap):
        likely = min(likely, sure / 2)
    verdict: Verdict = "unsure"
    if likely < refuse:
        verdict = "none"
    elif likely >= sure:
        verdict = "sure"
    return Judgement(likely, verdict, query.missing(held_by_any(overlap)))


def _unshown(overlap: Features) -> bool:
    """Whether what is asked for has a form nobody mistakes, as money has, and none is there."""
    wanted = unmistakable(overlap.query.kinds)
    return bool(wanted) and not overlap.shown(wanted)


def chance(row: Floats) -> float:
    """Return how likely the answer is there, 0..1, from a row of `COVERAGE`."""
    by_name = learned()["weights"]
    return _logistic(float(row @ np.array([by_name[name] for name in COVERAGE])))


@cache
def learned() -> dict[str, Any]:
    """
    Return what `tests/benchmarks/train_certainty.py` wrote.

    Raises:
        InvalidModel: it was for other signs.
    """
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    if content["version"] != VERSION:
        reason = f"{FILE.name}: version {content['version']} ≠ {VERSION}"
        raise InvalidModel("invalid_weights", Phrase(reason, reason))
    return content


def signs(overlap: Features, distances: Floats) -> Floats:
    """
    Return the row of `SIGNS`: shares of the question that the best passages hold, and a constant 1.
    """
    asked = overlap.query
    if not len(overlap.units):
        return np.zeros(len(SIGNS))
    share, titled, pairs = overlap.share(), overlap.content(titled=True), overlap.pairs()
    best = int(np.argmax(titled + share + 0.5 * pairs))
    held = overlap.held @ asked.content
    words, title = overlap.bm25()
    total = asked.weights.sum() or 1.0
    together = held_by_any(overlap)
    margin = 0.0
    if len(distances) > 1:
        margin = -distances[1]
    return np.array(
        [
            held.max(),
            together @ asked.content,
            titled[best],
            share[best],
            pairs[best],
            overlap.sequence([best])[0],
            together @ asked.key - asked.key.sum(),
            (words + title).max() / total,
            margin,
            overlap.cues()[best],
            asked.unheard(together),
            1.0,
        ]
    )


def held_by_any(overlap: Features) -> npt.NDArray[np.bool_]:
    """Return which slots the passages hold together."""
    return np.asarray(overlap.held.any(axis=0), np.bool_)


def gaps(hits: Sequence[Hit]) -> Floats:
    """Return how far each score lies below the best one's, as logarithms, 0 to -10."""
    best = max(hits[0].score, TINY)
    distances = [max(math.log(max(hit.score, TINY) / best), -10.0) for hit in hits]
    return np.array(distances)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
