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
_LINK = re.compile(rf"<((?:https?://|mailto:|tel:)[^|>\s]{{0,4000}}){_LABEL}")
_PERSON = re.compile(
    rf"(?:\bcc:?\s*)?<@[A-Z0-9]{{1,30}}{_LABEL}(?:\s*(?:さん|様|さま|氏|くん|君|ちゃん)(?!\w))?",
    re.IGNORECASE,
)
_CHANNEL = re.compile(
    rf"(\b(?:in|on|to|of|from|about|is|the)\s+)?<#[A-Z0-9]{{1,30}}{_LABEL}(?=(\s*[はがをにでのともへや]|\s*って)?)"
)
_DATE = re.compile(rf"<!date\^(\d{{1,10}})\^[^|>]{{0,200}}{_LABEL}")
_CALL = re.compile(
    rf"<!(?:here|channel|everyone|group|subteam\^[A-Z0-9]{{1,30}}){_LABEL}", re.IGNORECASE
)
_OTHER = re.compile(rf"<![^|<>]{{0,200}}{_LABEL}")
_EMOJI = re.compile(
    r"(?<![A-Za-z0-9_:/.])(?::(?:[+-]1|(?=[^:\s]{0,60}[^\W\d_])[\w+'’&.()-]{1,60}):)+(?![A-Za-z0-9:/])"
)
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_MARKS = re.compile(r"(?<![\w*_~])([*_~])(?!\1)(?=\S)([^\n]{0,1000}?)(?<=\S)\1(?![\w*_~])")


def plain(text: str, own: str) -> str:
    """Return what was said, without our own mention (`own` is our user id) and those of others."""
    if own:
        text = re.sub(rf"<@{re.escape(own)}(?:\|[^>]*)?>", " ", text)
    parts = _CODE.split(text)
    words = "".join(_code(part) if n % 2 else _words(part) for n, part in enumerate(parts))
    return html.unescape(words)


def _code(text: str) -> str:
    """A block stays one; a word in ticks is a word like any other."""
    return text if text.startswith("```") else text.strip("`")


def _words(text: str) -> str:
    text = _DATE.sub(_day, _CALL.sub(" ", _PERSON.sub(" ", text)))
    text = _OTHER.sub(lambda m: m[1] or " ", _CHANNEL.sub(_channel, text))
    text = _EMOJI.sub(_sign, _LINK.sub(lambda m: m[2] or m[1], text))
    for _ in range(3):  # one in another
        text = _MARKS.sub(r"\2", text)
    return text


def _channel(found: re.Match[str]) -> str:
    """A channel's name where the sentence goes on with it; elsewhere it is only an address."""
    before, name, after = found[1] or "", found[2] or "", found[3]
    return f"{before}{name}" if before or after else " "


def _day(found: re.Match[str]) -> str:
    return found[2] or time.strftime("%Y-%m-%d", time.gmtime(int(found[1])))


def _sign(found: re.Match[str]) -> str:
    names = found[0].strip(":").split("::")
    return "".join(SIGNS.get(name.lower(), "") for name in names) or " "
