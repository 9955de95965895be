"""
Word's paragraph styles: heading levels, lists and hidden text, each by the style itself or by the
one it builds on.
"""

import re
import unicodedata
from dataclasses import dataclass

from knowledge.reading.readers.archive import Archive, parse
from knowledge.reading.readers.refusal import Budget

# the whole name of a style, in half width
_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
OFF = frozenset({"0", "false", "off", "none"})
BODY_TEXT = 9  # outline level that means body text


@dataclass(frozen=True, slots=True)
class Style:
    """
    What a style says: its heading level (0 is the title), its list and its level in it, and whether
    its text is hidden.
    """

    level: int | None = None  # None is body text
    number: str = ""
    depth: int = 0
    hidden: bool = False


def styles_of(archive: Archive, name: str, budget: Budget) -> dict[str, Style]:
    """
    Return what each paragraph style says about headings and lists, itself or by the style it builds
    on.
    """
    data = archive.part(name) if name else None
    settings: dict[str, dict[str, str]] = {}
    style = ""

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal style
        if tag == "style":
            style = values.get("styleId", "")
            settings[style] = {}
        elif tag in {"name", "basedOn", "outlineLvl", "numId", "ilvl", "vanish"} and style:
            settings[style].setdefault(tag, values.get("val", "1"))

    if data is not None:
        parse(data, budget, start)
    return {name: _style(name, settings) for name in settings}


def _style(name: str, settings: dict[str, dict[str, str]]) -> Style:
    """Return what a style says, each thing by itself or else by the style it builds on."""
    level: int | None = None
    number, depth, hidden = "", "", ""
    for _ in range(10):  # styles build on each other, in a file of ill will in a circle
        own = settings.get(name, {})
        if level is None:
            level = _outline(own)
        number = number or own.get("numId", "")
        depth = depth or own.get("ilvl", "")
        hidden = hidden or own.get("vanish", "")
        name = own.get("basedOn", "")
    if level is not None and level > BODY_TEXT:
        level = None
    return Style(level, number, _whole_number(depth), hidden not in {"", *OFF})


def _outline(own: dict[str, str]) -> int | None:
    """
    Return the heading level a style gives itself, above `BODY_TEXT` for body text; None leaves it
    to the style below.
    """
    outline = own.get("outlineLvl", "")
    if outline.isdigit():
        return int(outline) + 1
    name = unicodedata.normalize("NFKC", own.get("name", "")).strip()
    if name.lower() == "title":
        return 0
    mark = _HEADING.fullmatch(name)
    return int(mark[1]) if mark else None


def _whole_number(written: str) -> int:
    return int(written) if written.isdigit() else 0
