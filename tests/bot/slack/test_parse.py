"""What people do in Slack becomes one message, once."""

from typing import Any

import pytest

from bot.slack import parse
from handlers.conversation import Command, Person, Press, Text

PERSON = Person("slack:T1:U1", "花子", "ja")


def event(kind: str, text: str, **more: Any) -> dict[str, Any]:
    return {"team_id": "T1", "event": {"type": kind, "user": "U1", "channel": "C1", "ts": "1.2", "text": text, **more}}


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("<@UB> RAGとは?", Text("RAGとは?")),
        ("こんにちは\u00a0<@UB|bot>", Text("こんにちは")),
        ("<@UB> A &amp; B", Text("A & B")),
        ("<@UB> llm-choose start", Command("llm-choose", "start")),
        ("<@UB>", Command("welcome")),
    ],
)
def test_mentions(text: str, content: object) -> None:
    message = parse.message(event("app_mention", text), PERSON, "UB")
    assert message is not None
    assert (message.content, message.place, message.audience.private) == (content, "slack:T1:C1:1.2", False)


def test_a_mention_and_its_message_are_one_delivery() -> None:
    assert parse.delivery(event("app_mention", "x")) == parse.delivery(event("message", "x"))


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"user": "UB"}])
def test_bots_and_changes_are_nothing_to_us(more: dict[str, str]) -> None:
    assert parse.message(event("app_mention", "x", **more), PERSON, "UB") is None


def test_a_press_keeps_its_data() -> None:
    action = {"action_id": "choose.start:1", "value": '{"v":1,"aid":"a1"}', "action_ts": "3.4"}
    payload = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "channel": {"id": "D1"},
        "actions": [action],
    }
    message = parse.message(payload, PERSON, "UB")
    assert message is not None
    assert message.content == Press("choose.start", {"aid": "a1"})
    assert message.audience.private


def test_a_slash_command_is_answered_to_the_asker_only() -> None:
    payload = {
        "command": "/llm-choose",
        "text": "start",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": "9",
    }
    message = parse.message(payload, PERSON, "UB")
    assert message is not None
    assert (message.content, message.audience.private) == (Command("llm-choose", "start"), True)
