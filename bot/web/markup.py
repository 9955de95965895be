"""
Text into HTML. Pure. Everything is escaped; `**bold**`, "- " and "1. " lists and [n] are the only
markup.
"""

import re
from html import escape

_MARK = re.compile(r"\[(\d{1,2})\]")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_ORDERED = re.compile(r"\d{1,2}\. ")


class Markup:
    """
    `turn` makes the anchors of citations unique on the page, `cited` names them aloud; `strong` is
    the element bold becomes. Without a turn, [n] stays text.
    """

    def __init__(self, turn: str = "", cited: str = "", strong: str = "strong") -> None:
        self._turn = turn
        self._cited = cited
        self._strong = strong

    def inline(self, text: str) -> str:
        """Return one run of text."""
        safe = _BOLD.sub(rf"<{self._strong}>\1</{self._strong}>", escape(text))
        if self._turn:
            safe = _MARK.sub(self._citation, safe)
        return safe.replace("\n", "<br>")

    def _citation(self, mark: re.Match[str]) -> str:
        anchor, name = f"#s{self._turn}-{mark[1]}", f"{escape(self._cited)} {mark[1]}"
        return f'<a class="cite" href="{anchor}" aria-label="{name}">[{mark[1]}]</a>'

    def prose(self, text: str, *, lead: bool = False, listed: str = "lines") -> str:
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
                first = lead and not out
                style = css("lead") if first else ""
                out.append(f"<p{style}>{self.inline(line)}</p>")
        return "".join(out)


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
