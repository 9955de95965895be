"""The translator inward: what Slack delivers in, our `Message` out. Pure; here `Any` ends."""

import re
import unicodedata
from collections.abc import Awaitable, Callable
from functools import partial

from bot.press import flat_text, unpack, values
from bot.slack import forms, mrkdwn
from bot.slack.payload import (
    Payload,
    action,
    bot,
    channel,
    delivery,
    event,
    metadata,
    part,
    private,
    team,
    thread,
    user,
    word,
)
from handlers.conversation import (
    Audience,
    Command,
    Content,
    Edited,
    File,
    Form,
    Message,
    Person,
    Press,
    Text,
    Upload,
)

Fetch = Callable[[str, str], Awaitable[bytes]]  # name and address of a file → its bytes

TEXT = 40_000  # characters of one message
EDITING = 600  # seconds after which a changed question is left alone
SPOKEN = (None, "file_share", "thread_broadcast")  # subtypes of messages that people write
OPEN = ("ask", "human")  # rooms whose buttons are answered to everybody
ADD = "add_to_knowledge"  # the message shortcut that registers a document
CHOOSE = "choose_method"  # the global shortcut that begins the guided dialog
_COMMAND = re.compile(r"/?\s*llm[\s_-]?choose(?![a-z0-9_-])[\s:,]*(.*)", re.IGNORECASE | re.DOTALL)


async def _nothing(name: str, address: str) -> bytes:
    return b""


def wanted(payload: Payload) -> bool:
    """Report whether this is for us at all; asked before a delivery is claimed."""
    return user(payload) not in ("", bot(payload)) and content(payload, bot(payload)) is not None


def message(payload: Payload, person: Person, own: str, fetch: Fetch) -> Message | None:
    """
    Return what was said, or None when it is nothing to us: our own words, other bots. `own` is our
    user id.
    """
    found = content(payload, own, fetch)
    if found is None or user(payload) in ("", own):
        return None
    alone = private(payload) or _alone(found)
    # What one person alone reads in a channel stands in none of its threads: that talk is its
    # person's own.
    among_others = bool(channel(payload)) and not channel(payload).startswith("D")
    within = user(payload) if alone and among_others else thread(payload)
    place = f"slack:{team(payload)}:{channel(payload) or user(payload)}:{within}"
    here = f"slack:{team(payload)}:{channel(payload)}"
    audience = Audience(person.id, private=True) if alone else Audience(here, private=False)
    return Message(
        delivery(payload), person, place, audience, found, direct=_direct(event(payload), own)
    )


def _alone(found: Content) -> bool:
    """
    Report whether this is answered to its person alone though everybody sees where it was done:
    files, most buttons.
    """
    match found:
        case Press(action):
            return action.partition(".")[0] not in OPEN
        case Form() | Upload():
            return True
        case _:
            return False


def said(text: str, own: str) -> str:
    """Return the text as typed: without mentions, with Slack's markup and entities made plain."""
    return unicodedata.normalize("NFKC", mrkdwn.plain(text[:TEXT], own)).strip(" \t\r\n:,、")


def content(payload: Payload, own: str, fetch: Fetch = _nothing) -> Content | None:
    """Return what was said, or None when it is nothing to us."""
    if event(payload):
        return _heard(payload, own, fetch)
    if payload.get("command"):
        return Command("llm-choose", said(word(payload, "text"), own))
    match payload.get("type"):
        case "block_actions":
            return _pressed(action(payload))
        case "view_submission":
            name = word(part(payload, "view"), "callback_id")
            found = _files(forms.files(payload), fetch)
            return (
                Form(name, values(metadata(payload).get("s")), forms.values(payload), found)
                if "." in name
                else None
            )
        case "message_action" | "shortcut":
            return _shortcut(payload, own, fetch)
        case _:
            return None


def _heard(payload: Payload, own: str, fetch: Fetch) -> Content | None:
    spoken = event(payload)
    match spoken.get("type"):
        case "app_home_opened":
            return Command("help") if spoken.get("tab") == "home" else None
        case "message" if spoken.get("subtype") == "message_changed":
            return _edited(payload, own)
        case "message" | "app_mention":
            return _spoken(spoken, own, fetch)
        case _:
            return None


def _spoken(spoken: Payload, own: str, fetch: Fetch) -> Content | None:
    if spoken.get("bot_id") or spoken.get("hidden") or spoken.get("subtype") not in SPOKEN:
        return None
    text = said(word(spoken, "text"), own)
    found = _files(spoken.get("files"), fetch)
    if (
        not _direct(spoken, own)
        and not found
        and word(spoken, "thread_ts") in ("", word(spoken, "ts"))
    ):
        return None  # talk among people, outside every thread
    if found:
        return Upload(found, text)
    command = _COMMAND.fullmatch(text)
    if command and _direct(spoken, own):
        return Command("llm-choose", command[1].strip())
    return Text(text) if text else Command("welcome") if _direct(spoken, own) else None


def _edited(payload: Payload, own: str) -> Content | None:
    """
    A question changed within ten minutes; a preview that Slack adds to a message changes no words.
    """
    spoken = event(payload)
    now, before = part(spoken, "message"), part(spoken, "previous_message")
    asked = {
        "type": "message",
        "channel_type": spoken.get("channel_type"),
        "text": word(before, "text"),
    }
    if now.get("bot_id") or not now.get("edited") or not _direct(asked, own):
        return None
    text = said(word(now, "text"), own)
    try:
        late = float(word(part(now, "edited"), "ts")) - float(word(now, "ts")) > EDITING
    except ValueError:
        return None
    if late or not text or text == said(word(before, "text"), own):
        return None
    return Edited(text, f"slack:{team(payload)}:{channel(payload)}:{word(now, 'ts')}")


def _direct(spoken: Payload, own: str) -> bool:
    """Report whether we were addressed; False is talk in a thread, or a file in a channel."""
    if not spoken or spoken.get("type") != "message" or spoken.get("channel_type") == "im":
        return True
    return bool(own) and f"<@{own}" in word(spoken, "text")


def _shortcut(payload: Payload, own: str, fetch: Fetch) -> Content | None:
    match word(payload, "callback_id"):
        case name if name == ADD:
            found = _files(part(payload, "message").get("files"), fetch)
            return (
                Upload(found, said(word(part(payload, "message"), "text"), own))
                if found
                else Press("document.add")
            )
        case name if name == CHOOSE:
            return Command("llm-choose")
        case _:
            return None


def _files(rows: object, fetch: Fetch) -> tuple[File, ...]:
    found = []
    for row in rows if isinstance(rows, list) else []:
        name = word(row, "name") or "file"
        address = word(row, "url_private_download") or word(row, "url_private")
        size = row.get("size") if isinstance(row, dict) else None
        found.append(
            File(name, size if isinstance(size, int) else 0, partial(fetch, name, address))
        )
    return tuple(found)


def _pressed(done: Payload) -> Content | None:
    carried = word(done, "value") or word(part(done, "selected_option"), "value")
    return unpack(carried) or _pressed_before(done, carried)


def _pressed_before(done: Payload, carried: str) -> Content | None:
    """
    Read a button of a former version: its data lay beside words of ours, and only options named
    their action there.
    """
    data = flat_text(carried)
    named = word(done, "action_id").partition(":")[0]
    verb = str(data.pop("a", "")) if "selected_option" in done else named
    form = data.pop("form", "")
    if form and isinstance(form, str):
        return Form(form, data, {str(data.pop("f", "o")): str(data.pop("o", ""))})
    return Press(verb, data) if "." in verb else None
