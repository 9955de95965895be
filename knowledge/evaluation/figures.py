"""
The figures of a set, overall and by language, and how they moved since the run before.

Kept runs lie in one JSON file a set, so that a change of documents, weights or models shows in the
next run.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from knowledge.evaluation.measures import mean, percentile
from knowledge.evaluation.run import DEPTHS, Outcome, Result

KEPT = 50  # runs of one set
Figures = dict[str, Any]
SHARES = (
    "ndcg@10",
    *(f"recall@{depth}" for depth in DEPTHS),
    "mrr@10",
    "answer@3",
    "citations",
    "refusal_precision",
    "refusal_recall",
)


def figures(result: Result) -> Figures:
    """
    Return the figures; shares are 0..1 and only there where the questions say what is right.

    "recall@k" and "mrr@10" count right documents, "answer@3" gold spans in the first three
    sentences, "citations" answers that cite a right document. "refusal_precision" is how many
    refusals were right, "refusal_recall" how many of the questions without an answer were refused.
    "dense" compares search with and without dense vectors. Times are of the search alone.
    """
    times = [outcome.milliseconds for outcome in result.outcomes]
    spoken = {outcome.case.language for outcome in result.outcomes}
    return {
        "documents": result.documents,
        "queries": len(result.outcomes),
        **_shares(result.outcomes),
        **_dense(result.outcomes),
        "index_seconds": round(result.seconds, 3),
        "milliseconds": {
            "p50": round(percentile(times, 50), 3),
            "p99": round(percentile(times, 99), 3),
        },
        "languages": {
            language: {"queries": len(own), **_shares(own)}
            for language in ("ja", "en")
            if language in spoken
            for own in [[o for o in result.outcomes if o.case.language == language]]
        },
    }


def _dense(outcomes: Sequence[Outcome]) -> Figures:
    """
    Return whether dense vectors win: more nDCG@10 over all questions that say what is right,
    whatever is in use now.
    """
    compared = [o.dense for o in outcomes if o.dense is not None]
    if not compared:
        return {}
    without, with_ = (mean(values) or 0.0 for values in zip(*compared, strict=True))
    return {"dense": {"ndcg@10": with_, "without": without, "wins": with_ > without}}


def _shares(outcomes: Sequence[Outcome]) -> dict[str, float]:
    ranked = [o for o in outcomes if o.rank is not None]
    judged = [o for o in outcomes if o.case.answerable is not None]
    refused = [o for o in judged if o.refused]
    unanswerable = [o for o in judged if not o.case.answerable]
    found = {
        "ndcg@10": mean([o.ndcg for o in ranked]),
        **{f"recall@{depth}": mean([o.recall[depth] for o in ranked]) for depth in DEPTHS},
        "mrr@10": mean([o.reciprocal for o in ranked]),
        "answer@3": mean([float(o.answered) for o in outcomes if o.answered is not None]),
        "citations": mean([float(o.cited) for o in outcomes if o.cited is not None]),
        "refusal_precision": mean([float(not o.case.answerable) for o in refused]),
        "refusal_recall": mean([float(o.refused) for o in unanswerable]),
    }
    return {name: value for name, value in found.items() if value is not None}


class History:
    """The kept runs of every set, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def before(self, name: str) -> Figures | None:
        """Return the run kept last: {"at", "state", "figures"}; None when there is none."""
        kept = self._kept(name)
        return kept[-1] if kept else None

    def keep(self, name: str, at: str, state: str, measured: Figures) -> None:
        """Keep a run; `state` says what was on the shelf and how it was encoded."""
        kept = [*self._kept(name), {"at": at, "state": state, "figures": measured}][-KEPT:]
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._path(name).with_suffix(".new")
        fresh.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(self._path(name))

    def _kept(self, name: str) -> list[Figures]:
        try:
            kept: list[Figures] = json.loads(self._path(name).read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return kept

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def moved(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, float]:
    """Return by how much each share moved; only those both runs have."""
    return {
        name: round(now[name] - before[name], 4)
        for name in SHARES
        if name in now and name in before
    }
