"""The example of a company's file is whole, and the how-to's commands do what it says."""

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
REFUSALS = re.findall(r"^ {4}(Line .+)$", HOW_TO, re.MULTILINE)


def test_a_company_s_own_product_wins_where_it_suits_and_not_where_it_must_not() -> None:
    advisor = Advisor.load(EXAMPLE)
    answers = {"task": "office", "docs": "none", "audit": "yes", "boundary": "domestic"}
    assert advisor.evaluate(answers).advice.base == "desk"
    inside = advisor.evaluate({**answers, "boundary": "inside"})
    assert ("boundary", "inside") in inside.standing("desk").excluded_by
    assert advisor.model.criterion("audit").words.label.ja == "利用の記録"


def test_what_a_file_does_not_name_stays_as_it_comes_with_us() -> None:
    ours, theirs = Advisor.load().model, Advisor.load(EXAMPLE).model
    assert theirs.block("api") == ours.block("api")
    assert theirs.block("product").needs.seat != ours.block("product").needs.seat
    assert theirs.block("product").needs.build == ours.block("product").needs.build
    assert theirs.twins == ours.twins


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
    assert recommended == ["desk"]


@pytest.mark.parametrize("sentence", REFUSALS)
def test_the_refusals_of_the_how_to_are_what_is_said(
    sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    english = "        en: Must a record of who asked what, and when, be kept in house?\n"
    half = EXAMPLE.replace(english, "", 1)
    cut = EXAMPLE.replace('          en: "No"', "          en: No # none", 1)
    heavy = EXAMPLE.replace("    tool:\n      weight: 2\n", "    tool:\n      weight: 7\n", 1)
    told = []
    for text in (half, heavy, cut):
        file = tmp_path / "model.yaml"
        file.write_text(text, "utf-8")
        assert main(["model", str(file), "--data", str(tmp_path / "data")]) == 1
        told.append(capsys.readouterr().err)
    assert any(sentence in line for line in told)
