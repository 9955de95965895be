"""Amounts and references meet across their spellings, and only when they are equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text.analysis import normalise
from knowledge.text.quantities import exact, number, place, places


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("2割", "20 %"),
        ("半年", "6ヶ月"),
        ("六か月", "６カ月"),
        ("1年半", "18か月"),
        ("1億円", "￥100,000,000"),
        ("3万5,000円", "35000円"),
        ("約170億文字", "17 billion characters"),
        ("第二十七条の三十八", "第27条の38"),
        ("令和6年4月1日", "2024年4月1日"),
        ("午後3時半", "15:30"),
        ("90分", "1時間半"),
        ("7営業日以内", "within seven business days"),
        ("二〇二五年", "2025年"),
    ],
)
def test_two_spellings_of_one_amount_meet(written: str, asked: str) -> None:
    assert set(exact(normalise(written))) & set(exact(normalise(asked)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2割", "2 %"),
        ("6か月", "6年"),
        ("第5条", "第5項"),
        ("第5条", "第5条の2"),
        ("3人", "3件"),
        ("15:30", "5:30"),
    ],
)
def test_different_amounts_never_meet(one: str, other: str) -> None:
    assert not set(exact(normalise(one))) & set(exact(normalise(other)))


def test_words_with_numerals_in_them_are_no_amounts() -> None:
    assert exact("一方、統一的に千葉で十分に") == []


def test_a_comma_between_other_digits_ends_a_number() -> None:
    assert exact("$1,4 と 2,50円 と 3.円") == ["dollar=1", "yen=50"]


def test_a_question_names_its_slide() -> None:
    assert (
        places(normalise("スライド１８には何がありますか"))
        == places("what is on slide 18?")
        == [place(18)]
    )


@given(st.integers(0, 10**15))
def test_a_number_in_kanji_is_the_number_in_digits(value: int) -> None:
    assert number(kanji(value)) == value
    assert number(f"{value:,}") == value


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert all("=" in term for term in exact(normalise(text)))


def kanji(value: int) -> str:
    """Write a number the way a form does: 1億2千万 in kanji alone."""
    if not value:
        return "〇"
    digits, said = "〇一二三四五六七八九", ""
    for large, size in (("兆", 10**12), ("億", 10**8), ("万", 10**4), ("", 1)):
        part = value // size % 10**4
        for small, unit in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
            digit = part // unit % 10
            said += (digits[digit] if digit > 1 or not small else "") + small if digit else ""
        said += large if part else ""
    return said


@pytest.mark.parametrize("numeral", ["9" * 400, "千" * 400, "1,000" * 100, "1.5" * 100])
def test_a_very_long_number_is_read_in_one_way_only(numeral: str) -> None:
    assert exact(f"第{numeral}版") == exact(f"{numeral} 版")
