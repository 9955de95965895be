"""
Tables whose cells a PDF draws lines around.

Every letter stands in the cell its middle lies in, so that a cell of several lines is one, and one
that covers several columns or rows says the same in each of them. Cells side by side whose lines
stand at the same heights are several rows with no line drawn between them. A table without lines
between its columns is none of these: where its letters stand says more.
"""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from knowledge.reading.readers.grid import Grid
from knowledge.reading.readers.paragraphs import Line, first_word, joined
from knowledge.reading.readers.placed import closed_up
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.rules import Field, Ruled
from knowledge.text.lines import columns

_BLANK = frozenset("\r\n\t \u3000\x00")
_HYPHENS = {"\x02": "-", "\ufffe": "-"}  # as PDFium marks one at a line's end
_HALVES = range(0xD800, 0xE000)  # of letters that PDFium counts twice
_CLOSE = 0.1  # times the height of letters; letters so close are of one word
_FILLED = 1 / 3  # of a table's cells hold something
_SLACK = 2.0  # times the height of letters; a line may end so much earlier than it had to
_LEVEL = 2.0  # points; lines no further apart in height stand side by side
_CERTAIN = 3  # cells side by side with lines at the same heights are several rows, full or not
_FAR = 3.0  # times the height of letters; a gap within a cell that may be one between two columns
_NARROW = 2  # letters; lines so short that stand below each other are one word, written downwards


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page: its edges in points, its rows, and how many letters stand in it."""

    left: float
    bottom: float
    right: float
    top: float
    rows: tuple[str, ...]
    letters: int

    @property
    def edges(self) -> tuple[float, float, float, float]:
        return self.left, self.bottom, self.right, self.top


@dataclass(slots=True)
class _Written:
    """A line of a cell while its letters come."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    def goes_on(self, box: "raw.FS_RECTF") -> bool:
        """Tell whether a letter stands on this line."""
        middle = (box.bottom + box.top) / 2
        return bool(self.bottom <= middle <= self.top)


@dataclass(slots=True)
class _Cell:
    lines: list[_Written] = field(default_factory=list)
    space: bool = False  # stands before the next letter
    gaps: bool = False  # so wide that they may part columns
    cut: bool = False  # a word of it goes on in another cell

    def is_cut(self, box: "raw.FS_RECTF") -> bool:
        """Tell whether a letter of another cell goes on with the last word of this one."""
        if self.space or not self.lines or not self.lines[-1].goes_on(box):
            return False
        line = self.lines[-1]
        return bool(abs(box.left - line.right) < _CLOSE * (line.top - line.bottom))

    def put(self, sign: str, box: "raw.FS_RECTF") -> None:
        """Take the next letter."""
        if not self.lines or not self.lines[-1].goes_on(box):
            self.lines.append(_Written(sign, box.left, box.bottom, box.right, box.top))
        else:
            line = self.lines[-1]
            self.gaps = self.gaps or box.left - line.right > _FAR * (line.top - line.bottom)
            if self.space:
                line.text += " "
            line.text += sign
            line.right = max(line.right, box.right)
        self.space = False

    def heights(self) -> list[float]:
        """Return where its lines stand, from the top."""
        return sorted(map(_height, self.lines), reverse=True)

    def stands_at(self, heights: Sequence[float]) -> bool:
        """Tell whether each of its lines is one of several rows."""
        if len(heights) < 2:
            return False
        return all(any(map(partial(_is_level, height), heights)) for height in self.heights())

    def at(self, height: float) -> str:
        """Return what stands at a height."""
        texts = [line.text for line in self.lines if _is_level(_height(line), height)]
        return " ".join(texts)

    def ends_early(self, side: float) -> bool:
        """Tell whether a line ends before its cell's side though what follows had room in it."""
        for line, following in pairwise(sorted(self.lines, key=_height, reverse=True)):
            pitch = (line.right - line.left) / max(columns(line.text), 1)
            needed = columns(first_word(following.text)) * pitch
            if side - line.right > needed + _SLACK * (line.top - line.bottom):
                return True
        return False

    def text(self) -> str:
        """Return what stands in the cell, on one line."""
        lines = sorted(self.lines, key=_height, reverse=True)
        texts = [line.text for line in lines]
        if len(texts) > 1 and all(_is_narrow(text) for text in texts):
            return "".join(texts)
        measured: list[Line] = []
        for line in lines:
            pitch = (line.right - line.left) / max(columns(line.text), 1)
            measured.append(Line(line.text, line.left, line.right, pitch))
        return " ".join(map(closed_up, joined(measured, hyphens=True)))


def tables(words: pdfium.PdfTextPage, grids: Sequence[Ruled], budget: Budget) -> list[Table]:
    """Return the tables of a page, from the top, given the grids that its lines make."""
    made: list[Table] = []
    if not grids:
        return made
    for grid, known in zip(grids, _filled(words, grids), strict=True):
        if len(known) >= _FILLED * len(grid.fields) and not _is_drawing(known):
            made.append(_table(grid, known, budget))
    return made


def _filled(words: pdfium.PdfTextPage, grids: Sequence[Ruled]) -> list[dict[Field, _Cell]]:
    """Return the cells of each grid that letters stand in."""
    cells: list[dict[Field, _Cell]] = [{} for _ in grids]
    here: Field | None = None
    last: _Cell | None = None
    for sign, box in _letters(words):
        if sign in _BLANK:
            if last is not None:
                last.space = True
            continue
        middle = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        if here is None or last is None or not here.holds(*middle):
            before = last
            here, last = _cell(grids, cells, middle)
            if before is not None and before.is_cut(box):
                before.cut = True
        if last is not None:
            last.put(_HYPHENS.get(sign, sign), box)
    return cells


def _letters(words: pdfium.PdfTextPage) -> Iterator[tuple[str, "raw.FS_RECTF"]]:
    """Yield the letters of a page with where each stands, in the one box."""
    box = raw.FS_RECTF()
    for at in range(words.count_chars()):
        code = raw.FPDFText_GetUnicode(words.raw, at)
        if code not in _HALVES and raw.FPDFText_GetLooseCharBox(words.raw, at, ctypes.byref(box)):
            yield chr(code), box


def _cell(
    grids: Sequence[Ruled], cells: Sequence[dict[Field, _Cell]], middle: tuple[float, float]
) -> tuple[Field, _Cell] | tuple[None, None]:
    """Return the field and the cell that a letter stands in, if any."""
    for grid, known in zip(grids, cells, strict=True):
        if grid.holds(*middle):
            for one in grid.fields:
                if one.holds(*middle):
                    return one, known.setdefault(one, _Cell())
    return None, None


def _heights(known: Mapping[Field, _Cell], row: int) -> list[float]:
    """
    Return at which heights, from the top, the rows stand that lie between the lines around one row;
    none where that is one row.
    """
    filled = [one for one in known if one.row == row and one.down == 1]
    several = [one for one in filled if len(known[one].lines) > 1]
    if len(several) < 2:
        return []
    cells = [known[one] for one in several]
    heights = max(map(_Cell.heights, cells), key=len)
    if not all(cell.stands_at(heights) for cell in cells):
        return []
    if any(cell.ends_early(one.right) for one, cell in zip(several, cells, strict=True)):
        return heights
    counts = {len(cell.lines) for cell in cells}
    if len(filled) == len(several) >= _CERTAIN and len(counts) == 1:
        return heights
    return []


def _is_level(one: float, other: float) -> bool:
    return abs(one - other) <= _LEVEL


def _is_drawing(known: Mapping[Field, _Cell]) -> bool:
    """Tell whether lines go through words, or none go between columns: they are no table's."""
    wide = 0
    for cell in known.values():
        if cell.cut:
            return True
        wide += cell.gaps
    return wide > 1


def _table(grid: Ruled, known: Mapping[Field, _Cell], budget: Budget) -> Table:
    rows = Grid(budget)
    heights = [_heights(known, row) or [0.0] for row in range(grid.rows)]
    letters = 0
    for row in range(grid.rows):
        fields = [one for one in grid.fields if one.row == row]
        for number, height in enumerate(heights[row]):
            rows.row()
            for one in fields:
                cell = known.get(one, _Cell())
                down = sum(map(len, heights[row : row + one.down]))
                text = cell.text()
                if one.down == 1 and cell.stands_at(heights[row]):
                    text, down = cell.at(height), 1
                elif number:
                    continue
                letters += sum(map(str.isalnum, text))
                rows.cell(text, one.across, down)
    edges = (grid.left, grid.bottom, grid.right, grid.top)
    return Table(*edges, tuple(rows.lines()), letters)


def _height(line: _Written) -> float:
    return (line.bottom + line.top) / 2


def _is_narrow(text: str) -> bool:
    return len(text) <= _NARROW and text.isalpha()
