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
from knowledge.advisor.parts import (
    fields,
    flag,
    invalid,
    listed,
    mapping,
    name,
    number,
    parse_yaml,
    phrase,
    sets,
    word,
    words,
)
from knowledge.advisor.values import Block, Configuration, Criterion, Model, Option, Rules
from knowledge.values import Phrase

FOLDER = Path(__file__).parent
FILE = "model.yaml"
CRITERIA = 30  # at most; two more than anybody would answer
OPTIONS = 8  # of one criterion, so that every platform can draw them with "not sure" besides
CONFIGURATIONS = 16
OPTION = 75  # characters, Slack's longest option text
NOTES = ("changes_after_dev", "offset_rationale", "unknown")  # for people who read the file


def load(text: str) -> Model:
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


def _model(raw: dict[str, Any]) -> Model:
    top = fields(
        raw,
        FILE,
        NOTES,
        (
            "meta",
            "blocks",
            "configs",
            "ft_variant",
            "criteria",
            "advisory",
            "tie",
            "confidence",
            "early_stop",
        ),
    )
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
        ja, en = (
            f"基準は{CRITERIA}、構成は{CONFIGURATIONS}までです",
            f"takes 1-{CRITERIA} criteria and 1-{CONFIGURATIONS} configs",
        )
        raise invalid(FILE, ja, en)
    return Model(
        id=name(meta["id"], "meta.id"),
        version=name(meta["version"], "meta.version"),
        sha256=hashlib.sha256(_canonical(raw)).hexdigest(),
        criteria=tuple(
            _criterion(row, n, rules.scale, scored=True) for n, row in enumerate(criteria, 1)
        ),
        advisory=tuple(
            _criterion(row, n, rules.scale, scored=False)
            for n, row in enumerate(listed(top["advisory"], "advisory"), 1)
        ),
        blocks=tuple(
            _block(name(id_, "blocks"), row)
            for id_, row in mapping(top["blocks"], "blocks").items()
        ),
        configurations=tuple(_configuration(row, n) for n, row in enumerate(configurations, 1)),
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
        return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise invalid(
            FILE,
            "日付など、文字と数以外の値があります",
            "holds values that are neither text nor numbers",
        ) from error


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


def _block(id_: str, row: Any) -> Block:
    place = f"blocks.{id_}"
    block = fields(row, place, (), ("kind", "offset", "ja", "en", "slides"))
    if block["kind"] not in ("base", "addon"):
        raise invalid(f"{place}.kind", "base か addon にしてください", "must be base or addon")
    slides = tuple(
        int(number(s, f"{place}.slides", 1, 1000))
        for s in listed(block["slides"], f"{place}.slides")
    )
    offset = number(block["offset"], f"{place}.offset", -1000, 1000)
    return Block(id_, phrase(block, place), block["kind"] == "addon", offset, slides)


def _configuration(row: Any, position: int) -> Configuration:
    place = f"configs[{position}]"
    config = fields(row, place, ("family",), ("id", "base", "rag", "ja", "en"))
    id_ = name(config["id"], f"{place}.id")
    return Configuration(
        id_,
        phrase(config, f"configs.{id_}"),
        word(config["base"]),
        flag(config["rag"], f"configs.{id_}.rag"),
    )


def _criterion(row: Any, position: int, scale: float, *, scored: bool) -> Criterion:
    kind = "criteria" if scored else "advisory"
    known = ("help", "why", "ask_if_not", "rationale", "label", "order", "weight")
    found = fields(row, f"{kind}[{position}]", known, ("id", "q", "options", "sources"))
    id_ = name(found["id"], f"{kind}[{position}].id")
    place = f"{kind}.{id_}"
    if scored:
        fields(
            found, place, known, ("id", "q", "options", "sources", "order", "weight", "help", "why")
        )
    options = mapping(found["options"], f"{place}.options")
    order = tuple(
        name(o, f"{place}.order")
        for o in words(found.get("order", list(options)), f"{place}.order")
    )
    if sorted(order) != sorted(options) or not 2 <= len(order) <= OPTIONS:
        ja, en = (
            f"order と options が一致しないか、選択肢が2〜{OPTIONS}個ではありません",
            f"needs the same 2-{OPTIONS} options in order and options",
        )
        raise invalid(place, ja, en)
    sources = words(found["sources"], f"{place}.sources")
    if not sources:
        raise invalid(
            f"{place}.sources",
            "スライドか公開資料が1つ以上必要です",
            "needs at least one slide or public source",
        )
    empty = Phrase("", "")
    return Criterion(
        id=id_,
        weight=number(found["weight"], f"{place}.weight", 0, 100) if scored else 0.0,
        question=phrase(found["q"], f"{place}.q"),
        help=phrase(found["help"], f"{place}.help") if "help" in found else empty,
        why=phrase(found["why"], f"{place}.why") if "why" in found else empty,
        options=tuple(
            _option(o, options[o], f"{place}.options.{o}", scale, scored=scored) for o in order
        ),
        unless=sets(found.get("ask_if_not", {}), f"{place}.ask_if_not"),
        sources=sources,
        rationale=word(found.get("rationale", "")),
        label=phrase(found["label"], f"{place}.label", 30) if "label" in found else None,
    )


def _option(id_: str, row: Any, place: str, scale: float, *, scored: bool) -> Option:
    option = fields(
        row, place, ("require",) if scored else (), ("ja", "en", "v") if scored else ("ja", "en")
    )
    values = mapping(option.get("v") or {}, f"{place}.v")
    return Option(
        id=id_,
        text=phrase(option, place, OPTION),
        values={
            b: number(v, f"{place}.v.{b}", -scale, scale) for b, v in values.items() if v != "X"
        },
        excludes=frozenset(b for b, v in values.items() if v == "X"),
        requires=frozenset(words(option.get("require", []), f"{place}.require")),
    )
