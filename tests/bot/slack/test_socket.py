"""Socket Mode: the same listeners, acknowledged by envelope, and a connection that comes back."""

import asyncio
import logging

import pytest

from bot.slack import socket as rooms
from tests.bot.slack.conftest import until
from tests.bot.slack.test_adapter import bot

EVENT = {"type": "app_mention", "user": "U1", "channel": "C1", "text": "<@UB> 質問"}


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(rooms, "PING", 0.2)
    monkeypatch.setattr(rooms, "WATCH", 0.3)
    monkeypatch.setattr(rooms, "AGAIN", 0.05)


def mention(ts):
    owner = [{"user_id": "UB", "is_bot": True}]
    return {
        "type": "event_callback",
        "team_id": "T1",
        "authorizations": owner,
        "event": EVENT | {"ts": ts, "event_ts": ts},
    }


async def test_every_kind_of_delivery_is_heard_and_acknowledged(desk, api):
    at = await desk(bot, app_token="xapp-1")
    assert await api.edge.send("events_api", mention("1.5")) == {}
    command = {
        "command": "/llm-choose",
        "text": "",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": "t",
    }
    await api.edge.send("slash_commands", command)
    await at.drained()
    [(view_id, view)] = api.views.items()
    state = {
        "values": {
            "where": {"value": {"type": "radio_buttons", "selected_option": {"value": "in"}}}
        }
    }
    sent = {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "trigger_id": "t2",
    }
    acknowledged = await api.edge.send(
        "interactive", sent | {"view": view | {"id": view_id, "state": state}}
    )

    assert acknowledged["view"]["title"]["text"] == "方式えらび 2/12"
    assert [m["text"] for m in api.messages.values()] == ["答え: 質問"]
    assert await at.slack.state() == "ready"


@pytest.mark.parametrize("how", ["refresh_requested", "warning", "dropped"])
async def test_after_a_disconnect_it_comes_back_and_nothing_is_lost_or_doubled(desk, api, how):
    at = await desk(bot, app_token="xapp-1")
    for n in range(3):
        await api.edge.send("events_api", mention(f"{n}.1"))
        await (api.edge.drop() if how == "dropped" else api.edge.disconnect(how))
        await api.edge.send("events_api", mention(f"{n}.1"))
        await api.edge.send("events_api", mention(f"{n}.2"))
    await at.drained()

    assert sorted(m["thread_ts"] for m in api.messages.values()) == sorted(
        f"{n}.{k}" for n in range(3) for k in (1, 2)
    )


async def test_the_watchdog_starts_a_dead_connection_anew(desk, api):
    at = await desk(bot, app_token="xapp-1")
    await api.edge.connected()
    client = at.slack._bolt._socket._handler.client
    client.auto_reconnect_enabled = False
    while client.current_session_monitor is None:
        await asyncio.sleep(0.01)
    client.current_session_monitor.cancel()
    await client.current_session.close()
    while api.edge.opened < 2:
        await asyncio.sleep(0.01)
    await api.edge.send("events_api", mention("1.5"))
    await at.drained()

    assert len(api.messages) == 1


async def test_a_refused_token_is_said_once_and_slack_is_left_alone(desk, api, caplog):
    api.faults["apps.connections.open"] = ["invalid_auth"] * 50
    with caplog.at_level(logging.ERROR):
        at = await desk(bot, app_token="xapp-1")
        await until(lambda: "SLACK_APP_TOKEN" in caplog.text)
        await asyncio.sleep(0.5)  # ten times as long as until a further try

    assert len(api.named("apps.connections.open")) == 1
    assert "SLACK_APP_TOKEN" in caplog.text
    assert await at.slack.state() == "socket not connected"


async def test_slack_that_does_not_answer_is_asked_again(desk, api):
    api.faults["apps.connections.open"] = [503] * 4
    await desk(bot, app_token="xapp-1")
    await api.edge.connected()

    assert api.edge.opened == 1
