"""The example of a decision model is whole, and the how-to's commands do what it says."""

import io
import json
import re
from pathlib import Path

import pytest

from bot.command.cli import main
from knowledge.advisor.engine import Advisor

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = (ROOT / "examples/decision_model.yaml").read_text("utf-8")
HOW_TO = (ROOT / "docs/how-to/add-a-criterion.md").read_text("utf-8")
COMMANDS = re.findall(r"^ {4}\./run (.+)$", HOW_TO, re.MULTILINE)


def test_an_answer_that_keeps_data_in_the_house_rules_the_api_out() -> None:
    advisor = Advisor.load(EXAMPLE)
    result = advisor.evaluate({"residence": "house", "documents": "many"})
    assert result.recommendation == "rag_open"
    assert ("residence", "house") in result.standing("api").excluded_by
    assert advisor.guidance.criteria["residence"].ja == "データの置き場所"


def test_without_documents_nobody_is_asked_how_often_they_change() -> None:
    advisor = Advisor.load(EXAMPLE)
    answers = {"documents": "none"}
    asked = []
    while (question := advisor.next_question(answers, asked)) is not None:
        asked.append(question.criterion.id)
    assert asked
    assert "changing" not in asked


def test_the_commands_of_the_how_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    recommended = []
    for command in COMMANDS:
        monkeypatch.setattr("sys.stdin", io.StringIO())  # who is asked goes away at once
        bare = command.partition(" >")[0].partition(" #")[0]
        words = bare.replace("/tmp/try", str(tmp_path / "try")).split()
        if "--data" not in words:
            words += ["--data", str(tmp_path / "data")]
        assert main(words) == 0, command
        said = capsys.readouterr().out
        if "--json" in words:
            recommended.append(json.loads(said)["recommendation"])
    assert recommended == ["rag_open"]


@pytest.mark.parametrize("sentence", re.findall(r"^ {4}(criteria\..+)$", HOW_TO, re.MULTILINE))
def test_the_refusals_of_the_how_to_are_what_is_said(
    sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = EXAMPLE.replace("      en: Where may our data be?\n", "", 1)
    heavy = EXAMPLE.replace("weight: 30", "weight: 33", 1)
    told = []
    for text in (half, heavy):
        file = tmp_path / "model.yaml"
        file.write_text(text, "utf-8")
        assert main(["model", str(file), "--data", str(tmp_path / "data")]) == 1
        told.append(capsys.readouterr().err)
    assert any(sentence in line for line in told)
