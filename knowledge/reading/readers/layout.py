"""
The paragraphs of a page that knows lines alone, told by where on the page these stand.

A line stands apart from the one above it when there is more room between them than usual, or when
its letters are of another size. Wide gaps in neighbouring lines, one below the other, make them
rows of a table.
"""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

import pypdfium2 as pdfium
from pypdfium2 import raw

from knowledge.reading.readers.paragraphs import Line, joined, text_of, words
from knowledge.reading.readers.placed import Cell, Gap, PlacedLine, closed, from_the_top
from knowledge.reading.readers.ruled import Table
from knowledge.text.lines import MARKER, columns, ended, may_go_on

APART = 1.4  # times the usual distance between lines: a new paragraph
TALLER = 1.15  # times the height of the letters before: a heading
CELL = 1.2  # times the height of letters: a gap between two cells of a row
# of all lines, in order of their distance, stand closer: that distance is usual, paragraphs are
# further apart
CLOSE = 0.25
COLUMN = 3  # lines that make a column of sentences
FAR = 4.0  # times the height of letters: further apart says nothing of a page's usual distance
ROW = " | "
# as PDFium marks a hyphen at a line's end
_DIVIDED = re.compile(r"([^\W\d_]+)[\x02\ufffe]\s*([^\W\d_]+)")
_FILLED = re.compile(r"[^\r\n]*\S[^\r\n]*")
_SPACES = re.compile(r"(?<=\S) +(?=\S)")
_MARKS = re.compile(r"[\x02\ufffe]")

Box = tuple[float, float, float, float]


def paragraphs(page: pdfium.PdfTextPage, tables: Sequence[Table] = ()) -> str:
    """
    Return a page's text, a line for each paragraph, item, heading or row, the rows of `tables` in
    place of the lines that stand in them.
    """
    text = str(page.get_text_range()).replace("\x00", " ")
    lines = _placed_lines(page, text)
    counted_otherwise = max(text, default="") > "\uffff"  # PDFium counts these letters twice
    if lines is None or counted_otherwise:
        return text_of(undivided(text.replace("\r\n", "\n")))
    known = words([text])
    lines = [closed(line) for line in lines]
    texts: list[str] = []
    for part in _parts(lines, tables):
        if isinstance(part, Table):
            texts += part.rows
            continue
        level = _joined_side_by_side(from_the_top(part))
        divided = _lines(_columns_apart(level))
        whole = [replace(line, text=_with_whole_words(line.text, known)) for line in divided]
        texts += joined(whole, hyphens=True)
    return "\n".join(texts)


def _parts(
    lines: Sequence[PlacedLine], tables: Sequence[Table]
) -> list[Sequence[PlacedLine] | Table]:
    """
    Return the lines of a page, with each table where the first line in it stood. A table that is
    not just the lines within its edges is left to these lines.
    """
    within: dict[int, Table] = {}
    for table in tables:
        inside: dict[int, Table] = {}
        letters = 0
        for at, line in enumerate(lines):
            if _is_in(line, table):
                inside[at] = table
                letters += _letters(line.text)
        if letters == table.letters:
            within |= inside
    parts: list[Sequence[PlacedLine] | Table] = []
    for at, line in enumerate(lines):
        here = within.get(at)
        if here is not None:
            if here not in parts:
                parts.append(here)
        elif parts and isinstance(parts[-1], list):
            parts[-1].append(line)
        else:
            parts.append([line])
    return parts


def _is_in(line: PlacedLine, table: Table) -> bool:
    """Tell whether a line stands in a table; lines count heights downwards, tables upwards."""
    middle = line.height / 2 - line.along
    left, right = line.left, line.right
    if line.vertical:
        left, right = -line.along, -line.along
        middle = -(line.left + line.right) / 2
    beside = right < table.left or left > table.right
    return table.bottom <= middle <= table.top and not beside


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _placed_lines(page: pdfium.PdfTextPage, text: str) -> list[PlacedLine] | None:
    """Return a page's lines with where they stand; None when PDFium does not say it of each."""
    lines: list[PlacedLine] = []
    for match in _FILLED.finditer(text):
        line = _placed_line(page, match)
        if line is None:
            return None
        lines.append(line)
    return lines


def undivided(text: str) -> str:
    """Return a text with the words whole that a hyphen divided at a line's end."""
    return _with_whole_words(text, words([text]))


def _with_whole_words(text: str, known: frozenset[str]) -> str:
    """
    Return a text with its divided words whole. A hyphen stays where the text has that word with
    one, or the second part begins with a capital.
    """
    if not _MARKS.search(text):
        return text

    def word(match: re.Match[str]) -> str:
        first, second = match.groups()
        hyphenated = f"{first}-{second}"
        if hyphenated.lower() in known or not second[0].islower():
            return hyphenated
        return first + second

    return _MARKS.sub("", _DIVIDED.sub(word, text))


def _placed_line(page: pdfium.PdfTextPage, match: re.Match[str]) -> PlacedLine | None:
    """Return a line with where it stands; None where PDFium does not say."""
    line = match.group()
    text = line.strip()
    begin = match.start() + len(line) - len(line.lstrip())
    until = begin + len(text) - 1
    first = _box(page, begin)
    second = _box(page, min(begin + 1, until))
    last = _box(page, until)
    if first is None or second is None or last is None:
        return None
    divided = _MARKS.search(text)
    if _is_vertical(first, second) and _is_vertical(first, last) and not divided:
        cell = Cell(text, -first[3], -last[1])
        return PlacedLine((cell,), -first[0], -first[0], first[2] - first[0], vertical=True)
    height = max(median(box[3] - box[1] for box in (first, second, last)), 1.0)
    wide = CELL * height
    gaps: list[Gap] | None = []
    if not _has_no_gaps(page, (begin, until), (first[0], last[2]), wide):
        gaps = _gaps(page, text, begin, wide)
    if gaps is None:
        return None
    cells = _cells(text, first[0], gaps, last[2])
    end = last if divided else first
    return PlacedLine(cells, -first[1], -end[1], height)


def _cells(text: str, left: float, gaps: Sequence[Gap], right: float) -> tuple[Cell, ...]:
    """Return the cells of a line that goes from `left` to `right`, with these gaps in it."""
    cells: list[Cell] = []
    start = 0
    for gap in gaps:
        cells.append(Cell(text[start : gap.at].strip(), left, gap.left))
        start, left = gap.at, gap.right
    cells.append(Cell(text[start:].strip(), left, right))
    return tuple(cells)


def _is_vertical(one: Box, other: Box) -> bool:
    """Whether one goes further down than to the side from a letter to another."""
    return abs(other[0] - one[0]) < abs(other[3] - one[3])


def _gaps(page: pdfium.PdfTextPage, text: str, begin: int, wide: float) -> list[Gap] | None:
    """Return the wide gaps of a line, from left to right; None where PDFium does not say."""
    gaps: list[Gap] = []
    for space in _SPACES.finditer(text):
        before = _box(page, begin + space.start() - 1)
        after = _box(page, begin + space.end())
        if before is None or after is None:
            return None
        start = gaps[-1].at if gaps else 0
        behind_marker = MARKER.fullmatch(text[start : space.end()].lstrip())
        if after[0] - before[2] > wide and not behind_marker:
            gaps.append(Gap(space.start(), before[2], after[0]))
    return gaps


def _has_no_gaps(
    page: pdfium.PdfTextPage, ends: tuple[int, int], sides: tuple[float, float], wide: float
) -> bool:
    """
    Whether a line is drawn without wide gaps: the pieces it is drawn in show so; they miss letters
    without an outline.
    """
    first = raw.FPDFText_GetCharIndexFromTextIndex(page.raw, ends[0])
    last = raw.FPDFText_GetCharIndexFromTextIndex(page.raw, ends[1])
    right = sides[0]
    for at in range(page.count_rects(first, last - first + 1)):
        piece = page.get_rect(at)
        if not piece[0] - right <= wide:
            return False
        right = piece[2]
    return bool(sides[1] - right <= wide)


def _box(page: pdfium.PdfTextPage, at: int) -> Box | None:
    """Return the box of a letter with its line's full height: left, bottom, right, top."""
    index = raw.FPDFText_GetCharIndexFromTextIndex(page.raw, at)
    box = raw.FS_RECTF()
    if index < 0 or not raw.FPDFText_GetLooseCharBox(page.raw, index, ctypes.byref(box)):
        return None
    return box.left, box.bottom, box.right, box.top


def _joined_side_by_side(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """
    Join what stands side by side on one line: PDFium begins a new one where a raised letter ends.
    """
    level: list[PlacedLine] = []
    for line in lines:
        if not level or not _beside(level[-1], line):
            level.append(line)
            continue
        last = level[-1]
        *before, end = last.cells
        start, *after = line.cells
        apart = line.left - last.right > last.height / 5
        space = " " if apart else ""
        together = Cell(f"{end.text}{space}{start.text}", end.left, start.right)
        level[-1] = replace(last, cells=(*before, together, *after))
    return level


def _beside(last: PlacedLine, line: PlacedLine) -> bool:
    """Whether a line begins right behind another, at about the same height."""
    tall = max(last.height, line.height)
    near = -tall / 4 <= line.left - last.right < CELL * tall
    return near and abs(line.along - last.end) <= tall / 2


def _lines(placed: Sequence[PlacedLine]) -> list[Line]:
    """Return the lines as they are joined to paragraphs, each with whether it is set apart."""
    usual = _usual(placed)
    lines: list[Line] = []
    last: PlacedLine | None = None
    for line, text in zip(placed, _texts(placed), strict=True):
        pitch = (line.right - line.left) / max(columns(line.text), 1)
        apart = last is not None and _apart(last, line, usual)
        lines.append(Line(text, line.left, line.right, pitch, apart=apart))
        last = line
    return lines


def _usual(placed: Sequence[PlacedLine]) -> float:
    """Return the usual distance between lines, in heights of letters."""
    close: list[float] = []
    for last, line in pairwise(placed):
        distance = (line.along - last.end) / line.height
        if 0 < distance < FAR:
            close.append(distance)
    if not close:
        return FAR
    return sorted(close)[int(len(close) * CLOSE)]


def _apart(last: PlacedLine, line: PlacedLine, usual: float) -> bool:
    taller = max(last.height, line.height) > TALLER * min(last.height, line.height)
    distance = (line.along - last.end) / line.height
    if distance < 0 and line.left >= last.right:
        return taller  # the top of the next column
    return taller or distance < 0 or distance > APART * usual


def _texts(placed: Sequence[PlacedLine]) -> list[str]:
    """
    Return the lines' texts; neighbours with cells below one another are rows, an empty cell keeps
    its place.
    """
    texts = [line.text for line in placed]
    for first, end in _tables(placed):
        texts[first:end] = _rows(placed[first:end])
    return texts


def _rows(lines: Sequence[PlacedLine]) -> list[str]:
    """Return the rows of a table, whose columns are the cells of its widest line."""
    widest = max(len(line.cells) for line in lines)
    heads = next(line.cells for line in lines if len(line.cells) == widest)
    rows: list[str] = []
    for line in lines:
        row = [""] * len(heads)
        for cell in line.cells:
            column = _column(cell, heads)
            row[column] = f"{row[column]} {cell.text}".strip()
        rows.append(ROW.join(row))
    return rows


def _column(cell: Cell, heads: Sequence[Cell]) -> int:
    """Return which of these cells another is nearest to stand below, the first of two alike."""
    distances = [_offset(cell, head) for head in heads]
    return distances.index(min(distances))


def _tables(placed: Sequence[PlacedLine]) -> list[tuple[int, int]]:
    """Return the first line and the end of each run of two or more rows."""
    tables: list[tuple[int, int]] = []
    start = 0
    while start < len(placed):
        end = start + 1
        while end < len(placed) and _is_row_below(placed[start:end], placed[end]):
            end += 1
        if end - start > 1:
            tables.append((start, end))
        start = end
    return tables


def _is_row_below(rows: Sequence[PlacedLine], line: PlacedLine) -> bool:
    """
    Whether a line has cells, and one of them but the first stands below another of these rows.
    """
    others = line.cells[1:]
    if not others:
        return False
    for row in rows:
        for cell in row.cells[1:]:
            if any(_offset(cell, other) < line.height / 2 for other in others):
                return True
    return False


def _columns_apart(placed: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Put two columns of sentences that stand side by side, line by line, after each other."""
    lines: list[PlacedLine] = []
    taken = 0
    for first, end in _tables(placed):
        run = placed[first:end]
        if not _are_columns(run):
            continue
        lines += placed[taken:first]
        for side in (0, 1):
            lines += [replace(line, cells=(line.cells[side],)) for line in run]
        taken = end
    return [*lines, *placed[taken:]]


def _are_columns(run: Sequence[PlacedLine]) -> bool:
    """Tell whether neighbouring lines of two cells each are two columns of sentences."""
    if len(run) < COLUMN or not all(len(line.cells) == 2 for line in run):
        return False
    return _flows(run, 0) and _flows(run, 1)


def _flows(run: Sequence[PlacedLine], side: int) -> bool:
    """Tell whether the lines of a column are sentences, of which some go on below."""
    texts = [line.cells[side].text for line in run]
    going_on = 0
    for text, following in pairwise(texts):
        if ended(text, following):
            continue
        if not may_go_on(text, following):
            return False
        going_on += 1
    return 0 < going_on <= len(texts) / 2 and ended(texts[-1])


def _offset(one: Cell, other: Cell) -> float:
    """
    Return how far two cells are from standing below one another, by their left ends, right ends or
    middles.
    """
    middle = abs(one.left + one.right - other.left - other.right) / 2
    return min(abs(one.left - other.left), abs(one.right - other.right), middle)
