"""
Facts, tables and charts as Adaptive Card elements, as a chat column about 430 pixels wide can show
them. Pure.
"""

from collections.abc import Sequence
from typing import Any

from bot.teams.text import Element, block_text, escaped, marked
from bot.teams.text import columns as display_columns
from handlers.conversation import Bar, Chart, Column, Fact, Facts, Table

TABLE_COLUMNS = 5  # more break numbers apart
NARROWEST, WIDEST = 6, 24  # shares of a table's width that a column takes
BOLD = 2  # by which a bold title is wider than its letters
FACT_VALUE = 80  # characters that still read well beside a label
_BARS = {
    "best": ("◎ ", "good", "good"),
    "normal": ("", "categoricalBlue", "accent"),
    "excluded": ("✕ ", "neutral", "emphasis"),
}


def facts(block: Facts) -> list[Element]:
    if all(len(fact.value) <= FACT_VALUE for fact in block.items):
        return [{"type": "FactSet", "facts": [_fact(fact) for fact in block.items]}]
    elements = []
    for fact in block.items:
        elements.append(block_text(marked(fact.label), weight="Bolder"))
        elements.append(block_text(marked(fact.value), spacing="None"))
    return elements


def _fact(fact: Fact) -> Element:
    return {"title": marked(fact.label), "value": marked(fact.value)}


def table(block: Table) -> list[Element]:
    columns, rows = _narrowed(block)
    lines = [_row([column.title for column in columns], weight="Bolder")]
    lines += [_row(row) for row in rows]
    table = {
        "type": "Table",
        "firstRowAsHeaders": True,
        "showGridLines": True,
        "gridStyle": "default",
        "columns": [_shape(column, _width(n, column, rows)) for n, column in enumerate(columns)],
        "rows": lines,
    }
    return [block_text(marked(block.caption), weight="Bolder"), table]


def _row(texts: Sequence[str], **more: Any) -> Element:
    return {"type": "TableRow", "cells": [_cell(text, **more) for text in texts]}


def _cell(text: str, **more: Any) -> Element:
    return {"type": "TableCell", "items": [block_text(escaped(text), size="Small", **more)]}


def _shape(column: Column, width: int) -> Element:
    side = "Right" if column.kind == "number" else "Left"
    return {"width": width, "horizontalCellContentAlignment": side}


def _width(number: int, column: Column, rows: Sequence[Sequence[str]]) -> int:
    """
    Return a column's share of the width: as wide as its longest cell, but one of sentences only
    some times as wide as one of words.
    """
    longest = max([display_columns(row[number]) for row in rows], default=0)
    title = display_columns(column.title) + BOLD
    return min(max(longest, title, NARROWEST), WIDEST)


def _narrowed(block: Table) -> tuple[Sequence[Column], Sequence[Sequence[str]]]:
    """
    Let neighbouring number columns share one where there are more columns than a chat column can
    show.
    """
    if len(block.columns) <= TABLE_COLUMNS:
        return block.columns, block.rows
    runs = _number_runs(block.columns)
    columns = [_shared(block.columns, run) for run in runs]
    return columns, [_joined(row, runs) for row in block.rows]


def _joined(row: Sequence[str], runs: Sequence[range]) -> list[str]:
    return [" / ".join(row[run.start : run.stop]) for run in runs]


def _number_runs(columns: Sequence[Column]) -> list[range]:
    """Return the columns as runs: neighbours of numbers together, the first column by itself."""
    runs: list[range] = []
    for i, column in enumerate(columns):
        numbers = column.kind == columns[i - 1].kind == "number"
        if i > 1 and numbers:
            runs[-1] = range(runs[-1].start, i + 1)
        else:
            runs.append(range(i, i + 1))
    return runs


def _shared(columns: Sequence[Column], run: range) -> Column:
    """Return the one column that a run of them becomes."""
    if len(run) == 1:
        return columns[run.start]
    titles = [column.title for column in columns[run.start : run.stop]]
    return Column(" / ".join(titles))


def chart(block: Chart) -> list[Element]:
    """
    Charts draw nothing below zero, so the value stands in the label; clients without charts draw
    bars of columns.
    """
    chart = {
        "type": "Chart.HorizontalBar",
        "xAxisTitle": block.axis,
        "displayMode": "AbsoluteWithAxis",
        "data": [_point(bar) for bar in block.bars],
        "fallback": {"type": "Container", "items": _bars(block.bars)},
    }
    elements = [block_text(marked(block.title), weight="Bolder"), chart]
    if block.legend:
        elements.append(block_text(marked(block.legend), isSubtle=True, size="Small"))
    return elements


def _point(bar: Bar) -> Element:
    mark, colour, _ = _BARS[bar.state]
    return {"x": f"{mark}{bar.short} {bar.shown}", "y": max(bar.value, 0), "color": colour}


def _bars(bars: Sequence[Bar]) -> list[Element]:
    values = [bar.value for bar in bars]
    top = max(values, default=0) or 1
    return [_bar(bar, _share(bar.value, top)) for bar in bars]


def _share(value: float, top: float) -> int:
    """Return the percentage of `top`, 0 where nothing is above zero."""
    if top <= 0:
        return 0
    return round(100 * min(1.0, max(0.0, value / top)))


def _bar(bar: Bar, share: int) -> Element:
    mark, _, style = _BARS[bar.state]
    blank = block_text(" ", size="Small")
    fill = {
        "type": "Container",
        "style": style,
        "bleed": False,
        "minHeight": "14px",
        "items": [blank],
    }
    # a column of width 0 is invalid, so it is left out
    halves = [half for half in (_half(share, fill), _half(100 - share, blank)) if half["width"]]
    number = block_text(bar.shown, size="Small", horizontalAlignment="Right")
    return column_set(
        [
            _centred("150px", block_text(mark + bar.name, size="Small")),
            _centred("stretch", {"type": "ColumnSet", "spacing": "None", "columns": halves}),
            _centred("52px", number),
        ]
    )


def _half(width: int, item: Element) -> Element:
    return {"type": "Column", "width": width, "items": [item]}


def _centred(width: str, item: Element) -> Element:
    alignment = {"verticalContentAlignment": "Center"}
    return {"type": "Column", "width": width, **alignment, "items": [item]}


def column_set(columns: list[Element]) -> Element:
    return {"type": "ColumnSet", "spacing": "Small", "columns": columns}
