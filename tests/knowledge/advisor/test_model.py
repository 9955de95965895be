"""A decision model that is not whole is refused with its place, and nothing of it is used."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from knowledge.advisor.engine import Advisor
from knowledge.advisor.model import builtin
from knowledge.errors import InvalidModel


def _criterion(raw: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(c for c in raw["criteria"] if c["id"] == id_)


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        *steps, last = path.split("/")
        row: Any = raw
        for step in steps:
            row = next(r for r in row if r["id"] == step) if isinstance(row, list) else row[step]
        row[last] = value

    return change


def _drop(path: str) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        *steps, last = path.split("/")
        row: Any = raw
        for step in steps:
            row = next(r for r in row if r["id"] == step) if isinstance(row, list) else row[step]
        del row[last]

    return change


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (_set("criteria/docs/weight", 14), "criteria.weight"),
        (_set("criteria/docs/weight", 0.5), "criteria.weight"),
        (_set("criteria/docs/weight", "much"), "criteria.docs.weight"),
        (_set("criteria/docs/weight", float("nan")), "criteria.docs.weight"),
        (_set("criteria/docs/weight", -1), "criteria.docs.weight"),
        (_drop("criteria/budget/weight"), "criteria.budget"),
        (_drop("criteria/budget/q/en"), "criteria.budget.q"),
        (_drop("criteria/budget/options/s/ja"), "criteria.budget.options.s"),
        (_drop("criteria/budget/options/s"), "criteria.budget"),
        (_drop("criteria/budget/options/s/v"), "criteria.budget.options.s"),
        (_set("criteria/budget/wieght", 7), "weight"),
        (_set("criteria/time/options/m1/v", {"api": -3}), "criteria.time.options (api)"),
        (_set("criteria/time/options/m1/v", {"robot": 1}), "robot"),
        (_set("criteria/time/options/m1/v", {"api": 9}), "criteria.time.options.m1.v.api"),
        (_set("criteria/time/options/m1/ja", "長" * 76), "criteria.time.options.m1"),
        (_set("criteria/time/sources", []), "criteria.time.sources"),
        (_set("criteria/fresh/ask_if_not", {"dosc": ["none"]}), "criteria.fresh.ask_if_not.dosc"),
        (_set("criteria/docs/id", "budget"), "criteria.budget"),
        (_set("criteria/docs/id", "documents"), "criteria.fresh.ask_if_not.docs"),
        (_set("blocks/scratch/offset", -500), "configs.scratch"),
        (_set("blocks/rag/kind", "base"), "blocks"),
        (_set("configs/api/base", "robot"), "configs.api.base"),
        (_set("configs/api/id", "robot"), "configs.robot"),
        (_set("confidence/samples", 10**9), "confidence.samples"),
        (
            _set("ft_variant/open_weights_required_if", {"boundary": ["outside"]}),
            "open_weights_required_if.boundary",
        ),
        (_drop("tie"), "tie"),
        (_set("meta/version", "../../2.0"), "meta.version"),
        (_set("criteria/docs/id", "do cs"), "criteria[1].id"),
        (_set("colour", "blue"), "colour"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_place(
    change: Callable[[dict[str, Any]], None], place: str
) -> None:
    raw = yaml.safe_load(builtin())
    change(raw)
    with pytest.raises(InvalidModel) as refused:
        Advisor.load(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False))
    assert place in refused.value.reason.en
    assert refused.value.reason.ja.endswith("。")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: b: c", "line 1"),
        ("- a", "not a mapping"),
        ("", "not a mapping"),
        ("a: &x 1\nb: *x", "aliases"),
        ("a" * 200_001, "characters"),
        ("[" * 5000, "not valid YAML"),
        ("when: 2026-01-01", "unknown field"),
    ],
)
def test_what_is_no_model_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidModel, match=words):
        Advisor.load(text)


def test_the_layout_of_a_file_does_not_change_its_identity() -> None:
    again = yaml.safe_dump(yaml.safe_load(builtin()), allow_unicode=True, default_flow_style=True)
    assert Advisor.load(again).model.sha256 == Advisor.load().model.sha256


def test_a_criterion_of_ones_own_brings_its_own_label() -> None:
    raw = yaml.safe_load(builtin())
    _criterion(raw, "docs")["weight"] -= 3
    own = {
        "id": "region",
        "label": {"ja": "データの置き場所", "en": "Where data lives"},
        "weight": 3,
        "order": ["any", "home"],
        "q": {"ja": "国内に置く必要がありますか?", "en": "Must data stay in the country?"},
        "help": {"ja": "契約を確認してください。", "en": "Check your contracts."},
        "why": {
            "ja": "置き場所で選べるサービスが変わります。",
            "en": "It limits the services you can use.",
        },
        "options": {
            "any": {"ja": "いいえ", "en": "No", "v": {"api": 1}},
            "home": {"ja": "はい", "en": "Yes", "v": {"open": 1}},
        },
        "sources": ["Our contracts"],
    }
    raw["criteria"].append(own)
    advisor = Advisor.load(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False))
    assert advisor.guidance.criteria["region"].en == "Where data lives"
    assert len(advisor.evaluate({"region": "home"}).answers) == 1
