"""
Facts, tables and charts as Adaptive Card elements, as a chat column about 430 pixels wide can show
them. Pure.
"""

from collections.abc import Sequence
from typing import Any

from bot.teams.text import Element, block_text, escaped, marked
from handlers.conversation import Bar, Chart, Column, Facts, Table

TABLE_COLUMNS = 5  # more break numbers apart
FACT_VALUE = 80  # characters that still read well beside a label
_BARS = {
    "best": ("◎ ", "good", "good"),
    "normal": ("", "categoricalBlue", "accent"),
    "excluded": ("✕ ", "neutral", "emphasis"),
}


def facts(block: Facts) -> list[Element]:
    rows = [(marked(f.label), marked(f.value)) for f in block.items]
    if all(len(f.value) <= FACT_VALUE for f in block.items):
        return [
            {
                "type": "FactSet",
                "facts": [{"title": label, "value": value} for label, value in rows],
            }
        ]
    pairs = [
        (block_text(label, weight="Bolder"), block_text(value, spacing="None"))
        for label, value in rows
    ]
    return [element for pair in pairs for element in pair]


def table(block: Table) -> list[Element]:
    columns, rows = _narrowed(block)

    def cell(text: str, **more: Any) -> Element:
        return {"type": "TableCell", "items": [block_text(escaped(text), size="Small", **more)]}

    head = {"type": "TableRow", "cells": [cell(c.title, weight="Bolder") for c in columns]}
    body = [{"type": "TableRow", "cells": [cell(text) for text in row]} for row in rows]
    shapes = [
        {"width": 1, "horizontalCellContentAlignment": "Right"}
        if c.kind == "number"
        else {"width": 2, "horizontalCellContentAlignment": "Left"}
        for c in columns
    ]
    table = {
        "type": "Table",
        "firstRowAsHeaders": True,
        "showGridLines": True,
        "gridStyle": "default",
        "columns": shapes,
    }
    return [block_text(marked(block.caption), weight="Bolder"), {**table, "rows": [head, *body]}]


def _narrowed(block: Table) -> tuple[Sequence[Column], Sequence[Sequence[str]]]:
    """
    Let neighbouring number columns share one where there are more columns than a chat column can
    show.
    """
    runs: list[list[int]] = []
    for i, column in enumerate(block.columns):
        follows = runs and i > 1 and column.kind == "number" == block.columns[i - 1].kind
        if len(block.columns) > TABLE_COLUMNS and follows:
            runs[-1].append(i)
        else:
            runs.append([i])
    columns = [
        block.columns[run[0]]
        if len(run) == 1
        else Column(" / ".join(block.columns[i].title for i in run))
        for run in runs
    ]
    return columns, [[" / ".join(row[i] for i in run) for run in runs] for row in block.rows]


def chart(block: Chart) -> list[Element]:
    """
    Charts draw nothing below zero, so the value stands in the label; clients without charts draw
    bars of columns.
    """
    data = [
        {
            "x": f"{_BARS[b.state][0]}{b.short} {b.shown}",
            "y": max(b.value, 0),
            "color": _BARS[b.state][1],
        }
        for b in block.bars
    ]
    chart = {
        "type": "Chart.HorizontalBar",
        "xAxisTitle": block.axis,
        "displayMode": "AbsoluteWithAxis",
        "data": data,
    }
    fallback = {"type": "Container", "items": _bars(block.bars)}
    legend = [block_text(marked(block.legend), isSubtle=True, size="Small")] if block.legend else []
    return [
        block_text(marked(block.title), weight="Bolder"),
        {**chart, "fallback": fallback},
        *legend,
    ]


def _bars(bars: Sequence[Bar]) -> list[Element]:
    top = max((b.value for b in bars), default=0) or 1
    return [_bar(b, round(100 * min(1.0, max(0.0, b.value / top))) if top > 0 else 0) for b in bars]


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
    halves = [
        (share, fill),
        (100 - share, blank),
    ]  # a column of width 0 is invalid, so it is left out
    drawn = [{"type": "Column", "width": width, "items": [item]} for width, item in halves if width]

    def column(width: str, item: Element) -> Element:
        return {
            "type": "Column",
            "width": width,
            "verticalContentAlignment": "Center",
            "items": [item],
        }

    return column_set(
        [
            column("150px", block_text(mark + bar.short, size="Small")),
            column("stretch", {"type": "ColumnSet", "spacing": "None", "columns": drawn}),
            column("52px", block_text(bar.shown, size="Small", horizontalAlignment="Right")),
        ]
    )


def column_set(columns: list[Element]) -> Element:
    return {"type": "ColumnSet", "spacing": "Small", "columns": columns}
