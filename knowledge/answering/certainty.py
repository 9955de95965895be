"""
How likely the passages hold the answer at all, and whether that is enough to answer, or to be sure.

A linear model over what the best passages share with the question, trained on questions whose
passages were taken away.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.features import Features
from knowledge.retrieval.query import Floats
from knowledge.retrieval.rerank import trained, weights
from knowledge.text.answer_types import unmistakable
from knowledge.values import Hit

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
TINY = 1e-9  # a score of nothing

Verdict = Literal["none", "unsure", "sure"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    `likely` is how likely the passages hold the answer, 0..1; `verdict` says it in the words of an
    answer. `missing` are content words of the question that none of them holds.
    """

    likely: float
    verdict: Verdict
    missing: tuple[str, ...]


def judge(overlap: Features, distances: Floats) -> Judgement:
    """
    Judge the best passages; `distances` are their scores below the best one's (see `gaps`).
    """
    query = overlap.query
    likely = _logistic(float(signs(overlap, distances) @ weights("signs", SIGNS)))
    bounds = trained()["bounds"]
    refuse, sure = bounds["refuse"], bounds["sure"]

    wanted = unmistakable(query.kinds)
    if wanted and not overlap.shown(wanted):
        likely = min(likely, sure / 2)
    held = held_by_any(overlap)
    if query.unheard(held) > MUCH:
        refuse = max(refuse, DOUBT)

    verdict: Verdict = "unsure"
    if likely < refuse:
        verdict = "none"
    elif likely >= sure:
        verdict = "sure"
    return Judgement(likely, verdict, query.missing(held))


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
