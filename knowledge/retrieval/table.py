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
from knowledge.values import Passage

CELL = " | "
SIDES = 2  # things that make a comparison
LARGEST = 12  # rows shown

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows, from the passage of the hit at index `hit`."""

    hit: int
    rows: Rows


def compared(asked: Query, passages: Sequence[Passage], analysis: Analysis) -> Table | None:
    """
    Return the part of the first table that sets two or more things of the question side by side;
    None when there is none.
    """
    if not asked.wants("compare"):
        return None
    found = [(hit, rows) for hit, passage in enumerate(passages) for rows in tables(passage.text)]
    for hit, rows in found:
        if chosen := _sides(asked, rows, analysis):
            return Table(hit, chosen)
    for hit, rows in found[:1]:
        if hit == 0 and any(
            _named(asked, cell, analysis) for cell in (*rows[0], *(row[0] for row in rows))
        ):
            return Table(hit, rows[: LARGEST + 1])  # one of the things goes by another name there
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


def _sides(asked: Query, rows: Rows, analysis: Analysis) -> Rows:
    """
    Columns when the header names two of the things, else rows when their first cells do, else
    nothing.
    """
    header, *body = rows
    columns = [n for n, cell in enumerate(header) if n and _named(asked, cell, analysis)]
    lines = [row for row in body if _named(asked, row[0], analysis)]
    if len(columns) >= SIDES and len(columns) >= len(lines):
        return tuple(tuple(row[n] for n in (0, *columns)) for row in rows[: LARGEST + 1])
    if len(lines) >= SIDES:
        return (header, *lines[:LARGEST])
    return ()


def _named(asked: Query, cell: str, analysis: Analysis) -> bool:
    """
    Whether a question names what a cell is about: one of the nouns they share is a noun of the
    question.
    """
    slots = (
        asked.ids.get(dimension("words", t.form), -1) for t in analysis.tokens(cell) if t.content
    )
    return any(slot >= 0 and asked.nouns[slot] for slot in slots)
