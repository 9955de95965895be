"""The weights by which an answer is called sure are those of the signs that are taken."""

from knowledge.answering.sureness import SIGNS, chance, learned


def test_every_sign_has_one_weight():
    assert len(set(SIGNS)) == len(SIGNS)
    assert set(learned().weights) == set(SIGNS)


def test_what_shares_nothing_with_the_question_is_not_sure():
    nothing = dict.fromkeys(SIGNS, 0.0) | {"one": 1.0}

    assert chance(nothing, learned().weights) < learned().bound
