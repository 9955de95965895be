"""
Slack's markup as plain text, https://docs.slack.dev/messaging/formatting-message-text. Pure.

Ids of people, groups and channels are nobody's words. Code stays between three ticks and quotes
behind their sign, so that whoever reads on can tell them from what was said.
"""

import html
import re
import time

SIGNS = {  # what people say with an emoji alone; the others say nothing
    "+1": "👍",
    "thumbsup": "👍",
    "thumbsup_all": "👍",
    "ok_hand": "👌",
    "ok": "👌",
    "ok_woman": "🙆",
    "raised_hands": "🙌",
    "clap": "👏",
    "muscle": "💪",
    "white_check_mark": "✅",
    "heavy_check_mark": "✅",
    "pray": "🙏",
    "bow": "🙇",
    "man-bowing": "🙇",
    "woman-bowing": "🙇",
    "bouquet": "💐",
    "wave": "👋",
    "raising_hand": "🙋",
    "heart": "❤",
    "smile": "😊",
    "blush": "😊",
    "slightly_smiling_face": "🙂",
}
_LABEL = r"(?:\|([^>]{0,500}))?>"
_TITLE = r"(?:\s*(?:さん|様|さま|氏|くん|君|ちゃん)(?:(?!\w)|(?=[はがをにのでともへや])))?"
_TO = r"(\b(?:in|on|to|of|from|about|is|the)\s+)?"
_AFTER = r"(?=(\s*[はがをにのでともへや]|\s*って)?)"
_LINK = re.compile(rf"<((?:https?://|mailto:|tel:)[^|>\s]{{0,4000}}){_LABEL}")
_PERSON = re.compile(rf"(?:\bcc:?\s*)?<@[A-Z0-9]{{1,30}}{_LABEL}({_TITLE}){_AFTER}", re.IGNORECASE)
_CHANNEL = re.compile(rf"{_TO}<#[A-Z0-9]{{1,30}}{_LABEL}{_AFTER}")
_DATE = re.compile(rf"<!date\^(\d{{1,10}})\^[^|>]{{0,200}}{_LABEL}")
_CALL = re.compile(
    rf"<!(?:here|channel|everyone|group|subteam\^[A-Z0-9]{{1,30}}){_LABEL}", re.IGNORECASE
)
_OTHER = re.compile(rf"<![^|<>]{{0,200}}{_LABEL}")
_NAME = r"(?:[+-]1|(?=[^:\s]{0,60}[^\W\d_])[\w+'’&.()-]{1,60})"
_EMOJI = re.compile(rf"(?<![A-Za-z0-9_:/.])(?::{_NAME}:)+(?![A-Za-z0-9:/])")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_MARKS = re.compile(r"(?<![\w*_~])([*_~])(?!\1)(?=\S)([^\n]{0,1000}?)(?<=\S)\1(?![\w*_~])")


def plain(text: str, own: str) -> str:
    """Return what was said, without our own mention (`own` is our user id) and those of others."""
    if own:
        text = re.sub(rf"<@{re.escape(own)}(?:\|[^>]*)?>", " ", text)
    words = ""
    for number, part in enumerate(_CODE.split(text)):
        code = number % 2 == 1  # what the pattern caught stands at every second place
        words += _code(part) if code else _words(part)
    return html.unescape(words)


def _code(text: str) -> str:
    """A block stays one; a word in ticks is a word like any other."""
    return text if text.startswith("```") else text.strip("`")


def _words(text: str) -> str:
    text = _PERSON.sub(_person, text)
    text = _CALL.sub(" ", text)
    text = _DATE.sub(_day, text)
    text = _CHANNEL.sub(_channel, text)
    text = _OTHER.sub(_label, text)
    text = _LINK.sub(_link, text)
    text = _EMOJI.sub(_sign, text)
    for _ in range(3):  # one in another
        text = _MARKS.sub(r"\2", text)
    return text


def _person(match: re.Match[str]) -> str:
    """A name of which something is said stays, where Slack tells it; others are only called."""
    name, title, after = match[1] or "", match[2] or "", match[3]
    return f"{name}{title}" if name and after else " "


def _channel(match: re.Match[str]) -> str:
    """A channel's name where the sentence goes on with it; elsewhere it is only an address."""
    before, name, after = match[1] or "", match[2] or "", match[3]
    return f"{before}{name}" if before or after else " "


def _label(match: re.Match[str]) -> str:
    return match[1] or " "


def _link(match: re.Match[str]) -> str:
    """A link says its label, or where there is none its address."""
    return match[2] or match[1]


def _day(match: re.Match[str]) -> str:
    return match[2] or time.strftime("%Y-%m-%d", time.gmtime(int(match[1])))


def _sign(match: re.Match[str]) -> str:
    names = match[0].strip(":").split("::")
    signs = [SIGNS.get(name.lower(), "") for name in names]
    return "".join(signs) or " "
