"""
The translator inward: an `Activity` in, our `Message` out. Pure.

What a mention looks like depends on the client: a tag, an escaped tag, a quote in front of it,
full-width letters. Every form is brought to plain text before anything is read from it.
"""

import html
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bot.press import KEY, flat, input_name, unpack
from bot.teams import markup
from bot.teams.activity import Activity, Vote
from bot.teams.frame import ASKED, NAME, PANEL, QUOTED, TEXT, mapping
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
    Values,
)
from handlers.conversation import Form as FormBack

Fetch = Callable[[str, str], Awaitable[bytes]]  # the file's name, and where it lies

# lay beside the data of buttons of former versions
RESERVED = frozenset({"verb", "fields", "msteams", KEY, ASKED, PANEL})

_MENTION = re.compile(r"<at\b[^>]*>(.*?)</at>", re.IGNORECASE | re.DOTALL)
OTHER = "\ue001"  # stands around the name of somebody else who is mentioned
_NAMED = rf"{OTHER}[^{OTHER}]*{OTHER}"
_CALLED = rf"(?:\bcc:?\s*)?{_NAMED}(?:\s*(?:さん|様|さま|氏|くん|ちゃん))?"
_SUBJECT = r"\s*[はがをにのともへ]|\s*(?:is|was|has|said|asked|told|will|and|or)\b"
_ADDRESSED = re.compile(  # a name before or behind what is said, and no part of it
    rf"^(?:{_CALLED}[\s、,:]*)+(?!{_SUBJECT})"
    rf"|(?<=[?!.。])(?:[\s、,]*{_CALLED})+$|(?:\s+cc:?\s*{_NAMED})+$",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"[/@]?\s*llm[\s_‐‑‒–—―−ー-]?choose(?![a-z0-9_-])[\s:,]*(.*)", re.IGNORECASE | re.DOTALL
)
SHORT = 60  # characters of words that say nothing without the message they are about
_ANSWER_THIS = re.compile(  # asks for an answer to the message beside it, and nothing else
    r"(?:これ|こちら|この(?:質問|件|メッセージ)?|上記?|転送|以下)?(?:の質問)?(?:に|へ|を|は|って|について)?[、\s]*"
    r"(?:(?:答え|回答し|教え|返信し|確認し|調べ)て)?(?:ください|下さい|くれる|もらえますか|お願いします)?"
    r"(?:分か|わか)?(?:る|ります)?(?:どう)?(?:です|でしょう)?か?[?？。!！]*"
    r"|(?:please |can you |could you )?(?:answer|check|look at|reply to) (?:this|that|it)"
    r"(?: please)?[?.!]*"
    r"|(?:any (?:idea|thoughts)|what about this|thoughts|fyi)[?.!]*",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"これ|この|それ|その|上の|上記|\b(?:this|that|these|those|it|above)\b", re.IGNORECASE
)
LIKES = frozenset({"like", "heart", "1f44d_thumbsup", "yes-tone1", "plusone"})
DISLIKES = frozenset({"dislike", "1f44e_thumbsdown", "no"})
_INVISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff")


def message(activity: Activity, fetch: Fetch) -> Message | None:
    """Return what was said, or None when it is nothing to us."""
    deed = content(activity, fetch)
    if deed is None or (activity.from_bot and not activity.welcomes):
        return None
    spoken = isinstance(deed, Text | Edited | Upload)
    to_us = activity.personal or activity.targeted or activity.mentions_us
    direct = to_us or not spoken
    if not direct and not isinstance(deed, Text):
        return None  # what people show or mend among themselves
    who = person(activity)
    place = f"teams:{activity.destination.conversation}"
    id_ = f"{place}:{activity.id}"
    audience = Audience(place.partition(";")[0], private=False)
    # A run of the dialog says by itself whether others may watch; everything else follows where it
    # was said or pressed.
    alone = activity.own and not activity.run
    if alone:
        place += f":{who.id}"
    if alone or activity.personal:
        audience = Audience(who.id, private=True)
    return Message(id_, who, place, audience, deed, direct=direct)


def person(activity: Activity) -> Person:
    id_ = f"teams:{activity.tenant}:{activity.sender}"
    return Person(id_, activity.sender_name, activity.language)


def typed(activity: Activity) -> str:
    """
    Return the text as typed: without our mention, tags and quotes, with entities and odd spaces
    made plain.
    """
    name = partial(_named, _others(activity))
    text = markup.QUOTE.sub(" ", activity.text)
    for _ in range(2):  # some clients escape what was escaped before
        text = markup.plain(_MENTION.sub(name, text))
        text = html.unescape(text)
    text = markup.QUOTE.sub(" ", _MENTION.sub(name, text))
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()
    return _ADDRESSED.sub(" ", text).replace(OTHER, "").strip()


def question(activity: Activity) -> str:
    """
    Return what is asked: what was typed, or the message it forwards or replies to where the words
    are about that one.
    """
    own = typed(activity)
    quote = _quote(activity)
    if not quote or _COMMAND.fullmatch(own):
        return own
    if not own or _ANSWER_THIS.fullmatch(own):
        return quote
    if len(own) <= SHORT and _REFERS.search(own):
        return f"{quote} {own}"
    return own


def _quote(activity: Activity) -> str:
    """Return the words of a message that is forwarded or replied to, "" for none."""
    for item in activity.attached:
        if item.quoted:
            return _plain_words(markup.plain(item.quoted))
    return _plain_words(markup.quoted(activity.text)[:QUOTED])


def _plain_words(text: str) -> str:
    plain = unicodedata.normalize("NFKC", html.unescape(text))
    return " ".join(plain.translate(_INVISIBLE).split())


def _others(activity: Activity) -> frozenset[str]:
    """Return the names of others who are mentioned."""
    us = activity.destination.bot
    return frozenset(mention.name for mention in activity.mentions if mention.id != us)


def _named(others: frozenset[str], match: re.Match[str]) -> str:
    """
    Keep the names of others, marked; our own is how we were called, not part of what was said.
    """
    name = match[1]
    if html.unescape(name).strip() not in others:
        return " "
    return f"{OTHER}{name}{OTHER}"


def content(activity: Activity, fetch: Fetch) -> Content | None:
    """Return what was said or done, or None when it is nothing to us."""
    match activity.type, activity.name:
        case "message", _:
            return _spoken(activity, fetch)
        case "invoke", "adaptiveCard/action":
            return _pressed(activity.data or {})
        case "invoke", "message/submitAction":
            return _thumb(activity.vote)
        case _:
            return _noticed(activity)


def _noticed(activity: Activity) -> Content | None:
    """Return what happened that nobody wrote or pressed."""
    if activity.welcomes:
        return Command("welcome")
    if activity.edited and activity.type == "messageUpdate":
        original = f"teams:{activity.destination.conversation}:{activity.id}"
        return Edited(typed(activity), original)
    return _reacted(activity)


def _reacted(activity: Activity) -> Content | None:
    """Read a thumb beneath one of our answers as a vote; None for any other reaction."""
    answer = activity.vote.answer
    for reaction in activity.reactions:
        if not answer:
            continue
        if reaction in LIKES:
            return Press("feedback.vote", {"vote": "up", "aid": answer, "comment": ""})
        if reaction in DISLIKES:
            return FormBack("feedback.reason", {"aid": answer}, {"reason": "", "comment": ""})
    return None


def _spoken(activity: Activity, fetch: Fetch) -> Content | None:
    if activity.data is not None:
        return _pressed(activity.data)
    text = question(activity)
    files = tuple(_files(activity, fetch))
    if files:
        return Upload(files, text)
    command = _COMMAND.fullmatch(text)
    if command:
        return Command("llm-choose", command[1].strip())
    if text:
        return Text(text)
    return Command("welcome")


def _pressed(data: Mapping[str, Any]) -> Content | None:
    match unpack(data.get(KEY)):
        case Press() as press:
            return press
        case FormBack(values=fields) as form:
            answers = {name: _answer(data.get(input_name(name))) for name in fields}
            return replace(form, values=answers)
        case None:
            return _pressed_before(data)


def _pressed_before(data: Mapping[str, Any]) -> Content | None:
    """Read a button of a former version, whose data lay beside the words of the card."""
    verb = data.get("verb")
    if not isinstance(verb, str) or not verb or len(verb) > NAME:
        return None
    fields = [name for name in str(data.get("fields") or "").split(",") if name]
    beside = RESERVED.union(fields)
    own = {name: value for name, value in data.items() if name not in beside}
    state = _bounded(flat(own))
    if not fields:
        return Press(verb, state)
    answers = {name: _answer(data.get(name)) for name in fields}
    return FormBack(verb, state, answers)


def _bounded(data: Values) -> Values:
    bounded: dict[str, str | int] = {}
    for name, value in data.items():
        if isinstance(value, int) or len(value) <= TEXT:
            bounded[name[:NAME]] = value
    return bounded


def _answer(value: object) -> str:
    """Return what stands in an input, "" for none."""
    if value is None:
        return ""
    return str(value)[:TEXT]


def _thumb(vote: Vote) -> Content:
    """Read a thumb: up is a press, down a form with the reason."""
    reason, comment = _filled_in(vote.feedback)
    if vote.liked:
        return Press("feedback.vote", {"vote": "up", "aid": vote.answer, "comment": comment})
    return FormBack("feedback.reason", {"aid": vote.answer}, {"reason": reason, "comment": comment})


def _filled_in(feedback: object) -> tuple[str, str]:
    """
    Return the reason and the comment beside a thumb: our own form's inputs as JSON, or plain words
    of a form that is not ours.
    """
    try:
        form = json.loads(feedback) if isinstance(feedback, str) else feedback
    except (ValueError, RecursionError):
        form = {"feedbackText": feedback}
    inputs = mapping(form)
    comment = _text(inputs, "comment") or _text(inputs, "feedbackText")
    return _text(inputs, "reason"), comment


def _text(inputs: Mapping[str, object], name: str) -> str:
    value = inputs.get(name)
    return value[:TEXT] if isinstance(value, str) else ""


def _files(activity: Activity, fetch: Fetch) -> Iterator[File]:
    for item in activity.attached:
        if item.url and urlsplit(item.url).scheme:
            yield File(item.name, 0, partial(fetch, item.name, item.url))
        elif item.note:
            content = item.note.encode("utf-8", "replace")
            yield File(item.name, len(content), partial(_at_hand, content))


async def _at_hand(content: bytes) -> bytes:
    return content
