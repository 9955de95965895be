"""Reading the blocks of a decision model: what they need, what is said of them, machines."""

from collections.abc import Mapping
from typing import Any

from knowledge.advisor.faults import invalid
from knowledge.advisor.questions import known
from knowledge.advisor.values import (
    NOTHING,
    Block,
    Cleaning,
    Hardware,
    Layer,
    Needs,
    Stage,
)
from knowledge.advisor.yaml_fields import (
    fields,
    mapping,
    name,
    number,
    numbers,
    phrase,
    phrases,
    sets,
    span,
    words,
)

LAYERS: Mapping[str, Layer] = {
    "bases": "base",
    "knowledge": "knowledge",
    "action": "action",
    "routing": "routing",
}
PARTS: Mapping[Layer, str] = {layer: part for part, layer in LAYERS.items()}
BLOCKS = 24  # at most, of all layers
APPROACH = 20  # characters of a label, which charts and buttons show
NEEDS = ("build", "month", "request", "months", "people", "skill")
ALWAYS = ("approach", "then", "slides", "offset", *NEEDS)
SOMETIMES = ("seat", "in_product", "only_with")
SAID = ("label", "name", "short", "stands", "against", "before", "route")
STAGES = ("now", "next", "only_if")
SKILL = 3  # the highest


def blocks(top: Mapping[str, Any], texts: Any) -> tuple[Block, ...]:
    """Return the blocks of all layers, bases first and by simplicity."""
    said = mapping(texts, "texts.options")
    found = []
    for part, layer in LAYERS.items():
        rows = mapping(top[part], part)
        names = [name(id_, part) for id_ in rows]
        for id_ in names:
            known(rows[id_], f"{part}.{id_}", ALWAYS, set(names) - {id_})
        if layer == "base":
            names = _by_simplicity(rows, top["order"])
        for id_ in names:
            place = f"{part}.{id_}"
            found.append(_block(id_, layer, rows[id_], place, said.get(id_)))
    if len(found) > BLOCKS:
        raise invalid("bases", "too_many", limit=BLOCKS)
    return tuple(found)


def _by_simplicity(rows: Mapping[str, Any], order: Any) -> list[str]:
    """Return the bases in the order given, which names each once."""
    names = list(words(order, "order"))
    if sorted(names) != sorted(rows):
        raise invalid("order", "bases_differ", names=", ".join(rows))
    return names


def _block(id_: str, layer: Layer, row: Any, place: str, said: Any) -> Block:
    values = fields(row, place, SOMETIMES, ALWAYS)
    words_place = f"texts.options.{id_}"
    texts = fields(said or {}, words_place, (), SAID)
    route = fields(texts["route"], f"{words_place}.route", (), STAGES)
    stages = [_stage(route[stage], f"{words_place}.route.{stage}") for stage in STAGES]
    inside = None
    if "in_product" in values:
        inner = f"{place}.in_product"
        inside = _needs(fields(values["in_product"], inner, (), NEEDS), inner)
    return Block(
        id=id_,
        layer=layer,
        approach=name(values["approach"], f"{place}.approach"),
        then=name(values["then"], f"{place}.then"),
        slides=numbers(values["slides"], f"{place}.slides"),
        offset=number(values["offset"], f"{place}.offset", -1000, 1000),
        needs=_needs(values, place),
        needs_in_product=inside,
        label=phrase(texts["label"], f"{words_place}.label", APPROACH * 2),
        name=phrase(texts["name"], f"{words_place}.name"),
        short=phrase(texts["short"], f"{words_place}.short"),
        stands=phrase(texts["stands"], f"{words_place}.stands"),
        against=phrases(texts["against"], f"{words_place}.against"),
        before=phrases(texts["before"], f"{words_place}.before"),
        now=stages[0],
        next=stages[1],
        only_if=stages[2],
        only_with=frozenset(words(values.get("only_with", []), f"{place}.only_with")),
    )


def _needs(values: Mapping[str, Any], place: str) -> Needs:
    seat = NOTHING
    if "seat" in values:
        seat = span(values["seat"], f"{place}.seat")
    return Needs(
        build=span(values["build"], f"{place}.build"),
        month=span(values["month"], f"{place}.month"),
        seat=seat,
        request=span(values["request"], f"{place}.request"),
        months=span(values["months"], f"{place}.months"),
        people=span(values["people"], f"{place}.people"),
        skill=int(number(values["skill"], f"{place}.skill", 0, SKILL)),
    )


def _stage(row: Any, place: str) -> Stage:
    said = fields(row, place, (), ("do", "metric", "stop"))
    return Stage(
        do=phrase(said["do"], f"{place}.do"),
        metric=phrase(said["metric"], f"{place}.metric"),
        stop=phrase(said["stop"], f"{place}.stop"),
    )


def hardware(row: Any) -> Hardware:
    """Return the machines some bases need under some answers."""
    values = fields(row, "hardware", (), ("when", "for", "build", "month"))
    return Hardware(
        when=sets(values["when"], "hardware.when"),
        bases=frozenset(words(values["for"], "hardware.for")),
        build=span(values["build"], "hardware.build"),
        month=span(values["month"], "hardware.month"),
    )


def cleaning(facts: Any) -> dict[str, Cleaning]:
    """Return what documents in each state add; a state that adds nothing is left out."""
    docstate = mapping(mapping(facts, "facts").get("docstate", {}), "facts.docstate")
    states = {}
    for state, row in mapping(docstate.get("adds", {}), "facts.docstate.adds").items():
        place = f"facts.docstate.adds.{state}"
        adds = fields(row, place, (), ("build", "months"))
        build = span(adds["build"], f"{place}.build")
        states[state] = Cleaning(build, span(adds["months"], f"{place}.months"))
    return states
