"""What people do in Slack becomes one message, once."""

from typing import Any

import pytest

from bot.slack import parse
from bot.slack.decode import decode
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
    message = parse.message(decode(event("app_mention", text)), PERSON, "UB", fetch)
    assert message is not None
    assert (message.content, message.place, message.audience.private) == (
        content,
        "slack:T1:C1:1.2",
        False,
    )


def test_a_mention_and_its_message_are_one_delivery() -> None:
    assert decode(event("app_mention", "x")).id == decode(event("message", "x")).id


@pytest.mark.parametrize("more", [{"subtype": "message_changed"}, {"user": "UB"}])
def test_changes_and_what_we_say_are_nothing_to_us(more: dict[str, str]) -> None:
    assert parse.message(decode(event("app_mention", "x", **more)), PERSON, "UB", fetch) is None


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"bot_id": "B1", "user": "U1"}])
def test_what_a_machine_says_is_told_apart(more: dict[str, str]) -> None:
    assert parse.by_machine(decode(event("app_mention", "x", **more)))
    assert not parse.by_machine(decode(event("app_mention", "x")))


def test_a_press_keeps_its_data() -> None:
    action = {"action_id": "choose.start:1", "value": '{"v":1,"aid":"a1"}', "action_ts": "3.4"}
    clicked = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "channel": {"id": "D1"},
        "actions": [action],
    }
    message = parse.message(decode(clicked), PERSON, "UB", fetch)
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
    message = parse.message(decode(typed), PERSON, "UB", fetch)
    assert message is not None
    assert (message.content, message.audience.private) == (Command("llm-choose", "start"), True)


async def test_a_file_sent_to_the_bot_is_an_upload() -> None:
    file = {"name": "規程.pdf", "size": 7, "url_private_download": "https://files.slack.com/1"}
    message = parse.message(
        decode(event("message", "", channel_type="im", subtype="file_share", files=[file])),
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
    assert decode(event("app_mention", "x")).visible_thread == ""
    assert decode(event("app_mention", "x", thread_ts="1.1")).visible_thread == "1.1"
    ephemeral = {"type": "block_actions", "container": {"message_ts": "1.3", "is_ephemeral": True}}
    assert decode(ephemeral).visible_thread == ""


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
    shared = event("app_mention", "x", **more) | {"is_ext_shared_channel": True}
    assert decode(shared).foreign is outside


def test_colleagues_on_an_enterprise_grid_are_at_home() -> None:
    clicked = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T9"}}

    assert decode(clicked).foreign
    assert not decode(clicked | {"enterprise": {"id": "E1"}}).foreign


@pytest.mark.parametrize(("edited_at", "heard"), [("1700000600.0", True), ("1700000600.1", False)])
def test_a_question_changed_within_ten_minutes_is_asked_again(edited_at: str, heard: bool) -> None:
    before = {"user": "U1", "text": "<@UB> 前", "ts": "1700000000.0"}
    now = before | {"text": "<@UB> 後", "edited": {"user": "U1", "ts": edited_at}}
    changed = event("message", "", subtype="message_changed", channel_type="channel")
    changed["event"] |= {"message": now, "previous_message": before}
    message = parse.message(decode(changed), PERSON, "UB", fetch)
    assert (message is not None) is heard
