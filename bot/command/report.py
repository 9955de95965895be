"""
The page of an evaluation: figures, their movement, where the right documents ranked, and every
miss. One file.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.settings import InvalidSettings
from handlers.texts import Texts
from knowledge.evaluation.figures import SHARES, Figures, moved
from knowledge.evaluation.run import Outcome, Result
from knowledge.values import Language

MISSES = 200  # questions listed a set
RANKS = (("1", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4-10", 4, 10), ("11-", 11, 10**9))
_LABELS = (*(label for label, _, _ in RANKS), "none")


@dataclass(frozen=True, slots=True)
class Run:
    """One set: what came of each question, the figures, and the run kept before it or None."""

    result: Result
    figures: Figures
    before: Figures | None


Measure = Literal[
    "ndcg_10",
    "recall_1",
    "recall_3",
    "recall_10",
    "mrr_10",
    "right",
    "says",
    "first",
    "answer_3",
    "citations",
    "refusal_precision",
    "refusal_recall",
]


def key(share: str) -> Measure:
    """Return the name of a measure's sentence: "recall@3" is "recall_3"."""
    return cast("Measure", share.replace("@", "_"))


def _say(texts: Texts, language: Language, name: str, /, **values: object) -> str:
    return texts.say(f"evaluate.{name}", language, **values)


def write(
    path: Path, runs: list[Run], texts: Texts, language: Language, *, at: str, state: str
) -> None:
    """
    Write the page.

    Raises:
        InvalidSettings: the file cannot be written.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    say = partial(_say, texts, language)
    sets = [_set(run) for run in runs]
    template = environment.get_template("report.html")
    page = template.render(say=say, language=language, at=at, state=state, sets=sets)
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        unwritten = texts.phrase("evaluate.unwritten", name=path)
        raise InvalidSettings("report_unwritten", unwritten) from error


def _set(run: Run) -> dict[str, Any]:
    misses = []
    for outcome in run.result.outcomes:
        miss = _miss(outcome)
        if miss is not None:
            misses.append(miss)
    return {
        "name": run.result.name,
        "figures": run.figures,
        "before": run.before,
        "shares": _shares(run),
        "ranks": _ranks(run.result.outcomes),
        "misses": misses[:MISSES],
        "missed": len(misses),
    }


def _shares(run: Run) -> list[dict[str, Any]]:
    """Return each measure that was taken, as it was before, and by language."""
    before: Figures = {}
    if run.before:
        before = run.before["figures"]
    movement = moved(run.figures, before) if run.before else {}
    shares = []
    for share in SHARES:
        if share not in run.figures:
            continue
        languages = [(name, own.get(share)) for name, own in run.figures["languages"].items()]
        row = {
            "key": key(share),
            "value": run.figures[share],
            "moved": movement.get(share),
            "before": before.get(share),
            "languages": languages,
        }
        shares.append(row)
    return shares


def _ranks(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return how many questions found their document at which rank; empty where none is known."""
    counts = Counter[str]()
    for outcome in outcomes:
        if outcome.rank is not None:
            counts[_bucket(outcome.rank)] += 1
    whole = counts.total()
    if not whole:
        return []
    return [_rank(label, counts[label], whole) for label in _LABELS]


def _rank(label: str, count: int, whole: int) -> dict[str, Any]:
    return {"label": label, "count": count, "share": count / whole}


def _bucket(rank: int) -> str:
    for label, low, high in RANKS:
        if low <= rank <= high:
            return label
    return "none"


def _miss(outcome: Outcome) -> dict[str, Any] | None:
    """
    Return what went wrong with a question, or None: not found among three, a gold span not said,
    wrongly refused or not.
    """
    faults = []
    if outcome.rank is not None and not 1 <= outcome.rank <= 3:
        faults.append("miss_rank" if outcome.rank else "miss_found")
    if outcome.answered is False:
        faults.append("miss_answer")
    if outcome.cited is False:
        faults.append("miss_cited")
    if outcome.case.answerable is not None and outcome.refused == outcome.case.answerable:
        faults.append("miss_refused" if outcome.refused else "miss_answered")
    faults += [f"miss_{fault}" for fault in outcome.faults or ()]
    if not faults:
        return None
    return {
        "id": outcome.case.id,
        "text": outcome.case.text,
        "faults": faults,
        "rank": outcome.rank,
        "found": outcome.found,
    }
