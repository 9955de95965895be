"""What we write is read by Teams as we mean it."""

import json

import pytest

from bot.teams.card import Drawer
from bot.teams.render import ending
from bot.teams.text import linked, marked
from handlers.conversation import Button, Buttons, Paragraph, Press, Reply
from handlers.texts import Texts


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        (
            "**祝金三万円を支給する。**申請は三か月以内。[1]",
            "**祝金三万円を支給する。** 申請は三か月以内。[1]",
        ),
        ("社員は**「様式3」**を出す。", "社員は **「様式3」** を出す。"),
        ("**三万円**を支給する。", "**三万円**を支給する。"),
        ("one\n**Two.** three", "one\n**Two.** three"),
    ],
)
def test_bold_beside_japanese_is_read_as_bold(text, drawn):
    assert marked(text) == drawn


def test_the_word_above_a_card_is_not_said_again_in_it():
    line = "「規程.md」を読みました。"
    reply = Reply(f"{line}\n次の行", (Paragraph(line), Buttons((Button("公開", Press("x.y")),))))
    words, card = ending(reply, "ja", Texts.load())

    assert words["text"] == line
    assert line not in json.dumps(card["attachments"][0]["content"]["body"], ensure_ascii=False)


def test_what_few_press_under_an_answer_waits_behind_one_button():
    more = Buttons((Button("この答えの作り方", Press("demo.open")),), "more")
    beside = Buttons((Button("交通手段は?", Press("ask.followup")),), "followup", "続けて聞く")
    drawn = Drawer("ja", Texts.load()).draw((beside, more))
    shown = [row for row in drawn if row.get("isVisible", True)]
    titles = [action["title"] for row in shown for action in row.get("actions", ())]

    assert titles == ["交通手段は?", "▸ ほかの操作"]
    [folded] = [row for row in drawn if row["type"] == "Container"]
    assert "demo.open" in json.dumps(folded)


def test_an_address_in_our_own_words_is_a_link_and_the_rest_stays_escaped():
    row = "清水_建設 [1] 出典: https://www.itmedia.co.jp/a_b?c=1"
    assert linked(row) == "清水\\_建設 [1] 出典: [itmedia.co.jp](https://www.itmedia.co.jp/a_b?c=1)"
