"""
What chat platforms write between words, in messages that did not come through their own translator:
a mention pasted into a terminal, an export, a row of a benchmark. Taken off, so that ids are never
searched for.
"""

import re

_LABEL = r"(?:\|([^<>|]{0,200}))?>"
_PERSON = re.compile(
    rf"<@[A-Z0-9][A-Z0-9_-]{{1,40}}{_LABEL}(?:\s*(?:さん|様|さま|氏|くん|ちゃん)(?!\w))?"
)
_GROUP = re.compile(rf"<!(?:here|channel|everyone|group|subteam\^[A-Z0-9]{{1,30}}){_LABEL}")
_CHANNEL = re.compile(rf"<#[A-Z0-9]{{1,30}}{_LABEL}")
_LINK = re.compile(rf"<((?:https?://|mailto:|tel:)[^<>|\s]{{1,2000}}){_LABEL}")
_TAG = re.compile(r"<at\b[^<>]{0,200}>([^<>]{0,200})</at>", re.IGNORECASE)
_EMOJI = re.compile(
    r"(?<![A-Za-z0-9_:/.])(?::(?:[+-]1|(?=[^:\s]{0,60}[^\W\d_])[a-z0-9_+'’&.()-]{2,60}):)+"
    r"(?![A-Za-z0-9:/])"
)
# what people say with an emoji alone; the others say nothing
_SIGNS = {
    ":+1:": "👍",
    ":thumbsup:": "👍",
    ":ok_hand:": "👌",
    ":pray:": "🙏",
    ":bow:": "🙇",
    ":wave:": "👋",
    ":white_check_mark:": "✅",
    ":heart:": "❤",
    ":clap:": "👏",
    ":sob:": "😭",
    ":scream:": "😱",
}


def unmarked(text: str) -> str:
    """
    Return a text without the mark-up of chat: people and groups are dropped, channels and links say
    their names, emoji are themselves where they say something.
    """
    if "<" not in text and ":" not in text:
        return text
    text = _PERSON.sub(" ", text)
    text = _GROUP.sub(" ", text)
    text = _TAG.sub(" ", text)
    text = _CHANNEL.sub(_named, text)
    text = _LINK.sub(_labelled, text)
    return _EMOJI.sub(_sign, text)


def _named(match: re.Match[str]) -> str:
    return match[1] or " "


def _labelled(match: re.Match[str]) -> str:
    """A link says its label, or where there is none its address."""
    return match[2] or match[1]


def _sign(match: re.Match[str]) -> str:
    return _SIGNS.get(match[0], " ")
