"""What is said about a result is whole in both languages, or refused in one sentence that names the place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.advisor import guidance
from knowledge.advisor.engine import Advisor
from knowledge.advisor.model import builtin
from knowledge.errors import InvalidModel

Change = Callable[[dict[str, Any]], None]


def refusal(results: dict[str, Any]) -> InvalidModel:
    text = yaml.safe_dump(results, allow_unicode=True, sort_keys=False)
    with pytest.raises(InvalidModel) as refused:
        Advisor.load(results=text)
    return refused.value


def builtin_results() -> dict[str, Any]:
    return yaml.safe_load((guidance.FOLDER / "results.yaml").read_text("utf-8"))


def without(*path: Any) -> Change:
    def change(raw: dict[str, Any]) -> None:
        row: Any = raw
        for step in path[:-1]:
            row = row[step]
        del row[path[-1]]

    return change


def with_(value: Any, *path: Any) -> Change:
    def change(raw: dict[str, Any]) -> None:
        row: Any = raw
        for step in path[:-1]:
            row = row[step]
        row[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (without("results"), "results.yaml"),
        (without("range_note"), "results.yaml"),
        (without("results", "api"), "configs.api"),
        (without("results", "api", "summary"), "results.api"),
        (without("results", "api", "summary", "en"), "results.api.summary"),
        (without("results", "ft", "risks"), "results.ft"),
        (without("results", "ft", "risks", 1, "ja"), "results.ft.risks.2"),
        (without("results", "open", "cost", "ja"), "results.open.cost"),
        (with_("D", "results", "open", "cost", "grade"), "results.open.cost"),
        (with_("   ", "results", "open", "cost", "en"), "results.open.cost"),
        (with_("nobody", "results", "scratch_rag", "inherit"), "results.scratch_rag.inherit"),
        (with_("soon", "results", "api", "next"), "results.api.next"),
        (with_(["p15"], "results", "api", "slides"), "results.api.slides"),
        (with_([{"ja": "はい"}], "extra_by_impact", "high"), "extra_by_impact.high.1"),
        (with_("boundary", "unconfirmed_notes", "api"), "unconfirmed_notes.api"),
    ],
)
def test_a_text_that_is_missing_or_half_translated_is_refused_with_its_place(
    change: Change, place: str
) -> None:
    raw = builtin_results()
    change(raw)
    refused = refusal(raw)
    assert refused.reason.en.startswith(f"{place} ")
    assert refused.reason.ja.startswith(f"{place}: ")
    for sentence, end in ((refused.reason.en, "."), (refused.reason.ja, "。")):
        assert sentence.endswith(end)
        assert "\n" not in sentence
        assert "'" not in sentence  # what Python says of its own errors


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"ja": "予算が増えれば", "en": "With more budget"}, "levers.budget"),
        ({"ja": "予算が「$option」なら", "en": "With a budget"}, "levers.budget"),
        ({"ja": "「$option」", "en": "“$option” of $name"}, "levers.budget"),
        ({"ja": "「$option」", "en": "“$option” for 5 $"}, "levers.budget"),
        ({"ja": "「$option」"}, "levers.budget"),
    ],
)
def test_a_sentence_about_a_lever_takes_its_option_in_both_languages(
    row: dict[str, str], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("labels.yaml", "results.yaml"):
        (tmp_path / name).write_bytes((guidance.FOLDER / name).read_bytes())
    labels = yaml.safe_load((tmp_path / "labels.yaml").read_text("utf-8"))
    labels["levers"]["budget"] = row
    (tmp_path / "labels.yaml").write_text(yaml.safe_dump(labels, allow_unicode=True), "utf-8")
    monkeypatch.setattr(guidance, "FOLDER", tmp_path)
    with pytest.raises(InvalidModel) as refused:
        Advisor.load()
    assert refused.value.reason.en.startswith(f"{place} ")


def test_a_criterion_nobody_named_is_refused_with_its_place() -> None:
    raw = yaml.safe_load(builtin())
    raw["advisory"][0]["id"] = "harm"
    with pytest.raises(InvalidModel) as refused:
        Advisor.load(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False))
    assert refused.value.reason.en.startswith("criteria.harm.label ")
