"""What a model says in other words, in another language or by calculation is shown, what it turns, halves or invents is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.answering.entailment import Entailment
from knowledge.answering.prompt import Source, source
from knowledge.answering.verification import Verifier
from knowledge.sentences import yaml_values
from knowledge.text.analysis import Analysis
from knowledge.text.language import language_of
from knowledge.values import Hit, Passage, Place

FILE = Path(__file__).parents[2] / "benchmarks" / "statements.yaml"
CHECKS = Verifier(Entailment(Analysis()))


def statements(truth: str) -> Iterator[Any]:
    for document in yaml_values(FILE.read_text(encoding="utf-8")):
        for case in document["cases"]:
            for said in case[truth]:
                yield pytest.param(document, case["question"], case["words"], said, id=said)


def behind(document: dict[str, Any]) -> Source:
    kind = "table" if document.get("table") else "prose"
    title, text = document["title"], document["text"]
    passage = Passage(
        "p",
        "d",
        "v",
        1,
        title,
        Place("section", None, title),
        text,
        language=language_of(text, "ja"),
        kind=kind,
    )
    return source(Hit(passage, 1.0))


def shown(document: dict[str, Any], question: str, words: str, said: str) -> bool:
    output = f"{said} [1]\n> [1] {words}"
    checks = CHECKS.check(output, [behind(document)], language_of(question, "ja"), question)
    return bool(checks) and all(check.kept for check in checks)


@pytest.mark.parametrize(("document", "question", "words", "said"), list(statements("faithful")))
def test_what_is_said_in_other_words_is_shown_whole(document, question, words, said):
    assert shown(document, question, words, said)


@pytest.mark.parametrize(("document", "question", "words", "said"), list(statements("wrong")))
def test_what_is_turned_halved_or_invented_is_not(document, question, words, said):
    assert not shown(document, question, words, said)


def test_a_passage_of_which_nothing_is_left_carries_nothing() -> None:
    emptied = source(Hit(Passage("p", "d", "v", 1, "規程", Place("section", None, "1"), "…"), 1.0))

    [check] = CHECKS.check("退職金は支給されません。[1]", [emptied], "ja", "退職金は?")
    assert (check.kept, check.reason) == (False, "citation")
    assert not CHECKS.holds("退職金は支給されません。", emptied, "退職金は?")
