"""The encoder: what counts as the same word."""

import pytest

from knowledge.index.protocol import SparseVector
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.points import point
from knowledge.values import Passage, Place


def encoded(text: str, title: str = "") -> SparseVector:
    return point(
        Passage("", "d", "v", 1, title, Place("section", 1), text), "live", Encoder()
    ).vector


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ｻｰﾊﾞｰの管理", "サーバの管理"),
        ("髙橋", "高橋"),
        ("渡邉", "渡辺"),
        ("デ−タの保護", "データの保護"),
        ("モデルを選ぶ", "which models"),
        ("申込みの期限", "申し込みの期限"),
    ],
)
def test_spellings_of_one_word_meet(written, asked):
    passage, question = encoded(written), Encoder().question_parts(asked)
    assert set(question["words"]) & set(passage.indices)


def test_a_title_adds_to_the_text():
    plain, titled = encoded("上限は五万円。"), encoded("上限は五万円。", "旅費規程")
    title = Encoder().question_parts("旅費規程")["title"]
    assert not set(title) & set(plain.indices)
    assert set(title) <= set(titled.indices)


def test_words_of_the_glossary_count_half():
    question = Encoder().encode_question("経費", Glossary((("経費", "旅費"),)))
    weights = dict(zip(question.indices, question.values, strict=True))
    for word, weight in (("経費", 1.0), ("旅費", 0.5)):
        (dimension,) = Encoder().question_parts(word)["words"]
        assert weights[dimension] == weight


def test_dimensions_are_ascending_and_stable():
    vector = encoded("生成AIの利用規程", "規程")
    assert list(vector.indices) == sorted(set(vector.indices))
    assert vector == encoded("生成AIの利用規程", "規程")
    assert max(vector.indices) < 2**32
