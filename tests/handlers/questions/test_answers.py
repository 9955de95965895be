"""How answers look: what stands open, rows that can be read alone, ages, titles, and the steps while one is written."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.answer_text import aged, lines, titled
from handlers.conversation import Buttons, Paragraph
from handlers.questions.answers import blocks_of
from handlers.questions.refusal import refusal
from knowledge.values import Answer, Citation, Passage, Place, Sentence

PASSAGE = Passage("p1", "d", "v", 1, "規則", Place("section", 1, "第60条"), "退職金は支給しない。")


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
        "- 区分: 極秘 · 入力: 不可",
        "- 区分: 公開 · 入力: 制限なし[1]",
        "確かめること。[2]",
        "- 単独 · 行[3]",
    ]


@pytest.mark.parametrize("begin", ["- ", "1.\u00a0"])
def test_an_item_of_a_list_stays_one_when_it_is_what_answers(begin):
    item = Sentence(f"{begin.replace(chr(0xA0), ' ')}機密は不可", (1,), role="line")
    marked = replace(item, mark=item.text)
    assert lines([marked], bold=True) == [f"{begin}**機密は不可**[1]"]


def test_an_empty_cell_keeps_the_others_under_their_columns():
    rows = (
        ("役職 | 国内 | 海外", 1),
        ("課長 |  | 六千円", 1),
        ("一般 | 二千円 |", 1),
        ("| 千円 | 三千円", 1),
    )

    assert lines(answer(*rows).sentences) == [
        "- 役職: 課長 · 海外: 六千円",
        "- 役職: 一般 · 国内: 二千円",
        "- 国内: 千円 · 海外: 三千円[1]",
    ]


def test_an_answer_in_a_chat_is_short_and_its_whole_is_one_press_away(texts):
    citation = Citation(1, PASSAGE, "退職金は支給しない。")
    lead = Sentence("いいえ、退職金は支給しない(規則 第60条)。", (1,), "lead")
    rule = Sentence("1. **退職金**は支給しない。", (1,), mark="1. **退職金**は支給しない。")
    rest = tuple(Sentence(f"{n}. 文{n}。", (1,), depth=n % 2) for n in range(2, 12))
    gap = Sentence("…", (), "gap")
    short = replace(
        answer(),
        sentences=(lead, rule, gap),
        whole=(lead, rule, *rest),
        citations=(citation,),
    )
    shown = blocks_of(short, texts)

    said = next(b for b in shown if isinstance(b, Paragraph) and b.tone == "answer")
    assert said.text.splitlines() == [
        "いいえ、退職金は支給しない(規則 第60条)。[1]",
        "1.\u00a0**退職金は支給しない。**[1]",
        "…",
    ]
    assert "\u30003.\u00a0文3。" in said.whole.splitlines()
    way = next(b for b in shown if isinstance(b, Buttons) and b.row == "whole")
    assert [b.label for b in way.items] == ["全文を見る"]
    assert way.items[0].press.action == "source.open"


def test_what_leaves_nothing_out_offers_no_whole(texts):
    shown = blocks_of(answer(("文。", 1)), texts)
    assert not [b for b in shown if isinstance(b, Buttons) and b.row == "whole"]


def test_beside_a_table_no_sign_of_what_was_left_out_stands_alone(texts):
    table = (("方式", "費用"), ("RAG", "100万円"))
    told = answer(("RAGの費用は100万円です。", 1), table=table)
    rows = (Sentence("…", (), "gap"), Sentence("RAG | 100万円", (1,), "line"))
    lead = replace(told.sentences[0], role="lead")
    shown = blocks_of(replace(told, sentences=(lead, *rows, rows[0])), texts)

    assert shown[0].text == "RAGの費用は100万円です。[1]"


def test_a_very_long_question_is_said_back_shortly(texts):
    said = refusal(replace(answer(), question="長" * 3000, mode="refused"), texts)

    assert "長" * 100 in said.text
    assert "長" * 200 not in said.text


def test_what_it_may_have_meant_stands_in_place_of_further_questions(texts):
    shown = blocks_of(answer(("文。", 1), choices=("意味1", "意味2"), followups=("次",)), texts)

    row = next(b for b in shown if isinstance(b, Buttons) and b.row == "followup")
    assert [b.label for b in row.items] == ["意味1", "意味2"]
    assert {b.press.action for b in row.items} == {"ask.meant"}


@pytest.mark.parametrize(
    ("choices", "labels"),
    [
        (
            (
                "「第3条 宿泊費」(旅費規程)について、上限は?",
                "「第5条 日当」(旅費規程)について、上限は?",
            ),
            ["宿泊費", "日当"],
        ),
        (
            ("「宿泊費」(旅費規程)について、上限は?", "「宿泊費」(海外旅費規程)について、上限は?"),
            ["「宿泊費」(旅費規程)について、上限は?", "「宿泊費」(海外旅費規程)について、上限は?"],
        ),
    ],
    ids=["by heading", "whole where headings are alike"],
)
def test_readings_are_told_apart_as_shortly_as_can_be(texts, choices, labels):
    shown = blocks_of(answer(("文。", 1), choices=choices), texts)

    row = next(b for b in shown if isinstance(b, Buttons) and b.row == "followup")
    assert [b.label for b in row.items] == labels


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


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Tell me more about “RAG, commercial APIs and open models compared”", "RAG, commercial APIs…?"),
        (
            "「生成AI導入ガイドラインの改定にともなうオープンソースモデルの取扱い」について詳しく教えてください",
            "…改定にともなうオープンソースモデルの取扱いは?",
        ),
        (
            "「既存LLM活用の三つの方法の比較(RAG・商用API・オープンなモデル)」について詳しく教えてください",
            "既存LLM活用の三つの方法の比較は?",
        ),
        ("「RAGとは(仕組みと利点)」について詳しく教えてください", "RAGとは?"),
        ("Tell me more about “Password”", "Password?"),
        ("Tell me more about “What an open model is”", "What is an open model?"),
        ("Tell me more about “May I summarise minutes?”", "May I summarise minutes?"),
        ("「目的に合わせて方法を選ぶ」について詳しく教えてください", "「目的に合わせて方法を選ぶ」は?"),
        ("「RAG(検索拡張生成)の利点」について詳しく教えてください", "RAG(検索拡張生成)の利点は?"),
        ("Tell me more about “What RAG (retrieval-augmented generation) is”", "What is RAG?"),
    ],
)  # fmt: skip
def test_a_button_is_not_cut_inside_a_word(texts, question, label):
    language = "ja" if "「" in question else "en"
    asked = replace(answer(("はい。", 1)), language=language, followups=(question,))
    shown = blocks_of(asked, texts)
    rows = [block for block in shown if isinstance(block, Buttons) and block.row == "followup"]

    assert [button.label for button in rows[0].items] == [label]
