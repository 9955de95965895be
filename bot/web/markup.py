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
            found = "ul" if line.startswith("- ") else "ol" if _ORDERED.match(line) else ""
            if kind and found != kind:
                out.append(_list(kind, rows, listed))
                rows = []
            kind = found
            if found:
                item = line.partition(" ")[2]
                rows.append(f"<li>{self.inline(item)}</li>")
            elif line.strip():
                style = ' class="lead"' if lead and not out else ""
                out.append(f"<p{style}>{self.inline(line)}</p>")
        return "".join(out)


def _list(kind: str, rows: list[str], listed: str) -> str:
    name = f"{listed} ordered" if kind == "ol" else listed
    return f'<{kind} class="{name}">{"".join(rows)}</{kind}>'
