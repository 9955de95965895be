"""A heading as one asks about it."""

import pytest

from handlers.questions.heading import name_of, question_of


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("議事録を要約させてもよいですか", "議事録を要約させてもよいですか?"),
        ("だれに相談するのか", "だれに相談するのか?"),
        ("May I summarise minutes?", "May I summarise minutes?"),
        ("情報区分", ""),
        ("年賀はがき", ""),
        ("静か", ""),
    ],
)
def test_a_heading_that_words_a_question_is_asked_as_it_is(heading, question):
    assert question_of(heading) == question


def test_a_heading_that_ends_with_a_verb_is_quoted():
    assert name_of("目的に合わせて方法を選ぶ", "ja") == "「目的に合わせて方法を選ぶ」"
    assert name_of("費用の目安", "ja") == "費用の目安"
    assert name_of("Per diem", "en") == "Per diem"
