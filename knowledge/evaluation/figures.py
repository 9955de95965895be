"""
The figures of a set, overall and by language, and how they moved since the run before.

Kept runs lie in one JSON file a set, so that a change of documents, weights or models shows in the
next run.
"""

import json
from collections import defaultdict
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
    "right",
    "says",
    "first",
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
    "right" counts answers that are as expected in all that is known of them, "says" those that say
    what they must and nothing they must not, "first" right first sentences; "kinds" has "right" for
    each kind of question. "dense" compares search with and without dense vectors. Times are of the
    search alone.
    """
    times = [outcome.milliseconds for outcome in result.outcomes]
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
        "languages": _by_language(result.outcomes),
        **_by_kind(result.outcomes),
    }


def _by_language(outcomes: Sequence[Outcome]) -> Figures:
    """Return the shares of each language that questions were asked in, Japanese first."""
    by_language = {}
    for language in ("ja", "en"):
        own = [outcome for outcome in outcomes if outcome.case.language == language]
        if own:
            by_language[language] = {"queries": len(own), **_shares(own)}
    return by_language


def _by_kind(outcomes: Sequence[Outcome]) -> Figures:
    """Return how many questions of each kind were answered as expected, in the set's order."""
    judged: defaultdict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.faults is not None and outcome.case.kind:
            judged[outcome.case.kind].append(float(not outcome.faults))
    if not judged:
        return {}
    kinds = {}
    for kind, values in judged.items():
        kinds[kind] = {"queries": len(values), "right": mean(values)}
    return {"kinds": kinds}


def _expected(outcome: Outcome) -> dict[str, float]:
    """Return what an outcome adds to the shares of answers judged by patterns."""
    if outcome.faults is None:
        return {}
    expected = outcome.case.expected
    values = {"right": float(not outcome.faults)}
    if expected.must or expected.must_not:
        values["says"] = float({"must", "must_not"}.isdisjoint(outcome.faults))
    if expected.first is not None:
        values["first"] = float("first" not in outcome.faults)
    return values


def _dense(outcomes: Sequence[Outcome]) -> Figures:
    """
    Return whether dense vectors win: more nDCG@10 over all questions that say what is right,
    whatever is in use now.
    """
    compared = [outcome.dense for outcome in outcomes if outcome.dense is not None]
    if not compared:
        return {}
    sparse, dense = zip(*compared, strict=True)
    without, with_ = mean(sparse) or 0.0, mean(dense) or 0.0
    return {"dense": {"ndcg@10": with_, "without": without, "wins": with_ > without}}


def _shares(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the shares that these outcomes give; those that nothing is known for are left out."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for name, value in _values(outcome).items():
            values[name].append(value)
    shares = {}
    for name in SHARES:
        share = mean(values[name])
        if share is not None:
            shares[name] = share
    return shares


def _values(outcome: Outcome) -> dict[str, float]:
    """Return what one outcome adds to each share it counts for."""
    values = _expected(outcome)
    if outcome.rank is not None:
        values["ndcg@10"] = outcome.ndcg
        values["mrr@10"] = outcome.reciprocal
        for depth in DEPTHS:
            values[f"recall@{depth}"] = outcome.recall[depth]
    if outcome.answered is not None:
        values["answer@3"] = float(outcome.answered)
    if outcome.cited is not None:
        values["citations"] = float(outcome.cited)
    answerable = outcome.case.answerable
    if answerable is not None and outcome.refused:
        values["refusal_precision"] = float(not answerable)
    if answerable is False:
        values["refusal_recall"] = float(outcome.refused)
    return values


class History:
    """The kept runs of every set, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def before(self, name: str) -> Figures | None:
        """Return the run kept last: {"at", "state", "figures"}; None when there is none."""
        runs = self._runs(name)
        return runs[-1] if runs else None

    def keep(self, name: str, at: str, state: str, measured: Figures) -> None:
        """Keep a run; `state` says what was on the shelf and how it was encoded."""
        run = {"at": at, "state": state, "figures": measured}
        runs = [*self._runs(name), run][-KEPT:]
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._path(name).with_suffix(".new")
        fresh.write_text(json.dumps(runs, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(self._path(name))

    def _runs(self, name: str) -> list[Figures]:
        try:
            runs: list[Figures] = json.loads(self._path(name).read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return runs

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def moved(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, float]:
    """Return by how much each share moved; only those both runs have."""
    movement = {}
    for name in SHARES:
        if name in now and name in before:
            movement[name] = round(now[name] - before[name], 4)
    return movement
