"""A table of a Word file while it is read: merged downwards by marks, sideways by counts, too."""

from collections.abc import Iterable, Iterator

from knowledge.reading.readers.grid import Grid, nested, span
from knowledge.reading.readers.refusal import Budget

PARTS = frozenset({"tr", "tc", "gridBefore", "gridSpan", "vMerge", "hMerge"})


class WordTable:
    """A table being read: a cell merged downwards or sideways counts wherever it reaches."""

    def __init__(self, budget: Budget) -> None:
        self.shaded = False
        self._grid = Grid(budget)
        self._cell: list[str] = []
        self._span = 1
        self._beneath = False  # the cell goes on with the one above it
        self._beside = False  # the cell goes on with the one before it

    def start(self, tag: str, value: str) -> None:
        if tag == "tr":
            self._grid.row()
        elif tag == "tc":
            self._cell, self._span = [], 1
            self._beneath = self._beside = self.shaded = False
        elif tag == "gridBefore":
            self._grid.cell("", span(value))
        elif tag == "gridSpan":
            self._span = span(value)
        elif tag == "vMerge":
            self._beneath = value in {"", "continue"}
        elif tag == "hMerge":
            self._beside = value in {"", "continue"}

    def end(self, tag: str) -> None:
        if tag != "tc":
            return
        words = " ".join(self._cell)
        self._cell = []
        if self._beneath and not words:
            words = self._grid.above(self._grid.column)
        elif self._beside and not words:
            words = self._grid.before()
        self._grid.cell(words, self._span)

    def put(self, text: str) -> None:
        if text.strip():
            self._cell.append(" ".join(text.split()))

    def nest(self, rows: Iterable[str]) -> None:
        """Take the rows of a table within the open cell."""
        self._cell += nested(rows)

    def lines(self) -> Iterator[str]:
        return self._grid.lines()
