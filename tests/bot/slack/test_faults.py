"""When Slack limits, fails, forgets or forbids: the answer arrives once, or the operator is told once."""

import asyncio
import logging
import os
import signal
import time
from contextlib import suppress

import pytest

from bot.slack import api as rooms
from bot.slack import refusals
from bot.slack.pace import POSTS, Call, Pace
from bot.slack.settings import Slack as Settings
from handlers.conversation import Paragraph, Reply
from handlers.sessions import Sessions
from tests.bot.slack.conftest import until


async def bot(message):
    yield Reply("調べています", final=False)
    yield Reply("答え", (Paragraph("答え"),))


def placed(api):
    """A bot whose answer takes the place of a message that says it is on its way."""
    api.faults["assistant.threads.setStatus"] = ["unknown_method"]

    async def bot(message):
        yield Reply("調べています", final=False)
        await until(lambda: api.messages)
        yield Reply("答え", (Paragraph("答え"),))

    return bot


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(rooms, "PAUSE", 0.01)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_rate_limit_is_waited_out_as_long_as_slack_says(desk, api, method):
    at = await desk(placed(api) if method == "chat.update" else bot)
    api.faults[method] = [1.0]
    await at.event()

    first, second = [when for name, _, when in api.calls if name == method][:2]
    assert 1.0 <= second - first <= 1.5
    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.parametrize("fault", [500, 503, "internal_error"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_slack_s_own_failures_are_tried_again(desk, api, method, fault):
    at = await desk(placed(api) if method == "chat.update" else bot)
    api.faults[method] = [fault]
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["答え"]


async def test_what_one_person_is_told_comes_where_slack_failed_at_first(desk, api):
    """It cannot be looked for; told twice is better than an apology after it."""

    async def alone(message):
        yield Reply("答え", private=True)

    at = await desk(alone)
    api.faults["chat.postEphemeral"] = [503]
    await at.event()

    told = [told["text"] for name, told, _ in api.calls if name == "chat.postEphemeral"]
    assert told == ["答え", "答え"]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_an_answer_that_is_lost_after_success_posts_nothing_twice(
    desk, api, method, monkeypatch
):
    monkeypatch.setattr(rooms, "CALL", 0.3)
    at = await desk(placed(api) if method == "chat.update" else bot)
    api.faults[method] = ["lost"]
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.parametrize(
    ("limits", "waits", "posts"),
    [([60.0], 60, 2), ([61.0], 0, 1), ([60.0] * 14, 14 * 60, 15), ([60.0] * 15, 15 * 60, 15)],
)
async def test_a_limit_is_waited_out_for_a_quarter_of_an_hour_and_none_longer_than_a_minute(
    api, limits, waits, posts
):
    now = 0.0

    async def sleep(seconds):
        nonlocal now
        now += seconds

    api.faults["users.info"] = list(limits)
    settings = Settings("xoxb-1", ("s",), "", f"{api.url}/api/")
    async with rooms.Api(settings, sleep=sleep, clock=lambda: now) as slack:
        with suppress(refusals.Unanswered):
            await slack.call("users.info", user="U1")

    assert waits <= now < waits + 60
    assert len(api.named("users.info")) == posts


async def forget(at):
    """Let a desk die, so that it writes nothing down any more, and Redis forget what it did."""
    at.turns._closed = True  # else a chore that Redis kept from hearing of its end would go on
    for chore in at.turns._chores:
        chore.cancel()
    await asyncio.gather(*at.turns._chores, return_exceptions=True)
    await at.turns._sessions.link._client.flushall()


async def test_a_turn_that_begins_late_finds_what_a_dead_process_posted(desk, api):
    at = await desk(bot)
    await at.event(ts="1.5", event_ts="1.5")
    [first] = api.messages.values()
    mark = first["metadata"]
    api.messages = {"7.7": {"ts": "7.7", "channel": "C1", "text": "調べています", "metadata": mark}}
    await forget(at)
    another = await desk(bot)
    await another.event(ts="1.5", event_ts="1.5")

    assert [(ts, m["text"]) for ts, m in api.messages.items()] == [("7.7", "答え")]


@pytest.mark.parametrize(
    "code",
    [
        "token_revoked",
        "account_inactive",
        "invalid_auth",
        "not_in_channel",
        "channel_not_found",
        "is_archived",
    ],
)
async def test_where_nothing_may_be_said_the_operator_is_told_and_slack_is_left_alone(
    desk, api, caplog, code
):
    at = await desk(bot)
    api.faults["chat.postMessage"] = [code] * 50
    with caplog.at_level(logging.ERROR):
        await at.event()

    assert len([c for c in api.calls if c[0].startswith("chat.")]) <= 3
    assert any(getattr(record, "code", "") == code for record in caplog.records)
    assert "答え" not in caplog.text


async def test_a_command_works_where_the_app_is_no_member(desk, api):
    at = await desk(bot)
    api.faults["chat.postEphemeral"] = ["not_in_channel"]
    await at.command("費用は?")

    assert [r["text"] for r in api.responses] == ["答え"]


async def test_a_message_somebody_removed_meanwhile_is_posted_anew(desk, api):
    at = await desk(placed(api))
    api.faults["chat.update"] = ["message_not_found"]
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["調べています", "答え"]


async def test_a_response_url_elsewhere_is_never_called(desk, api, caplog):
    at = await desk(bot)
    api.faults["chat.postEphemeral"] = ["not_in_channel"] * 9
    form = b"command=/llm-choose&text=x&team_id=T1&user_id=U1&channel_id=C1&trigger_id=t&response_url=https://hooks.slack.com.evil.example/x"
    await at.send(form, "application/x-www-form-urlencoded")

    assert not api.responses
    assert "evil" not in caplog.text


@pytest.fixture
def frozen(store):
    """A Redis that does not answer for the whole test."""
    os.kill(store.server.pid, signal.SIGSTOP)
    yield
    os.kill(store.server.pid, signal.SIGCONT)


class Long:
    """A bot that answers once Slack has been told anything at all of what it delivered, as one that takes long."""

    def __init__(self):
        self._told = asyncio.Event()

    async def __call__(self, message):
        yield Reply("調べています", final=False)
        await self._told.wait()
        yield Reply("答え", (Paragraph("答え"),))

    async def told(self, *_):
        self._told.set()


@pytest.mark.usefixtures("as_served")
async def test_an_event_that_is_neither_stored_nor_answered_is_refused_and_its_repeat_is_not(
    desk, api, frozen
):
    long = Long()
    at = await desk(long)
    at.client.event_hooks["response"].append(long.told)
    first, _ = await at.event(ts="1.5", event_ts="1.5")
    again, _ = await at.event(ts="1.5", event_ts="1.5")

    assert (first, again) == (503, 200)
    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.usefixtures("as_served")
async def test_an_event_that_is_answered_in_time_is_acknowledged(desk, api, frozen):
    at = await desk(bot)

    assert (await at.event())[0] == 200
    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.usefixtures("as_served")
async def test_what_slack_never_repeats_is_acknowledged_while_it_is_answered(desk, api, frozen):
    """A refusal would show an error beside the answer."""
    press = {"action_id": "demo.open:1", "value": '{"aid":"a"}', "type": "button"}
    for deliver in (lambda at: at.command("費用は?"), lambda at: at.press(press)):
        long = Long()
        at = await desk(long)
        at.client.event_hooks["response"].append(long.told)
        assert (await deliver(at))[0] == 200


@pytest.mark.usefixtures("as_served")
async def test_over_a_socket_what_is_not_safe_is_not_acknowledged(desk, api, frozen):
    long = Long()
    at = await desk(long, app_token="xapp-1")
    event = {
        "type": "app_mention",
        "user": "U1",
        "channel": "C1",
        "ts": "1.5",
        "event_ts": "1.5",
        "text": "<@UB> 質問",
    }
    owner = [{"user_id": "UB", "is_bot": True}]
    payload = {"type": "event_callback", "team_id": "T1", "authorizations": owner, "event": event}
    with pytest.raises(AssertionError, match="never acknowledged"):
        await api.edge.send("events_api", payload, seconds=2.5, tries=1)
    await long.told()
    await at.drained()

    assert await api.edge.send("events_api", payload) == {}
    assert [m["text"] for m in api.messages.values()] == ["答え"]


async def test_a_repeat_finds_what_a_process_posted_that_was_not_heard(desk, api):
    """Slack's own number on the delivery says that somebody may have begun to answer."""
    at = await desk(bot)
    ts = f"{time.time():.6f}"
    await at.event(ts=ts, event_ts=ts)
    await forget(at)
    another = await desk(bot)
    another.client.headers["X-Slack-Retry-Num"] = "1"
    await another.event(ts=ts, event_ts=ts)

    assert len(api.messages) == 1


@pytest.mark.usefixtures("as_served")
async def test_a_turn_without_a_claim_finds_what_another_process_posted(desk, api, frozen):
    """While Redis is away two processes may hold the same event: whoever comes second goes on with the first one's message."""
    ts = f"{time.time():.6f}"
    for _ in range(2):
        at = await desk(bot)
        assert (await at.event(ts=ts, event_ts=ts))[0] == 200

    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.usefixtures("as_served")
async def test_what_was_posted_while_redis_was_away_is_noted_once_it_is_back(store):
    """So a process that gets the same question later knows that it may have been answered."""
    async with Sessions(store.connect) as sessions:
        one, later = Pace(sessions), Pace(sessions)
        await one.begin()
        message, other = (Call(POSTS, "C1", mark, time.time() + 1) for mark in ("a", "b"))
        os.kill(store.server.pid, signal.SIGSTOP)
        try:
            assert await one.admitted(message)
        finally:
            os.kill(store.server.pid, signal.SIGCONT)
        while not await sessions.alive():
            await asyncio.sleep(0.05)

        assert not await one.admitted(other)
        assert await later.admitted(message)
        assert one.may_lack_marks  # so a repeat is looked for, whatever the marks say
        assert not later.may_lack_marks


@pytest.mark.usefixtures("as_served")
async def test_of_two_processes_that_post_at_the_same_moment_one_message_stays(desk, api, frozen):
    """Neither finds the other's message before it posts its own."""
    ts = f"{time.time():.6f}"
    one, two = await desk(bot), await desk(bot)
    posting = asyncio.Barrier(2)
    api.meet = posting
    told = await asyncio.gather(*(at.event(ts=ts, event_ts=ts) for at in (one, two)))

    assert [status for status, _ in told] == [200, 200]
    assert [m["text"] for m in api.messages.values()] == ["答え"]


async def test_a_last_word_takes_the_place_of_a_status_that_a_dead_process_left(desk, api):
    async def brief(message):
        yield Reply("答え", (Paragraph("答え"),))

    at = await desk(bot)
    await at.event(ts="1.5", event_ts="1.5")
    [first] = api.messages.values()
    api.messages = {
        "7.7": {"ts": "7.7", "channel": "C1", "text": "調べています", "metadata": first["metadata"]}
    }
    await forget(at)
    another = await desk(brief)
    await another.event(ts="1.5", event_ts="1.5")

    assert [(ts, m["text"]) for ts, m in api.messages.items()] == [("7.7", "答え")]
