"""
The second stage: the first one's passages in a better order, by a linear model over what they share
with the question.

The model was trained on Japanese development questions (`tests/benchmarks/train.py`); no single
feature carries it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.errors import InvalidModel
from knowledge.retrieval.dense import fuse
from knowledge.retrieval.features import Features
from knowledge.retrieval.query import Floats, Query
from knowledge.retrieval.terms import Terms
from knowledge.values import Hit, Phrase

Rows = npt.NDArray[np.int64]
FILE = Path(__file__).with_name("weights.json")
POOL = 30  # passages the second stage looks at
VERSION = 1  # of the features: weights trained for another one are not for this code
FEATURES = (
    "score", "words", "title", "key", "missing", "share", "pairs", "sequence", "content", "length", "cue", "two", "exact",
    "held", "rarest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked:
    """
    The passage at index `at` of those given, its share 0..1 of the likelihood, and what the model
    weighed.
    """

    at: int
    score: float
    parts: tuple[tuple[str, float], ...] = ()


def features(asked: Query, terms: Sequence[Terms], scores: Sequence[float]) -> Floats:
    """Return one row of `FEATURES` for each passage; `scores` are the first stage's."""
    overlap = Features(asked, terms)
    total = asked.weights.sum() or 1.0
    share, content, titled, pairs = (
        overlap.share(),
        overlap.content(titled=False),
        overlap.content(titled=True),
        overlap.pairs(),
    )
    best = _best(content + share + 0.5 * pairs, overlap.passage, len(terms))
    words, title = overlap.bm25()
    cue = np.zeros(len(terms))
    np.maximum.at(cue, overlap.passage, overlap.cues() * titled)
    missing = np.where(overlap.held, 0.0, asked.content).max(axis=1, initial=0.0)
    known = best >= 0
    order = np.zeros(len(terms))
    order[known] = overlap.sequence(best[known].tolist())
    return np.column_stack(
        [
            np.asarray(scores) / total,
            words / total,
            title / total,
            overlap.held @ asked.key,
            missing,
            *(np.where(known, values[best], 0.0) for values in (share, pairs)),
            order,
            np.where(known, titled[best], 0.0),
            np.log1p(overlap.words),
            cue,
            _two(share, overlap.passage, len(terms)),
            overlap.exact(),
            overlap.held @ asked.content,
            (overlap.held * asked.weights).max(axis=1, initial=0.0)
            / (asked.weights.max(initial=0.0) or 1.0),
        ]
    )


def reranked(query: Query, hits: Sequence[Hit], limit: int) -> list[Hit]:
    """
    Return at most `limit` hits in the second stage's order; what lies below its pool follows in the
    first stage's.

    `hits` are the first stage's, best first, those of the pool with their terms. The second stage
    knows words alone: where the first one's order is `fused`, both orders count.
    """
    packed = [hit.terms for hit in hits[:POOL]]
    ranked = rank(query, packed, [hit.score for hit in hits])
    if any(hit.fused for hit in hits):
        by_place = {row.at: row for row in ranked}
        order = fuse([row.at for row in ranked], range(len(hits)))
        ranked = [by_place[at] for at in order]
    ordered = []
    for row in ranked[:limit]:
        hit = hits[row.at]
        again = Hit(
            hit.passage, row.score, row.parts, row.at + 1, hit.terms, hit.sparse_alone, hit.fused
        )
        ordered.append(again)
    return ordered


def rank(asked: Query, terms: Sequence[str], scores: Sequence[float]) -> list[Ranked]:
    """
    Return passages best first: those with `terms` (packed) by the model, then those that have only
    a first-stage score.

    About 1.5 ms for thirty.
    """
    if not terms or not asked.forms:
        return [Ranked(at, 1.0 / (at + 1)) for at in range(len(scores))]
    rows = features(asked, [Terms.unpack(packed) for packed in terms], scores[: len(terms)])
    odds = rows @ weights("passage", FEATURES)
    chances = np.exp(odds - odds.max())
    chances /= chances.sum()
    order = np.argsort(-odds, kind="stable").tolist()
    ranked = [
        Ranked(at, float(chances[at]), tuple(zip(FEATURES, rows[at].tolist(), strict=True)))
        for at in order
    ]
    least = ranked[-1].score
    return ranked + [Ranked(at, least / (at + 1)) for at in range(len(terms), len(scores))]


def weights(model: str, names: tuple[str, ...]) -> Floats:
    """
    Return one model's trained weights in the order of `names`.

    Raises:
        InvalidModel: they were trained for other features than this code reckons.
    """
    known = trained()[model]
    return np.array([known[name] for name in names])


@cache
def trained() -> dict[str, dict[str, float]]:
    """
    Return what `tests/benchmarks/train.py` wrote. Raises InvalidModel when it was for other
    features.
    """
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    if content["version"] != VERSION:
        reason = f"{FILE.name}: version {content['version']} ≠ {VERSION}"
        raise InvalidModel("invalid_weights", Phrase(reason, reason))
    return content


def _best(values: Floats, passage: Rows, count: int) -> Rows:
    """Return the row of each passage's best unit, -1 for a passage without units."""
    best = np.full(count, -1)
    order = np.argsort(values, kind="stable")
    best[passage[order]] = order
    return best


def _two(values: Floats, passage: Rows, count: int) -> Floats:
    """Return the sum of each passage's two best values."""
    total = np.zeros(count)
    np.maximum.at(total, passage, values)
    rest = values.copy()
    best = _best(values, passage, count)
    rest[best[best >= 0]] = 0.0
    second = np.zeros(count)
    np.maximum.at(second, passage, rest)
    return total + second
