"""Talk at Slack's door, answered by the real house: one word, one post."""

import pytest

from bot.service.application import Application
from bot.settings import load
from tests.shelving import COMES_ALONG


@pytest.fixture
async def application(house):
    async with Application(load({}, data=str(house))) as opened:
        await opened.answers()
        yield opened


async def test_thanks_get_one_post_and_a_question_among_markup_its_answer(application, desk, api):
    at = await desk(application.router)

    await at.event(
        text="<@UB> <@U7> :thinking_face: RAGって社内文書を全部覚えてるの? <https://example.com/>",
        ts="1.5",
    )
    [answer] = api.messages.values()
    assert "スライド18" in str(answer)
    assert "U7" not in str(answer["text"])

    before = len(api.calls)
    await at.event("message", text="ありがとう :pray:", ts="1.6", thread_ts="1.5")
    said = [
        (name, call.get("text")) for name, call, _ in api.calls[before:] if name.startswith("chat")
    ]
    assert said == [("chat.postMessage", "どういたしまして。")]

    before = len(api.calls)
    await at.event("message", text=":+1:", ts="1.7", thread_ts="1.5")
    assert [name for name, _, _ in api.calls[before:] if name.startswith("chat")] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("こんにちは", "こんにちは。"),
        ("資料の一覧", f"資料 {COMES_ALONG}件"),
        ("thanks!", "You are welcome."),
    ],
)
async def test_a_slash_command_hears_talk_too(application, desk, api, text, word):
    at = await desk(application.router)

    await at.command(text)

    assert word in str([*api.responses, *api.whispers])
