"""
Where a payload comes from: its team, person, channel, thread and window. Pure.

A payload is an event envelope, an interaction, or a slash command; all three are plain dicts once
their form is decoded.
"""

import json
from typing import Any

Payload = dict[str, Any]
RETRY = "x-slack-retry-num"  # the header that says how often Slack has sent a delivery before
REPEATED = "llm_choose_repeated"  # our own mark on the payload of one that was


def delivery(payload: Payload) -> str:
    """
    Return what repeats of the same event share; a mention also heard as a message is one, every
    edit is its own.
    """
    spoken = event(payload)
    if not spoken:
        told = word(payload, "trigger_id") + ":" + word(action(payload), "action_ts")
        return f"slack:{team(payload)}:{told.removesuffix(':')}"
    if spoken.get("type") == "app_home_opened":
        return f"slack:{team(payload)}:home:{user(payload)}:{word(spoken, 'event_ts')}"
    if changed := part(spoken, "message"):
        return f"slack:{team(payload)}:{channel(payload)}:{word(changed, 'ts')}:{word(part(changed, 'edited'), 'ts')}"
    return f"slack:{team(payload)}:{word(spoken, 'channel')}:{word(spoken, 'ts')}"


def team(payload: Payload) -> str:
    return word(payload, "team_id") or word(part(payload, "team"), "id")


def user(payload: Payload) -> str:
    spoken = event(payload)
    told = word(spoken, "user") or word(part(spoken, "message"), "user") or word(payload, "user_id")
    return told or word(part(payload, "user"), "id")


def bot(payload: Payload) -> str:
    """Return our own user id as the delivery names it, "" when it does not."""
    rows = payload.get("authorizations")
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    return word(row, "user_id") if row.get("is_bot") else ""


def foreign(payload: Payload) -> bool:
    """
    Report whether the person belongs to another organisation, as in a channel shared through Slack
    Connect.
    """
    spoken, wide = (
        event(payload),
        word(payload, "enterprise_id") or word(part(payload, "enterprise"), "id"),
    )
    theirs = (
        word(spoken, "user_team")
        or word(spoken, "source_team")
        or word(part(payload, "user"), "team_id")
    )
    shared = (
        bool(payload.get("is_ext_shared_channel")) if spoken else not wide
    )  # on a grid, colleagues have other teams
    return shared and theirs not in ("", team(payload), wide)


def channel(payload: Payload) -> str:
    """Return where it happened; for something in a window, where the window was opened from."""
    spoken = event(payload)
    if spoken.get("type") == "app_home_opened":
        return ""
    found = (
        word(spoken, "channel")
        or word(payload, "channel_id")
        or word(part(payload, "channel"), "id")
    )
    return found or word(part(payload, "container"), "channel_id") or word(_origin(payload), "c")


def thread(payload: Payload) -> str:
    """
    Return the ts of the thread a reply belongs into, "" where there is none: commands, home, and
    plain direct messages.

    A direct message is one long conversation unless the person opened a thread in it. An ephemeral
    message is the root of no
    thread: its own ts names nothing that Slack keeps.
    """
    if ephemeral(payload):
        return visible_thread(payload)
    direct = channel(payload).startswith("D")
    for place in (
        part(event(payload), "message"),
        event(payload),
        part(payload, "message"),
        part(payload, "container"),
    ):
        if found := word(place, "thread_ts") or (
            "" if direct else word(place, "ts") or word(place, "message_ts")
        ):
            return found
    return word(_origin(payload), "t")


def visible_thread(payload: Payload) -> str:
    """
    Return the ts of a thread that people already see, "" when there is none.

    Slack shows nobody an ephemeral message in a thread that has not begun, and one under another
    ephemeral message.
    """
    spoken = event(payload)
    for place in (
        spoken,
        part(spoken, "message"),
        part(payload, "container"),
        part(payload, "message"),
    ):
        if found := word(place, "thread_ts"):
            return found
    return ""


def within(place: str) -> tuple[str, str]:
    """
    Return the channel and the thread's ts of a place of talk as `parse.message` names it; empty
    where it has none.
    """
    _, _, channel_, thread_ = place.split(":", 3)
    return channel_, thread_


def said_at(payload: Payload) -> float:
    """Return when it was said, in seconds since 1970; 0 when the payload does not tell."""
    stamp = (
        word(event(payload), "event_ts")
        or word(event(payload), "ts")
        or word(action(payload), "action_ts")
    )
    try:
        return float(stamp)
    except ValueError:
        return 0.0


def repeated(payload: Payload) -> bool:
    """
    Report whether Slack has sent this before, so that a process that was not heard may have begun
    to answer.
    """
    return payload.get(REPEATED) is True


def window(payload: Payload) -> str:
    """Return the id of the modal it happened in, "" elsewhere."""
    view = part(payload, "view")
    return word(view, "id") if view.get("type") == "modal" else ""


def ephemeral(payload: Payload) -> bool:
    """Report whether it happened on a message that one person sees."""
    return bool(part(payload, "container").get("is_ephemeral"))


def trigger(payload: Payload) -> str:
    """Return what may open one window within three seconds."""
    return word(payload, "trigger_id")


def response_url(payload: Payload) -> str:
    return word(payload, "response_url")


def private(payload: Payload) -> bool:
    """
    Report whether what was spoken to or pressed is one person's own: direct messages, windows,
    home, commands, shortcuts, and ephemeral messages.

    A press counts as public only where Slack says that it was on a message everybody sees.
    """
    if (
        payload.get("command")
        or window(payload)
        or not channel(payload)
        or channel(payload).startswith("D")
    ):
        return True
    match payload.get("type"):
        case "shortcut" | "message_action":
            return True
        case "block_actions":
            on_message = word(part(payload, "container"), "type").startswith("message")
            return not on_message or ephemeral(payload)
        case _:
            return False


def event(payload: Payload) -> Payload:
    return part(payload, "event")


def action(payload: Payload) -> Payload:
    actions = payload.get("actions")
    return (
        actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    )


def metadata(payload: Payload) -> Payload:
    """
    Return what we left in the window when we drew it: "s" state, "c" channel, "t" thread, "l"
    language, "e" its error.
    """
    try:
        found = json.loads(word(part(payload, "view"), "private_metadata") or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def part(holder: Payload, name: str) -> Payload:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def word(holder: object, name: str) -> str:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _origin(payload: Payload) -> Payload:
    return metadata(payload) if part(payload, "view") else {}
