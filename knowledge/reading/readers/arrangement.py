"""
The order in which people read boxes on a page or slide: from the top down, side by side from left
to right.

The page is cut where no box lies: first across, into bands, and a band into columns, and so on. So
a column is read to its end where its boxes do not stand level with those beside it.
"""

from collections.abc import Sequence

Box = tuple[float, float, float, float]  # left, top, right, bottom; downwards grows
_DEEPEST = 12  # cuts within cuts
_OVERLAP = 0.2  # of the smaller box's height or width, which neighbours may share


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Return the places of the boxes in the order they are read in."""
    return _ordered(boxes, list(range(len(boxes))), _DEEPEST)


def _ordered(boxes: Sequence[Box], places: list[int], deepest: int) -> list[int]:
    if len(places) < 2 or not deepest:
        return sorted(places, key=lambda at: (boxes[at][1], boxes[at][0]))
    bands = _cut(boxes, places, 1)
    if len(bands) > 1:
        return _in_turn(boxes, bands, deepest)
    columns = _cut(boxes, places, 0)
    if len(columns) > 1:
        return _in_turn(boxes, columns, deepest)
    return sorted(places, key=lambda at: (boxes[at][1], boxes[at][0]))


def _in_turn(boxes: Sequence[Box], groups: Sequence[list[int]], deepest: int) -> list[int]:
    ordered: list[int] = []
    for group in groups:
        ordered += _ordered(boxes, group, deepest - 1)
    return ordered


def _cut(boxes: Sequence[Box], places: Sequence[int], side: int) -> list[list[int]]:
    """Return groups of boxes with free room between them: columns for side 0, bands for 1."""
    groups: list[list[int]] = []
    end = float("-inf")
    for at in sorted(places, key=lambda place: boxes[place][side]):
        begin, until = boxes[at][side], boxes[at][side + 2]
        shared = min(_OVERLAP * (until - begin), end - begin)
        if groups and begin + max(shared, 0.0) < end:
            groups[-1].append(at)
        else:
            groups.append([at])
        end = max(end, until)
    return groups
