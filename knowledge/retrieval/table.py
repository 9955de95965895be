"""
Comparing: of the tables in the passages found, the rows or columns of the things a question sets
side by side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.retrieval.encoder import dimension
from knowledge.retrieval.query import Query
from knowledge.text.analysis import Analysis
from knowledge.text.injection import suspicious
from knowledge.text.outline import CELL
from knowledge.values import Passage

SIDES = 2  # things that make a comparison
LARGEST = 12  # rows shown

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows, from the passage of the hit at index `hit`."""

    hit: int
    rows: Rows


def compared(query: Query, passages: Sequence[Passage], analysis: Analysis) -> Table | None:
    """
    Return the part of the first table that sets two or more things of the question side by side;
    None when there is none.
    """
    if not query.wants("compare"):
        return None

    every = []
    for hit, passage in enumerate(passages):
        every += [Table(hit, rows) for rows in tables(passage.text)]
    for table in every:
        chosen = _sides(query, table.rows, analysis)
        if chosen:
            return Table(table.hit, chosen)

    # one of the things may go by another name in the best passage's own table
    if every and every[0].hit == 0 and _names_one(query, every[0].rows, analysis):
        return Table(0, every[0].rows[: LARGEST + 1])
    return None


def tables(text: str) -> Iterator[Rows]:
    """
    Yield each run of lines with the same number of cells, two or more of both; lines with orders to
    an AI are left out.
    """
    run: list[tuple[str, ...]] = []
    for line in (*text.split("\n"), ""):
        cells = tuple(cell.strip() for cell in line.split(CELL))
        if run and len(cells) != len(run[0]):
            if len(run) >= SIDES:
                yield tuple(run)
            run = []
        if len(cells) >= SIDES and not suspicious(line):
            run.append(cells)


def _sides(query: Query, rows: Rows, analysis: Analysis) -> Rows:
    """
    Columns when the header names two of the things, else rows when their first cells do, else
    nothing.
    """
    header, *body = rows
    columns = []
    for column, cell in enumerate(header[1:], 1):
        if _named(query, cell, analysis):
            columns.append(column)
    lines = [row for row in body if _named(query, row[0], analysis)]
    if len(columns) >= SIDES and len(columns) >= len(lines):
        shown = []
        for row in rows[: LARGEST + 1]:
            sides = [row[n] for n in columns]
            shown.append((row[0], *sides))
        return tuple(shown)
    if len(lines) >= SIDES:
        return (header, *lines[:LARGEST])
    return ()


def _names_one(query: Query, rows: Rows, analysis: Analysis) -> bool:
    """Report whether the header or a first cell is about something that a question names."""
    heads = list(rows[0])
    heads += [row[0] for row in rows]
    return any(_named(query, cell, analysis) for cell in heads)


def _named(query: Query, cell: str, analysis: Analysis) -> bool:
    """
    Report whether a question names what a cell is about: one of the nouns they share is a noun of
    the question.
    """
    for token in analysis.tokens(cell):
        slot = query.ids.get(dimension("words", token.form), -1)
        if token.content and slot >= 0 and query.nouns[slot]:
            return True
    return False
