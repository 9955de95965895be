"""How answers look: what stands open, rows that can be read alone, ages, titles, and the steps while one is written."""

from datetime import date

import pytest

from handlers.answer_text import aged, lines, titled
from handlers.conversation import Buttons, Details, Paragraph
from handlers.questions.answers import blocks_of, plain_text
from knowledge.values import Answer, Sentence


def answer(*sentences, **more):
    return Answer(
        "a1",
        "質問",
        "ja",
        "extractive",
        tuple(Sentence(text, (n,)) for text, n in sentences),
        **more,
    )


def test_a_table_row_names_its_columns():
    rows = (
        ("区分 | 入力", 1),
        ("極秘 | 不可", 1),
        ("公開 | 制限なし", 1),
        ("確かめること。", 2),
        ("単独 | 行", 3),
    )

    assert lines(answer(*rows).sentences) == [
        "- 区分: 極秘 · 入力: 不可[1]",
        "- 区分: 公開 · 入力: 制限なし[1]",
        "確かめること。[2]",
        "- 単独 · 行[3]",
    ]


def test_an_empty_cell_keeps_the_others_under_their_columns():
    rows = (
        ("役職 | 国内 | 海外", 1),
        ("課長 |  | 六千円", 1),
        ("一般 | 二千円 |", 1),
        ("| 千円 | 三千円", 1),
    )

    assert lines(answer(*rows).sentences) == [
        "- 役職: 課長 · 海外: 六千円[1]",
        "- 役職: 一般 · 国内: 二千円[1]",
        "- 国内: 千円 · 海外: 三千円[1]",
    ]


def test_a_long_answer_opens_with_its_first_source_and_folds_the_rest(texts):
    long = answer(*((f"文{n}。", 1 if n < 4 else 2) for n in range(12)))
    blocks = blocks_of(long, texts)

    lead = next(b for b in blocks if isinstance(b, Paragraph) and b.tone == "answer")
    folded = next(b for b in blocks if isinstance(b, Details))
    assert lead.text.count("[1]") == 4
    assert "8行" in folded.title
    assert plain_text(long, texts).count("文") == 12


def test_a_list_is_not_folded_in_its_middle_and_a_text_of_any_length_is(texts):
    def open_lines(count):
        blocks = blocks_of(
            answer(
                ("次のとおり。", 1), *((f"- 項目{n}", 1) for n in range(1, count)), ("別の文。", 2)
            ),
            texts,
        )
        return next(
            b for b in blocks if isinstance(b, Paragraph) and b.tone == "answer"
        ).text.count("[1]")

    assert open_lines(13) == 13
    assert open_lines(14) == 14
    assert open_lines(15) == 6


def test_what_it_may_have_meant_stands_in_place_of_further_questions(texts):
    shown = blocks_of(answer(("文。", 1), choices=("意味1", "意味2"), followups=("次",)), texts)

    row = next(b for b in shown if isinstance(b, Buttons) and b.row == "followup")
    assert [b.label for b in row.items] == ["意味1", "意味2"]
    assert {b.press.action for b in row.items} == {"ask.meant"}


@pytest.mark.parametrize(
    ("day", "ja", "en"),
    [
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        ("2026-10-20", "2026-10-20・1か月前", "2026-10-20, 1 month ago"),
        ("2025-04-10", "2025-04-10・19か月前", "2025-04-10, 19 months ago"),
        ("2020-01-01", "2020-01-01・6年前", "2020-01-01, 6 years ago"),
        ("2027-01-01", "2027-01-01", "2027-01-01"),
        ("いつか", "いつか", "いつか"),
    ],
)
def test_a_date_says_how_long_ago_it_is(texts, day, ja, en):
    today = date(2026, 11, 25)
    assert aged(day, texts, "ja", today) == ja
    assert aged(day, texts, "en", today) == en


def test_of_a_title_in_both_languages_the_readers_half_is_shown():
    assert titled("導入の選択肢(要約) / Options (digest)", "ja") == "導入の選択肢(要約)"
    assert titled("導入の選択肢(要約) / Options (digest)", "en") == "Options (digest)"
    assert titled("A / B", "ja") == "A / B"
