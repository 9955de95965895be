"""Comma- or tab-separated values: one page, rows as "a | b | c"."""

import csv
import io
from collections.abc import Iterator

from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.paragraphs import one_line
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item
from knowledge.values import Page, Place

_SAMPLE = 8192  # characters looked at to tell the separator


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    text, flags = decode(content)
    yield from flags
    sample = text[:_SAMPLE]
    separator = max(",\t;", key=sample.count)
    lines = io.StringIO(text.replace("\x00", ""), newline="")
    rows: list[str] = []
    try:
        for cells in csv.reader(lines, delimiter=separator):
            budget.cells(len(cells))
            row = " | ".join(map(one_line, cells))
            if row.strip(" |"):
                budget.characters(len(row))
                rows.append(row)
    except csv.Error as error:  # a field above the library's 128 KB, or a quote never closed
        raise Refusal("damaged") from error
    yield Page(1, Place("part", 1), "\n".join(rows))
