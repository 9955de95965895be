"""
The translator inward: a Bot Framework activity in, our `Message` out. Pure; here `Any` ends.

What a mention looks like depends on the client: a tag, an escaped tag, a quote in front of it, full-width letters. Every form
is brought to plain text before anything is read from it.
"""

import html
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from handlers.conversation import Audience, Command, Content, Edited, File, Message, Person, Press, Text, Upload, Values
from handlers.conversation import Form as FormBack
from knowledge.values import Language

Activity = dict[str, Any]
Fetch = Callable[[str, str], Awaitable[bytes]]  # the file's name, and where it lies

BODY = 512 * 1024  # bytes of one delivery; Teams sends at most about 100 KB
TEXT = 40_000  # characters of one message
NAME = 300  # characters of an id, a name or a verb
FILE = "application/vnd.microsoft.teams.file.download.info"
RESERVED = frozenset({"v", "verb", "fields", "msteams"})

_MENTION = re.compile(r"<at\b[^>]*>(.*?)</at>", re.IGNORECASE | re.DOTALL)
_QUOTE = re.compile(r"<blockquote\b.*</blockquote>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?(?:p|div|span|br|b|i|em|strong)\b[^>]*>", re.IGNORECASE)
_COMMAND = re.compile(r"[/@]?\s*llm[\s_‐‑‒–—―−ー-]?choose(?![a-z0-9_-])[\s:,]*(.*)", re.IGNORECASE | re.DOTALL)
_INVISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff")


class Malformed(Exception):
    """The activity lacks what every activity has, or holds something else in its place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to speak: the service's address, the conversation and its kind, our id in it and that of whom we talk to."""

    service: str
    conversation: str
    bot: str
    user: str
    kind: str = "personal"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said to a file we offered: the token of its question, and where Teams wants it put."""

    token: str
    accepted: bool
    upload: str
    content: str
    unique: str
    kind: str
    card: str


def checked(activity: object) -> Activity:
    """
    Return the activity once its frame is sound: type, id, sender, conversation, channel and service.

    Raises:
        Malformed: a part is missing, of another kind, or too long.
    """
    if not isinstance(activity, dict):
        raise Malformed("not an object")
    for name in ("type", "channelId", "serviceUrl"):
        _word(activity, name)
    for name in ("from", "conversation", "recipient"):
        _word(_part(activity, name), "id")
    for name in ("id", "name", "replyToId", "locale", "timestamp"):
        if activity.get(name) is not None:
            _word(activity, name)
    for name, kind in (("entities", list), ("attachments", list), ("channelData", dict), ("membersAdded", list)):
        if not isinstance(activity.get(name) or kind(), kind):
            raise Malformed(name)
    text = activity.get("text") or ""
    if not isinstance(text, str) or len(text) > TEXT:
        raise Malformed("text")
    if activity["type"] in ("message", "invoke", "messageUpdate") and not activity.get("id"):
        raise Malformed("id")
    return activity


def delivery(activity: Activity) -> str:
    """Return what repeats of the same event share. Both signs of an installation count as one welcome."""
    place = activity["conversation"]["id"]
    if _welcomes(activity):
        return f"teams:{place}:welcome"
    edited = f":{activity['type']}:{activity.get('timestamp', '')}" if activity["type"].startswith("message") else ""
    return f"teams:{place}:{activity.get('id', '')}" + (edited if activity["type"] != "message" else "")


def tenant(activity: Activity) -> str:
    """Return the tenant the conversation is in, "" when it is not said."""
    data = activity.get("channelData") or {}
    named = data.get("tenant") if isinstance(data.get("tenant"), dict) else {}
    return str(activity["conversation"].get("tenantId") or (named or {}).get("id") or "")


def place(activity: Activity) -> Place:
    room, us, who = (str(activity[name]["id"]) for name in ("conversation", "recipient", "from"))
    kind = "personal" if personal(activity) else str(activity["conversation"].get("conversationType") or "groupChat")
    return Place(str(activity["serviceUrl"]), room, us, who, kind)


def personal(activity: Activity) -> bool:
    """Report whether this is a chat between one person and us; the ids of groups and channels begin with "19:"."""
    room = activity["conversation"]
    kind = room.get("conversationType") or ("" if room.get("isGroup") or str(room["id"]).startswith("19:") else "personal")
    return bool(kind == "personal")


def message(activity: Activity, fetch: Fetch) -> Message | None:
    """Return what was said, or None when it is nothing to us. `activity` has been `checked`."""
    content = _content(activity, fetch)
    if content is None or (activity["from"].get("role") == "bot" and not _welcomes(activity)):
        return None
    direct = personal(activity) or not isinstance(content, Text | Edited | Upload) or _mentions_us(activity)
    if not direct and not isinstance(content, Text):
        return None  # what people show or mend among themselves
    who = person(activity)
    room = str(activity["conversation"]["id"])
    audience = (
        Audience(who.id, private=True) if personal(activity) else Audience(f"teams:{room.partition(';')[0]}", private=False)
    )
    return Message(f"teams:{room}:{activity.get('id', '')}", who, f"teams:{room}", audience, content, direct=direct)


def shares_a_file(activity: Activity) -> bool:
    """Report whether somebody sends us a file where Teams does not let a bot have it: anywhere but in a personal chat."""
    if activity["type"] != "message" or personal(activity) or not _mentions_us(activity):
        return False
    items = [item for item in activity.get("attachments") or [] if isinstance(item, dict)]
    return any(i.get("contentType") in (FILE, "reference") or "<attachment" in str(i.get("content") or "") for i in items)


def consent(activity: Activity) -> Consent:
    """Read the answer to a question about a file; what is missing is empty."""
    value = _dict(activity.get("value"))
    info = _dict(value.get("uploadInfo"))
    upload, content, unique, kind = (str(info.get(name) or "") for name in ("uploadUrl", "contentUrl", "uniqueId", "fileType"))
    token = str(_dict(value.get("context")).get("file") or "")
    card = str(activity.get("replyToId") or "")
    return Consent(token, value.get("action") == "accept", upload, content, unique, kind, card)


def run(activity: Activity) -> dict[str, Any]:
    """Return which run of a dialog a press belongs to; empty when to none."""
    return {key: value for key, value in _data(activity).items() if key in ("rid", "rev") and isinstance(value, str | int)}


def liked(activity: Activity) -> bool:
    """Report which thumb opened the form for a reason."""
    return _dict(_dict(_dict(activity.get("value")).get("data")).get("actionValue")).get("reaction") == "like"


def said(activity: Activity) -> str:
    """Return the text as typed: without our mention, tags and quotes, with entities and odd spaces made plain."""
    text = _QUOTE.sub(" ", activity.get("text") or "")
    for _ in range(2):  # some clients escape what was escaped before
        text = _TAG.sub(" ", _MENTION.sub(lambda m: _named(activity, m[1]), text))
        text = html.unescape(text)
    text = _QUOTE.sub(" ", _MENTION.sub(lambda m: _named(activity, m[1]), text))
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


def pressed_in_ask(activity: Activity) -> bool:
    """Report whether a press came from a card of questions, which the next reply replaces."""
    return "fields" in _data(activity)


def _content(activity: Activity, fetch: Fetch) -> Content | None:
    match activity["type"], activity.get("name"):
        case "message", _:
            return _spoken(activity, fetch)
        case "invoke", "adaptiveCard/action":
            return _pressed(_data(activity))
        case "invoke", "message/submitAction":
            return _vote(activity)
        case "messageUpdate", _ if (activity.get("channelData") or {}).get("eventType") == "editMessage":
            return Edited(said(activity), f"teams:{activity['conversation']['id']}:{activity['id']}")
        case (("conversationUpdate" | "installationUpdate"), _) if _welcomes(activity):
            return Command("welcome")
        case _:
            return None


def _spoken(activity: Activity, fetch: Fetch) -> Content | None:
    if isinstance(activity.get("value"), dict):
        return _pressed(_data(activity))
    text = said(activity)
    files = tuple(_files(activity, fetch))
    if files:
        return Upload(files, text)
    command = _COMMAND.fullmatch(text)
    if command:
        return Command("llm-choose", command[1].strip())
    return Text(text) if text else Command("welcome")


def _pressed(data: dict[str, Any]) -> Content | None:
    verb = data.get("verb")
    if not isinstance(verb, str) or not verb or len(verb) > NAME:
        return None
    fields = [name for name in str(data.get("fields") or "").split(",") if name]
    state = _values({name: value for name, value in data.items() if name not in RESERVED and name not in fields})
    if not fields:
        return Press(verb, state)
    answers = {name: _answer(data.get(name)) for name in fields}
    return FormBack(verb, state, answers)


def _vote(activity: Activity) -> Content:
    """Read a thumb; Teams names the message it stands under, so the adapter has added which answer that is."""
    inner = _dict(_dict(activity.get("value")).get("actionValue"))
    answer, form = str(activity.get("answer") or ""), _filled_in(inner.get("feedback"))
    if inner.get("reaction") == "like":
        return Press("feedback.vote", {"vote": "up", "aid": answer, "comment": form.get("comment", "")})
    return FormBack("feedback.reason", {"aid": answer}, {"reason": "", "comment": "", **form})


def _filled_in(feedback: object) -> dict[str, str]:
    """Read what was written beside a thumb: our own form's inputs as JSON, or plain words of a form that is not ours."""
    try:
        found = json.loads(feedback) if isinstance(feedback, str) else feedback
    except (ValueError, RecursionError):
        found = {"feedbackText": feedback}
    inputs = {name: str(value)[:TEXT] for name, value in _dict(found).items() if isinstance(value, str)}
    comment = inputs.get("comment") or inputs.get("feedbackText", "")
    return {"reason": inputs.get("reason", ""), "comment": comment}


def _data(activity: Activity) -> dict[str, Any]:
    """Return what a pressed button carried; an Action.Execute names its verb beside the data."""
    value = activity.get("value")
    if not isinstance(value, dict):
        return {}
    action = value.get("action")
    if activity["type"] != "invoke":
        return value
    if not isinstance(action, dict):
        return {}
    data = action.get("data")
    return {"verb": action.get("verb"), **(data if isinstance(data, dict) else {})}


def _files(activity: Activity, fetch: Fetch) -> list[File]:
    files = []
    for item in activity.get("attachments") or []:
        content = item.get("content") if isinstance(item, dict) and item.get("contentType") == FILE else None
        url = content.get("downloadUrl") if isinstance(content, dict) else None
        if isinstance(url, str) and urlsplit(url).scheme:
            name = str(item.get("name") or "file")[:NAME]
            files.append(File(name, 0, partial(fetch, name, url)))
    return files


def person(activity: Activity) -> Person:
    sender = activity["from"]
    # An Entra object id is the same in every conversation; the Teams id is kept for guests of other kinds.
    own = str(sender.get("aadObjectId") or sender["id"])[:NAME]
    language: Language = "en" if str(activity.get("locale") or "ja").lower().startswith("en") else "ja"
    return Person(f"teams:{tenant(activity)}:{own}", str(sender.get("name") or "")[:NAME], language)


def _welcomes(activity: Activity) -> bool:
    if activity["type"] == "installationUpdate":
        return str(activity.get("action", "")).startswith("add")
    added = activity.get("membersAdded") or []
    us = activity["recipient"]["id"]
    return activity["type"] == "conversationUpdate" and any(isinstance(m, dict) and m.get("id") == us for m in added)


def _mentions_us(activity: Activity) -> bool:
    return any(_mentioned(e).get("id") == activity["recipient"]["id"] for e in activity.get("entities") or [])


def _mentioned(entity: object) -> dict[str, Any]:
    mentioned = entity.get("mentioned") if isinstance(entity, dict) and entity.get("type") == "mention" else None
    return mentioned if isinstance(mentioned, dict) else {}


def _named(activity: Activity, name: str) -> str:
    """Keep the names of others; our own is how we were called, not part of what was said."""
    others = {
        str(_mentioned(e).get("name"))
        for e in activity.get("entities") or []
        if _mentioned(e).get("id") != activity["recipient"]["id"]
    }
    return name if html.unescape(name).strip() in others else " "


def _values(data: dict[str, Any]) -> Values:
    return {
        str(k)[:NAME]: v for k, v in data.items() if isinstance(v, str | int) and (not isinstance(v, str) or len(v) <= TEXT)
    }


def _answer(value: object) -> str:
    return value[:TEXT] if isinstance(value, str) else "" if value is None else str(value)[:TEXT]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _part(activity: Activity, name: str) -> Activity:
    part = activity.get(name)
    if not isinstance(part, dict):
        raise Malformed(name)
    return part


def _word(holder: Activity, name: str) -> None:
    value = holder.get(name)
    if not isinstance(value, str) or not value or len(value) > NAME:
        raise Malformed(name)
