"""
Columns of running text that a PDF draws line by line across the page.

A page is cut into zones from the top: lines that go across all columns, and between them the
columns, from left to right. A table's cells are too narrow to count.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from statistics import median

from knowledge.reading.readers.layout import Box

_COLUMN = 3  # lines that make a column
_WIDE = 0.2  # of the page, half the lines of a column are at least that wide
_INNER = (0.25, 0.75)  # of the page: the right column begins between
_ACROSS = 0.25  # of a page's lines, at most, go across its columns
_FAR = 1e6  # points; beyond every page
_MOST = 3  # cuts within cuts


def columned(boxes: Sequence[Box], width: float) -> list[Box]:
    """
    Return the zones of a page with columns in the order they are read in; none for other pages.

    A box is left, bottom, right, top in points.
    """
    zones = _zones(boxes, width, (-_FAR, _FAR), _MOST)
    return zones if len(zones) > 1 else []


def _zones(boxes: Sequence[Box], width: float, sides: tuple[float, float], most: int) -> list[Box]:
    """Return the zones of what stands between two sides of the page."""
    whole = [(sides[0], -_FAR, sides[1], _FAR)]
    gutter = _gutter(boxes, width) if most else None
    if gutter is None:
        return whole
    across = [box for box in boxes if box[0] < gutter < box[2]]
    zones: list[Box] = []
    top = _FAR
    for line in sorted(across, key=_middle, reverse=True):
        zones += _band(boxes, width, (sides, gutter), (line[3], top), most)
        zones.append((sides[0], line[1], sides[1], min(top, line[3])))
        top = line[1]
    zones += _band(boxes, width, (sides, gutter), (-_FAR, top), most)
    return zones


def _band(
    boxes: Sequence[Box],
    width: float,
    across: tuple[tuple[float, float], float],
    heights: tuple[float, float],
    most: int,
) -> list[Box]:
    """Return the columns between two heights; none where nothing stands there."""
    (left, right), gutter = across
    bottom, top = heights
    zones: list[Box] = []
    for sides in ((left, gutter), (gutter, right)):
        inside = [box for box in boxes if _lies_between(box, sides, heights)]
        if inside:
            zones += _zones(inside, width, sides, most - 1)
    return [(zone[0], max(bottom, zone[1]), zone[2], min(top, zone[3])) for zone in zones]


def _lies_between(box: Box, sides: tuple[float, float], heights: tuple[float, float]) -> bool:
    beside = sides[0] <= box[0] and box[2] <= sides[1]
    return beside and heights[0] <= _middle(box) <= heights[1]


def _middle(box: Box) -> float:
    """Return how high the middle of a box stands."""
    return (box[1] + box[3]) / 2


def _gutter(boxes: Sequence[Box], width: float) -> float | None:
    """Return where two interleaved columns of running text part; None where there are none."""
    count = len(boxes)
    if count < 2 * _COLUMN:
        return None
    ended, begun = sorted(boxes, key=_right), sorted(boxes, key=_left)
    wide_ended, wide_begun = _wide_before(ended, width), _wide_before(begun, width)
    lefts = {box[0] for box in begun if _INNER[0] * width <= box[0] <= _INNER[1] * width}
    for edge in sorted(lefts):
        before = bisect_right(ended, edge, key=_right)
        first = bisect_left(begun, edge, key=_left)
        after = count - first
        if min(before, after) < _COLUMN or count - before - after > _ACROSS * count:
            continue
        # counted first: a page may have thousands of pieces, and as many edges to be tried
        if 2 * wide_ended[before] < before or 2 * (wide_begun[-1] - wide_begun[first]) < after:
            continue
        left, right = ended[:before], begun[first:]
        beside = [box for box in boxes if box[2] <= edge or box[0] >= edge]
        if _is_wide(left, width) and _is_wide(right, width) and _alternates(beside, edge):
            return (edge + left[-1][2]) / 2
    return None


def _left(box: Box) -> float:
    return box[0]


def _right(box: Box) -> float:
    return box[2]


def _wide_before(boxes: Sequence[Box], width: float) -> list[int]:
    """Return how many of the first none, one, two … boxes are wide enough for running text."""
    wide = [box[2] - box[0] >= _WIDE * width for box in boxes]
    return list(accumulate(wide, initial=0))


def _is_wide(column: Sequence[Box], width: float) -> bool:
    """Tell whether half the lines of a column are wide enough for running text."""
    return median(box[2] - box[0] for box in column) >= _WIDE * width


def _alternates(boxes: Sequence[Box], edge: float) -> bool:
    """Tell whether the pieces of a page are drawn now on the one side of an edge, now beyond it."""
    sides = [box[0] >= edge for box in boxes]
    switches = sum(before != after for before, after in pairwise(sides))
    return switches >= len(boxes) / 2
