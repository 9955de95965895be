"""
The second stage: the first one's passages in a better order, by a linear model over what they share
with the question.

There are two, trained on development questions alone (`tests/benchmarks/train.py`): one over words,
and one over words and meaning where that is known. In the second, meaning counts the more the less
of the question's words is found, and a passage in another language than the question's is judged by
it apart, since words cannot be compared there. No single feature carries either.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from knowledge.errors import InvalidModel
from knowledge.retrieval.dense import fuse
from knowledge.retrieval.features import Bools, Features, Rows
from knowledge.retrieval.query import Floats, Query
from knowledge.retrieval.terms import Terms
from knowledge.values import Hit, Phrase

FILE = Path(__file__).with_name("weights.json")
POOL = 30  # passages the second stage looks at
BEHIND = 0.7  # of what the reader would have in another language: half as likely
# what a passage of the own language is preferred by, where it holds that share of the question's
# content words
AT_HOME, SPOKEN = 1.2, 0.3
FARTHER = 0.1  # in meaning: between languages alone, what says the same lies that far apart
VERSION = 1  # of the features: weights trained for another one are not for this code
FEATURES = (
    "score", "words", "title", "key", "missing", "share", "pairs", "sequence", "content", "length",
    "cue", "two", "exact", "held", "rarest",
)  # fmt: skip
# those that follow where meaning is known; the first two are 0 for another language, the others for
# the question's own
MEANING = ("meaning", "alone", "foreign", "abroad", "likeness")


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """
    How near each passage lies to the question in meaning (`cosines`, NaN where that is not known),
    whether it is in another language (`foreign`), and how much of the question such a one speaks of
    in words of like meaning (`likeness`, 0..1; NaN where that is not known).
    """

    cosines: Floats
    foreign: Bools
    likeness: Floats


@dataclass(frozen=True, slots=True)
class Ranked:
    """
    The passage at index `at` of those given, its share 0..1 of the likelihood, and what the model
    weighed.
    """

    at: int
    score: float
    parts: tuple[tuple[str, float], ...] = ()


def features(query: Query, terms: Sequence[Terms], scores: Sequence[float]) -> Floats:
    """Return one row of `FEATURES` for each passage; `scores` are the first stage's."""
    shared = Features(query, terms)
    count = len(terms)
    total = query.weights.sum() or 1.0
    share, pairs = shared.share(), shared.pairs()
    content, titled = shared.content(titled=False), shared.content(titled=True)
    words, title = shared.bm25()

    # what the best unit of each passage holds, 0 for a passage without units
    best = _best(content + share + 0.5 * pairs, shared.passage, count)
    has_units = best >= 0
    sequence = np.zeros(count)
    sequence[has_units] = shared.sequence(best[has_units].tolist())

    cue = np.zeros(count)
    np.maximum.at(cue, shared.passage, shared.cues() * titled)
    rarest = (shared.held * query.weights).max(axis=1, initial=0.0)
    columns = {
        "score": np.asarray(scores) / total,
        "words": words / total,
        "title": title / total,
        "key": shared.held @ query.key,
        "missing": np.where(shared.held, 0.0, query.content).max(axis=1, initial=0.0),
        "share": np.where(has_units, share[best], 0.0),
        "pairs": np.where(has_units, pairs[best], 0.0),
        "sequence": sequence,
        "content": np.where(has_units, titled[best], 0.0),
        "length": np.log1p(shared.words),
        "cue": cue,
        "two": _two(share, shared.passage, count),
        "exact": shared.exact(),
        "held": shared.held @ query.content,
        "rarest": rarest / (query.weights.max(initial=0.0) or 1.0),
    }
    return np.column_stack([columns[name] for name in FEATURES])


def meaning_features(words: Floats, sense: Sense) -> Floats:
    """
    Return one row of `FEATURES` and `MEANING` for each passage; `words` are its `FEATURES`.

    "alone" is how far a passage lies behind the nearest one, times the share of the question that
    no passage of its language holds: 0 where words say enough.
    """
    own = ~sense.foreign
    cosines = _completed(sense.cosines)
    held = words[:, FEATURES.index("held")]
    unheard = 1.0 - held[own].max(initial=0.0)
    behind = cosines - cosines[own].max(initial=-1.0)
    columns = {
        "meaning": np.where(own, cosines, 0.0),
        "alone": np.where(own, behind * unheard, 0.0),
        "foreign": sense.foreign.astype(np.float64),
        "abroad": np.where(own, 0.0, cosines),
        "likeness": np.where(own, 0.0, np.nan_to_num(sense.likeness)),
    }
    added = [columns[name] for name in MEANING]
    return np.column_stack([words, *added])


def reranked(query: Query, hits: Sequence[Hit], limit: int) -> list[Hit]:
    """
    Return at most `limit` hits in the second stage's order; what lies below its pool follows in the
    first stage's.

    `hits` are the first stage's, best first, those of the pool with their terms and, where it is
    known, their meaning. Where the first stage's order is `fused`, both orders count.
    """
    pool = hits[:POOL]
    packed = [hit.terms for hit in pool]
    ranked = rank(query, packed, [hit.score for hit in hits], _sense(query, pool))
    if any(hit.fused for hit in hits):
        by_place = {row.at: row for row in ranked}
        order = fuse([row.at for row in ranked], range(len(hits)))
        ranked = [by_place[at] for at in order]
    ordered = []
    for row in ranked[:limit]:
        hit = hits[row.at]
        again = Hit(
            hit.passage,
            row.score,
            row.parts,
            row.at + 1,
            hit.terms,
            hit.sparse_alone,
            hit.fused,
            hit.meaning,
            hit.near,
            hit.likeness,
        )
        ordered.append(again)
    return ordered


def rank(
    query: Query, terms: Sequence[str], scores: Sequence[float], sense: Sense | None = None
) -> list[Ranked]:
    """
    Return passages best first: those with `terms` (packed) by the model, then those that have only
    a first-stage score. `sense` is that of the former.

    About 1.5 ms for thirty.
    """
    if not terms or not query.forms:
        return [Ranked(at, 1.0 / (at + 1)) for at in range(len(scores))]

    unpacked = [Terms.unpack(packed) for packed in terms]
    rows = features(query, unpacked, scores[: len(terms)])
    names: tuple[str, ...] = FEATURES
    trained_for: Literal["passage", "meaning"] = "passage"
    if sense is not None:
        rows = meaning_features(rows, sense)
        names = FEATURES + MEANING
        trained_for = "meaning"
    odds = rows @ weights(trained_for, names)
    if sense is not None:
        odds = _at_home_first(odds, rows[:, FEATURES.index("content")], sense)
    chances = np.exp(odds - odds.max())
    chances /= chances.sum()

    ranked: list[Ranked] = []
    for at in np.argsort(-odds, kind="stable").tolist():
        parts = tuple(zip(names, rows[at].tolist(), strict=True))
        ranked.append(Ranked(at, float(chances[at]), parts))
    least = ranked[-1].score
    below = range(len(terms), len(scores))
    return ranked + [Ranked(at, least / (at + 1)) for at in below]


def weights(model: str, names: tuple[str, ...]) -> Floats:
    """
    Return one model's trained weights in the order of `names`.

    Raises:
        InvalidModel: they were trained for other features than this code reckons.
    """
    by_name = trained()[model]
    return np.array([by_name[name] for name in names])


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


def _sense(query: Query, hits: Sequence[Hit]) -> Sense | None:
    """Return what is known of the hits' meaning; None where nothing is."""
    cosines: Floats = np.full(len(hits), np.nan)
    likeness: Floats = np.full(len(hits), np.nan)
    foreign = np.zeros(len(hits), np.bool_)
    for at, hit in enumerate(hits):
        foreign[at] = hit.passage.language != query.language
        if hit.meaning is not None:
            cosines[at] = hit.meaning
        if hit.likeness is not None:
            likeness[at] = hit.likeness
    if np.isnan(cosines).all():
        return None
    return Sense(cosines, foreign, likeness)


def _at_home_first(odds: Floats, content: Floats, sense: Sense) -> Floats:
    """
    Return the odds with no passage in another language before one in the question's own that lies
    nearer in meaning and holds as much of its words, and the others behind where it holds enough of
    them: where both say it, people want their own language.
    """
    own = np.flatnonzero(~sense.foreign)
    if not len(own):
        return odds
    best = own[odds[own].argmax()]
    cosines = _completed(sense.cosines)
    behind = (cosines < cosines[best] - FARTHER) & (content <= content[best])
    odds = np.where(sense.foreign & behind, np.minimum(odds, odds[best] - BEHIND), odds)
    return np.where(sense.foreign & (content[best] >= SPOKEN), odds - AT_HOME, odds)


def _completed(cosines: Floats) -> Floats:
    """Return them with the median in place of what is not known: it speaks for no passage."""
    return np.where(np.isnan(cosines), np.nanmedian(cosines), cosines)


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
