"""
The terminal as a platform: replies become lines of text. Pure but for the console it is given.
"""

import re
from dataclasses import replace
from typing import assert_never

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from handlers.conversation import (
    Ask,
    Audience,
    Block,
    Buttons,
    Chart,
    Content,
    Details,
    Divider,
    Facts,
    Feedback,
    Heading,
    Message,
    Paragraph,
    Person,
    Reply,
    Source,
    Sources,
    Steps,
    Table,
)
from knowledge.values import Language

_ITEM = re.compile(r"(?m)^- (?=[^\x00-\x7f])")
ME = "terminal:local"
BAR = 24  # cells of the longest bar
LEAST = 12  # cells a column needs at least, unless its longest cell is shorter
FRAME = 3  # cells around each column
GLYPHS = {"complete": "✓", "in_progress": "▶", "pending": "○", "error": "✕"}
MARKS = {"best": "◎ ", "excluded": "✕ ", "normal": "  "}


class Paper:
    """
    A screen that draws each final reply; earlier ones show as a status line where there is a
    terminal.
    """

    def __init__(self, console: Console) -> None:
        self.memory: dict[str, str] = {}
        self._console = console

    async def show(self, reply: Reply) -> None:
        if reply.final:
            draw(reply, self._console)
        elif self._console.is_terminal:
            self._console.print(reply.text.split("\n")[0], style="dim", end="\r")


def said(content: Content, language: Language, person: str = ME) -> Message:
    """Return what somebody says here; whoever owns this machine is an admin."""
    speaker = Person(person, person, language, "admin" if person == ME else "member")
    return Message(
        "terminal", speaker, f"terminal:{person}", Audience(person, private=True), content
    )


def draw(reply: Reply, console: Console) -> None:
    """Write a reply in full; buttons become arrows."""
    if not reply.blocks and not reply.ask:
        console.print(escape(reply.text))
    for block in reply.blocks:
        _block(block, console)
    if reply.ask:
        _ask(reply.ask, console)


def _block(block: Block, console: Console) -> None:  # noqa: C901, PLR0912  # one match over all
    match block:
        case Heading(text):
            console.print(f"\n[bold]{escape(text)}[/bold]")
        case Paragraph(text, tone, whole):
            console.print(_paragraph(whole or text, tone))
        case Facts(items):
            for fact in items:
                console.print(f"{escape(fact.label)}: {escape(fact.value)}")
        case Table() if _fits(block, console.width):
            console.print(_grid(block))
        case Table():
            _stack(block, console)
        case Chart():
            _chart(block, console)
        case Steps(title, items):
            console.print(f"[bold]{escape(title)}[/bold]")
            for step in items:
                console.print(
                    f"{GLYPHS[step.status]} {escape(step.title)} {escape(step.output)}".rstrip()
                )
        case Sources(items):
            for source in items:
                console.print(_source(source), markup=False)
        case Buttons(row="whole"):
            pass  # a terminal has room: it shows the whole at once
        case Buttons(items):
            for line in _lines([f"→ {button.label}" for button in items], console.width):
                console.print(escape(line), style="cyan")
        case Details(title, blocks):
            console.print(f"\n[bold]{escape(title)}[/bold]")
            for inner in blocks:
                _block(_untitled(inner, title), console)
        case Feedback():
            pass  # a terminal has no thumbs; the web page next to it does
        case Divider():
            console.rule()
        case _:
            assert_never(block)


def _untitled(block: Block, title: str) -> Block:
    """Return a table without its caption where that has just been said above it."""
    if isinstance(block, Table) and block.caption == title:
        return replace(block, caption="")
    return block


def _source(source: Source) -> str:
    row = f"[{source.number}] {source.title} {source.place} "
    dated = [part for part in (source.version, source.updated) if part]
    if dated:
        row += f"({', '.join(dated)})"
    return row.rstrip()


def _paragraph(text: str, tone: str) -> str:
    safe = _bold(escape(_listed(text)))
    match tone:
        case "warning" | "bad":
            return f"⚠ {safe}"
        case "quiet" | "note":
            return f"[dim]{safe}[/dim]"
        case "quote" | "code":
            return "  " + safe.replace("\n", "\n  ")
        case _:
            return safe


def _listed(text: str) -> str:
    """Let Japanese items begin beside their sign: a console breaks lines at blanks alone."""
    return _ITEM.sub("・", text)


def _bold(text: str) -> str:
    parts = text.split("**")
    last = len(parts) - 1
    drawn = ""
    for number, part in enumerate(parts):
        marked = number % 2 and number < last
        drawn += f"[bold]{part}[/bold]" if marked else part
    return drawn


def _grid(table: Table) -> Grid:
    grid = Grid(title=escape(table.caption), title_justify="left")
    for column in table.columns:
        grid.add_column(
            escape(column.title),
            justify="right" if column.kind == "number" else "left",
            overflow="fold",
        )
    for row in table.rows:
        grid.add_row(*(escape(cell) for cell in row))
    return grid


def _fits(table: Table, width: int) -> bool:
    """Report whether a table is readable in so many cells: no column breaks its words."""
    needed = 1
    for number, column in enumerate(table.columns):
        cells = [column.title, *(row[number] for row in table.rows)]
        needed += min(max(cell_len(cell) for cell in cells), LEAST) + FRAME
    return needed <= width


def _stack(table: Table, console: Console) -> None:
    """Write a table that is too wide row by row, each cell behind its column's title."""
    if table.caption:
        console.print(f"[italic]{escape(table.caption)}[/italic]")
    for row in table.rows:
        console.print()
        for column, cell in zip(table.columns, row, strict=True):
            if cell:
                console.print(f"[bold]{escape(column.title)}[/bold]: {escape(cell)}")


def _lines(labels: list[str], width: int) -> list[str]:
    """Put labels beside each other, as many as fit a line, so that none loses its arrow."""
    lines: list[str] = []
    for label in labels:
        joined = f"{lines[-1]}  {label}" if lines else label
        if lines and cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(label)
    return lines


def _chart(chart: Chart, console: Console) -> None:
    console.print(f"[bold]{escape(chart.title)}[/bold]")
    top = max((bar.value for bar in chart.bars), default=0) or 1
    for bar in chart.bars:
        cells = max(0, round(BAR * bar.value / top))
        drawn = "█" * cells + "░" * (BAR - cells)
        console.print(f"{drawn} {bar.shown:>6} {MARKS[bar.state]}{escape(bar.short)}")
    if chart.legend:
        console.print(escape(chart.legend))


def _ask(ask: Ask, console: Console) -> None:
    if ask.of:
        console.print(f"\n[bold]{escape(ask.title)} {ask.step}/{ask.of}[/bold]")
    for note in ask.notes:
        _block(note, console)
    if ask.guideline:
        console.print(
            f"  {escape(ask.guideline.text)}\n  [dim]{escape(ask.guideline.source)}[/dim]"
        )
    for field in ask.fields:
        console.print(f"[bold]{escape(field.label)}[/bold]")
        if field.hint:
            console.print(f"[dim]{escape(field.hint)}[/dim]")
        for number, option in enumerate(field.options, 1):
            console.print(f"  {number}. {escape(option.text)}")
    if ask.why:
        console.print(f"[dim]{escape(ask.why)}[/dim]")
