"""
The translator inward: a Bot Framework activity in, our `Message` out. Pure; here `Any` ends.

What a mention looks like depends on the client: a tag, an escaped tag, a quote in front of it, full-width letters. Every form
is brought to plain text before anything is read from it.
"""

import html
import re
import unicodedata
from collections.abc import Awaitable, Callable
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


def message(activity: Activity, fetch: Fetch) -> Message | None:
    """Return what was said, or None when it is nothing to us. `activity` has been `checked`."""
    content = _content(activity, fetch)
    if content is None or (activity["from"].get("role") == "bot" and not _welcomes(activity)):
        return None
    person = _person(activity)
    place = str(activity["conversation"]["id"])
    personal = activity["conversation"].get("conversationType", "personal") == "personal"
    audience = Audience(person.id, private=True) if personal else Audience(f"teams:{place.partition(';')[0]}", private=False)
    direct = personal or not isinstance(content, Text | Edited) or _mentions_us(activity)
    return Message(f"teams:{place}:{activity.get('id', '')}", person, f"teams:{place}", audience, content, direct=direct)


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
    value = activity.get("value") if isinstance(activity.get("value"), dict) else {}
    inner = (value or {}).get("actionValue")
    inner = inner if isinstance(inner, dict) else {}
    vote = "up" if inner.get("reaction") == "like" else "down"
    found = re.search(r'"feedbackText"\s*:\s*"((?:[^"\\]|\\.)*)"', str(inner.get("feedback") or ""))
    comment = found[1] if found else str(inner.get("feedback") or "").strip("{}")
    return Press("feedback.vote", {"vote": vote, "aid": str(activity.get("answer") or ""), "comment": comment[:TEXT]})


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


def _person(activity: Activity) -> Person:
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


def _part(activity: Activity, name: str) -> Activity:
    part = activity.get(name)
    if not isinstance(part, dict):
        raise Malformed(name)
    return part


def _word(holder: Activity, name: str) -> None:
    value = holder.get(name)
    if not isinstance(value, str) or not value or len(value) > NAME:
        raise Malformed(name)
