"""An article that a question names is looked up by its number."""

from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.values import Answer
from tests.shelving import shelved

ALL = frozenset({"all"})
WORK = """# 就業規則

### 第1条　目的

この規則は、労働基準法第2条に基づき、社員の就業について定める。

### 第2条　副業

社員は、届け出た副業に従事することができる。

### 第3条　休業

休業したときは、労基法第4条に規定する平均賃金の6割を支給する。就業規則第2条の副業にも適用する。

### 第4条　定年

社員の定年は、満65歳とする。
"""
WAGES = """# 賃金規程

### 第1条　目的

この規程は、賃金について定める。

### 第2条　交通手当

交通手当は、月額10,000円までの実費とする。

### 第3条　支払日

賃金は、毎月25日に支払う。
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"就業規則.md": WORK, "賃金規程.md": WAGES}
    return shelved(tmp_path_factory.mktemp("shelf"), files)


async def ask(answers: Answers, question: str) -> Answer:
    language = "en" if question.isascii() else "ja"
    return await answers.answer(question, readers=ALL, language=language)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("就業規則第2条", "副業に従事することができる"),
        ("当社の就業規則の第四条は?", "満65歳"),
        ("賃金規程の第2条って何ですか", "10,000円"),
        ("第4条を教えて", "満65歳"),
        ("Show me Article 4", "満65歳"),
        ("賃金規程第3条では賃金はいつ支払われる?", "25日"),
    ],
)
async def test_the_article_of_that_number_answers(
    answers: Answers, question: str, told: str
) -> None:
    answer = await ask(answers, question)

    assert told in answer.sentences[0].text


@pytest.mark.parametrize(
    "question", ["第2条は?", "第2条には何と書いてありますか", "What is Article 2?"]
)
async def test_of_several_documents_which_is_meant_is_asked(
    answers: Answers, question: str
) -> None:
    answer = await ask(answers, question)

    assert answer.mode == "asked_back"
    assert len(answer.choices) == 2
    assert "就業規則" in " ".join(answer.choices)
    chosen = await ask(answers, answer.choices[1])
    assert chosen.mode == "extractive"


@pytest.mark.parametrize(
    ("question", "says", "silent"),
    [
        ("第99条は?", "「就業規則」は第4条まで", "65歳"),
        ("賃金規程第4条について教えて", "「賃金規程」は第3条まで", "就業規則"),
        ("就業規則の第2条の3は?", "第2条の3は、資料にありません", "賃金"),
        ("就業規則に Article 99 はある?", "「就業規則」は第4条まで", "65歳"),
    ],
)
async def test_an_article_that_no_document_has_is_said_to_be_absent(
    answers: Answers, question: str, says: str, silent: str
) -> None:
    answer = await ask(answers, question)

    assert answer.mode == "refused"
    note = answer.notes[0].to(answer.language)
    assert says in note
    assert silent not in note


async def test_an_article_of_a_law_is_none_of_the_shelf(answers: Answers) -> None:
    answer = await ask(answers, "労基法第99条とは何ですか")

    assert not answer.notes
