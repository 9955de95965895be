"""A situation in plain words: what is read, what is left to be asked, and where it contradicts itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.choose.prefill import Prefill
from knowledge.advisor.engine import Advisor

PREFILL = Prefill.load()
ADVISOR = Advisor.load()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("機密PDF500件、GPUなし、3か月で", {"docs": "core", "boundary": "inside", "time": "m3"}),
        ("機密PDF500件、GPUなし、3ヶ月で", {"docs": "core", "boundary": "inside", "time": "m3"}),
        (
            "500 confidential PDFs, no GPU, within 3 months",
            {"docs": "core", "boundary": "inside", "time": "m3"},
        ),
        ("予算は2,000万円、半年で。出典は必須", {"budget": "m", "time": "m12", "cite": "must"}),
        (
            "予算3億円、2年で自社のモデルを持ちたい",
            {"budget": "xl", "time": "long", "ownership": "model"},
        ),
        ("予算は400万円です", {"budget": "s"}),
        ("予算は500万円です", {"budget": "m"}),
        ("budget 10M yen, no engineers", {"budget": "m", "team": "none"}),
        ("機密は含まないので社外に出してもよい", {"boundary": "ok"}),
        ("2年前から検討しています", {}),
        ("こんにちは", {}),
    ],
)
def test_plain_words_are_read_by_rules(text: str, expected: dict[str, str]) -> None:
    found, torn = PREFILL.read(text)
    assert {criterion: option for criterion, (option, _) in found.items()} == expected
    assert torn == {}


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("機密資料です。でも社外に送ってもよいです", "boundary"),
        ("3か月で、いや1年以内で", "time"),
        ("confidential, but data may leave", "boundary"),
        ("予算は300万円か、5,000万円", "budget"),
    ],
)
def test_what_contradicts_itself_is_not_read(text: str, criterion: str) -> None:
    found, torn = PREFILL.read(text)
    assert criterion not in found
    assert len(torn[criterion]) == 2


@given(st.text(max_size=300))
def test_whatever_is_read_is_an_answer_the_model_knows(text: str) -> None:
    found, _ = PREFILL.read(text)
    assert ADVISOR.validate({c: option for c, (option, _) in found.items()}) or not found
