"""The encoder: what counts as the same word."""

import pytest

from knowledge.encoder import Encoder


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ｻｰﾊﾞｰの管理", "サーバの管理"),
        ("デ−タの保護", "データの保護"),
        ("モデルを選ぶ", "which models"),
        ("申込みの期限", "申し込みの期限"),
    ],
)
def test_spellings_of_one_word_meet(written, asked):
    passage, question = Encoder().encode_passage(written), Encoder().question_parts(asked)
    assert set(question["words"]) & set(passage.indices)


def test_a_title_adds_to_the_text():
    plain, titled = Encoder().encode_passage("上限は五万円。"), Encoder().encode_passage("上限は五万円。", "旅費規程")
    title = Encoder().question_parts("旅費規程")["title"]
    assert not set(title) & set(plain.indices)
    assert set(title) <= set(titled.indices)


def test_dimensions_are_ascending_and_stable():
    vector = Encoder().encode_passage("生成AIの利用規程", "規程")
    assert list(vector.indices) == sorted(set(vector.indices))
    assert vector == Encoder().encode_passage("生成AIの利用規程", "規程")
    assert max(vector.indices) < 2**32
