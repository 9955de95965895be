"""
The translator inward: what Slack delivers in, our `Message` out. Pure; here `Any` ends.

A payload is an event envelope, an interaction, or a slash command; all three are plain dicts once their form is decoded.
"""

import html
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from handlers.conversation import Audience, Command, Content, File, Form, Message, Person, Press, Text, Upload, Values

Payload = dict[str, Any]
Fetch = Callable[[str, str], Awaitable[bytes]]  # name and address of a file → its bytes

TEXT = 40_000  # characters of one message
_COMMAND = re.compile(r"/?\s*llm[\s_-]?choose(?![a-z0-9_-])[\s:,]*(.*)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"<((?:https?://|mailto:)[^|>]*)(?:\|([^>]*))?>")


def delivery(payload: Payload) -> str:
    """Return what repeats of the same event share; a mention also heard as a message is one."""
    event = _event(payload)
    if event:
        return f"slack:{team(payload)}:{_word(event, 'channel')}:{_word(event, 'ts')}"
    if payload.get("command"):
        return f"slack:{team(payload)}:{_word(payload, 'trigger_id')}"
    action = _action(payload)
    return f"slack:{team(payload)}:{_word(payload, 'trigger_id')}:{_word(action, 'action_ts')}"


def team(payload: Payload) -> str:
    return _word(payload, "team_id") or _word(_part(payload, "team"), "id")


def user(payload: Payload) -> str:
    return _word(_event(payload), "user") or _word(payload, "user_id") or _word(_part(payload, "user"), "id")


def channel(payload: Payload) -> str:
    found = _word(_event(payload), "channel") or _word(payload, "channel_id") or _word(_part(payload, "channel"), "id")
    return found or _word(_part(payload, "container"), "channel_id")


def thread(payload: Payload) -> str:
    """Return the ts of the thread a reply belongs into, "" for a command."""
    place = _event(payload) or _part(payload, "message") or _part(payload, "container")
    return _word(place, "thread_ts") or _word(place, "ts") or _word(place, "message_ts")


def visible_thread(payload: Payload) -> str:
    """
    Return the ts of a thread that people already see, "" when there is none.

    Slack shows nobody an ephemeral message in a thread that has not begun, and one under another ephemeral message.
    """
    for place in (_event(payload), _part(payload, "container"), _part(payload, "message")):
        if found := _word(place, "thread_ts"):
            return found
    return ""


def response_url(payload: Payload) -> str:
    return _word(payload, "response_url")


def private(payload: Payload) -> bool:
    """Report whether the reply is read by one person only: direct messages, and commands, which are answered to the asker."""
    return channel(payload).startswith("D") or bool(payload.get("command")) or not channel(payload)


def message(payload: Payload, person: Person, bot: str, fetch: Fetch) -> Message | None:
    """Return what was said, or None when it is nothing to us: our own words, other bots, changes. `bot` is our user id."""
    content = _content(payload, bot, fetch)
    if content is None or user(payload) in ("", bot):
        return None
    place = f"slack:{team(payload)}:{channel(payload) or user(payload)}:{thread(payload)}"
    here = f"slack:{team(payload)}:{channel(payload)}"
    audience = Audience(person.id, private=True) if private(payload) else Audience(here, private=False)
    return Message(delivery(payload), person, place, audience, content)


def said(text: str, bot: str) -> str:
    """Return the text as typed: without our mention, links and entities made plain."""
    text = re.sub(rf"<@{re.escape(bot)}(?:\|[^>]*)?>", " ", text) if bot else text
    text = html.unescape(_LINK.sub(lambda m: m[2] or m[1], text))
    return unicodedata.normalize("NFKC", text[:TEXT]).strip(" \t\r\n:,、")


def _content(payload: Payload, bot: str, fetch: Fetch) -> Content | None:
    event = _event(payload)
    if event:
        return _spoken(event, bot, fetch)
    if payload.get("command"):
        return Command("llm-choose", said(_word(payload, "text"), bot))
    if payload.get("type") == "block_actions":
        return _pressed(_action(payload))
    return _submitted(_part(payload, "view")) if payload.get("type") == "view_submission" else None


def _spoken(event: Payload, bot: str, fetch: Fetch) -> Content | None:
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if (
        event.get("bot_id")
        or event.get("subtype") not in (None, "file_share")
        or not (direct or event.get("type") == "app_mention")
    ):
        return None
    text = said(_word(event, "text"), bot)
    if files := _files(event, fetch):
        return Upload(files, text)
    command = _COMMAND.fullmatch(text)
    if command:
        return Command("llm-choose", command[1].strip())
    return Text(text) if text else Command("welcome")


def _files(event: Payload, fetch: Fetch) -> tuple[File, ...]:
    rows = event.get("files")
    found = []
    for row in rows if isinstance(rows, list) else []:
        name = _word(row, "name") or "file"
        address = _word(row, "url_private_download") or _word(row, "url_private")
        found.append(File(name, _size(row), partial(fetch, name, address)))
    return tuple(found)


def _size(row: object) -> int:
    size = row.get("size") if isinstance(row, dict) else None
    return size if isinstance(size, int) else 0


def _pressed(action: Payload) -> Content | None:
    verb = _word(action, "action_id").partition(":")[0]
    data = _json(_word(action, "value") or _word(_part(action, "selected_option"), "value"))
    form = data.pop("form", "")
    if form and isinstance(form, str):
        return Form(form, data, {str(data.pop("f", "o")): str(data.pop("o", ""))})
    return Press(verb, data) if "." in verb else None


def _submitted(view: Payload) -> Content | None:
    form = _word(view, "callback_id")
    values: dict[str, str] = {}
    for fields in _part(_part(view, "state"), "values").values():
        for name, field in fields.items() if isinstance(fields, dict) else ():
            chosen = _part(field, "selected_option") if isinstance(field, dict) else {}
            values[name] = _word(chosen, "value") or _word(field, "value") or _word(field, "selected_date")
    return Form(form, _json(_word(view, "private_metadata")), values) if form else None


def _json(text: str) -> dict[str, str | int]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    known: Values = {k: v for k, v in found.items() if isinstance(v, str | int) and k != "v"} if isinstance(found, dict) else {}
    return dict(known)


def _event(payload: Payload) -> Payload:
    return _part(payload, "event")


def _action(payload: Payload) -> Payload:
    actions = payload.get("actions")
    return actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}


def _part(holder: Payload, name: str) -> Payload:
    part = holder.get(name)
    return part if isinstance(part, dict) else {}


def _word(holder: object, name: str) -> str:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""
