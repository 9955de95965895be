"""Talk on the page, answered by the real house."""

import pytest

from bot.service.application import Application
from bot.settings import load


@pytest.fixture
async def application(house):
    async with Application(load({}, data=str(house))) as opened:
        await opened.answers()
        yield opened


@pytest.mark.parametrize("where", ["/", "/demo"])
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ありがとうございます、助かりました🙏", "どういたしまして。"),
        ("お疲れ様です", "お疲れ様です。"),
        ("使い方", "資料への質問に出典つきで答え"),
    ],
)
async def test_talk_gets_a_word_back_on_every_page_that_takes_questions(
    application, page, where, text, word
):
    async with page(application.router) as client:
        japanese = {"Accept-Language": "ja"}
        asked = await client.post("/ask", data={"q": text, "_page": where}, headers=japanese)
        there = asked.headers["location"].partition("#")[0]
        shown = (await client.get(there, headers=japanese)).text

    assert word in shown
    assert "答えがありませんでした" not in shown
