"""What is typed at a question of the dialog: an answer to it, a step away from it, or neither."""

import pytest

from handlers.actions.choose import AnswerQuestion, GoBack, SkipQuestion
from handlers.choose.runs import Run
from handlers.choose.typed import typed
from handlers.texts import Texts
from knowledge.advisor.model import load

PARTNER = load()[0].criterion("partner")
RUN = Run("r_1", "paper:1", "Aoi", "", rev=3)
AT = ("r_1", 3, "partner")  # a question with the options "no" and "yes", in this order


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("はい", "yes"),
        ("はい。", "yes"),
        ("うん", "yes"),
        ("Yes, please", "yes"),
        ("no", "no"),
        ("いいえです", "no"),
        ("2", "yes"),
        ("２番", "yes"),
        ("option 1", "no"),
        ("3", "ns"),
        ("4", ""),
        ("0", ""),
        ("わかりません", "ns"),
        ("Not sure.", "ns"),
    ],
)
def test_words_and_numbers_answer_a_question(text: str, option: str, texts: Texts) -> None:
    step = typed(text, RUN, PARTNER, texts)
    assert step == AnswerQuestion(*AT, option)


def test_words_lead_on_and_back_and_anything_else_is_no_answer(texts: Texts) -> None:
    assert typed("スキップ", RUN, PARTNER, texts) == SkipQuestion(*AT)
    assert typed("go back", RUN, PARTNER, texts) == GoBack(*AT)
    for text in ("", "2026年の規則は?", "No documents may leave, right?", "やめる", "RAG"):
        assert typed(text, RUN, PARTNER, texts) is None
