"""
Words for Teams: escaped, cut and counted as it does. Pure.

A TextBlock is Markdown, so everything but our own `**bold**`, lists and `[n]` is escaped: a link
hidden in a document stays text.
"""

import json
import re
import unicodedata
from bisect import bisect_right
from typing import Any

from bot.commonmark import flanked

Element = dict[str, Any]

ITEM = re.compile(r"(- |\d+\. )")
_HALF = re.compile(r"(?:\\|\*|\[\d*)+$")  # the beginning of a mark
_ADDRESS = re.compile(r"(https://[^\s<>()\[\]]+)")
_OURS = re.compile(r"(\*\*|\[\d+\])|([\\`*_\[\]#])")


def cut(text: str, limit: int) -> str:
    """
    Return at most `limit` characters; neither a citation mark nor an escaped sign is cut through.
    """
    return text if len(text) <= limit else _begun(text, limit - 1)


def fit(text: str, limit: int) -> str:
    """
    Return what takes at most `limit` bytes in a message, which Teams counts as JSON in UTF-16.

    There a line end, a quotation mark and a backslash are two signs each.
    """
    if _written(text) <= limit:
        return text
    room = limit - _written("…")
    characters = bisect_right(range(len(text)), room, key=lambda count: _written(text[:count]))
    return _begun(text, characters - 1)


def _begun(text: str, count: int) -> str:
    """Return the first `count` characters, without half a mark, and that more follows."""
    return _HALF.sub("", text[:count]) + "…"


def _written(text: str) -> int:
    """Return the bytes a text takes within a message."""
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    return len(quoted.encode("utf-16-le", "surrogatepass"))


def escaped(text: str) -> str:
    """Escape everything that Markdown would read."""
    return re.sub(r"([\\`*_\[\]#])", r"\\\1", text)


def marked(text: str) -> str:
    """Keep our own markup, its bold as Markdown reads it, and escape the rest."""
    if "**" in text:
        text = "\n".join([flanked(line) for line in text.split("\n")])
    return _OURS.sub(lambda m: m[1] or f"\\{m[2]}", text)


def linked(text: str) -> str:
    """Keep our own markup, and make every address in our own words a link."""
    parts = _ADDRESS.split(text)
    drawn = ""
    for place, part in enumerate(parts):
        host = part.removeprefix("https://").removeprefix("www.").partition("/")[0]
        drawn += f"[{host}]({part})" if place % 2 else marked(part)
    return drawn


def lines(text: str) -> str:
    """
    Put a blank line between lines, which Markdown would otherwise join; the items of one list stay
    together.
    """
    out = ""
    before = ""
    for line in filter(None, text.splitlines()):
        together = ITEM.match(before) and ITEM.match(line)
        out += ("" if not out else "\n" if together else "\n\n") + line
        before = line
    return out


def columns(text: str) -> int:
    """Return the width of a text, full-width letters counting twice."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)


def block_text(text: str, **more: Any) -> Element:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}
