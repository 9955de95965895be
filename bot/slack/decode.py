"""
Slack's JSON as a `Payload`. Pure; here `Any` ends.

An event envelope, an interaction and a slash command are three shapes of dict. What is missing, or
of another kind than Slack documents, counts as absent.
"""

import json

from bot.press import values
from bot.slack.forms import submission
from bot.slack.objects import dictionary, first, part, rows, shared_files, word
from bot.slack.payload import (
    PANEL,
    REMOVALS,
    REPEATED,
    Action,
    Deed,
    Edit,
    Event,
    Json,
    Payload,
    SharedFile,
    Shortcut,
    SlashCommand,
    WindowMemory,
)
from knowledge.values import Language


def decode(raw: Json) -> Payload:
    """Return what was delivered."""
    event, view = part(raw, "event"), part(raw, "view")
    memory = _memory(view)
    team, channel = _team(raw), _channel(raw, memory)
    window = word(view, "id") if view.get("type") == "modal" else ""
    ephemeral = bool(part(raw, "container").get("is_ephemeral"))
    visible_thread = _visible_thread(raw)
    thread = visible_thread if ephemeral else _thread(raw, channel, memory)
    one_persons = bool(raw.get("command") or window or not channel or channel.startswith("D"))
    return Payload(
        id=_id(raw, team, channel),
        deed=_deed(raw, team),
        team=team,
        user=_user(raw),
        bot=_bot(raw),
        enterprise=_enterprise(raw),
        foreign=_foreign(raw, team),
        channel=channel,
        thread=thread,
        visible_thread=visible_thread,
        message_ts=word(part(raw, "container"), "message_ts") or word(part(raw, "message"), "ts"),
        said_at=_said_at(raw, event),
        repeated=raw.get(REPEATED) is True,
        unclaimed=False,
        ephemeral=ephemeral,
        private=one_persons or _private_deed(raw, ephemeral=ephemeral),
        in_view=bool(view),
        window=window,
        trigger=word(raw, "trigger_id"),
        response_url=word(raw, "response_url"),
        memory=memory,
    )


# --------------------------------------------------------------------------- what was done


def _deed(raw: Json, team: str) -> Deed | None:
    if part(raw, "event"):
        return _event(part(raw, "event"))
    if raw.get("command"):
        return SlashCommand(word(raw, "text"))
    match raw.get("type"):
        case "block_actions":
            return _action(first(raw, "actions"))
        case "view_submission":
            return submission(part(raw, "view"), team)
        case "message_action" | "shortcut":
            message = part(raw, "message")
            files = shared_files(message.get("files"))
            return Shortcut(word(raw, "callback_id"), word(message, "text"), files)
        case _:
            return None


def _event(event: Json) -> Event:
    return Event(
        type=word(event, "type"),
        subtype=word(event, "subtype"),
        channel_type=word(event, "channel_type"),
        tab=word(event, "tab"),
        text=word(event, "text"),
        files=(*shared_files(event.get("files")), *_forwarded_files(event)),
        quoted=_forwarded(event),
        in_thread=word(event, "thread_ts") not in ("", word(event, "ts")),
        by_bot=bool(event.get("bot_id")),
        machine=word(part(event, "bot_profile"), "name") or word(event, "username"),
        hidden=bool(event.get("hidden")),
        edit=_edit(part(event, "message"), part(event, "previous_message")),
        ts=word(event, "ts"),
        subject=word(event, "deleted_ts") or word(part(event, "item"), "ts"),
        reaction=word(event, "reaction"),
        removed=_removed(event),
    )


def _removed(event: Json) -> bool:
    """Report whether we were removed, or our bot's token was taken from us."""
    revoked = rows(part(event, "tokens").get("bot"))
    return event.get("type") == "app_uninstalled" or bool(revoked)


def _shares(event: Json) -> list[Json]:
    """Return the messages that were forwarded with this one."""
    attached = [dictionary(row) for row in rows(event.get("attachments"))]
    return [row for row in attached if row.get("is_share") or row.get("is_msg_unfurl")]


def _forwarded(event: Json) -> str:
    texts = [word(share, "text") for share in _shares(event)]
    return "\n".join([text for text in texts if text])


def _forwarded_files(event: Json) -> list[SharedFile]:
    files: list[SharedFile] = []
    for share in _shares(event):
        files += shared_files(share.get("files"))
    return files


def _edit(now: Json, before: Json) -> Edit | None:
    if not now:
        return None
    return Edit(
        text=word(now, "text"),
        before=word(before, "text"),
        ts=word(now, "ts"),
        edited_at=word(part(now, "edited"), "ts"),
        edited=bool(now.get("edited")),
        by_bot=bool(now.get("bot_id")),
    )


def _action(action: Json) -> Action:
    option = part(action, "selected_option")
    value = word(action, "value") or word(option, "value")
    panel = word(action, "block_id").startswith(PANEL)
    return Action(word(action, "action_id"), value, "selected_option" in action, panel)


def _memory(view: Json) -> WindowMemory:
    try:
        decoded = json.loads(word(view, "private_metadata") or "{}")
    except (ValueError, RecursionError):
        decoded = {}
    metadata = dictionary(decoded)
    language: Language = "en" if word(metadata, "l") == "en" else "ja"
    state = values(metadata.get("s"))
    return WindowMemory(
        state, word(metadata, "c"), word(metadata, "t"), language, word(metadata, "e")
    )


# --------------------------------------------------------------------------- where it comes from


def _id(raw: Json, team: str, channel: str) -> str:
    """
    Return what repeats of the same event share; a mention also heard as a message is one, every
    edit is its own.
    """
    event = part(raw, "event")
    if event.get("type") in REMOVALS:
        return f"slack:{team}:{word(event, 'type')}:{word(raw, 'event_id')}"
    if not event:
        trigger = word(raw, "trigger_id") + ":" + word(first(raw, "actions"), "action_ts")
        return f"slack:{team}:{trigger.removesuffix(':')}"
    return f"slack:{team}:{_event_id(event, channel, _user(raw))}"


def _event_id(event: Json, channel: str, user: str) -> str:
    """Return what tells an event from all others of its workspace."""
    changed = part(event, "message")
    match event.get("type"):
        case "app_home_opened":
            return f"home:{user}:{word(event, 'event_ts')}"
        case "agent_session_stopped":
            return f"{channel}:{word(event, 'thread_ts')}:{word(event, 'event_ts')}"
        case "reaction_added":
            item = part(event, "item")
            reacted = f"{word(item, 'ts')}:{user}:{word(event, 'reaction')}"
            return f"{word(item, 'channel')}:{reacted}"
    if event.get("subtype") == "message_deleted":
        return f"{channel}:{word(event, 'deleted_ts')}:deleted"
    if changed:
        return f"{channel}:{word(changed, 'ts')}:{word(part(changed, 'edited'), 'ts')}"
    return f"{word(event, 'channel')}:{word(event, 'ts')}"


def _team(raw: Json) -> str:
    """
    Return the workspace that is spoken in: the one where we are installed, also in a channel shared
    with others, and a person's own where a whole organisation installed us.
    """
    view = part(raw, "view")
    installed = first(raw, "authorizations")
    if word(installed, "team_id") and installed.get("is_enterprise_install") is not True:
        return word(installed, "team_id")
    team = word(view, "app_installed_team_id") or word(raw, "team_id")
    return team or word(part(raw, "team"), "id") or word(part(raw, "user"), "team_id")


def _enterprise(raw: Json) -> str:
    return word(raw, "enterprise_id") or word(part(raw, "enterprise"), "id")


def _user(raw: Json) -> str:
    event = part(raw, "event")
    speaker = word(event, "user") or word(part(event, "message"), "user")
    speaker = speaker or word(part(event, "previous_message"), "user")
    speaker = speaker or word(raw, "user_id") or word(part(raw, "user"), "id")
    return speaker or word(event, "bot_id")  # a workflow has no user


def _bot(raw: Json) -> str:
    row = first(raw, "authorizations")
    if not row.get("is_bot"):
        return ""
    return word(row, "user_id")


def _foreign(raw: Json, team: str) -> bool:
    """
    Report whether the person belongs to another organisation, as in a channel shared through Slack
    Connect.
    """
    event, enterprise = part(raw, "event"), _enterprise(raw)
    theirs = (
        word(event, "user_team") or word(event, "source_team") or word(part(raw, "user"), "team_id")
    )
    if theirs in ("", team, enterprise):
        return False
    if event:
        return bool(raw.get("is_ext_shared_channel"))
    return not enterprise  # on a grid, colleagues have other teams


def _channel(raw: Json, memory: WindowMemory) -> str:
    event = part(raw, "event")
    if event.get("type") == "app_home_opened" and event.get("tab") != "messages":
        return ""
    return (
        word(event, "channel")
        or word(part(event, "item"), "channel")
        or word(raw, "channel_id")
        or word(part(raw, "channel"), "id")
        or word(part(raw, "container"), "channel_id")
        or memory.channel
    )


def _thread(raw: Json, channel: str, memory: WindowMemory) -> str:
    """
    Return the ts of the thread a reply belongs into, "" where there is none: commands, home, and
    plain direct messages.

    A direct message is one long conversation unless the person opened a thread in it. An ephemeral
    message is the root of no thread: its own ts names nothing that Slack keeps.
    """
    event = part(raw, "event")
    direct = channel.startswith("D")
    for place in (part(event, "message"), event, part(raw, "message"), part(raw, "container")):
        thread = word(place, "thread_ts")
        root = word(place, "ts") or word(place, "message_ts")
        if thread:
            return thread
        if root and not direct:
            return root
    return memory.thread


def _visible_thread(raw: Json) -> str:
    """
    Return the ts of a thread that people already see.

    Slack shows nobody an ephemeral message in a thread that has not begun, and one under another
    ephemeral message.
    """
    event = part(raw, "event")
    for place in (event, part(event, "message"), part(raw, "container"), part(raw, "message")):
        thread = word(place, "thread_ts")
        if thread:
            return thread
    return ""


def _said_at(raw: Json, event: Json) -> float:
    stamp = word(event, "event_ts") or word(event, "ts")
    stamp = stamp or word(first(raw, "actions"), "action_ts")
    if not stamp and isinstance(raw.get("event_time"), int):
        return float(raw["event_time"])
    try:
        return float(stamp)
    except ValueError:
        return 0.0


def _private_deed(raw: Json, *, ephemeral: bool) -> bool:
    """
    Report whether what was done among others is its person's own: shortcuts, and presses on what
    only they see.

    A press counts as public only where Slack says that it was on a message everybody sees.
    """
    match raw.get("type"):
        case "shortcut" | "message_action":
            return True
        case "block_actions":
            on_message = word(part(raw, "container"), "type").startswith("message")
            return ephemeral or not on_message
        case _:
            return False
