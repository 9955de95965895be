"""Many ask at once where Slack takes few answers a second: all are answered, in line, and told how long the line is."""

import asyncio
import math
import time
from contextlib import AsyncExitStack

import httpx
import pytest
from starlette.applications import Starlette

from bot.slack import pace
from bot.slack.adapter import Slack
from bot.slack.settings import Slack as Settings
from bot.turns import Turns
from handlers.conversation import Paragraph, Reply
from handlers.people import People
from handlers.sessions import Rate, Sessions
from tests.bot.slack.api import Limit
from tests.bot.slack.conftest import SECRET, Desk, until

STATUS = "assistant.threads.setStatus"
FAST = Rate(0.051, 5)  # of posts here, twenty times what Slack takes, so that the test is short
SLOW = Rate(0.2, 5)


@pytest.fixture
def hurried(monkeypatch, api):
    monkeypatch.setitem(pace.RATES, "chat.postMessage", FAST)
    monkeypatch.setattr(pace, "NOTICED", 0.15)
    api.limits = {
        "chat.postMessage": Limit(0.05, 5),
        "chat.update": Limit(1.2, 10),
        "conversations.replies": Limit(1.2, 10),
    }


@pytest.fixture
def lined_up(hurried, monkeypatch):
    """Posts slow enough that a line forms on a busy machine, too."""
    monkeypatch.setitem(pace.RATES, "chat.postMessage", SLOW)


async def bot(message):
    yield Reply("調べています", final=False)
    yield Reply("答え [1]", (Paragraph("答え [1]"),))


async def all_at_once(desks, count):
    """Mention the bot in threads of their own, one desk after the other; return the threads when all turns are over."""
    said = math.ceil(time.time() * 1000) / 1000  # rounded down it could lie before the bot's start
    threads = [f"{said:.3f}{n:03}" for n in range(count)]
    asked = [desks[n % len(desks)].event(ts=ts, event_ts=ts) for n, ts in enumerate(threads)]
    answers = await asyncio.gather(*asked)
    assert {status for status, _ in answers} == {200}
    return threads


@pytest.mark.usefixtures("hurried")
async def test_sixty_questions_at_once_are_all_answered_once_and_no_limit_is_hit_hard(desk, api):
    at = await desk(bot)
    threads = await all_at_once([at], 60)

    assert sorted(message["thread_ts"] for message in api.messages.values()) == sorted(threads)
    assert {message["text"] for message in api.messages.values()} == {"答え [1]"}
    assert api.limits["chat.postMessage"].refused <= 3
    assert not api.named("chat.update")
    assert not api.named("conversations.replies")


@pytest.mark.usefixtures("hurried")
async def test_the_first_questions_after_a_start_read_no_thread(store, texts, api):
    """Opened as the service does: faces come before the sessions they count in."""
    sessions = Sessions(store.connect)
    turns = Turns(bot, sessions, texts)
    settings = Settings("xoxb-1", (SECRET,), "", f"{api.url}/api/")
    slack = Slack(settings, turns, texts, People(frozenset()), sessions=sessions)
    turns.register(slack)
    door = httpx.ASGITransport(Starlette(routes=slack.routes()))
    client = httpx.AsyncClient(transport=door, base_url="http://bot.example")
    async with slack, sessions, turns, slack.listening(), client:
        await all_at_once([Desk(api, turns, slack, client)], 12)

    assert len(api.messages) == 12
    assert not api.named("conversations.replies")


@pytest.mark.usefixtures("hurried")
async def test_questions_that_come_a_second_time_are_not_held_up_by_looks(desk, api):
    """A slow moment, and Slack sends every question again: nobody began to answer one of them."""
    at = await desk(bot)
    at.client.headers["X-Slack-Retry-Num"] = "1"
    await all_at_once([at], 40)

    assert len(api.messages) == 40
    assert len(api.named("conversations.replies")) < 20  # those that Slack took at once


@pytest.mark.usefixtures("lined_up")
async def test_who_waits_is_told_how_many_come_first(desk, api):
    at = await desk(bot)
    await all_at_once([at], 30)

    told = [told["status"] for told in api.named(STATUS) if "混み合って" in told["status"]]
    assert len(told) >= 10
    assert len(set(told)) > 5  # each as far as their own place


@pytest.mark.usefixtures("lined_up")
async def test_where_there_is_no_status_the_place_is_whispered_once(desk, api):
    api.faults[STATUS] = ["unknown_method"] * 90
    at = await desk(bot)
    await all_at_once([at], 20)

    assert len([whisper for whisper in api.whispers if "混み合って" in whisper["text"]]) >= 5
    assert len(api.messages) == 20


@pytest.mark.usefixtures("hurried")
async def test_two_processes_share_one_budget(desk, api):
    desks = [await desk(bot), await desk(bot)]
    await all_at_once(desks, 40)

    assert len(api.messages) == 40
    assert api.limits["chat.postMessage"].refused <= 6


@pytest.mark.usefixtures("hurried")
async def test_a_full_channel_holds_up_no_other(desk, api):
    """Whoever waits for a channel takes no room from the turns of others."""
    at = await desk(bot)
    api.faults["chat.postMessage"] = [30.0]
    async with AsyncExitStack() as held:
        for n in range(40):
            turn = asyncio.create_task(at.event())
            held.callback(turn.cancel)
        await until(lambda: not api.faults["chat.postMessage"])
        elsewhere = asyncio.create_task(at.event(channel="C2"))
        held.callback(elsewhere.cancel)
        await until(lambda: [m for m in api.messages.values() if m["channel"] == "C2"])
        for turn in list(at.turns._running):
            turn.cancel()
