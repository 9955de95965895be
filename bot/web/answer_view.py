"""
An answer into HTML: the sentence that answers, the article it stands in with what decides marked,
the rest, its sources as a strip. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape

from bot.web.markup import Markup, css
from bot.web.passage import Row, pairs, table
from handlers.conversation import Source

LEAD = 70  # characters up to which a sentence is set as a headline
_CITED = re.compile(r"(?:\[\d{1,2}\])+$")
_BOLD = re.compile(r"\*\*")
BRACKETS = ("()", "\uff08\uff09")  # around the place of a quote, narrow and wide
Rows = Sequence[str]


class AnswerView:
    """Draws the text of one answer; `markup` draws its citations."""

    def __init__(self, markup: Markup, sources: Mapping[int, Source]) -> None:
        self._markup = markup
        self._sources = sources

    def text(self, text: str) -> str:
        """Return the answer's own words. Where a line is in bold, the others are its neighbours."""
        first, *rest = [line for line in text.split("\n") if line.strip()] or [""]
        quoted = any("**" in line for line in rest)
        if _BOLD.sub("", first) in [_BOLD.sub("", _uncited(line)) for line in rest]:
            quoted = True
        first = self._without_place(first)
        lead = self._lead(first)
        if not rest:
            return lead
        if quoted:
            return lead + self._article(rest)
        return lead + self._points(rest)

    def _without_place(self, line: str) -> str:
        """Return the first sentence without the place it names: its citation and caption say it."""
        for source in self._sources.values():
            for brackets in BRACKETS:
                place = f"{brackets[0]}{source.title} {source.place}".rstrip() + brackets[1]
                line = line.replace(f" {place}", "").replace(place, "")
        return line

    def _lead(self, line: str) -> str:
        """Return the sentence that answers; a row of a table is read as its cells."""
        cells = pairs(_uncited(line))
        if cells and not line.startswith("- "):
            return self._row(line, cells)
        text = line.removeprefix("- ")
        size = "lead"
        if len(text) > LEAD:
            size = "lead long"
        return f'<p class="{size}">{self._markup.inline(_BOLD.sub("", text))}</p>'

    def _row(self, line: str, cells: Sequence[tuple[str, str]]) -> str:
        """Return a row that answers: what it is about first, then cell by cell."""
        *front, last = cells
        cited = _CITED.search(line)
        marks = ""
        if cited:
            marks = self._markup.inline(cited[0])
        facts = ""
        for name, value in [*front[1:], last]:
            facts += f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        head = escape(cells[0][1])
        return f'<p class="lead">{head}{marks}</p><dl class="facts">{facts}</dl>'

    def _article(self, lines: Rows) -> str:
        """Return the lines around what decides, which is marked; rows become a table."""
        drawn = self._tabled(lines)
        if not drawn:
            for line in lines:
                drawn += self._line(line)
        return f'<figure class="article">{self._caption()}{drawn}</figure>'

    def _caption(self) -> str:
        first = self._sources.get(1)
        if first is None:
            return ""
        return f"<figcaption>{escape(f'{first.title} {first.place}'.strip())}</figcaption>"

    def _line(self, line: str) -> str:
        cited = _CITED.search(line)
        marks = ""
        if cited:
            marks = self._markup.inline(cited[0])
        text = escape(_BOLD.sub("", _uncited(line)).removeprefix("- "))
        if "**" in line:
            return f"<p><mark>{text}</mark>{marks}</p>"
        return f'<p class="soft">{text}{marks}</p>'

    def _tabled(self, lines: Rows) -> str:
        """Return lines of which each is a row of one table as that table, else nothing."""
        others = ""
        rows: list[Row] = []
        head: list[str] = []
        for line in lines:
            cells = pairs(_uncited(line))
            names = [name for name, _ in cells]
            if not cells:
                others += self._line(line)
                continue
            if head and names != head:
                return ""
            head = names
            rows.append(Row(tuple([value for _, value in cells]), marked="**" in line))
        if len(rows) < len(lines) / 2 or len(rows) == 1 or not rows:
            return ""
        frame = 'class="scroll" tabindex="0" role="group"'
        label = escape(" / ".join(head))
        return f'{others}<div {frame} aria-label="{label}">{table(head, rows)}</div>'

    def _points(self, lines: Rows) -> str:
        """Return sentences one below the other; items become a list."""
        return self._markup.prose("\n".join(lines), listed="pts")


def strip(sources: Sequence[Source], turn: str, label: str, stale: str) -> str:
    """Return the sources as cards to be opened; `label` names the row, `stale` warns of age."""
    rows = ""
    for source in sources:
        old = ""
        if source.stale:
            old = f' <span class="chip warn">{escape(stale)}</span>'
        rows += (
            f'<li><a href="#s{turn}-{source.number}"><em>{source.number}</em>'
            f"<b>{escape(source.title)}</b><i>{escape(source.place)}{old}</i></a></li>"
        )
    return f'<ul class="srcs" aria-label="{escape(label)}">{rows}</ul>'


def made(text: str, joint: str) -> str:
    """Return how an answer was made, part by part."""
    parts = "".join([f"<span>{escape(part)}</span>" for part in text.split(joint)])
    return f"<p{css('made')}>{parts}</p>"


def _uncited(line: str) -> str:
    return _CITED.sub("", line).rstrip()
