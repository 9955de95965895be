"""
The translator inward: a Bot Framework activity in, our `Message` out. Pure; here `Any` ends.

What a mention looks like depends on the client: a tag, an escaped tag, a quote in front of it,
full-width letters. Every form is brought to plain text before anything is read from it.
"""

import html
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bot.press import KEY, flat, input_name, unpack
from bot.teams import markup
from bot.teams.frame import (
    ASKED,
    FILE,
    NAME,
    TEXT,
    Activity,
    data,
    mapping,
    mentioned,
    mentions_us,
    own,
    personal,
    run,
    targeted,
    tenant,
    welcomes,
)
from handlers.conversation import (
    Audience,
    Command,
    Content,
    Edited,
    File,
    Message,
    Person,
    Press,
    Text,
    Upload,
)
from handlers.conversation import Form as FormBack
from knowledge.values import Language

Fetch = Callable[[str, str], Awaitable[bytes]]  # the file's name, and where it lies

RESERVED = frozenset(
    {"verb", "fields", "msteams", KEY, ASKED}
)  # lay beside the data of buttons of former versions

_MENTION = re.compile(r"<at\b[^>]*>(.*?)</at>", re.IGNORECASE | re.DOTALL)
OTHER = "\ue001"  # stands around the name of somebody else who is mentioned
_CALLED = rf"(?:\bcc:?\s*)?{OTHER}[^{OTHER}]*{OTHER}(?:\s*(?:さん|様|さま|氏|くん|ちゃん))?"
_ADDRESSED = re.compile(  # a name before or behind what is said, and no part of it
    rf"^(?:{_CALLED}[\s、,:]*)+(?!\s*[はがをにのともへ])(?!\s*(?:is|was|has|said|asked|told|will|and|or)\b)"
    rf"|(?<=[?!.。])(?:[\s、,]*{_CALLED})+$|(?:\s+cc:?\s*{OTHER}[^{OTHER}]*{OTHER})+$",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"[/@]?\s*llm[\s_‐‑‒–—―−ー-]?choose(?![a-z0-9_-])[\s:,]*(.*)", re.IGNORECASE | re.DOTALL
)
_INVISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff")


def message(activity: Activity, fetch: Fetch) -> Message | None:
    """Return what was said, or None when it is nothing to us. `activity` has been `checked`."""
    content = _content(activity, fetch)
    if content is None or (activity["from"].get("role") == "bot" and not welcomes(activity)):
        return None
    spoken = isinstance(content, Text | Edited | Upload)
    direct = personal(activity) or targeted(activity) or not spoken or mentions_us(activity)
    if not direct and not isinstance(content, Text):
        return None  # what people show or mend among themselves
    who = person(activity)
    room = str(activity["conversation"]["id"])
    # A run of the dialog says by itself whether others may watch; everything else follows where it
    # was said or pressed.
    alone = own(activity) and not run(activity)
    place = f"teams:{room}:{who.id}" if alone else f"teams:{room}"
    here = Audience(f"teams:{room.partition(';')[0]}", private=False)
    audience = Audience(who.id, private=True) if alone or personal(activity) else here
    return Message(
        f"teams:{room}:{activity.get('id', '')}", who, place, audience, content, direct=direct
    )


def said(activity: Activity) -> str:
    """
    Return the text as typed: without our mention, tags and quotes, with entities and odd spaces
    made plain.
    """
    text = markup.QUOTE.sub(" ", activity.get("text") or "")
    for _ in range(2):  # some clients escape what was escaped before
        text = markup.plain(_MENTION.sub(lambda m: _named(activity, m[1]), text))
        text = html.unescape(text)
    text = markup.QUOTE.sub(" ", _MENTION.sub(lambda m: _named(activity, m[1]), text))
    text = _ADDRESSED.sub(" ", unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip())
    return text.replace(OTHER, "").strip()


def _content(activity: Activity, fetch: Fetch) -> Content | None:
    match activity["type"], activity.get("name"):
        case "message", _:
            return _spoken(activity, fetch)
        case "invoke", "adaptiveCard/action":
            return _pressed(data(activity))
        case "invoke", "message/submitAction":
            return _vote(activity)
        case "messageUpdate", _ if (activity.get("channelData") or {}).get(
            "eventType"
        ) == "editMessage":
            return Edited(
                said(activity), f"teams:{activity['conversation']['id']}:{activity['id']}"
            )
        case (("conversationUpdate" | "installationUpdate"), _) if welcomes(activity):
            return Command("welcome")
        case _:
            return None


def _spoken(activity: Activity, fetch: Fetch) -> Content | None:
    if isinstance(activity.get("value"), dict):
        return _pressed(data(activity))
    text = said(activity)
    files = tuple(_files(activity, fetch))
    if files:
        return Upload(files, text)
    command = _COMMAND.fullmatch(text)
    if command:
        return Command("llm-choose", command[1].strip())
    return Text(text) if text else Command("welcome")


def _pressed(data: dict[str, Any]) -> Content | None:
    match unpack(data.get(KEY)):
        case Press() as press:
            return press
        case FormBack(values=fields) as form:
            answers = {name: _answer(data.get(input_name(name))) for name in fields}
            return replace(form, values=answers)
        case None:
            return _pressed_before(data)


def _pressed_before(data: dict[str, Any]) -> Content | None:
    """Read a button of a former version, whose data lay beside the words of the card."""
    verb = data.get("verb")
    if not isinstance(verb, str) or not verb or len(verb) > NAME:
        return None
    fields = [name for name in str(data.get("fields") or "").split(",") if name]
    own = {
        name: value for name, value in data.items() if name not in RESERVED and name not in fields
    }
    state = _bounded(flat(own))
    if not fields:
        return Press(verb, state)
    answers = {name: _answer(data.get(name)) for name in fields}
    return FormBack(verb, state, answers)


def _vote(activity: Activity) -> Content:
    """
    Read a thumb; Teams names the message it stands under, so the adapter has added which answer
    that is.
    """
    inner = mapping(mapping(activity.get("value")).get("actionValue"))
    answer, form = str(activity.get("answer") or ""), _filled_in(inner.get("feedback"))
    if inner.get("reaction") == "like":
        return Press(
            "feedback.vote", {"vote": "up", "aid": answer, "comment": form.get("comment", "")}
        )
    return FormBack("feedback.reason", {"aid": answer}, {"reason": "", "comment": "", **form})


def _filled_in(feedback: object) -> dict[str, str]:
    """
    Read what was written beside a thumb: our own form's inputs as JSON, or plain words of a form
    that is not ours.
    """
    try:
        found = json.loads(feedback) if isinstance(feedback, str) else feedback
    except (ValueError, RecursionError):
        found = {"feedbackText": feedback}
    inputs = {
        name: str(value)[:TEXT] for name, value in mapping(found).items() if isinstance(value, str)
    }
    comment = inputs.get("comment") or inputs.get("feedbackText", "")
    return {"reason": inputs.get("reason", ""), "comment": comment}


def _files(activity: Activity, fetch: Fetch) -> list[File]:
    files = []
    for item in activity.get("attachments") or []:
        content = (
            item.get("content")
            if isinstance(item, dict) and item.get("contentType") == FILE
            else None
        )
        url = content.get("downloadUrl") if isinstance(content, dict) else None
        if isinstance(url, str) and urlsplit(url).scheme:
            name = str(item.get("name") or "file")[:NAME]
            files.append(File(name, 0, partial(fetch, name, url)))
    return files


def person(activity: Activity) -> Person:
    sender = activity["from"]
    # An Entra object id is the same in every conversation; the Teams id is kept for guests of other
    # kinds.
    own = str(sender.get("aadObjectId") or sender["id"])[:NAME]
    language: Language = (
        "en" if str(activity.get("locale") or "ja").lower().startswith("en") else "ja"
    )
    return Person(f"teams:{tenant(activity)}:{own}", str(sender.get("name") or "")[:NAME], language)


def _named(activity: Activity, name: str) -> str:
    """
    Keep the names of others, marked; our own is how we were called, not part of what was said.
    """
    others = {
        str(mentioned(e).get("name"))
        for e in activity.get("entities") or []
        if mentioned(e).get("id") != activity["recipient"]["id"]
    }
    return f"{OTHER}{name}{OTHER}" if html.unescape(name).strip() in others else " "


def _bounded(data: dict[str, str | int]) -> dict[str, str | int]:
    short = {
        name: value for name, value in data.items() if isinstance(value, int) or len(value) <= TEXT
    }
    return {name[:NAME]: value for name, value in short.items()}


def _answer(value: object) -> str:
    return value[:TEXT] if isinstance(value, str) else "" if value is None else str(value)[:TEXT]
