"""The translator inward: a `Payload` in, our `Message` out. Pure."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot.press import flat_text, unpack
from bot.slack import forms, mrkdwn
from bot.slack.payload import (
    Action,
    Edit,
    Event,
    Payload,
    SharedFile,
    Shortcut,
    SlashCommand,
    Submission,
)
from handlers.attachments import asks
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
SPOKEN = ("", "file_share", "thread_broadcast")  # subtypes of messages that people write
# reactions that vote on an answer; a skin tone may stand behind them
VOTES = {"+1": "up", "thumbsup": "up", "-1": "down", "thumbsdown": "down"}
OPEN = ("ask", "human")  # rooms whose buttons are answered to everybody
ADD = "add_to_knowledge"  # the message shortcut that registers a document
CHOOSE = "choose_method"  # the global shortcut that begins the guided dialog
# words that stand for what was forwarded with them
_POINTS = re.compile(r"これ|この|それ|その|上記|下記|転送|\b(?:this|that|these|it|above|below)\b")
_COMMAND = re.compile(r"/?\s*llm[\s_-]?choose(?![a-z0-9_-])[\s:,]*(.*)", re.IGNORECASE | re.DOTALL)


async def _nothing(name: str, address: str) -> bytes:
    return b""


def wanted(payload: Payload) -> bool:
    """Report whether this is for us at all; asked before a delivery is claimed."""
    if removed(payload):
        return True
    if payload.user in ("", payload.bot):
        return False
    if retracted(payload) or reacted(payload) or stopped(payload):
        return True
    return content(payload, payload.bot) is not None


def once(payload: Payload) -> str:
    """
    Return what one person's quick presses of a button share where everybody reads the answer, ""
    elsewhere: what opens a window may be opened again, and what one may not do another may.
    """
    deed = payload.deed
    if not isinstance(deed, Action) or payload.private:
        return ""
    pressed = content(payload, payload.bot)
    if pressed is None or _alone(pressed):
        return ""
    button = f"{payload.channel}:{payload.message_ts}:{deed.value}"
    return f"slack:{payload.team}:{payload.user}:{button}"


def retracted(payload: Payload) -> str:
    """Return the id of a message that was deleted, "" where none was."""
    event = payload.deed
    if not isinstance(event, Event) or event.subtype != "message_deleted":
        return ""
    return f"slack:{payload.team}:{payload.channel}:{event.subject}"


def removed(payload: Payload) -> bool:
    """Report whether our app was removed from a workspace, or its token taken from us."""
    event = payload.deed
    return isinstance(event, Event) and event.removed


def stopped(payload: Payload) -> bool:
    """Report whether somebody stopped what is being worked on in a thread."""
    event = payload.deed
    return isinstance(event, Event) and event.type == "agent_session_stopped"


def begins_talk(payload: Payload) -> bool:
    """Report whether something is said to us in direct messages outside every thread."""
    event = payload.deed
    if not isinstance(event, Event) or not payload.direct_messages or payload.thread:
        return False
    return event.type == "message" and event.subtype in SPOKEN and bool(event.ts)


def begins_in_thread(payload: Payload) -> bool:
    """Report whether what is said in direct messages has become the root of a talk of its own."""
    event = payload.deed
    if not isinstance(event, Event) or not payload.direct_messages or event.in_thread:
        return False
    return bool(event.ts) and payload.thread == event.ts


def reacted(payload: Payload) -> tuple[str, str] | None:
    """Return the id of a message that was voted on by a reaction, and the vote."""
    event = payload.deed
    if not isinstance(event, Event) or event.type != "reaction_added":
        return None
    vote = VOTES.get(event.reaction.partition("::")[0], "")
    if not vote:
        return None
    return f"slack:{payload.team}:{payload.channel}:{event.subject}", vote


def message(payload: Payload, person: Person, own: str, fetch: Fetch) -> Message | None:
    """
    Return what was said, or None when it is nothing to us: our own words, other bots. `own` is our
    user id.
    """
    deed = content(payload, own, fetch)
    if deed is None or payload.user in ("", own):
        return None
    alone = payload.private or _alone(deed)
    # What one person alone reads in a channel stands in none of its threads: that talk is its
    # person's own.
    among_others = bool(payload.channel) and not payload.direct_messages
    thread = payload.user if alone and among_others else payload.thread
    place = f"slack:{payload.team}:{payload.channel or payload.user}:{thread}"
    everybody = Audience(f"slack:{payload.team}:{payload.channel}", private=False)
    audience = Audience(person.id, private=True) if alone else everybody
    direct = not isinstance(payload.deed, Event) or _event_direct(payload.deed, own)
    shared = everybody if alone and among_others else None
    return Message(payload.id, person, place, audience, deed, direct=direct, channel=shared)


def _alone(deed: Content) -> bool:
    """
    Report whether this is answered to its person alone though everybody sees where it was done:
    files, most buttons.
    """
    match deed:
        case Press(action):
            return action.partition(".")[0] not in OPEN
        case Form() | Upload():
            return True
        case _:
            return False


def typed(text: str, own: str) -> str:
    """Return the text as typed: without mentions, with Slack's markup and entities made plain."""
    return unicodedata.normalize("NFKC", mrkdwn.plain(text[:TEXT], own)).strip(" \t\r\n:,、")


def content(payload: Payload, own: str, fetch: Fetch = _nothing) -> Content | None:
    """Return what was said or done, or None when it is nothing to us."""
    match payload.deed:
        case Event() as event:
            return _event(payload, event, own, fetch)
        case SlashCommand(text):
            return Command("llm-choose", typed(text, own))
        case Action() as action:
            return unpack(action.value) or _pressed_before(action)
        case Submission() as form:
            return _form(payload, form, fetch)
        case Shortcut() as shortcut:
            return _shortcut(shortcut, own, fetch)
        case None:
            return None


def _event(payload: Payload, event: Event, own: str, fetch: Fetch) -> Content | None:
    match event.type:
        case "app_home_opened":
            return _opened(event)
        case "message" if event.subtype == "message_changed":
            return _edited(payload, event, own)
        case "message" | "app_mention":
            return _spoken(event, own, fetch)
        case _:
            return None


def _opened(event: Event) -> Command | None:
    """Return what is shown in a tab that was opened."""
    match event.tab:
        case "home":
            return Command("home")
        case "messages":
            return Command("prompts")
        case _:
            return None


def _spoken(event: Event, own: str, fetch: Fetch) -> Content | None:
    if event.hidden or not _is_speech(event, own):
        return None
    text = _with_quoted(typed(event.text, own), typed(event.quoted, own))
    files = _files(event.files, fetch)
    direct = _event_direct(event, own)
    if files and direct and asks(text):
        return Text(text, files)
    if files:
        return Upload(files, text)
    if direct:
        return _addressed(text)
    if not event.in_thread or not text:
        return None  # talk among people, outside every thread
    return Text(text)


def _is_speech(event: Event, own: str) -> bool:
    """Report whether a message is one that people write, or a machine that mentions us."""
    if not event.by_bot:
        return event.subtype in SPOKEN
    mentions = event.type == "app_mention" or (bool(own) and f"<@{own}" in event.text)
    return mentions and event.subtype in ("", "bot_message")


def by_machine(payload: Payload) -> bool:
    """Report whether a bot or a workflow said it."""
    return isinstance(payload.deed, Event) and payload.deed.by_bot


def _with_quoted(text: str, quoted: str) -> str:
    """
    Return what is asked where a message was forwarded along: its words, where one's own are none or
    point to them.
    """
    if not quoted or (text and not _POINTS.search(text.lower())):
        return text
    return f"{text}\n{quoted}".strip()


def _addressed(text: str) -> Content:
    """Return what words that were said to us ask for."""
    command = _COMMAND.fullmatch(text)
    if command:
        return Command("llm-choose", command[1].strip())
    if text:
        return Text(text)
    return Command("welcome")


def _edited(payload: Payload, event: Event, own: str) -> Content | None:
    """
    A question changed within ten minutes; a preview that Slack adds to a message changes no words.
    """
    edit = event.edit
    if edit is None or edit.by_bot or not edit.edited or not _in_time(edit):
        return None
    text = typed(edit.text, own)
    if not _direct("message", event.channel_type, edit.before, own):
        if _direct("message", event.channel_type, edit.text, own):
            return _addressed(text)  # the mention was added
        return None
    if not text or text == typed(edit.before, own):
        return None
    return Edited(text, f"slack:{payload.team}:{payload.channel}:{edit.ts}")


def _in_time(edit: Edit) -> bool:
    try:
        return float(edit.edited_at) - float(edit.ts) <= EDITING
    except ValueError:
        return False


def _event_direct(event: Event, own: str) -> bool:
    text = event.edit.text if event.edit else event.text
    return _direct(event.type, event.channel_type, text, own)


def _direct(type_: str, channel_type: str, text: str, own: str) -> bool:
    """Report whether we were addressed; False is talk in a thread, or a file in a channel."""
    if type_ != "message" or channel_type == "im":
        return True
    return bool(own) and f"<@{own}" in text


def _form(payload: Payload, form: Submission, fetch: Fetch) -> Form | None:
    if "." not in form.name:
        return None
    files = _files(forms.files(form), fetch)
    return Form(form.name, payload.memory.state, forms.values(form), files)


def _shortcut(shortcut: Shortcut, own: str, fetch: Fetch) -> Content | None:
    if shortcut.name == CHOOSE:
        return Command("llm-choose")
    if shortcut.name != ADD:
        return None
    if not shortcut.files:
        return Press("document.add")
    return Upload(_files(shortcut.files, fetch), typed(shortcut.text, own))


def _files(shared: Sequence[SharedFile], fetch: Fetch) -> tuple[File, ...]:
    files = [File(file.name, file.size, partial(fetch, file.name, file.address)) for file in shared]
    return tuple(files)


def _pressed_before(action: Action) -> Content | None:
    """
    Read a button of a former version: its data lay beside words of ours, and only options named
    their action there.
    """
    data = flat_text(action.value)
    verb = action.id.partition(":")[0]
    if action.option:
        verb = str(data.pop("a", ""))
    form = data.pop("form", "")
    if form and isinstance(form, str):
        field, answer = str(data.pop("f", "o")), str(data.pop("o", ""))
        return Form(form, data, {field: answer})
    return Press(verb, data) if "." in verb else None
