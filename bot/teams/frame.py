"""
The frame of an activity: whether it is sound, where it belongs, and what it carries beside words.
Pure.

An activity is what Teams sends: JSON of anybody's making until `checked` has seen it.
"""

from dataclasses import dataclass
from typing import Any

from bot.press import KEY, flat, unpack
from handlers.conversation import Form, Press, Values

Activity = dict[str, Any]

BODY = 512 * 1024  # bytes of one delivery; Teams sends at most about 100 KB
TEXT = 40_000  # characters of one message
ASKED = "_ask"  # marks the buttons of a card of questions, which the next reply replaces
NAME = 300  # characters of an id, a name or a verb
FILE = "application/vnd.microsoft.teams.file.download.info"
OWN = "_own"  # marks a button drawn where one person alone sees it, among others


class Malformed(Exception):
    """The activity lacks what every activity has, or holds something else in its place."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where to speak: the service's address, the conversation and its kind, our id in it and that of
    whom we talk to.
    """

    service: str
    conversation: str
    bot: str
    user: str
    kind: str = "personal"


@dataclass(frozen=True, slots=True)
class Consent:
    """
    What a person said to a file we offered: the token of its question, and where Teams wants it
    put.
    """

    token: str
    accepted: bool
    upload: str
    content: str
    unique: str
    kind: str
    card: str


def checked(activity: object) -> Activity:
    """
    Return the activity once its frame is sound: type, id, sender, conversation, channel and
    service.

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
    for name, kind in (
        ("entities", list),
        ("attachments", list),
        ("channelData", dict),
        ("membersAdded", list),
    ):
        if not isinstance(activity.get(name) or kind(), kind):
            raise Malformed(name)
    text = activity.get("text") or ""
    if not isinstance(text, str) or len(text) > TEXT:
        raise Malformed("text")
    if activity["type"] in ("message", "invoke", "messageUpdate") and not activity.get("id"):
        raise Malformed("id")
    return activity


def delivery(activity: Activity) -> str:
    """
    Return what repeats of the same event share. Both signs of an installation count as one welcome.
    """
    place = activity["conversation"]["id"]
    if welcomes(activity):
        return f"teams:{place}:welcome"
    edited = (
        f":{activity['type']}:{activity.get('timestamp', '')}"
        if activity["type"].startswith("message")
        else ""
    )
    return f"teams:{place}:{activity.get('id', '')}" + (
        edited if activity["type"] != "message" else ""
    )


def tenant(activity: Activity) -> str:
    """Return the tenant the conversation is in, "" when it is not said."""
    data = activity.get("channelData") or {}
    named = data.get("tenant") if isinstance(data.get("tenant"), dict) else {}
    return str(activity["conversation"].get("tenantId") or (named or {}).get("id") or "")


def place(activity: Activity) -> Place:
    room, us, who = (str(activity[name]["id"]) for name in ("conversation", "recipient", "from"))
    kind = (
        "personal"
        if personal(activity)
        else str(activity["conversation"].get("conversationType") or "groupChat")
    )
    return Place(str(activity["serviceUrl"]), room, us, who, kind)


def personal(activity: Activity) -> bool:
    """
    Report whether this is a chat between one person and us; the ids of groups and channels begin
    with "19:".
    """
    room = activity["conversation"]
    kind = room.get("conversationType") or (
        "" if room.get("isGroup") or str(room["id"]).startswith("19:") else "personal"
    )
    return bool(kind == "personal")


def targeted(activity: Activity) -> bool:
    """
    Report whether a person wrote to us among others so that nobody else sees it; Teams marks us as
    its recipient.
    """
    return not personal(activity) and bool(activity["recipient"].get("isTargeted"))


def own(activity: Activity) -> bool:
    """
    Report whether what was written or pressed is seen by its person alone, among others: a targeted
    message, a card in the answer to a press.
    """
    return targeted(activity) or (not personal(activity) and bool(_held(activity).get(OWN)))


def shares_a_file(activity: Activity) -> bool:
    """
    Report whether somebody sends us a file where Teams does not let a bot have it: anywhere but in
    a personal chat.
    """
    if (
        activity["type"] != "message"
        or personal(activity)
        or not (mentions_us(activity) or targeted(activity))
    ):
        return False
    items = [item for item in activity.get("attachments") or [] if isinstance(item, dict)]
    return any(
        i.get("contentType") in (FILE, "reference") or "<attachment" in str(i.get("content") or "")
        for i in items
    )


def consent(activity: Activity) -> Consent:
    """Read the answer to a question about a file; what is missing is empty."""
    value = mapping(activity.get("value"))
    info = mapping(value.get("uploadInfo"))
    upload, content, unique, kind = (
        str(info.get(name) or "") for name in ("uploadUrl", "contentUrl", "uniqueId", "fileType")
    )
    token = str(mapping(value.get("context")).get("file") or "")
    card = str(activity.get("replyToId") or "")
    return Consent(token, value.get("action") == "accept", upload, content, unique, kind, card)


def run(activity: Activity) -> dict[str, Any]:
    """Return which run of a dialog a press belongs to; empty when to none."""
    return {key: value for key, value in carried(activity).items() if key in ("rid", "rev")}


def liked(activity: Activity) -> bool:
    """Report which thumb opened the form for a reason."""
    return (
        mapping(mapping(mapping(activity.get("value")).get("data")).get("actionValue")).get(
            "reaction"
        )
        == "like"
    )


def pressed_in_ask(activity: Activity) -> bool:
    """Report whether a press came from a card of questions, which the next reply replaces."""
    held = data(activity)
    before = KEY not in held and "fields" in held  # former versions named the inputs there
    return before or ASKED in held


def carried(activity: Activity) -> Values:
    """Return the data of a pressed button, or the state of a form."""
    return carried_in(data(activity))


def carried_in(held: dict[str, Any]) -> Values:
    """Return what a button carries, out of the data of its action."""
    match unpack(held.get(KEY)):
        case Press(_, values) | Form(_, values):
            return values
        case _:
            return flat(held)


def data(activity: Activity) -> dict[str, Any]:
    """
    Return the data of a pressed action, inputs included; an Action.Execute names its verb beside
    the data.
    """
    return {name: value for name, value in _held(activity).items() if name != OWN}


def _held(activity: Activity) -> dict[str, Any]:
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


def welcomes(activity: Activity) -> bool:
    """Report whether we were installed or added."""
    if activity["type"] == "installationUpdate":
        return str(activity.get("action", "")).startswith("add")
    added = activity.get("membersAdded") or []
    us = activity["recipient"]["id"]
    return activity["type"] == "conversationUpdate" and any(
        isinstance(m, dict) and m.get("id") == us for m in added
    )


def mentions_us(activity: Activity) -> bool:
    """Report whether we are called by name."""
    return any(
        mentioned(e).get("id") == activity["recipient"]["id"]
        for e in activity.get("entities") or []
    )


def mentioned(entity: object) -> dict[str, Any]:
    """Return who is called by name in an entity, {} when nobody."""
    called = (
        entity.get("mentioned")
        if isinstance(entity, dict) and entity.get("type") == "mention"
        else None
    )
    return called if isinstance(called, dict) else {}


def mapping(value: object) -> dict[str, Any]:
    """Return what should be an object, {} where it is something else."""
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
