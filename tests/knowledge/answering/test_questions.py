"""What a question asks for, told from its words."""

import pytest

from knowledge.text.analysis import normalise
from knowledge.text.answer_types import ASKS


@pytest.mark.parametrize(
    ("question", "depends"),
    [
        ("うちみたいな会社はどの方式がいい?", True),
        ("結局、当社はどれを選べばいいですか", True),
        ("どの方法が向いていますか", True),
        ("Which approach fits us?", True),
        ("What is the best option for a small company?", True),
        ("コストが安いのはどれ?", False),
        ("RAGって社内文書を全部覚えてるの?", False),
        ("What model does Karakuri use?", False),
        ("どの部署に申請すればいいですか", False),
    ],
)
def test_a_question_for_a_recommendation_is_told_apart(question, depends):
    assert (
        any(name == "choice" and asks.search(normalise(question)) for name, asks in ASKS) is depends
    )
