"""Talk at Teams' door, answered by the real house."""

import pytest

from bot.service.application import Application
from bot.settings import load
from tests.bot.teams.talk import CHANNEL, activity, door_of
from tests.shelving import COMES_ALONG


@pytest.fixture
async def application(house):
    async with Application(load({}, data=str(house))) as opened:
        await opened.answers()
        yield opened


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<p><at>LLM Choose</at>&nbsp;ありがとう!</p>", "どういたしまして。"),
        ("<at>LLM Choose</at> こんにちは", "こんにちは。"),
        ('<at>LLM Choose</at> <emoji id="yes" alt="👍" title="Yes"></emoji>', "承知しました。"),
        ("<at>LLM Choose</at> うちに合うのはどの方法?", "「導入方式の診断」で6問ほど"),
    ],
)
async def test_talk_in_a_channel_gets_a_word_back(application, texts, service, text, word):
    async with door_of(application.router, application.sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, text=text, **CHANNEL))

        assert await service.until(word)


async def test_the_list_of_documents_is_shown_to_whoever_asks_for_it(application, texts, service):
    async with door_of(application.router, application.sessions, texts) as door:
        await door.post(
            "/api/messages", json=activity(service, text="<ul><li>資料の一覧</li></ul>")
        )

        assert await service.until(f"資料 {COMES_ALONG}件")
