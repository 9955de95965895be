"""What is said to stand nowhere stands nowhere, letter by letter."""

import pytest

from knowledge.answering.citations import limits
from knowledge.answering.wording import Wording
from knowledge.values import Hit, Passage, Place

RULE = "大学院生の貸出期間は1か月とする。"


@pytest.mark.parametrize(("word", "told"), [("院生", False), ("延滞", True)])
async def test_a_word_inside_another_is_not_said_to_be_missing(word, told):
    passage = Passage("p", "d", "v", 1, "図書館利用細則", Place("section", 1), RULE)

    known = await limits((), [Hit(passage, 1.0)], [word], (), None, Wording.load())

    assert ("missing_words" in [limit.kind for limit in known]) is told
