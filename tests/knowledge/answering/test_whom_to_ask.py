"""Whom to write to or call is said as the document says it: mail addresses and numbers whole."""

from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.values import Language
from tests.shelving import shelved

ALL = frozenset({"all"})
DESKS = """# 社内窓口一覧

## 1. 経費精算

経費精算についての問い合わせ先は、経理部 keiri@example.co.jp(内線 1234)です。

## 2. 部署別連絡先

| 部署 | メール | 電話 |
| - | - | - |
| 人事部 | jinji@example.co.jp | 03-1111-2222 |
| 法務部 | houmu@example.co.jp | 03-3333-4444 |
"""
CONTACTS = """# Office contacts

## Expenses

Questions about expense claims go to the finance team at finance@example.com.

## People

| Team | E-mail | Phone |
| - | - | - |
| Legal | legal@example.com | +44 20 7946 0111 |
| Payroll | payroll@example.com | +44 20 7946 0222 |
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelved(tmp_path_factory.mktemp("shelf"), {"窓口.md": DESKS, "contacts.md": CONTACTS})


@pytest.mark.parametrize(
    ("language", "question", "first"),
    [
        ("ja", "経費精算の問い合わせ先は?", "経理部 keiri@example.co.jp(内線 1234)です"),
        ("ja", "人事部のメールアドレスは?", "メール: jinji@example.co.jp · 電話: 03-1111-2222"),
        ("en", "Who do I ask about expense claims?", "finance team at finance@example.com"),
        ("en", "Payroll email?", "E-mail: payroll@example.com · Phone: +44 20 7946 0222"),
    ],
)
async def test_whom_to_ask_is_said_whole(
    answers: Answers, language: Language, question: str, first: str
) -> None:
    answer = await answers.answer(question, readers=ALL, language=language)
    assert first in answer.sentences[0].text
