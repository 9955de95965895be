"""
A passage of a document into HTML: its lines, its tables as tables, and what is quoted marked. Pure.

A row of a table reaches us as a line, its cells between bars ("a | b"); in an answer as pairs of
heading and cell ("A: a · B: b"), one row an item.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.web.markup import Markup, css

BAR, DOT, COLON = " | ", " · ", ": "
BOLD = "**"
MARKED = Markup(strong="mark")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `marked` says that it is what was quoted."""

    cells: tuple[str, ...]
    marked: bool = False


def passage(text: str) -> str:
    """Return the lines of a passage, what stands in bold marked."""
    out: list[str] = []
    lines: list[str] = []
    rows: list[Row] = []
    for line in text.split("\n"):
        row = _row(line)
        if row is None or (rows and len(row.cells) != len(rows[0].cells)):
            out.append(_table(rows))
            rows = []
        if row is not None:
            out.append(MARKED.prose("\n".join(lines)))
            lines = []
            rows.append(row)
        else:
            lines.append(line)
    out.append(_table(rows))
    out.append(MARKED.prose("\n".join(lines)))
    return "".join(out)


def _row(line: str) -> Row | None:
    bare = line.replace(BOLD, "")
    cells = tuple([cell.strip() for cell in bare.split(BAR)])
    if len(cells) == 1:
        return None
    return Row(cells, marked=BOLD in line)


def _table(rows: Sequence[Row]) -> str:
    """Return rows as a table under the first of them; a row by itself stays a line."""
    if not rows:
        return ""
    if len(rows) == 1:
        text = escape(" / ".join(rows[0].cells))
        return f"<p>{_lit(text, marked=rows[0].marked)}</p>"
    return table(rows[0].cells, rows[1:])


def table(head: Sequence[str], rows: Sequence[Row]) -> str:
    """Return a table whose marked rows are marked cell by cell."""
    heads = ""
    for title in head:
        heads += f'<th scope="col">{escape(title)}</th>'
    body = ""
    for row in rows:
        cells = ""
        for number, cell in enumerate(row.cells):
            text = _lit(escape(cell), marked=row.marked)
            element = 'th scope="row"' if number == 0 else "td"
            cells += f"<{element}>{text}</{element[:2]}>"
        body += f"<tr{css('cur' if row.marked else '')}>{cells}</tr>"
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def pairs(line: str) -> list[tuple[str, str]]:
    """Return the headings and cells of a row as an answer tells it; empty where it is none."""
    bare = line.replace(BOLD, "").removeprefix("- ")
    cells = []
    for part in bare.split(DOT):
        name, colon, value = part.partition(COLON)
        if not colon:
            return []
        cells.append((name.strip(), value.strip()))
    return cells if len(cells) > 1 else []


def _lit(text: str, *, marked: bool) -> str:
    return f"<mark>{text}</mark>" if marked else text
