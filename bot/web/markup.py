"""
Text into HTML. Pure. Everything is escaped; `**bold**`, "- " and "1. " lists and [n] are the only
markup.
"""

import re
from collections.abc import Mapping
from html import escape

from handlers.conversation import Source

_MARK = re.compile(r"\[(\d{1,2})\]")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_ORDERED = re.compile(r"\d{1,2}\. ")
PEEK = 160  # characters of a quote that a citation shows before it is opened
NOTHING: Mapping[int, Source] = {}


class Markup:
    """
    `turn` makes the anchors of citations unique on the page, `cited` names them aloud, `sources`
    are what they lead to; `strong` is the element bold becomes. [n] without its source stays text.
    """

    def __init__(
        self,
        turn: str = "",
        cited: str = "",
        strong: str = "strong",
        sources: Mapping[int, Source] = NOTHING,
    ) -> None:
        self._turn = turn
        self._cited = cited
        self._strong = strong
        self._sources = sources

    def inline(self, text: str) -> str:
        """Return one run of text."""
        safe = _BOLD.sub(rf"<{self._strong}>\1</{self._strong}>", escape(text))
        if self._sources:
            safe = _MARK.sub(self._citation, safe)
        return safe.replace("\n", "<br>")

    def _citation(self, mark: re.Match[str]) -> str:
        source = self._sources.get(int(mark[1]))
        if source is None:
            return mark[0]
        number = source.number
        place = " ".join([part for part in (source.title, source.place) if part])
        named = escape(f"{self._cited} {number}: {place}")
        said = [part for part in (source.place, source.version, source.updated) if part]
        about = f"<b>{escape(source.title)}</b><i>{escape(' · '.join(said))}</i>"
        quote = escape(quoted(source.excerpt)[:PEEK])
        peek = f'<span class="peek"><span>{about}<mark>{quote}</mark></span></span>'
        link = f'<a href="#s{self._turn}-{number}" aria-label="{named}">{number}</a>'
        return f'<span class="cite">{link}{peek}</span>'

    def prose(self, text: str, *, listed: str = "lines") -> str:
        """Return lines as paragraphs, "- " lines as lists and "1. " lines as ordered lists."""
        out: list[str] = []
        rows: list[str] = []
        kind = ""
        for line in [*text.split("\n"), ""]:
            begun = kind
            kind = _list_of(line)
            if begun and kind != begun:
                out.append(_list(begun, rows, listed))
                rows = []
            if kind:
                item = line.partition(" ")[2]
                rows.append(f"<li>{self.inline(item)}</li>")
            elif line.strip():
                out.append(f"<p>{self.inline(line)}</p>")
        return "".join(out)


def quoted(excerpt: str) -> str:
    """Return what stands in bold in a passage, else its beginning, on one line."""
    stretches = _BOLD.findall(excerpt)
    text = " ".join(stretches) if stretches else excerpt
    return " ".join(text.replace(" | ", " / ").split())


def css(name: str) -> str:
    """Return the attribute that gives an element a class, or none where `name` is empty."""
    return f' class="{name}"' if name else ""


def flag(name: str, *, on: bool) -> str:
    """Return an attribute without a value, or none where it does not hold."""
    return f" {name}" if on else ""


def _list_of(line: str) -> str:
    """Return the element a line is an item of; empty where it is none."""
    if line.startswith("- "):
        return "ul"
    if _ORDERED.match(line):
        return "ol"
    return ""


def _list(kind: str, rows: list[str], listed: str) -> str:
    name = f"{listed} ordered" if kind == "ol" else listed
    return f'<{kind} class="{name}">{"".join(rows)}</{kind}>'
