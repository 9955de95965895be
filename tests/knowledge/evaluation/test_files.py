"""What is wrong with a file of questions or pairs is said in one sentence, with the line and the field."""

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.answering.entailment import Entailment
from knowledge.answering.verification import Verifier
from knowledge.errors import KnowledgeError
from knowledge.evaluation.grounding import judged
from knowledge.evaluation.sets import load
from knowledge.text.analysis import Analysis

CHECKS = Verifier(Entailment(Analysis()))
QUESTION = {"id": "1", "text": "退職金は?"}
PAIR = {
    "id": "a",
    "question": "退職金は?",
    "passage": "退職金は、支給しない。",
    "answer": "退職金は支給しません。",
}


def written(path: Path, *rows: dict[str, Any] | str, encoding: str = "utf-8") -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding)
    return path


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": 1}, "text"),
        ({"id": 7}, "id"),
        ({"must": "五年"}, "must"),
        ({"must": ["("]}, "must"),
        ({"must_not": [1]}, "must_not"),
        ({"first": "("}, "first"),
        ({"outcome": "yes"}, "outcome"),
        ({"answers": "五年"}, "answers"),
        ({"answers": 3}, "answers"),
        ({"answerable": "no"}, "answerable"),
        ({"lang": "fr"}, "lang"),
    ],
)
def test_a_field_of_a_question_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, wrong: dict[str, Any], field: str
) -> None:
    path = written(tmp_path / "own.jsonl", QUESTION, "", QUESTION | wrong)
    with pytest.raises(KnowledgeError) as caught:
        load(path)
    assert "own.jsonl" in caught.value.reason.ja
    assert f" 3 行目の {field} " in caught.value.reason.ja
    assert f"“{field}” in line 3 of " in caught.value.reason.en


@pytest.mark.parametrize(
    "wrong",
    [
        {"passage": " "},
        {"passage": "…"},
        {"answer": ""},
        {"sentences": ["退職金は出ません。"]},
        {"sentences": [1]},
        {"sentences": [[]]},
        {"sentences": {"a": 1}},
    ],
)
def test_a_pair_that_cannot_be_judged_is_named_with_its_line(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    path = written(tmp_path / "pairs.jsonl", PAIR, PAIR | wrong)
    with pytest.raises(KnowledgeError, match=r"(?i)line 2 of pairs.jsonl"):
        list(judged(path, CHECKS))


def test_what_an_editor_adds_to_a_file_is_no_fault(tmp_path: Path) -> None:
    """A byte order mark stands before line 1, and a separator of lines may stand in a sentence."""
    pairs = written(
        tmp_path / "pairs.jsonl",
        PAIR,
        PAIR | {"answer": "退職金は\u2028支給しません。"},
        encoding="utf-8-sig",
    )
    questions = written(tmp_path / "own.jsonl", QUESTION, encoding="utf-8-sig")

    assert [one.kept for one in judged(pairs, CHECKS)] == [True, True]
    assert load(questions).cases[0].text == "退職金は?"
