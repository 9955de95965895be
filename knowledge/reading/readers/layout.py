"""
The paragraphs of a page that knows lines alone, told by where on the page these stand.

A line stands apart from the one above it when there is more room between them than usual, or when
its letters are of another size. Wide gaps in neighbouring lines, one below the other, make them
rows of a table.
"""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from knowledge.reading.readers.paragraphs import Line, joined, text_of, words
from knowledge.text.lines import MARKER, columns

APART = 1.4  # times the usual distance between lines: a new paragraph
TALLER = 1.15  # times the height of the letters before: a heading
CELL = 1.2  # times the height of letters: a gap between two cells of a row
# of all lines, in order of their distance, stand closer: that distance is usual, paragraphs are
# further apart
CLOSE = 0.25
FAR = 4.0  # times the height of letters: further apart says nothing of a page's usual distance
ROW = " | "
_DIVIDED = re.compile(
    r"([^\W\d_]+)[\x02\ufffe]\s*([^\W\d_]+)"
)  # as PDFium marks a hyphen at a line's end
_MARKS = re.compile(r"[\x02\ufffe]")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class _Placed:
    """
    A line in points: `along` is where it stands across its reading direction, growing, `height`
    that of its letters.

    `end` is `along` again, except for two lines that PDFium took for one because a hyphen divides a
    word between them.
    """

    cells: tuple[_Cell, ...]
    along: float
    end: float
    height: float

    @property
    def left(self) -> float:
        return self.cells[0].left

    @property
    def right(self) -> float:
        return self.cells[-1].right

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)


def paragraphs(page: pdfium.PdfTextPage) -> str:
    """Return a page's text, a line for each paragraph, item, heading or row."""
    text = str(page.get_text_range()).replace("\x00", " ")
    placed = [_placed(page, match) for match in re.finditer(r"[^\r\n]*\S[^\r\n]*", text)]
    lines = [line for line in placed if line is not None]
    if len(lines) < len(placed) or max(text, default="") > "\uffff":
        return text_of(
            undivided(text.replace("\r\n", "\n"))
        )  # PDFium does not say where, or counts letters otherwise
    known = words([text])
    found = [replace(line, text=_whole(line.text, known)) for line in _lines(_level(lines))]
    return "\n".join(joined(found, hyphens=True))


def undivided(text: str) -> str:
    """Return a text with the words whole that a hyphen divided at a line's end."""
    return _whole(text, words([text]))


def _whole(text: str, known: frozenset[str]) -> str:
    """
    A hyphen stays where the text has that word with one, or the second part begins with a capital.
    """

    def word(match: re.Match[str]) -> str:
        first, second = match.groups()
        hyphenated = f"{first}-{second}"
        return (
            hyphenated if hyphenated.lower() in known or not second[0].islower() else first + second
        )

    return _MARKS.sub("", _DIVIDED.sub(word, text)) if _MARKS.search(text) else text


def _placed(page: pdfium.PdfTextPage, match: re.Match[str]) -> _Placed | None:
    """Return a line with where it stands; None where PDFium does not say."""
    text = match.group().strip()
    begin = match.start() + len(match.group()) - len(match.group().lstrip())
    until = begin + len(text) - 1
    first, second, last = (_box(page, at) for at in (begin, min(begin + 1, until), until))
    if first is None or second is None or last is None:
        return None
    if _down(first, second) and _down(first, last) and not _MARKS.search(text):
        cell = _Cell(text, -first[3], -last[1])
        return _Placed((cell,), -first[0], -first[0], first[2] - first[0])
    height = max(sorted(box[3] - box[1] for box in (first, second, last))[1], 1.0)
    solid = _solid(page, (begin, until), (first[0], last[2]), CELL * height)
    ends = [] if solid else _gaps(page, text, begin, CELL * height)
    if ends is None:
        return None
    lefts = [first[0], *(left for _, _, left in ends)]
    rights = [*(right for _, right, _ in ends), last[2]]
    cuts = [0, *(at for at, _, _ in ends), len(text)]
    pieces = [text[a:b].strip() for a, b in pairwise(cuts)]
    cells = tuple(_Cell(*cell) for cell in zip(pieces, lefts, rights, strict=True))
    end = last if _MARKS.search(text) else first
    return _Placed(cells, -first[1], -end[1], height)


def _down(one: Box, other: Box) -> bool:
    """Whether one goes further down than to the side from a letter to another."""
    return abs(other[0] - one[0]) < abs(other[3] - one[3])


def _gaps(
    page: pdfium.PdfTextPage, text: str, begin: int, wide: float
) -> list[tuple[int, float, float]] | None:
    """
    Return where wide gaps stand in a line: the place in its text, where the left part ends and the
    right one begins.
    """
    found: list[tuple[int, float, float]] = []
    for match in re.finditer(r"(?<=\S) +(?=\S)", text):
        before, after = _box(page, begin + match.start() - 1), _box(page, begin + match.end())
        if before is None or after is None:
            return None
        cut = found[-1][0] if found else 0
        if after[0] - before[2] > wide and not MARKER.fullmatch(text[cut : match.end()].lstrip()):
            found.append((match.start(), before[2], after[0]))
    return found


def _solid(
    page: pdfium.PdfTextPage, ends: tuple[int, int], sides: tuple[float, float], wide: float
) -> bool:
    """
    Whether a line is drawn without wide gaps: the pieces it is drawn in show so; they miss letters
    without an outline.
    """
    first, last = (raw.FPDFText_GetCharIndexFromTextIndex(page.raw, at) for at in ends)
    boxes = [page.get_rect(at) for at in range(page.count_rects(first, last - first + 1))]
    edges = [sides[0], *(edge for box in boxes for edge in (box[0], box[2])), sides[1]]
    return all(right - left <= wide for left, right in zip(edges[::2], edges[1::2], strict=True))


def _box(page: pdfium.PdfTextPage, at: int) -> Box | None:
    """Return the box of a letter with its line's full height: left, bottom, right, top."""
    index = raw.FPDFText_GetCharIndexFromTextIndex(page.raw, at)
    box = raw.FS_RECTF()
    if index < 0 or not raw.FPDFText_GetLooseCharBox(page.raw, index, ctypes.byref(box)):
        return None
    return box.left, box.bottom, box.right, box.top


def _level(lines: Sequence[_Placed]) -> list[_Placed]:
    """
    Join what stands side by side on one line: PDFium begins a new one where a raised letter ends.
    """
    found: list[_Placed] = []
    for line in lines:
        last = found[-1] if found else None
        if last is None or not _beside(last, line):
            found.append(line)
            continue
        *before, end = last.cells
        start, *after = line.cells
        space = " " if line.left - last.right > last.height / 5 else ""
        together = _Cell(f"{end.text}{space}{start.text}", end.left, start.right)
        found[-1] = replace(last, cells=(*before, together, *after))
    return found


def _beside(last: _Placed, line: _Placed) -> bool:
    tall = max(last.height, line.height)
    return (
        -tall / 4 <= line.left - last.right < CELL * tall and abs(line.along - last.end) <= tall / 2
    )


def _lines(placed: Sequence[_Placed]) -> list[Line]:
    usual = _usual(placed)
    found: list[Line] = []
    for at, (line, text) in enumerate(zip(placed, _texts(placed), strict=True)):
        last = placed[at - 1] if at else None
        pitch = (line.right - line.left) / max(columns(line.text), 1)
        found.append(
            Line(
                text,
                line.left,
                line.right,
                pitch,
                apart=last is not None and _apart(last, line, usual),
            )
        )
    return found


def _usual(placed: Sequence[_Placed]) -> float:
    """Return the usual distance between lines, in heights of letters."""
    distances = [(line.along - last.end) / line.height for last, line in pairwise(placed)]
    close = sorted(distance for distance in distances if 0 < distance < FAR)
    return close[int(len(close) * CLOSE)] if close else FAR


def _apart(last: _Placed, line: _Placed, usual: float) -> bool:
    taller = max(last.height, line.height) > TALLER * min(last.height, line.height)
    distance = (line.along - last.end) / line.height
    if distance < 0 and line.left >= last.right:
        return taller  # the top of the next column
    return taller or distance < 0 or distance > APART * usual


def _texts(placed: Sequence[_Placed]) -> list[str]:
    """
    Return the lines' texts; neighbours with cells below one another are rows, an empty cell keeps
    its place.
    """
    found = [line.text for line in placed]
    for first, end in _tables(placed):
        widest = max(placed[first:end], key=lambda line: len(line.cells)).cells
        for at in range(first, end):
            row = [""] * len(widest)
            for cell in placed[at].cells:
                column = min(range(len(widest)), key=lambda n: _off(cell, widest[n]))
                row[column] = f"{row[column]} {cell.text}".strip()
            found[at] = ROW.join(row)
    return found


def _tables(placed: Sequence[_Placed]) -> list[tuple[int, int]]:
    """Return the first line and the end of each run of two or more rows."""
    found = []
    start = 0
    while start < len(placed):
        end = start + 1
        while end < len(placed) and _below(placed[start:end], placed[end]):
            end += 1
        if end - start > 1:
            found.append((start, end))
        start = end
    return found


def _below(rows: Sequence[_Placed], line: _Placed) -> bool:
    """
    Whether a line has cells, and one of them but the first stands below another of these rows.
    """
    pairs = ((one, other) for row in rows for one in row.cells[1:] for other in line.cells[1:])
    return any(_off(one, other) < line.height / 2 for one, other in pairs)


def _off(one: _Cell, other: _Cell) -> float:
    """
    Return how far two cells are from standing below one another, by their left ends, right ends or
    middles.
    """
    middle = abs(one.left + one.right - other.left - other.right) / 2
    return min(abs(one.left - other.left), abs(one.right - other.right), middle)
