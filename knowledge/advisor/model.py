"""
The decision model as data, read from YAML and checked before anyone relies on it.

A model that loads is whole: nothing is missing or unknown, weights sum up, every sentence exists in
both languages, and each option list moves each block one way only. Whether every configuration can
win is proved in `engine`, which can compute.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from knowledge.advisor.checks import check
from knowledge.advisor.faults import invalid
from knowledge.advisor.parts import (
    fields,
    flag,
    listed,
    mapping,
    name,
    number,
    numbers,
    parse_yaml,
    phrase,
    sets,
    word,
    words,
)
from knowledge.advisor.values import (
    Block,
    Configuration,
    Criterion,
    DecisionModel,
    Option,
    Rules,
)
from knowledge.values import Phrase

FOLDER = Path(__file__).parent
FILE = "model.yaml"
CRITERIA = 30  # at most; two more than anybody would answer
OPTIONS = 8  # of one criterion, so that every platform can draw them with "not sure" besides
CONFIGURATIONS = 16
OPTION = 75  # characters, Slack's longest option text
LABEL = 30  # characters of a criterion's short name
NOTES = ("changes_after_dev", "offset_rationale", "unknown")  # for people who read the file
PARTS = (
    "meta",
    "blocks",
    "configs",
    "ft_variant",
    "criteria",
    "advisory",
    "tie",
    "confidence",
    "early_stop",
)
LANGUAGES = ("ja", "en")
ASKED = ("id", "q", "options", "sources")  # what every question needs
SCORED = (*ASKED, "order", "weight", "help", "why")  # what one that is scored needs
MORE = ("help", "why", "ask_if_not", "rationale", "label", "order", "weight")


def load(text: str) -> DecisionModel:
    """
    Read and check a decision model given as YAML.

    Raises:
        InvalidModel: the text is not YAML, or something in it is missing or breaks a rule; the
        sentence names the place.
    """
    raw = parse_yaml(text, FILE)
    model = _model(raw)
    check(model)
    return model


def builtin() -> str:
    """Return the built-in model as YAML, to be changed and given back."""
    return (FOLDER / FILE).read_text(encoding="utf-8")


def _model(raw: dict[str, Any]) -> DecisionModel:
    top = fields(raw, FILE, NOTES, PARTS)
    meta = fields(top["meta"], "meta", ("deck", "weight_total"), ("id", "version", "v_scale"))
    variant = fields(
        top["ft_variant"],
        "ft_variant",
        ("otherwise",),
        ("open_weights_required_if", "open_weights_preferred_if"),
    )
    rules = _rules(top, number(meta["v_scale"], "meta.v_scale", 1, 10))
    criteria = listed(top["criteria"], "criteria")
    configurations = listed(top["configs"], "configs")
    if not 1 <= len(criteria) <= CRITERIA or not 1 <= len(configurations) <= CONFIGURATIONS:
        raise invalid(
            FILE,
            "parts_count",
            criteria_limit=CRITERIA,
            configs_limit=CONFIGURATIONS,
        )
    return DecisionModel(
        id=name(meta["id"], "meta.id"),
        version=name(meta["version"], "meta.version"),
        sha256=hashlib.sha256(_canonical(raw)).hexdigest(),
        criteria=_criteria(criteria, rules.scale, scored=True),
        advisory=_criteria(listed(top["advisory"], "advisory"), rules.scale, scored=False),
        blocks=_blocks(top["blocks"]),
        configurations=_configurations(configurations),
        rules=rules,
        open_weights_required=sets(
            variant["open_weights_required_if"], "ft_variant.open_weights_required_if"
        ),
        open_weights_preferred=sets(
            variant["open_weights_preferred_if"], "ft_variant.open_weights_preferred_if"
        ),
    )


def _canonical(raw: dict[str, Any]) -> bytes:
    """Return the content as bytes that do not depend on the file's layout."""
    try:
        text = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError) as error:
        raise invalid(FILE, "neither_text_nor_number") from error


def _rules(top: dict[str, Any], scale: float) -> Rules:
    notes = ("prng", "weight_factor", "unknown_answers")
    confidence = fields(top["confidence"], "confidence", notes, ("samples", "seed", "labels"))
    labels = fields(confidence["labels"], "confidence.labels", (), ("high", "medium"))
    stop = fields(top["early_stop"], "early_stop", ("exact",), ("probable", "min_questions"))
    tie = fields(top["tie"], "tie", (), ("close_points",))
    return Rules(
        scale=scale,
        samples=int(number(confidence["samples"], "confidence.samples", 1000, 10_000)),
        seed=int(number(confidence["seed"], "confidence.seed", 0, 2**32 - 1)),
        probable=number(stop["probable"], "early_stop.probable", 0, 1),
        minimum=int(number(stop["min_questions"], "early_stop.min_questions", 1, CRITERIA)),
        close=number(tie["close_points"], "tie.close_points", 0, 100),
        high=number(labels["high"], "confidence.labels.high", 0, 1),
        medium=number(labels["medium"], "confidence.labels.medium", 0, 1),
    )


def _blocks(rows: Any) -> tuple[Block, ...]:
    blocks = []
    for key, row in mapping(rows, "blocks").items():
        blocks.append(_block(name(key, "blocks"), row))
    return tuple(blocks)


def _block(id_: str, row: Any) -> Block:
    place = f"blocks.{id_}"
    block = fields(row, place, (), ("kind", "offset", "ja", "en", "slides"))
    if block["kind"] not in ("base", "addon"):
        raise invalid(f"{place}.kind", "block_kind")
    slides = numbers(block["slides"], f"{place}.slides")
    offset = number(block["offset"], f"{place}.offset", -1000, 1000)
    return Block(id_, phrase(block, place), block["kind"] == "addon", offset, slides)


def _configurations(rows: list[Any]) -> tuple[Configuration, ...]:
    configurations = []
    for position, row in enumerate(rows, 1):
        place = f"configs[{position}]"
        config = fields(row, place, ("family",), ("id", "base", "rag", "ja", "en"))
        id_ = name(config["id"], f"{place}.id")
        text = phrase(config, f"configs.{id_}")
        rag = flag(config["rag"], f"configs.{id_}.rag")
        configurations.append(Configuration(id_, text, word(config["base"]), rag))
    return tuple(configurations)


def _criteria(rows: list[Any], scale: float, *, scored: bool) -> tuple[Criterion, ...]:
    criteria = []
    for position, row in enumerate(rows, 1):
        criteria.append(_criterion(row, position, scale, scored=scored))
    return tuple(criteria)


def _criterion(row: Any, position: int, scale: float, *, scored: bool) -> Criterion:
    kind = "advisory"
    if scored:
        kind = "criteria"
    values = fields(row, f"{kind}[{position}]", MORE, ASKED)
    id_ = name(values["id"], f"{kind}[{position}].id")
    place = f"{kind}.{id_}"
    weight = 0.0
    if scored:
        fields(values, place, MORE, SCORED)
    options = _options(values, place, scale, scored=scored)
    sources = words(values["sources"], f"{place}.sources")
    if not sources:
        raise invalid(f"{place}.sources", "sources_missing")
    if scored:
        weight = number(values["weight"], f"{place}.weight", 0, 100)
    label = None
    if "label" in values:
        label = phrase(values["label"], f"{place}.label", LABEL)
    return Criterion(
        id=id_,
        weight=weight,
        question=phrase(values["q"], f"{place}.q"),
        help=_optional(values, "help", place),
        why=_optional(values, "why", place),
        options=options,
        unless=sets(values.get("ask_if_not", {}), f"{place}.ask_if_not"),
        sources=sources,
        rationale=word(values.get("rationale", "")),
        label=label,
    )


def _optional(values: dict[str, Any], field: str, place: str) -> Phrase:
    """Return a sentence that may be left out; it is empty then."""
    if field not in values:
        return Phrase("", "")
    return phrase(values[field], f"{place}.{field}")


def _options(
    values: dict[str, Any], place: str, scale: float, *, scored: bool
) -> tuple[Option, ...]:
    """Return the options of a criterion in the order it names, else as they stand."""
    rows = mapping(values["options"], f"{place}.options")
    named = words(values.get("order", list(rows)), f"{place}.order")
    order = [name(option, f"{place}.order") for option in named]
    if sorted(order) != sorted(rows) or not 2 <= len(order) <= OPTIONS:
        raise invalid(place, "options_differ", limit=OPTIONS)
    options = []
    for id_ in order:
        inner = f"{place}.options.{id_}"
        options.append(_option(id_, rows[id_], inner, scale, scored=scored))
    return tuple(options)


def _option(id_: str, row: Any, place: str, scale: float, *, scored: bool) -> Option:
    known: tuple[str, ...] = ()
    required: tuple[str, ...] = LANGUAGES
    if scored:
        known, required = ("require",), (*LANGUAGES, "v")
    option = fields(row, place, known, required)
    text = phrase(option, place, OPTION)
    values, excludes = {}, set()
    for block, value in mapping(option.get("v") or {}, f"{place}.v").items():
        if value == "X":
            excludes.add(block)
        else:
            values[block] = number(value, f"{place}.v.{block}", -scale, scale)
    requires = words(option.get("require", []), f"{place}.require")
    return Option(id_, text, values, frozenset(excludes), frozenset(requires))
