"""Reading the questions of a decision model and their options."""

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from knowledge.advisor.faults import invalid
from knowledge.advisor.values import Criterion, Kind, Option, Wording
from knowledge.advisor.yaml_fields import (
    fields,
    listed,
    mapping,
    name,
    number,
    phrase,
    sets,
    words,
)
from knowledge.values import Phrase

CRITERIA = 30  # at most; two more than anybody would answer
OPTIONS = 8  # of one question, so that every face can draw them with "not sure" besides
OPTION = 75  # characters, Slack's longest option text
LABEL = 30  # characters of a question's short name
PLAIN = ("label", "question", "help", "why")
NAMED = ("words",)  # other words for options, read from plain text
SCORED = ("weight", "kind", "options", "values")
SCORED_MORE = ("peak", "unless", "require", "prior")
FACT_MORE = ("many", "adds", "with")
KINDS = ("ordered", "nominal")


def criteria(rows: Any, texts: Mapping[str, Any], scale: float) -> tuple[Criterion, ...]:
    """Return the scored questions, in the order of the file."""
    scored = mapping(rows, "criteria")
    if not 1 <= len(scored) <= CRITERIA:
        raise invalid("criteria", "too_many", limit=CRITERIA)
    for id_, row in scored.items():
        known(row, f"criteria.{id_}", SCORED, set(scored) - {id_})
    return tuple(_scored(id_, row, texts, scale) for id_, row in scored.items())


def known(row: Any, place: str, needed: Collection[str], others: Collection[str]) -> None:
    """Refuse what lacks a field as new, or as a slip for one of `others` that is there."""
    there = mapping(row, place)
    lacking = sorted(set(needed) - set(there), key=list(needed).index)
    if not lacking:
        return
    *_, id_ = place.split(".")
    near = difflib.get_close_matches(id_, list(others), n=1, cutoff=0.0)
    raise invalid(place, "new_part", fields=", ".join(lacking), near="".join(near) or "–")


def limits(rows: Mapping[str, Any], texts: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """Return the questions about what an organisation can do."""
    found = []
    for id_, row in rows.items():
        found.append(_plain(id_, "limit", row, f"limits.{id_}", texts))
    return tuple(found)


def facts(rows: Any, texts: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """Return the questions that score and limit nothing by themselves."""
    found = []
    for id_, row in mapping(rows, "facts").items():
        fields(row, f"facts.{id_}", FACT_MORE, ("options",))
        found.append(_plain(id_, "fact", row, f"facts.{id_}", texts))
    return tuple(found)


def wording(texts: Mapping[str, Any], id_: str) -> Wording:
    """Return what a question says."""
    place = f"texts.questions.{id_}"
    said = fields(texts.get(id_) or {}, place, ("options", *NAMED), PLAIN)
    return Wording(
        label=phrase(said["label"], f"{place}.label", LABEL),
        question=phrase(said["question"], f"{place}.question"),
        help=phrase(said["help"], f"{place}.help"),
        why=phrase(said["why"], f"{place}.why"),
    )


def _scored(id_: str, row: Any, texts: Mapping[str, Any], scale: float) -> Criterion:
    place = f"criteria.{name(id_, 'criteria')}"
    values = fields(row, place, SCORED_MORE, SCORED)
    names = _names(values["options"], place)
    if values["kind"] not in KINDS:
        raise invalid(f"{place}.kind", "question_kind")
    worth = mapping(values["values"], f"{place}.values")
    if sorted(worth) != sorted(names):
        wrong = ", ".join(sorted(set(worth) ^ set(names)))
        raise invalid(f"{place}.values", "options_differ", names=", ".join(names), wrong=wrong)
    requires = sets(values.get("require", {}), f"{place}.require")
    options = []
    for option in names:
        text = _text(texts, id_, option)
        points, excludes = _values(worth[option], f"{place}.values.{option}", scale)
        needed = requires.get(option, frozenset())
        options.append(Option(option, text, points, excludes, needed))
    return Criterion(
        id=id_,
        kind="scored",
        weight=number(values["weight"], f"{place}.weight", 0, 100),
        words=wording(texts, id_),
        options=tuple(options),
        unless=sets(values.get("unless", {}), f"{place}.unless"),
        prior=_prior(values.get("prior"), f"{place}.prior", len(names)),
        peak=frozenset(words(values.get("peak", []), f"{place}.peak")),
        ordered=values["kind"] == "ordered",
    )


def _plain(id_: str, kind: Kind, row: Any, place: str, texts: Mapping[str, Any]) -> Criterion:
    values = mapping(row, place)
    names = _names(values.get("options"), place)
    options = tuple(Option(option, _text(texts, id_, option), {}) for option in names)
    even = tuple([1 / len(names)] * len(names))
    many = values.get("many") is True
    return Criterion(id_, kind, 0.0, wording(texts, id_), options, {}, even, many=many)


def _names(row: Any, place: str) -> list[str]:
    options = [name(option, f"{place}.options") for option in words(row, f"{place}.options")]
    if not 2 <= len(options) <= OPTIONS:
        raise invalid(f"{place}.options", "options_count", limit=OPTIONS)
    return options


def _text(texts: Mapping[str, Any], id_: str, option: str) -> Phrase:
    said = mapping(texts.get(id_) or {}, f"texts.questions.{id_}")
    options = mapping(said.get("options") or {}, f"texts.questions.{id_}.options")
    return phrase(options.get(option), f"texts.questions.{id_}.options.{option}", OPTION)


def _values(row: Any, place: str, scale: float) -> tuple[dict[str, float], frozenset[str]]:
    """Return what an option is worth by block, and the blocks it rules out."""
    points, excludes = {}, set()
    for block, value in mapping(row or {}, place).items():
        if value == "X":
            excludes.add(block)
        else:
            points[block] = number(value, f"{place}.{block}", -scale, scale)
    return points, frozenset(excludes)


def _prior(row: Any, place: str, count: int) -> tuple[float, ...]:
    """Return how often each option is given; without a word about it, each as often."""
    if row is None:
        return tuple([1 / count] * count)
    shares = [number(share, place, 0, 1000) for share in listed(row, place)]
    if len(shares) != count or not sum(shares):
        raise invalid(place, "prior_count", count=count)
    return tuple(share / sum(shares) for share in shares)
