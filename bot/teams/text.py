"""
Words for Teams: escaped, cut and counted as it does. Pure.

A TextBlock is Markdown, so everything but our own `**bold**`, lists and `[n]` is escaped: a link
hidden in a document stays text.
"""

import re
import unicodedata
from typing import Any

Element = dict[str, Any]

ITEM = re.compile(r"(- |\d+\. )")
_HALF = re.compile(r"(?:\\|\*|\[\d*)+$")  # the beginning of a mark
_OURS = re.compile(r"(\*\*|\[\d+\])|([\\`*_\[\]#])")


def cut(text: str, limit: int) -> str:
    """
    Return at most `limit` characters; neither a citation mark nor an escaped sign is cut through.
    """
    return text if len(text) <= limit else _HALF.sub("", text[: limit - 1]) + "…"


def fit(text: str, limit: int) -> str:
    """Return at most `limit` bytes of UTF-16, in which Teams counts a message."""
    if len(text.encode("utf-16-le", "surrogatepass")) <= limit:
        return text
    return cut(
        text,
        len(text.encode("utf-16-le", "surrogatepass")[: limit - 2].decode("utf-16-le", "ignore")),
    )


def escaped(text: str) -> str:
    """Escape everything that Markdown would read."""
    return re.sub(r"([\\`*_\[\]#])", r"\\\1", text)


def marked(text: str) -> str:
    """Keep our own markup and escape the rest."""
    return _OURS.sub(lambda m: m[1] or f"\\{m[2]}", text)


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
