"""
The page of an evaluation: figures, their movement, where the right documents ranked, and every
miss. One file.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def key(share: str) -> str:
    """Return the name of a measure's sentence: "recall@3" is "recall_3"."""
    return share.replace("@", "_")


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

    def say(name: str, **values: object) -> str:
        return texts.say(f"evaluate.{name}", language, **values)

    page = environment.get_template("report.html").render(
        say=say, language=language, at=at, state=state, sets=[_set(run, language) for run in runs]
    )
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        unwritten = texts.phrase("evaluate.unwritten", name=path)
        raise InvalidSettings("report_unwritten", unwritten.ja, unwritten.en) from error


def _set(run: Run, language: Language) -> dict[str, Any]:
    movement = moved(run.figures, run.before["figures"]) if run.before else {}
    ranked = [outcome for outcome in run.result.outcomes if outcome.rank is not None]
    counted = Counter(_bucket(outcome.rank or 0) for outcome in ranked)
    misses = [miss for outcome in run.result.outcomes if (miss := _miss(outcome))]
    return {
        "name": run.result.name,
        "figures": run.figures,
        "before": run.before,
        "shares": [
            {
                "key": key(share),
                "value": run.figures[share],
                "moved": movement.get(share),
                "before": (run.before["figures"].get(share) if run.before else None),
                "languages": [
                    (name, own.get(share)) for name, own in run.figures["languages"].items()
                ],
            }
            for share in SHARES
            if share in run.figures
        ],
        "ranks": [
            {"label": label, "count": counted[label], "share": counted[label] / len(ranked)}
            for label in _LABELS
        ]
        if ranked
        else [],
        "misses": misses[:MISSES],
        "missed": len(misses),
    }


def _bucket(rank: int) -> str:
    return next((label for label, low, high in RANKS if low <= rank <= high), "none")


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
    if not faults:
        return None
    return {
        "id": outcome.case.id,
        "text": outcome.case.text,
        "faults": faults,
        "rank": outcome.rank,
        "found": outcome.found,
    }
