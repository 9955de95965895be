"""What people do in Slack becomes one message, once."""

from typing import Any

import pytest

from bot.slack import parse, payload
from handlers.conversation import Command, Person, Press, Text, Upload


async def fetch(name: str, url: str) -> bytes:
    return f"{name} from {url}".encode()


PERSON = Person("slack:T1:U1", "花子", "ja")


def event(kind: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "team_id": "T1",
        "event": {"type": kind, "user": "U1", "channel": "C1", "ts": "1.2", "text": text, **more},
    }


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
    message = parse.message(event("app_mention", text), PERSON, "UB", fetch)
    assert message is not None
    assert (message.content, message.place, message.audience.private) == (
        content,
        "slack:T1:C1:1.2",
        False,
    )


def test_a_mention_and_its_message_are_one_delivery() -> None:
    assert payload.delivery(event("app_mention", "x")) == payload.delivery(event("message", "x"))


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"user": "UB"}])
def test_bots_and_changes_are_nothing_to_us(more: dict[str, str]) -> None:
    assert parse.message(event("app_mention", "x", **more), PERSON, "UB", fetch) is None


def test_a_press_keeps_its_data() -> None:
    action = {"action_id": "choose.start:1", "value": '{"v":1,"aid":"a1"}', "action_ts": "3.4"}
    clicked = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "channel": {"id": "D1"},
        "actions": [action],
    }
    message = parse.message(clicked, PERSON, "UB", fetch)
    assert message is not None
    assert message.content == Press("choose.start", {"aid": "a1"})
    assert message.audience.private


def test_a_slash_command_is_answered_to_the_asker_only() -> None:
    typed = {
        "command": "/llm-choose",
        "text": "start",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": "9",
    }
    message = parse.message(typed, PERSON, "UB", fetch)
    assert message is not None
    assert (message.content, message.audience.private) == (Command("llm-choose", "start"), True)


async def test_a_file_sent_to_the_bot_is_an_upload() -> None:
    file = {"name": "規程.pdf", "size": 7, "url_private_download": "https://files.slack.com/1"}
    message = parse.message(
        event("message", "", channel_type="im", subtype="file_share", files=[file]),
        PERSON,
        "UB",
        fetch,
    )
    assert message is not None
    assert isinstance(message.content, Upload)
    [found] = message.content.files
    assert (found.name, found.size) == ("規程.pdf", 7)
    assert await found.fetch() == "規程.pdf from https://files.slack.com/1".encode()


def test_only_a_thread_that_has_begun_can_hold_an_ephemeral_message() -> None:
    assert payload.visible_thread(event("app_mention", "x")) == ""
    assert payload.visible_thread(event("app_mention", "x", thread_ts="1.1")) == "1.1"
    ephemeral = {"type": "block_actions", "container": {"message_ts": "1.3", "is_ephemeral": True}}
    assert payload.visible_thread(ephemeral) == ""


@pytest.mark.parametrize(
    ("more", "outside"),
    [
        ({"user_team": "T9"}, True),
        ({"source_team": "T9"}, True),
        ({"user_team": "T1"}, False),
        ({}, False),
    ],
)
def test_people_of_another_organisation_are_told_apart_in_a_shared_channel(
    more: dict[str, str], outside: bool
) -> None:
    assert (
        payload.foreign(event("app_mention", "x", **more) | {"is_ext_shared_channel": True})
        is outside
    )


def test_colleagues_on_an_enterprise_grid_are_at_home() -> None:
    clicked = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T9"}}

    assert payload.foreign(clicked)
    assert not payload.foreign(clicked | {"enterprise": {"id": "E1"}})
