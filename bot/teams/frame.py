"""
The frame of an activity: JSON of anybody's making until `checked` has seen it. Pure; here `Any`
ends.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping

from bot.press import KEY, flat, unpack
from bot.teams import markup
from bot.teams.activity import (
    Activity,
    Attached,
    Consent,
    Destination,
    Extension,
    Json,
    Mention,
    Vote,
)
from handlers.conversation import Form, Press, Values
from knowledge.values import Language

BODY = 512 * 1024  # bytes of one delivery; Teams sends at most about 100 KB
TEXT = 40_000  # characters of one message that are read; a question has far less
QUOTED = 1_000  # characters of a quoted or forwarded message
PANEL = "_panel"  # marks the buttons of a panel, which the next panel replaces
ASKED = "_ask"  # marks the buttons of a card of questions, which the next reply replaces
NAME = 300  # characters of an id, a name or a verb
FILE = "application/vnd.microsoft.teams.file.download.info"
OWN = "_own"  # marks a button drawn where one person alone sees it, among others
ANSWER = "answer"  # what we call the answer a thumb is about, added before an activity is stored
NOTE = "application/vnd.llm-choose.note"  # a file we made of a message ourselves
QUOTES = frozenset({"messageReference", "forwardedMessageReference"})
GROUPS = "19:"  # what ids of groups and channels begin with


_AT = re.compile(r"</?at\b[^<>]{0,300}>", re.IGNORECASE)


class Malformed(Exception):
    """The activity lacks what every activity has, or holds something else in its place."""


def checked(raw: object) -> Activity:
    """
    Return the activity once its frame is sound: type, id, sender, conversation, channel and
    service.

    Raises:
        Malformed: a part is missing, of another kind, or too long.
    """
    if not isinstance(raw, dict):
        raise Malformed("not an object")
    _check_names(raw)
    _check_kinds(raw)
    if raw["type"] in ("message", "invoke", "messageUpdate") and not raw.get("id"):
        raise Malformed("id")
    return _activity(raw)


def carried_in(data: Mapping[str, object]) -> Values:
    """Return what a button carries, or the state of a form, out of the data of its action."""
    match unpack(data.get(KEY)):
        case Press(_, values) | Form(_, values):
            return values
        case _:
            return flat(data)


def mapping(value: object) -> Json:
    """Return what should be an object, {} where it is something else."""
    return value if isinstance(value, dict) else {}


def _check_names(raw: Json) -> None:
    for name in ("type", "channelId", "serviceUrl"):
        _check_word(raw, name)
    for name in ("from", "conversation", "recipient"):
        if not isinstance(raw.get(name), dict):
            raise Malformed(name)
        _check_word(raw[name], "id")
    for name in ("id", "name", "replyToId", "locale", "timestamp"):
        if raw.get(name) is not None:
            _check_word(raw, name)


def _check_kinds(raw: Json) -> None:
    for name in ("entities", "attachments", "membersAdded"):
        if not isinstance(raw.get(name) or [], list):
            raise Malformed(name)
    if not isinstance(raw.get("channelData") or {}, dict):
        raise Malformed("channelData")
    text = raw.get("text") or ""
    if not isinstance(text, str) or len(text) > BODY:
        raise Malformed("text")


def _check_word(holder: Json, name: str) -> None:
    value = holder.get(name)
    if not isinstance(value, str) or not value or len(value) > NAME:
        raise Malformed(name)


def _activity(raw: Json) -> Activity:
    destination = _destination(raw)
    among_others = destination.kind != "personal"
    targeted = among_others and bool(raw["recipient"].get("isTargeted"))
    sent_data = _held(raw)
    data = {name: value for name, value in sent_data.items() if name != OWN}
    return Activity(
        id=raw.get("id") or "",
        type=raw["type"],
        name=raw.get("name") or "",
        delivery=_delivery(raw),
        channel=raw["channelId"],
        tenant=_tenant(raw),
        destination=destination,
        # An Entra object id is the same in every conversation; the Teams id is kept for guests of
        # other kinds.
        sender=str(raw["from"].get("aadObjectId") or raw["from"]["id"])[:NAME],
        sender_name=str(raw["from"].get("name") or "")[:NAME],
        from_bot=raw["from"].get("role") == "bot",
        language=_language(raw.get("locale") or ""),
        reply_to=raw.get("replyToId") or "",
        text=(raw.get("text") or "")[:TEXT],
        mentions=tuple(_mentions(raw)),
        attached=tuple(_attached(raw)),
        edited=mapping(raw.get("channelData")).get("eventType") == "editMessage",
        deleted=raw["type"] == "messageDelete",
        reactions=tuple(_reactions(raw)),
        welcomes=_welcomes(raw),
        removes=_removes(raw),
        targeted=targeted,
        own=targeted or (among_others and bool(sent_data.get(OWN))),
        data=data if isinstance(raw.get("value"), dict) else None,
        in_ask=_in_ask(data),
        in_panel=PANEL in data,
        run={key: value for key, value in carried_in(data).items() if key in ("rid", "rev")},
        vote=_vote(raw),
        extension=_extension(raw),
        consent=_consent(raw),
    )


def _delivery(raw: Json) -> str:
    """
    Return what repeats of the same event share. Both signs of an installation count as one welcome.
    """
    conversation = raw["conversation"]["id"]
    if _welcomes(raw):
        return f"teams:{conversation}:welcome"
    delivery = f"teams:{conversation}:{raw.get('id', '')}"
    if raw["type"] != "message" and raw["type"].startswith("message"):
        delivery += f":{raw['type']}:{raw.get('timestamp', '')}"
    return delivery


def _language(locale: str) -> Language:
    """Return what a client is set to: English also where that is neither of our languages."""
    return "ja" if not locale or locale.lower().startswith("ja") else "en"


def _tenant(raw: Json) -> str:
    """Return the tenant the conversation is in, "" when it is not said."""
    tenant = mapping(mapping(raw.get("channelData")).get("tenant"))
    return str(raw["conversation"].get("tenantId") or tenant.get("id") or "")


def _destination(raw: Json) -> Destination:
    conversation = raw["conversation"]
    kind = "personal"
    if not _is_personal(conversation):
        kind = str(conversation.get("conversationType") or "groupChat")
    bot, user = raw["recipient"]["id"], raw["from"]["id"]
    return Destination(raw["serviceUrl"], conversation["id"], bot, user, kind)


def _is_personal(conversation: Json) -> bool:
    kind = conversation.get("conversationType")
    if kind:
        return bool(kind == "personal")
    return not conversation.get("isGroup") and not conversation["id"].startswith(GROUPS)


def _mentions(raw: Json) -> Iterator[Mention]:
    for entity in raw.get("entities") or []:
        if not isinstance(entity, dict) or entity.get("type") != "mention":
            continue
        mentioned = entity.get("mentioned")
        if isinstance(mentioned, dict):
            yield Mention(str(mentioned.get("id")), str(mentioned.get("name")))


def _attached(raw: Json) -> Iterator[Attached]:
    items = [item for item in raw.get("attachments") or [] if isinstance(item, dict)]
    quotes = any(item.get("contentType") in QUOTES for item in items)
    for item in items:
        kind = item.get("contentType")
        content = item.get("content") or ""
        points_to_a_file = "<attachment" in str(content) and not quotes
        url = mapping(content).get("downloadUrl")
        if kind != FILE or not isinstance(url, str):
            url = ""
        name = str(item.get("name") or "file")[:NAME]
        shared = points_to_a_file or kind in (FILE, "reference")
        picture = str(kind).startswith("image/")
        note = str(mapping(content).get("text") or "")[:TEXT] if kind == NOTE else ""
        quoted = _quoted(str(kind), content)
        yield Attached(name, url, shared, picture=picture, quoted=quoted, note=note)


def _quoted(kind: str, content: object) -> str:
    """Return what a message says that is replied to or forwarded, "" for any other attachment."""
    if kind not in QUOTES:
        return ""
    try:
        told = mapping(json.loads(content) if isinstance(content, str) else content)
    except (ValueError, RecursionError):
        return ""
    if mapping(told.get("messageSender")).get("application"):
        return ""  # a bot said it: what we said ourselves is remembered
    words = told.get("originalMessageContent") or told.get("messagePreview")
    return words[:QUOTED] if isinstance(words, str) else ""


def _reactions(raw: Json) -> Iterator[str]:
    added = raw.get("reactionsAdded")
    for reaction in added if isinstance(added, list) else ():
        yield str(mapping(reaction).get("type") or "")[:NAME]


def _welcomes(raw: Json) -> bool:
    """Report whether we were installed or added."""
    if raw["type"] == "installationUpdate":
        return str(raw.get("action", "")).startswith("add")
    if raw["type"] != "conversationUpdate":
        return False
    us = raw["recipient"]["id"]
    return any(mapping(member).get("id") == us for member in raw.get("membersAdded") or [])


def _removes(raw: Json) -> bool:
    """Report whether we were uninstalled or taken out."""
    if raw["type"] == "installationUpdate":
        return str(raw.get("action", "")).startswith("remove")
    if raw["type"] != "conversationUpdate":
        return False
    gone = raw.get("membersRemoved")
    us = raw["recipient"]["id"]
    return isinstance(gone, list) and any(mapping(one).get("id") == us for one in gone)


def _held(raw: Json) -> Json:
    """
    Return the data of a pressed action as it came; an Action.Execute names its verb beside the
    data.
    """
    value = mapping(raw.get("value"))
    if raw["type"] != "invoke":
        return value
    action = value.get("action")
    if not isinstance(action, dict):
        return {}
    return {"verb": action.get("verb"), **mapping(action.get("data"))}


def _in_ask(data: Json) -> bool:
    before = KEY not in data and "fields" in data  # former versions named the inputs there
    return before or ASKED in data


def _vote(raw: Json) -> Vote:
    """
    Read a thumb: when the form for a reason opens, its data stands one floor deeper than when it
    was sent.
    """
    value = mapping(raw.get("value"))
    holder = mapping(value.get("data")) if raw.get("name") == "message/fetchTask" else value
    thumb = mapping(holder.get("actionValue"))
    liked = thumb.get("reaction") == "like"
    return Vote(liked, thumb.get("feedback"), str(raw.get(ANSWER) or ""))


def _extension(raw: Json) -> Extension:
    """Read what a message extension was used for; what is missing is empty."""
    value = mapping(raw.get("value"))
    data = mapping(value.get("data"))
    question = data.get("question") or ""
    parameters = value.get("parameters")
    for parameter in parameters if isinstance(parameters, list) else ():
        question = mapping(parameter).get("value") or question
    body = mapping(mapping(value.get("messagePayload")).get("body"))
    words = markup.plain(_AT.sub("", str(body.get("content") or "")[:TEXT]))
    return Extension(
        command=str(value.get("commandId") or "")[:NAME],
        question=str(question)[:TEXT],
        words=html.unescape(words).strip(),
        title=str(data.get("title") or "")[:NAME],
    )


def _consent(raw: Json) -> Consent:
    """Read the answer to a question about a file; what is missing is empty."""
    value = mapping(raw.get("value"))
    info = mapping(value.get("uploadInfo"))
    return Consent(
        token=str(mapping(value.get("context")).get("file") or ""),
        accepted=value.get("action") == "accept",
        upload=str(info.get("uploadUrl") or ""),
        content=str(info.get("contentUrl") or ""),
        unique=str(info.get("uniqueId") or ""),
        kind=str(info.get("fileType") or ""),
        card=str(raw.get("replyToId") or ""),
    )
