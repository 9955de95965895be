"""
What is said about each configuration: summary, ranges, risks, first steps; and short names. Kept
apart from the weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.advisor.faults import invalid
from knowledge.advisor.model import FOLDER
from knowledge.advisor.parts import (
    listed,
    mapping,
    needed,
    numbers,
    parse_yaml,
    phrase,
    sentence_with,
    words,
)
from knowledge.advisor.values import Criterion, DecisionModel
from knowledge.values import Phrase

RESULTS = "results.yaml"
LABELS = "labels.yaml"
GRADES = ("A", "B", "C")  # of evidence, best first


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


def load(model: DecisionModel, text: str | None = None) -> Guidance:
    """
    Read the texts that belong to `model`; None reads the built-in ones.

    Raises:
        InvalidModel: a configuration or criterion has no text, or a text lacks a language; the
        sentence names the place.
    """
    if text is None:
        text = (FOLDER / RESULTS).read_text(encoding="utf-8")
    raw = parse_yaml(text, RESULTS)
    results = mapping(needed(raw, RESULTS, "results"), "results")
    labels = parse_yaml((FOLDER / LABELS).read_text(encoding="utf-8"), LABELS)
    short = mapping(needed(labels, LABELS, "configurations"), f"{LABELS}: configurations")
    advice = {}
    for configuration in model.configurations:
        _check_known(configuration.id, results, short)
        advice[configuration.id] = _advice(results, configuration.id)
    return Guidance(
        version=str(needed(raw, RESULTS, "version")),
        note=phrase(needed(raw, RESULTS, "range_note"), "range_note"),
        advice=advice,
        impact=_impact(needed(raw, RESULTS, "extra_by_impact")),
        unconfirmed=_unconfirmed(needed(raw, RESULTS, "unconfirmed_notes")),
        criteria=_criteria(model, needed(labels, LABELS, "criteria")),
        short={config.id: phrase(short[config.id], config.id) for config in model.configurations},
        levers=_levers(needed(labels, LABELS, "levers")),
    )


def _check_known(id_: str, results: Mapping[str, Any], short: Mapping[str, Any]) -> None:
    """Refuse a configuration nothing could be said about."""
    if id_ not in results or id_ not in short:
        known = ", ".join(results)
        raise invalid(f"configs.{id_}", "texts_missing", known=known)


def _advice(results: dict[str, Any], id_: str) -> Advice:
    place = f"results.{id_}"
    row = mapping(results[id_], place)
    if "inherit" in row:
        parent = str(row["inherit"])
        row = mapping(needed(results, f"{place}.inherit", parent), f"results.{parent}") | row
    return Advice(
        summary=phrase(needed(row, place, "summary"), f"{place}.summary"),
        slides=numbers(needed(row, place, "slides"), f"{place}.slides"),
        cost=_range(row, place, "cost"),
        time=_range(row, place, "time"),
        staff=_range(row, place, "staff"),
        evidence=_phrases(needed(row, place, "evidence"), f"{place}.evidence"),
        risks=_phrases(needed(row, place, "risks"), f"{place}.risks"),
        prerequisites=_phrases(needed(row, place, "prerequisites"), f"{place}.prerequisites"),
        next=_phrases(needed(row, place, "next"), f"{place}.next"),
    )


def _range(row: Mapping[str, Any], place: str, field: str) -> Range:
    inner = f"{place}.{field}"
    values = mapping(needed(row, place, field), inner)
    grade = values.get("grade")
    if grade not in GRADES:
        raise invalid(inner, "grade_unknown")
    return Range(phrase(values, inner), grade)


def _phrases(rows: Any, place: str) -> tuple[Phrase, ...]:
    phrases = []
    for number, row in enumerate(listed(rows, place), 1):
        phrases.append(phrase(row, f"{place}.{number}"))
    return tuple(phrases)


def _impact(rows: Any) -> dict[str, tuple[Phrase, ...]]:
    """Return the risks that each answer about the impact of mistakes adds."""
    impact = {}
    for option, sentences in mapping(rows, "extra_by_impact").items():
        impact[option] = _phrases(sentences, f"extra_by_impact.{option}")
    return impact


def _unconfirmed(rows: Any) -> dict[str, tuple[str, ...]]:
    unconfirmed = {}
    for configuration, criteria in mapping(rows, "unconfirmed_notes").items():
        unconfirmed[configuration] = words(criteria, f"unconfirmed_notes.{configuration}")
    return unconfirmed


def _criteria(model: DecisionModel, labels: Any) -> dict[str, Phrase]:
    """Return the short name of every criterion: its own, else the one that comes with us."""
    known = mapping(labels, f"{LABELS}: criteria")
    return {criterion.id: _label(criterion, known) for criterion in model.questions}


def _label(criterion: Criterion, labels: Mapping[str, Any]) -> Phrase:
    if criterion.label is not None:
        return criterion.label
    return phrase(labels.get(criterion.id), f"criteria.{criterion.id}.label")


def _levers(rows: Any) -> dict[str, Phrase]:
    levers = {}
    for criterion, row in mapping(rows, f"{LABELS}: levers").items():
        levers[criterion] = sentence_with(row, f"levers.{criterion}", "option")
    return levers
