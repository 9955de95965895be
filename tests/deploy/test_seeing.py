"""Alerts and dashboards: every expression is one, and every figure in it is told by the process."""

import json
import re
import runpy
from pathlib import Path

import promql_parser
import pytest
import yaml

from bot.metrics import Metrics

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/alerts/llm-choose.rules.yaml"
NAME = re.compile(r"\b(?:llm_choose|process)_\w+")
PROMETHEUS = {"up"}


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    """Return what the process tells of: each sample's name with the labels it has."""
    names: dict[str, set[str]] = {}
    for family in Metrics()._registry.collect():
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
        for end in ends.get(family.type, [""]):
            names[family.name + end] = set()
    return names


@pytest.fixture(scope="module")
def rules() -> list[dict]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    assert [set(group) for group in groups] == [{"name", "rules"}]
    return groups[0]["rules"]


def expressions(board: dict) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def judge(expression: str, told: dict[str, set[str]]) -> None:
    """Parse an expression, with Grafana's variables filled in, and look its figures up."""
    promql_parser.parse(expression.replace("$price_in", "1").replace("$price_out", "1"))
    named = set(NAME.findall(expression))

    assert named or PROMETHEUS & set(re.findall(r"\w+", expression)), expression
    assert named <= told.keys(), named - told.keys()


def test_every_rule_has_what_prometheus_wants_and_a_line_of_a_runbook_that_is_there(rules):
    anchors = set()
    for line in (ROOT / "docs/operations.md").read_text("utf-8").splitlines():
        if line.startswith("#"):
            anchors.add(line.strip("# ").casefold().replace(" ", "-"))
    names = [rule["alert"] for rule in rules]

    assert len(names) == len(set(names)) >= 8
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert set(rule["annotations"]) == {"summary", "runbook"}
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
        runbook = rule["annotations"]["runbook"]
        anchor = re.search(r"docs/operations\.md#([\w-]+)", runbook)
        assert anchor, rule["alert"]
        assert anchor[1] in anchors
        assert len(runbook) > 40


def test_every_rule_is_an_expression_over_figures_that_are_told(rules, told):
    for rule in rules:
        judge(rule["expr"], told)


@pytest.mark.parametrize("name", ["service.json", "answers.json"])
def test_a_dashboard_is_as_drawn_and_shows_figures_that_are_told(name, told):
    text = (ROOT / "deploy/grafana" / name).read_text("utf-8")
    drawn = runpy.run_path(str(ROOT / "deploy/grafana/draw.py"))["drawn"]()
    board = json.loads(text)
    places = [tuple(sorted(panel["gridPos"].items())) for panel in board["panels"]]

    assert text == drawn[name]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in board["panels"]}) == len(places)
    for expression in expressions(board):
        judge(expression, told)


def test_every_figure_of_ours_is_described_and_shown_somewhere(told):
    described = (ROOT / "docs/operations.md").read_text("utf-8")
    shown = "".join(
        (ROOT / "deploy/grafana" / name).read_text("utf-8")
        for name in ("service.json", "answers.json")
    ) + RULES.read_text("utf-8")
    ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in told if name.startswith("llm_")}

    assert [name for name in sorted(ours) if f"`{name}`" not in described] == []
    hidden = {"llm_choose_scrape_failures", "llm_choose_answer_calls_total"}
    hidden |= {"llm_choose_search_calls_total", "llm_choose_job_calls_total"}
    assert [name for name in sorted(ours - hidden) if name not in shown] == []
