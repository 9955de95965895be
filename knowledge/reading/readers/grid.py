"""
A table while it is read: every cell stands in its column, however cells are merged.

A merged cell says the same in each place it covers, so that every row can be read by itself under
the heads of its columns; one that covers a whole row says it once. A table within a cell is told
there, row by row; within the only cell of a row, which frames it, its rows are rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge.reading.readers.refusal import Budget

SEPARATOR = " | "
# in the text of a cell: where a row of a table within it begins or the table ends, and where one of
# that row's cells ends; signs that no file has, and no white space
INNER_ROW, INNER_CELL = "\x02", "\x03"
_APART = " / "  # between such rows, told in their cell
_ACROSS = 100  # columns one cell may cover
_DOWN = 1000  # rows
_DIGITS = 5  # of a number that a file may name


def span(written: str | None) -> int:
    """Return how many columns or rows a file says that a cell covers; 1 where that is no number."""
    digits = (written or "").strip()
    if len(digits) > _DIGITS or not (digits.isascii() and digits.isdigit()):
        return 1
    return int(digits)


@dataclass(frozen=True, slots=True)
class _Cover:
    """A cell that reaches down into rows to come: its text, its width and for how many rows."""

    text: str
    across: int
    down: int


class Grid:
    """Takes cells from left to right and from top to bottom; `lines` are the rows with text."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._rows: list[list[str]] = []
        self._whole: set[int] = set()  # rows that are one cell
        self._covers: dict[int, _Cover] = {}  # by first column
        self._open = False

    def row(self) -> None:
        """Begin a row."""
        self._end_row()
        self._rows.append([])
        self._open = True
        self._fill()

    def cell(self, text: str, across: int = 1, down: int = 1) -> None:
        """Take the next cell, which covers so many columns and rows."""
        if not self._open:
            self.row()
        row = self._rows[-1]
        wide = min(max(across, 1), _ACROSS)
        if not row and wide > 1:
            self._whole.add(len(self._rows))
        else:
            self._whole.discard(len(self._rows))
        words = text if _told(text) else ""
        if down > 1:
            self._covers[len(row)] = _Cover(words, wide, min(down, _DOWN) - 1)
        self._put(words, wide)
        self._fill()

    def above(self, column: int) -> str:
        """Return what stands in a column of the row before the open one; "" where nothing does."""
        if len(self._rows) < 2 or column >= len(self._rows[-2]):
            return ""
        return self._rows[-2][column]

    def before(self) -> str:
        """Return what stands in the cell before the next one; "" at a row's beginning."""
        if not self._open or not self._rows[-1]:
            return ""
        return self._rows[-1][-1]

    @property
    def column(self) -> int:
        """The column, from 0, of the cell that comes next."""
        return len(self._rows[-1]) if self._open else 0

    def lines(self) -> Iterator[str]:
        """Yield the rows that hold something."""
        self._end_row()
        for number, row in enumerate(self._rows, 1):
            if not any(row):
                continue
            if number in self._whole or len(row) == 1:
                for cells in _inner_rows(row[0]):
                    yield SEPARATOR.join(cells)
            else:
                yield SEPARATOR.join(map(_told, row))

    def _end_row(self) -> None:
        """Let what reaches down beyond the last cell of a row stand in it, too."""
        if not self._open:
            return
        row = self._rows[-1]
        for column in sorted(self._covers):
            if column >= len(row):
                self._put("", column - len(row))
                self._fill()
        self._open = False

    def _fill(self) -> None:
        """Put what reaches down from above into the next columns of the open row."""
        row = self._rows[-1]
        while len(row) in self._covers:
            column = len(row)
            cover = self._covers[column]
            self._whole.discard(len(self._rows))
            self._put(cover.text, cover.across)
            if cover.down > 1:
                self._covers[column] = _Cover(cover.text, cover.across, cover.down - 1)
            else:
                del self._covers[column]

    def _put(self, text: str, wide: int) -> None:
        self._budget.characters(len(text) * max(wide - 1, 0))
        self._rows[-1] += [text] * wide


def nested(rows: Iterable[str]) -> Iterator[str]:
    """Yield what a cell is told of the rows of a table within it."""
    for row in rows:
        yield INNER_ROW + row.replace(SEPARATOR, INNER_CELL) + INNER_CELL
    yield INNER_ROW


def _inner_rows(text: str) -> Iterator[list[str]]:
    """Yield what a cell says, and the rows of tables within it, each as its cells."""
    for row in text.split(INNER_ROW):
        cells = [cell.strip() for cell in row.strip().removesuffix(INNER_CELL).split(INNER_CELL)]
        if any(cells):
            yield cells


def _told(text: str) -> str:
    """Return what a cell says beside others, the tables within it included."""
    if INNER_ROW not in text:
        return text
    rows = [" ".join(filter(None, cells)) for cells in _inner_rows(text)]
    return _APART.join(rows)
