"""Lines of a page with where they stand, and their cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_SIGN = r"[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]"
_SPACED = re.compile(rf"(?<!\S)(?:{_SIGN} ){{3,}}{_SIGN}(?!\S)")  # letters set apart


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Gap:
    """
    A wide gap in a line: its place in the text, where the ink before it ends and that behind it
    begins.
    """

    at: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """
    A line in points: `along` is where it stands across its reading direction, growing, `height`
    that of its letters.

    `end` is `along` again, except for two lines that PDFium took for one because a hyphen divides a
    word between them.
    """

    cells: tuple[Cell, ...]
    along: float
    end: float
    height: float
    vertical: bool = False

    @property
    def left(self) -> float:
        return self.cells[0].left

    @property
    def right(self) -> float:
        return self.cells[-1].right

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)


def from_the_top(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Count where vertical lines begin and end from the top of the highest one."""
    top = min((line.left for line in lines if line.vertical), default=0.0)
    moved: list[PlacedLine] = []
    for line in lines:
        if line.vertical:
            (cell,) = line.cells
            cells = (replace(cell, left=cell.left - top, right=cell.right - top),)
            moved.append(replace(line, cells=cells))
        else:
            moved.append(line)
    return moved


def closed(line: PlacedLine) -> PlacedLine:
    """Return a line whose letters are set apart as the words they are."""
    if not any(_SPACED.search(cell.text) for cell in line.cells):
        return line
    cells = [replace(cell, text=closed_up(cell.text)) for cell in line.cells]
    return replace(line, cells=tuple(cells))


def closed_up(text: str) -> str:
    """Return a text with letters that stand apart from each other as the words they are."""
    return _SPACED.sub(_word, text)


def _word(match: re.Match[str]) -> str:
    return match.group().replace(" ", "")
