"""When Slack limits, fails, forgets or forbids: the answer arrives once, or the operator is told once."""

import logging

import pytest

from bot.slack import api as rooms
from bot.slack import screens
from handlers.conversation import Paragraph, Reply


async def bot(message):
    yield Reply("調べています", final=False)
    yield Reply("答え", (Paragraph("答え"),))


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(rooms, "PAUSE", 0.01)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_rate_limit_is_waited_out_as_long_as_slack_says(desk, api, method):
    at = await desk(bot)
    api.faults[method] = [1.0]
    await at.event()

    first, second = [when for name, _, when in api.calls if name == method][:2]
    assert 1.0 <= second - first <= 1.5
    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.parametrize("fault", [500, 503, "internal_error"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_slack_s_own_failures_are_tried_again(desk, api, method, fault):
    at = await desk(bot)
    api.faults[method] = [fault]
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_an_answer_that_is_lost_after_success_posts_nothing_twice(desk, api, method, monkeypatch):
    monkeypatch.setattr(rooms, "CALL", 0.3)
    at = await desk(bot)
    api.faults[method] = ["lost"]
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["答え"]


async def test_a_turn_that_begins_late_finds_what_a_dead_process_posted(desk, api):
    at = await desk(bot)
    await at.event(ts="1.5", event_ts="1.5")
    [first] = api.messages.values()
    mark = first["metadata"]
    api.messages = {"7.7": {"ts": "7.7", "channel": "C1", "text": "調べています", "metadata": mark}}
    at.turns._seen.clear()
    await at.turns._sessions._client.flushall()
    await at.event(ts="1.5", event_ts="1.5")

    assert [(ts, m["text"]) for ts, m in api.messages.items()] == [("7.7", "答え")]


@pytest.mark.parametrize(
    "code", ["token_revoked", "account_inactive", "invalid_auth", "not_in_channel", "channel_not_found", "is_archived"]
)
async def test_where_nothing_may_be_said_the_operator_is_told_and_slack_is_left_alone(desk, api, caplog, code):
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


async def test_a_message_somebody_removed_meanwhile_is_posted_anew(desk, api, monkeypatch):
    monkeypatch.setattr(screens, "EVERY", 0.0)
    at = await desk(bot)
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
