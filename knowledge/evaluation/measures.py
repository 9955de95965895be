"""The measures, each a pure function of what was found and what is right; shares are 0..1."""

import math
import unicodedata
from collections.abc import Mapping, Sequence

DEPTH = 10


def ndcg(ranked: Sequence[str], gold: Mapping[str, float], depth: int = DEPTH) -> float:
    """
    Return the discounted gain of the first `depth` ranked, as a share of the best order's; 0
    without gold.
    """
    best = _gain(sorted(gold.values(), reverse=True)[:depth])
    if not best:
        return 0.0
    return _gain([gold.get(id_, 0.0) for id_ in ranked[:depth]]) / best


def recall(ranked: Sequence[str], gold: Mapping[str, float], depth: int) -> float:
    """Return the share of the gold documents among the first `depth` ranked; 0 without gold."""
    if not gold:
        return 0.0
    return len(set(ranked[:depth]) & set(gold)) / len(gold)


def first_rank(ranked: Sequence[str], gold: Mapping[str, float]) -> int:
    """Return the rank of the first gold document, from 1; 0 when none was found."""
    for rank, id_ in enumerate(ranked, 1):
        if id_ in gold:
            return rank
    return 0


def reciprocal_rank(ranked: Sequence[str], gold: Mapping[str, float], depth: int = DEPTH) -> float:
    """
    Return 1 / the rank of the first gold document, or 0 when it is not among the first `depth`.
    """
    rank = first_rank(ranked[:depth], gold)
    return 1 / rank if rank else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` percent of the values do not exceed; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def holds(text: str, spans: Sequence[str]) -> bool:
    """Return whether one of `spans` stands in `text`, whatever the width of the letters (NFKC)."""
    plain = unicodedata.normalize("NFKC", text)
    return any(unicodedata.normalize("NFKC", span) in plain for span in spans)


def mean(values: Sequence[float]) -> float | None:
    """Return the mean to four places; None for none."""
    if not values:
        return None
    return round(sum(values) / len(values), 4)


def _gain(relevances: Sequence[float]) -> float:
    gain = 0.0
    for rank, relevance in enumerate(relevances, 1):
        gain += relevance / math.log2(rank + 1)
    return gain
