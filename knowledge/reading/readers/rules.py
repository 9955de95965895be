"""
The lines that a PDF draws, and the grids they make.

What is drawn as a line is a stroke, a filled bar as thin as one, or an edge of a stroked rectangle.
Lines that touch make one grid; where two neighbouring fields have no line between them, they are
one cell. Sides that a table leaves open are closed where its other lines end.
"""

import ctypes
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from operator import attrgetter

import pypdfium2 as pdfium
from pypdfium2 import raw

_OBJECTS = 4000  # looked at on a page
_POINTS = 20_000  # of a page's paths; one with more is a drawing
_THIN = 3.0  # points; a filled bar no thicker is a line
_SAME = 2.0  # points; lines no further apart are one
_LEAST = 6.0  # points; what is shorter is no line of a table
_OPEN = 10.0  # points that lines stick out where a side is open
_MOST = 400  # lines of a page in one direction
_FEWEST = 3  # cells of a table
_DRAWN = 4  # places that lines of a table stand at; two that cross are the axes of a drawing
_CELLS = 4000  # of a table

_at, _start, _end = attrgetter("at"), attrgetter("start"), attrgetter("end")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A line, level or upright: it goes from `start` to `end` along its axis and stands `at` on the
    other one.
    """

    at: float
    start: float
    end: float
    upright: bool


ByPlace = Mapping[float, Sequence[Rule]]


@dataclass(frozen=True, slots=True)
class Field:
    """A cell of a grid in points, with the columns and rows it covers, counted from 0."""

    left: float
    bottom: float
    right: float
    top: float
    row: int
    column: int
    down: int
    across: int

    def holds(self, across: float, up: float) -> bool:
        """Tell whether a point lies within."""
        return self.left <= across <= self.right and self.bottom <= up <= self.top


@dataclass(frozen=True, slots=True)
class Ruled:
    """A grid: its edges in points, its rows, and its cells in the order they are read in."""

    left: float
    bottom: float
    right: float
    top: float
    rows: int
    fields: tuple[Field, ...]

    def holds(self, across: float, up: float) -> bool:
        """Tell whether a point lies within."""
        return self.left <= across <= self.right and self.bottom <= up <= self.top


def grids(page: pdfium.PdfPage) -> list[Ruled]:
    """Return the grids of a page, from the top."""
    level: list[Rule] = []
    upright: list[Rule] = []
    for first, second in _strokes(page):
        across, up = abs(first[0] - second[0]), abs(first[1] - second[1])
        if up <= _SAME and across >= _LEAST:
            start, end = sorted((first[0], second[0]))
            level.append(Rule((first[1] + second[1]) / 2, start, end, upright=False))
        elif across <= _SAME and up >= _LEAST:
            start, end = sorted((first[1], second[1]))
            upright.append(Rule((first[0] + second[0]) / 2, start, end, upright=True))
    level, upright = _whole(level), _whole(upright)
    made: list[Ruled] = []
    for rows, columns in _touching((*level, *upright)):
        if grid := _grid(rows, columns):
            made.append(grid)
    return sorted(made, key=_from_the_top)


def _from_the_top(grid: Ruled) -> float:
    return -grid.top


def _strokes(page: pdfium.PdfPage) -> Iterator[tuple[Point, Point]]:
    """Yield the ends of each straight line that is drawn on a page; none of a drawing."""
    points = 0
    found: list[tuple[Point, Point]] = []
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), _OBJECTS)):
        thing = raw.FPDFPage_GetObject(page.raw, at)
        if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_PATH:
            continue
        points += max(raw.FPDFPath_CountSegments(thing), 0)
        if points > _POINTS:
            return
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(thing, filled, stroked)
        for outline in _outlines(thing):
            if stroked.value:
                found += pairwise(outline)
            elif filled.value:
                found += _bar(outline)
    yield from found


def _outlines(thing: object) -> Iterator[list[Point]]:
    """Yield the corners of each part of a path that is made of straight lines alone."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(thing, matrix)
    outline: list[Point] = []
    straight = True
    for at in range(max(raw.FPDFPath_CountSegments(thing), 0)):
        segment = raw.FPDFPath_GetPathSegment(thing, at)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if straight and len(outline) > 1:
                yield outline
            outline, straight = [], True
        straight = straight and kind != raw.FPDF_SEGMENT_BEZIERTO
        x, y = ctypes.c_float(), ctypes.c_float()
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        across = matrix.a * x.value + matrix.c * y.value + matrix.e
        up = matrix.b * x.value + matrix.d * y.value + matrix.f
        outline.append((across, up))
        if raw.FPDFPathSegment_GetClose(segment) and outline:
            outline.append(outline[0])
    if straight and len(outline) > 1:
        yield outline


def _bar(outline: Sequence[Point]) -> list[tuple[Point, Point]]:
    """Return the line that a filled part is, where it is as thin as one."""
    xs, ys = zip(*outline, strict=True)
    left, right, bottom, top = min(xs), max(xs), min(ys), max(ys)
    if top - bottom <= _THIN:
        middle = (bottom + top) / 2
        return [((left, middle), (right, middle))]
    if right - left <= _THIN:
        middle = (left + right) / 2
        return [((middle, bottom), (middle, top))]
    return []


def _whole(rules: Sequence[Rule]) -> list[Rule]:
    """Return lines with the pieces of each put together; none where they are too many."""
    places = _places(map(_at, rules))
    if len(places) > _MOST:
        return []
    pieces: dict[float, list[Rule]] = {}
    for rule in rules:
        pieces.setdefault(_nearest(rule.at, places), []).append(rule)
    whole: list[Rule] = []
    for at, parts in pieces.items():
        parts.sort(key=_start)
        first = parts[0]
        start, end = first.start, first.end
        for part in parts[1:]:
            if part.start > end + _SAME:
                whole.append(Rule(at, start, end, first.upright))
                start, end = part.start, part.end
            end = max(end, part.end)
        whole.append(Rule(at, start, end, first.upright))
    if len(whole) > _MOST:
        return []
    return whole


def _places(values: Iterable[float]) -> list[float]:
    """Return values in order, those of one line once."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _SAME:
            places.append(value)
    return places


def _nearest(value: float, places: Sequence[float]) -> float:
    at = bisect(places, value)
    if at == len(places):
        return places[-1]
    if at and value - places[at - 1] < places[at] - value:
        return places[at - 1]
    return places[at]


def _touching(rules: Iterable[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Yield the lines that cross or touch each other, level and upright ones, by grid."""
    waiting = set(rules)
    while waiting:
        level: list[Rule] = []
        upright: list[Rule] = []
        together = [waiting.pop()]
        while together:
            rule = together.pop()
            same = upright if rule.upright else level
            same.append(rule)
            near = set(filter(partial(_meet, rule), waiting))
            waiting -= near
            together += near
        yield level, upright


def _meet(one: Rule, other: Rule) -> bool:
    """Tell whether two lines at right angles to each other cross or touch."""
    if one.upright == other.upright:
        return False
    crosses = one.start - _SAME <= other.at <= one.end + _SAME
    return crosses and other.start - _SAME <= one.at <= other.end + _SAME


def _grid(level: Sequence[Rule], upright: Sequence[Rule]) -> Ruled | None:
    """Return the grid that lines make; None where they make none."""
    rows, columns = _by_place(level), _by_place(upright)
    xs, ys = _closed(sorted(columns), level), _closed(sorted(rows), upright)
    ys.reverse()
    if len(rows) + len(columns) < _DRAWN or not 9 <= len(xs) * len(ys) <= _CELLS:
        return None
    cells = _cells(xs, ys, rows, columns)
    if cells is None or len(cells) < _FEWEST:
        return None
    return Ruled(xs[0], ys[-1], xs[-1], ys[0], len(ys) - 1, cells)


def _closed(places: list[float], crossing: Sequence[Rule]) -> list[float]:
    """Return the places of lines with those of the sides that a table leaves open."""
    if not places or not crossing:
        return places
    first, last = min(map(_start, crossing)), max(map(_end, crossing))
    if first < places[0] - _OPEN:
        places = [first, *places]
    if last > places[-1] + _OPEN:
        places = [*places, last]
    return places


def _cells(
    xs: Sequence[float], ys: Sequence[float], level: ByPlace, upright: ByPlace
) -> tuple[Field, ...] | None:
    """Return the cells of a grid; None where fields that belong together are no rectangle."""
    rows, columns = len(ys) - 1, len(xs) - 1
    taken: set[tuple[int, int]] = set()
    cells: list[Field] = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            across, down = 1, 1
            middle = (ys[row] + ys[row + 1]) / 2
            while column + across < columns and not _ruled(upright, xs[column + across], middle):
                across += 1
            beneath = (xs[column] + xs[column + 1]) / 2
            while row + down < rows and not _ruled(level, ys[row + down], beneath):
                down += 1
            covered = {(row + y, column + x) for y in range(down) for x in range(across)}
            if covered & taken or not _undivided(covered, xs, ys, (level, upright)):
                return None
            taken |= covered
            edges = (xs[column], ys[row + down], xs[column + across], ys[row])
            cells.append(Field(*edges, row, column, down, across))
    return tuple(cells)


def _undivided(
    covered: set[tuple[int, int]],
    xs: Sequence[float],
    ys: Sequence[float],
    rules: tuple[ByPlace, ByPlace],
) -> bool:
    """Tell whether no line goes through the fields that one cell covers."""
    level, upright = rules
    for row, column in covered:
        middle = (ys[row] + ys[row + 1]) / 2
        if (row, column + 1) in covered and _ruled(upright, xs[column + 1], middle):
            return False
        beneath = (xs[column] + xs[column + 1]) / 2
        if (row + 1, column) in covered and _ruled(level, ys[row + 1], beneath):
            return False
    return True


def _by_place(rules: Sequence[Rule]) -> ByPlace:
    places: dict[float, list[Rule]] = {}
    for rule in rules:
        places.setdefault(rule.at, []).append(rule)
    return places


def _ruled(rules: ByPlace, at: float, along: float) -> bool:
    """Tell whether a line stands at a place and goes by another."""
    return any(rule.start <= along <= rule.end for rule in rules.get(at, ()))
