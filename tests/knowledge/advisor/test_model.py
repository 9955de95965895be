"""A company's file is refused with its place where it is not whole, and nothing of it is used."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.advisor.engine import Advisor
from knowledge.advisor.model import builtin
from knowledge.errors import InvalidModel
from knowledge.sentences import yaml_values
from tests.choosing import as_yaml

FORMER = """
meta: {id: llm-choose-decision-model, version: 1.1.0, v_scale: 3}
blocks: {api: {kind: base, offset: 0, ja: 商用API, en: Commercial API, slides: [15]}}
configs: [{id: api, base: api, rag: false, ja: 商用API, en: API}]
"""


def at(path: str, value: Any) -> dict[str, Any]:
    """Return a file that says one thing."""
    row = value
    for step in reversed(path.split("/")):
        row = {step: row}
    return row


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("model/criteria/docs/weight", 14, "criteria.weight"),
        ("model/criteria/docs/weight", "much", "criteria.docs.weight"),
        ("model/criteria/docs/weight", float("nan"), "criteria.docs.weight"),
        ("model/criteria/docs/weight", None, "criteria.docs"),
        ("model/criteria/docs/wieght", 7, "weight"),
        ("model/criteria/docs/kind", "sorted", "criteria.docs.kind"),
        ("model/criteria/docs/options", ["none"], "criteria.docs.options"),
        ("model/criteria/docs/options", ["none", "small"], "criteria.docs.values"),
        ("model/criteria/gap/values/fine", {"tune": 3}, "criteria.gap.values (tune)"),
        ("model/criteria/gap/values/fine/robot", 1, "robot"),
        ("model/criteria/gap/values/fine/api", 9, "criteria.gap.values.fine.api"),
        ("model/criteria/gap/prior", [1, 2], "criteria.gap.prior"),
        ("model/criteria/fresh/unless", {"dosc": ["none"]}, "criteria.fresh.unless.dosc"),
        ("model/criteria/volume", None, "weight"),
        ("model/bases/api/offset", -500, "api"),
        ("model/bases/api/build", [5, 1], "bases.api.build"),
        ("model/bases/api/build", 5, "bases.api.build"),
        ("model/bases/api/skill", 9, "bases.api.skill"),
        ("model/bases/api/then", "robot", "api.then"),
        ("model/order", ["product", "api"], "order"),
        ("model/limits/budget/max/xs", None, "limits.budget"),
        ("model/dialog/page", ["boundary", "robot"], "dialog.page"),
        ("model/solves/gap", {"perfect": ["tune"]}, "solves.gap"),
        ("model/confidence/samples", 10**9, "confidence.samples"),
        ("model/meta/version", "../../2.0", "meta.version"),
        ("texts/questions/docs/question/en", None, "texts.questions.docs.question"),
        ("texts/questions/docs/label", None, "texts.questions.docs"),
        ("texts/questions/docs/options/core/ja", "長" * 76, "texts.questions.docs.options.core"),
        ("texts/options/api/route/now/stop", None, "texts.options.api.route.now"),
        ("texts/options/api", None, "texts.options.api"),
        ("texts/skills/3", None, "texts.skills.3"),
        ("twins", [{"id": "a"}], "twins[1]"),
        ("colour", "blue", "colour"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_place(path: str, value: Any, place: str) -> None:
    text = yaml.safe_dump(at(path, value), allow_unicode=True)
    with pytest.raises(InvalidModel) as refused:
        Advisor.load(text)
    assert place in refused.value.reason.en
    assert refused.value.reason.ja.endswith("。")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: b: c", "not valid YAML"),
        ("- a", "no decision model"),
        ("", "empty"),
        ("a: &x 1\nb: *x", "aliases"),
        ("{a: &x 1, 'b':*x}", "aliases"),
        ("a: [&x 1,*x]", "aliases"),
        ("a" * 400_001, "characters"),
        ("[" * 5000, "not valid YAML"),
        ("when: 2026-01-01", "unknown field"),
        ("whole: true", "lacks"),
    ],
)
def test_what_is_no_model_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidModel, match=words):
        Advisor.load(text)


def test_a_file_of_the_first_version_is_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidModel) as refused:
        Advisor.load(FORMER)
    assert "version 1" in refused.value.reason.en
    assert "llm-choose model --show" in refused.value.reason.en
    assert "llm-choose model --show" in refused.value.reason.ja


def test_the_layout_of_a_file_does_not_change_its_identity() -> None:
    again = yaml.safe_dump(yaml_values(builtin()), allow_unicode=True, default_flow_style=True)
    assert Advisor.load(again).model.sha256 == Advisor.load().model.sha256


def test_an_empty_difference_is_the_model_itself() -> None:
    assert Advisor.load("model: {}").model.sha256 == Advisor.load().model.sha256


def test_what_a_file_makes_is_read_back_whole() -> None:
    text = yaml.safe_dump(at("model/bases/product/seat", [2000, 2500]))
    made = Advisor.load(text)
    assert Advisor.load(made.source).model.sha256 == made.model.sha256
    assert made.model.sha256 != Advisor.load().model.sha256


def test_null_takes_an_option_away() -> None:
    raw = at("model/action/agent", None)
    raw["model"]["solves"] = {"act": None}
    raw["texts"] = at("options/agent", None)
    for criterion, option, blocks in _values_of("agent"):
        row = raw["model"].setdefault("criteria", {}).setdefault(criterion, {})
        row.setdefault("values", {})[option] = blocks
    advisor = Advisor.load(as_yaml(raw))
    assert "agent" not in {block.id for block in advisor.model.blocks}


def _values_of(block: str) -> list[tuple[str, str, dict[str, None]]]:
    rows = []
    for criterion in Advisor.load().model.criteria:
        for option in criterion.options:
            if block in option.values or block in option.excludes:
                rows.append((criterion.id, option.id, {block: None}))
    return rows


EXAMPLE = Path(__file__).resolve().parents[3] / "examples/decision_model.yaml"
SLIP = "    dosc:\n      help:\n        ja: あ\n        en: a\n"
WRITTEN = (  # what somebody wrote in the place of what, and what is said of it
    ('"yes": {desk: 3', '"yes": {desk 3', "line 33: criteria.audit.*desk 3"),
    ("            ja: 部署で使う\n            en: Use it in the department", "            {ja: 部署で使う, en: Use it, all of us}",
     "line 111: .*all of us"),
    ("ja: 1件にかかる時間", "ja: 時間 # 1件あたり", "line 104: .*metric.*1件あたり"),
    ("      weight: 2\n    control", "\tweight: 2\n    control", "line 24: .*tab"),
    ("      weight: 2\n    control", "　　　weight: 2\n    control", "line 25: .*full-width"),
    ("    control:", "    tool:", "line 25: criteria.tool is there twice .line 23"),
    ("weight: 2\n    control", "weight: two\n    control", "line 24: criteria.tool.weight"),
    ("      then: api\n", "     then: api\n", "line 11: .*indent"),
    ("en: Choose", "en: Hint: Choose", "line 67: .*colon"),
    ('en: "No"', 'en: "No', "line 74: .*quotation mark"),
    ("[2700, 4500]", "[2,700, 4,500]", "line 8: bases.product.seat .*separators"),
    ("[2700, 4500]", "[2700, 4500", "line 8: .*close"),
    ("version: 2.0.0-example", "version: 2026-11-30", "line 5: meta.version.*quotes"),
    ("contract: {desk", "contrakt: {desk", "line 36: .*contrakt"),
    ("{desk: 1}", "{desc: 1}", "line 37: .*desc"),
    ("    gap:", "    gapp:", "line 40: criteria.gapp is new.*“gap”"),
    ("    audit:\n      label", f"{SLIP}    audit:\n      label", "line 58: .*dosc.*“docs”"),
    ("          ja: いいえ", "          zh: 不\n          ja: いいえ", "line 73: .*“zh”"),
    ("          ja: いいえ", "          ja: [いいえ]", "line 73: .*not a sentence"),
    ("offset: -0.2", "offset: -60", "line 9: bases.desk never wins"),
    ("offset: -0.2", "offset: 300", "line 7: bases.product never wins.* desk, which wins"),
    ("model:\n", "model: !!python/name:os.system\n", "line 3: .*tag"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after", "words"), WRITTEN)
def test_what_was_written_amiss_is_refused_with_its_line(
    before: str, after: str, words: str
) -> None:
    example = EXAMPLE.read_text("utf-8")
    assert before in example
    with pytest.raises(InvalidModel, match=f"(?i){words}") as refused:
        Advisor.take_in(example.replace(before, after, 1))
    assert "行目 " in refused.value.reason.ja
    assert refused.value.reason.ja.endswith("。")


def test_an_option_that_wins_whatever_is_answered_is_refused() -> None:
    with pytest.raises(InvalidModel, match=r"knowledge\.rag always wins") as refused:
        Advisor.take_in("model:\n  knowledge:\n    rag:\n      offset: 900\n")
    assert "Line 3" in refused.value.reason.en


def test_questions_that_make_each_other_needless_are_refused() -> None:
    file = (
        "model:\n  criteria:\n    tool:\n      unless: {docs: [none]}\n"
        "    docs:\n      unless: {tool: [fits]}\n"
    )
    with pytest.raises(InvalidModel, match=r"Line 4: criteria.tool.unless.*tool, docs"):
        Advisor.take_in(file)


def test_the_end_of_its_lines_makes_no_difference() -> None:
    text = EXAMPLE.read_text("utf-8")
    written = text.replace("\n", "\r\n")
    assert Advisor.take_in(written).model.sha256 == Advisor.load(text).model.sha256
