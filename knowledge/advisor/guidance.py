"""
What is said about each configuration: summary, ranges, risks, first steps; and short names. Kept
apart from the weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.advisor.model import FOLDER
from knowledge.advisor.parts import invalid, parse_yaml, phrase
from knowledge.advisor.values import Criterion, Model
from knowledge.values import Phrase


@dataclass(frozen=True, slots=True)
class Range:
    """A rough figure in words, and the grade of its evidence: A, B or C."""

    text: Phrase
    grade: str


@dataclass(frozen=True, slots=True)
class Advice:
    """
    The texts of one configuration. `evidence` are the public cases behind the ranges, each with its
    grade.
    """

    summary: Phrase
    slides: tuple[int, ...]
    cost: Range
    time: Range
    staff: Range
    evidence: tuple[Phrase, ...]
    risks: tuple[Phrase, ...]
    prerequisites: tuple[Phrase, ...]
    next: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Guidance:
    """
    All texts of results. `criteria` and `short` are short names; `levers` are sentences with an
    "$option" to fill in.

    `unconfirmed` names, by configuration, the criteria a recommendation leans on and should not be
    left open.
    """

    version: str
    note: Phrase
    advice: Mapping[str, Advice]
    impact: Mapping[str, tuple[Phrase, ...]]
    unconfirmed: Mapping[str, tuple[str, ...]]
    criteria: Mapping[str, Phrase]
    short: Mapping[str, Phrase]
    levers: Mapping[str, Phrase]


def load(model: Model, text: str | None = None) -> Guidance:
    """
    Read the texts that belong to `model`; None reads the built-in ones.

    Raises:
        InvalidModel: a configuration or criterion has no text, or a text lacks a language.
    """
    raw = parse_yaml(
        text if text is not None else (FOLDER / "results.yaml").read_text(encoding="utf-8"),
        "results.yaml",
    )
    labels = parse_yaml((FOLDER / "labels.yaml").read_text(encoding="utf-8"), "labels.yaml")
    try:
        results = raw["results"]
        return Guidance(
            version=str(raw["version"]),
            note=phrase(raw["range_note"], "range_note"),
            advice={
                c.id: _advice(results, c.id)
                for c in model.configurations
                if _told(c.id, results, labels)
            },
            impact={
                key: _phrases(rows, f"extra_by_impact.{key}")
                for key, rows in raw["extra_by_impact"].items()
            },
            unconfirmed={key: tuple(rows) for key, rows in raw["unconfirmed_notes"].items()},
            criteria={
                c.id: _label(c, labels["criteria"]) for c in (*model.criteria, *model.advisory)
            },
            short={
                c.id: phrase(labels["configurations"][c.id], c.id) for c in model.configurations
            },
            levers={key: phrase(row, f"levers.{key}") for key, row in labels["levers"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise invalid(
            "results.yaml",
            f"{error} がないか、読み取れません",
            f"lacks {error}, or it cannot be read",
        ) from error


def _told(id_: str, results: dict[str, Any], labels: dict[str, Any]) -> bool:
    """Refuse a configuration nothing could be said about."""
    if id_ not in results or id_ not in labels["configurations"]:
        known = ", ".join(results)
        ja, en = (
            f"説明文のない構成です。使えるのは {known} です",
            f"is a configuration without texts; known: {known}",
        )
        raise invalid(f"configs.{id_}", ja, en)
    return True


def _label(criterion: Criterion, labels: dict[str, Any]) -> Phrase:
    return criterion.label or phrase(labels.get(criterion.id), f"criteria.{criterion.id}.label")


def _advice(results: dict[str, Any], id_: str) -> Advice:
    row = results[id_]
    row = results[row["inherit"]] | row if "inherit" in row else row
    return Advice(
        summary=phrase(row["summary"], f"results.{id_}.summary"),
        slides=tuple(row["slides"]),
        cost=_range(row["cost"], f"results.{id_}.cost"),
        time=_range(row["time"], f"results.{id_}.time"),
        staff=_range(row["staff"], f"results.{id_}.staff"),
        evidence=_phrases(row["evidence"], f"results.{id_}.evidence"),
        risks=_phrases(row["risks"], f"results.{id_}.risks"),
        prerequisites=_phrases(row["prerequisites"], f"results.{id_}.prerequisites"),
        next=_phrases(row["next"], f"results.{id_}.next"),
    )


def _range(row: dict[str, Any], place: str) -> Range:
    if row.get("grade") not in ("A", "B", "C"):
        raise invalid(place, "根拠の等級はA・B・Cのいずれかです", "needs a grade of A, B or C")
    return Range(phrase(row, place), row["grade"])


def _phrases(rows: list[Any], place: str) -> tuple[Phrase, ...]:
    return tuple(phrase(row, f"{place}.{i}") for i, row in enumerate(rows, 1))
