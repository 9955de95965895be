"""Columns that a PDF draws line by line across the page, told by where its pieces stand."""

from typing import Any

from knowledge.reading.readers.columns import columned
from knowledge.reading.readers.layout import Box

PAGE = 600.0  # points wide


def rows(count: int, *spans: tuple[float, float]) -> list[Box]:
    """Return the pieces of so many rows from the top, each row with one over every span."""
    boxes: list[Box] = []
    for row in range(count):
        bottom = 12.0 * (count - row)
        boxes += [(left, bottom, right, bottom + 10) for left, right in spans]
    return boxes


def test_two_columns_are_read_one_after_the_other() -> None:
    zones = columned(rows(20, (50, 280), (320, 550)), PAGE)

    sides = {(zone[0] < 300, zone[2] > 300) for zone in zones}
    assert len(zones) == 2
    assert sides == {(True, False), (False, True)}


def test_the_cells_of_a_table_are_no_columns() -> None:
    assert columned(rows(20, (50, 120), (200, 270), (350, 420)), PAGE) == []


def test_lines_across_a_page_part_its_columns() -> None:
    head: Box = (50, 300, 550, 312)

    zones = columned([head, *rows(20, (50, 280), (320, 550))], PAGE)

    assert len(zones) == 3
    assert zones[0][1] == head[1]


class _Piece(tuple[float, ...]):
    """A piece that counts how often anybody looks where it stands."""

    __slots__ = ()
    looks = 0

    def __getitem__(self, at: Any) -> Any:
        _Piece.looks += 1
        return super().__getitem__(at)


def test_a_page_of_many_pieces_is_looked_at_a_few_times_a_piece() -> None:
    pieces: list[Any] = []
    for at, box in enumerate(rows(100, *[(50.0 + 50 * x, 95.0 + 50 * x) for x in range(10)])):
        shift = at / 1000  # so that every piece begins at a place of its own
        pieces.append(_Piece((box[0] + shift, box[1], box[2] + shift, box[3])))
    _Piece.looks = 0

    assert columned(pieces, PAGE) == []
    assert _Piece.looks < 60 * len(pieces)
