"""What we write is read by Teams as we mean it."""

import json

import pytest

from bot.teams.render import ending
from bot.teams.text import marked
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
