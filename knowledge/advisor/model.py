"""
The decision model as data: criteria, options, blocks and configurations, read from YAML and checked before anyone relies on it.

A model that loads is whole: weights sum up, every sentence exists in both languages, and each option list moves each block one
way only. Whether every configuration can win is proved in `engine`, which can compute.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import InvalidModel
from knowledge.values import Phrase

FOLDER = Path(__file__).parent
UNKNOWN = "ns"  # the answer "not sure"
LEAST = -99.0  # stands for "excluded" where option orders are compared


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer. `values` are on the model's scale by block; `excludes` and `requires` name blocks."""

    id: str
    text: Phrase
    values: Mapping[str, float]
    excludes: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question. `unless` makes it moot: parent criterion → answers under which it is not asked and does not count."""

    id: str
    weight: float
    question: Phrase
    help: Phrase
    why: Phrase
    options: tuple[Option, ...]
    unless: Mapping[str, frozenset[str]]
    sources: tuple[str, ...]
    rationale: str = ""

    def option(self, id_: str) -> Option:
        return next(o for o in self.options if o.id == id_)


@dataclass(frozen=True, slots=True)
class Block:
    """One of the five approaches: a base, or the addon RAG. `offset` is in points."""

    id: str
    text: Phrase
    addon: bool
    offset: float
    slides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    id: str
    text: Phrase
    base: str
    rag: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """Constants of the method: `samples` and `seed` of the robustness check, when to stop asking, what counts as close."""

    scale: float
    samples: int
    seed: int
    probable: float
    minimum: int
    close: float
    high: float
    medium: float


@dataclass(frozen=True, slots=True)
class Model:
    """`configurations` stand in order of simplicity; `sha256` is that of the content, whatever its layout."""

    id: str
    version: str
    sha256: str
    criteria: tuple[Criterion, ...]
    advisory: tuple[Criterion, ...]
    blocks: tuple[Block, ...]
    configurations: tuple[Configuration, ...]
    rules: Rules
    open_weights_required: Mapping[str, frozenset[str]]
    open_weights_preferred: Mapping[str, frozenset[str]]

    def criterion(self, id_: str) -> Criterion:
        return next(c for c in (*self.criteria, *self.advisory) if c.id == id_)

    def configuration(self, id_: str) -> Configuration:
        return next(c for c in self.configurations if c.id == id_)

    def block(self, id_: str) -> Block:
        return next(b for b in self.blocks if b.id == id_)


def load(text: str | None = None) -> Model:
    """
    Read and check the decision model; None reads the built-in one.

    Raises:
        InvalidModel: the text is not YAML, or something in it is missing or breaks a rule; the sentence names the place.
    """
    raw = parse_yaml(text if text is not None else (FOLDER / "model.yaml").read_text(encoding="utf-8"), "model.yaml")
    try:
        model = _model(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise invalid("model.yaml", f"読み取れません({error})", f"has a part that cannot be read ({error})") from error
    _check_weights(model)
    _check_blocks(model)
    for criterion in model.criteria:
        _check_monotone(criterion, model.blocks)
    return model


def parse_yaml(text: str, name: str) -> dict[str, Any]:
    """Return the mapping in a YAML text; raises InvalidModel where it is no mapping."""
    try:
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise invalid(name, "YAMLとして読めません", "is not valid YAML") from error
    if not isinstance(raw, dict):
        raise invalid(name, "項目の一覧になっていません", "is not a mapping")
    return raw


def invalid(place: str, ja: str, en: str) -> InvalidModel:
    return InvalidModel("invalid_model", Phrase(f"{place}: {ja}。", f"{place} {en}."))


def phrase(row: Any, place: str) -> Phrase:
    """Return the sentence at `place`, which must hold both languages."""
    if not isinstance(row, dict) or not row.get("ja") or not row.get("en"):
        raise invalid(place, "日本語(ja)と英語(en)の両方が必要です", "needs both ja and en")
    return Phrase(str(row["ja"]), str(row["en"]))


def _model(raw: dict[str, Any]) -> Model:
    canonical = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    confidence, stop, variant = raw["confidence"], raw["early_stop"], raw["ft_variant"]
    return Model(
        id=str(raw["meta"]["id"]),
        version=str(raw["meta"]["version"]),
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        criteria=tuple(_criterion(row) for row in raw["criteria"]),
        advisory=tuple(_criterion({"weight": 0, "order": list(row["options"])} | row) for row in raw["advisory"]),
        blocks=tuple(
            Block(id_, phrase(b, f"blocks.{id_}"), b["kind"] == "addon", float(b["offset"]), tuple(b["slides"]))
            for id_, b in raw["blocks"].items()
        ),
        configurations=tuple(
            Configuration(c["id"], phrase(c, f"configs.{c['id']}"), c["base"], bool(c["rag"])) for c in raw["configs"]
        ),
        rules=Rules(
            scale=float(raw["meta"]["v_scale"]),
            samples=int(confidence["samples"]),
            seed=int(confidence["seed"]),
            probable=float(stop["probable"]),
            minimum=int(stop["min_questions"]),
            close=float(raw["tie"]["close_points"]),
            high=float(confidence["labels"]["high"]),
            medium=float(confidence["labels"]["medium"]),
        ),
        open_weights_required=_sets(variant["open_weights_required_if"]),
        open_weights_preferred=_sets(variant["open_weights_preferred_if"]),
    )


def _criterion(row: dict[str, Any]) -> Criterion:
    id_ = str(row["id"])
    order, options = [str(o) for o in row["order"]], {str(k): v for k, v in row["options"].items()}
    if sorted(order) != sorted(options) or not options:
        raise invalid(f"criteria.{id_}", "order と options が一致しません", "lists different options in order and options")
    empty = Phrase("", "")
    return Criterion(
        id=id_,
        weight=float(row["weight"]),
        question=phrase(row["q"], f"criteria.{id_}.q"),
        help=phrase(row["help"], f"criteria.{id_}.help") if "help" in row else empty,
        why=phrase(row["why"], f"criteria.{id_}.why") if "why" in row else empty,
        options=tuple(_option(o, options[o], f"criteria.{id_}.options.{o}") for o in order),
        unless=_sets(row.get("ask_if_not", {})),
        sources=tuple(str(s) for s in row["sources"]),
        rationale=str(row.get("rationale", "")),
    )


def _option(id_: str, row: dict[str, Any], place: str) -> Option:
    values = row.get("v") or {}
    return Option(
        id=id_,
        text=phrase(row, place),
        values={block: float(v) for block, v in values.items() if v != "X"},
        excludes=frozenset(block for block, v in values.items() if v == "X"),
        requires=frozenset(row.get("require", ())),
    )


def _sets(row: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(str(v) for v in values) for key, values in row.items()}


def _check_weights(model: Model) -> None:
    total = round(sum(c.weight for c in model.criteria), 6)
    if total != 100:
        raise invalid("criteria.weight", f"重みの合計が{total:g}です。100が必要です", f"adds up to {total:g}; it must be 100")
    for criterion in model.criteria:
        if criterion.weight < 0:
            raise invalid(f"criteria.{criterion.id}.weight", "重みは0以上にしてください", "is negative")


def _check_blocks(model: Model) -> None:
    blocks, bases = {b.id for b in model.blocks}, {b.id for b in model.blocks if not b.addon}
    addons = blocks - bases
    for configuration in model.configurations:
        if configuration.base not in bases:
            raise invalid(f"configs.{configuration.id}.base", "土台にない名前です", "names no base block")
    excluded: set[str] = set()
    for criterion in model.criteria:
        if not set(criterion.unless) <= {c.id for c in model.criteria}:
            raise invalid(f"criteria.{criterion.id}.ask_if_not", "ない基準の名前です", "names an unknown criterion")
        for option in criterion.options:
            place = f"criteria.{criterion.id}.options.{option.id}"
            unknown = (set(option.values) | option.excludes | option.requires) - blocks
            if unknown:
                name = min(unknown)
                raise invalid(place, f"「{name}」というブロックはありません", f"names the unknown block {name}")
            if any(abs(v) > model.rules.scale for v in option.values.values()):
                limit = f"{model.rules.scale:g}"
                raise invalid(place, f"値は-{limit}から{limit}までです", f"has a value outside -{limit} to {limit}")
            if not option.requires <= addons:
                raise invalid(place, "必須にできるのは追加ブロックだけです", "requires a block that is not an addon")
            excluded |= option.excludes
    if not bases - excluded or excluded & addons:
        raise invalid("criteria", "どの回答でも残る構成がありません", "leaves no configuration that survives every answer")


def _check_monotone(criterion: Criterion, blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        row = [LEAST if block.id in o.excludes else o.values.get(block.id, 0.0) for o in criterion.options]
        if any(a > b for a, b in pairwise(row)) and any(a < b for a, b in pairwise(row)):
            place = f"criteria.{criterion.id}.options ({block.id})"
            raise invalid(place, "選択肢の順に沿って一方向に変わっていません", "does not move one way along the option order")
