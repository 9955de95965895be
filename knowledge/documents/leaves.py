"""
The leaves of a version: its passages as a reader turns them, a page, slide or sheet at a time.

What has no pages of its own is cut into leaves between its passages. A leaf has the text that is
searched and quoted, and nothing else, so that it shows what was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.text.outline import CELL
from knowledge.values import Passage, Place, PlaceKind

LEAF = 3000  # characters on a leaf of what has no pages
PAGED: tuple[PlaceKind, ...] = ("page", "slide")  # whose numbers are those of leaves


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line as it was read. `anchor` names it on its leaf; `cells` are those of a table's row, else
    empty.
    """

    anchor: str
    text: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines under one heading, in order: `table` says that they are rows."""

    headings: tuple[str, ...]
    place: Place
    lines: tuple[Line, ...]
    table: bool = False
    notes: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a version: `number` is the page's or slide's own where it has one."""

    number: int
    place: Place
    passages: tuple[Passage, ...]

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        stretches: list[Stretch] = []
        for passage in self.passages:
            stretches += _stretches(passage)
        return tuple(stretches)


def leaves(passages: Sequence[Passage], pages: int) -> tuple[Leaf, ...]:
    """
    Return the leaves that `passages`, in order, stand on.

    `pages` are those of the file: where they are numbered, one on which nothing was read is an
    empty leaf.
    """
    kinds = {passage.place.kind for passage in passages}
    numbered = all(passage.place.number is not None for passage in passages)
    if len(kinds) == 1 and numbered and kinds <= set(PAGED):
        return _pages(passages, pages, kinds.pop())
    return _cut(passages)


def leaf_of(all_leaves: Sequence[Leaf], position: int) -> Leaf | None:
    """Return the leaf on which the passage at this position stands."""
    for leaf in all_leaves:
        for passage in leaf.passages:
            if passage.position == position:
                return leaf
    return None


def _pages(passages: Sequence[Passage], pages: int, kind: PlaceKind) -> tuple[Leaf, ...]:
    """Return a leaf for each page, and for those of the file that gave nothing."""
    by_number: dict[int, list[Passage]] = {}
    if kind == "page":
        by_number = {number: [] for number in range(1, pages + 1)}
    for passage in passages:
        by_number.setdefault(passage.place.number or 0, []).append(passage)
    paged = []
    for number in sorted(by_number):
        leaf = Leaf(number, Place(kind, number), tuple(by_number[number]))
        paged.append(leaf)
    return tuple(paged)


def _cut(passages: Sequence[Passage]) -> tuple[Leaf, ...]:
    """Return leaves of about `LEAF` characters; a new sheet begins a new one."""
    groups: list[list[Passage]] = []
    size = 0
    for passage in passages:
        before = groups[-1][-1] if groups else None
        full = size + len(passage.text) > LEAF
        turns = before is not None and _sheet(before) != _sheet(passage)
        if before is None or full or turns:
            groups.append([])
            size = 0
        groups[-1].append(passage)
        size += len(passage.text)
    return tuple(Leaf(at, group[0].place, tuple(group)) for at, group in enumerate(groups, 1))


def _sheet(passage: Passage) -> str:
    return passage.place.label if passage.place.kind == "sheet" else ""


def _stretches(passage: Passage) -> list[Stretch]:
    """Return the tables of a passage, and what stands between them."""
    notes = passage.kind == "notes"
    found = stretches(passage.text, f"p{passage.position}-")
    return [
        Stretch(passage.headings[1:], passage.place, lines, table, notes) for table, lines in found
    ]


def stretches(text: str, prefix: str = "") -> list[tuple[bool, tuple[Line, ...]]]:
    """
    Return the lines of a text in order, those of a table together, each group with whether they are
    rows.

    Anchors are `prefix` and the line's number, from 0; empty lines are left out.
    """
    groups: list[list[Line]] = []
    for number, line in enumerate(text.split("\n")):
        if not line.strip():
            continue
        cells = _cells(line)
        if not groups or bool(groups[-1][-1].cells) != bool(cells):
            groups.append([])
        groups[-1].append(Line(f"{prefix}{number}", line, cells))
    return [(bool(group[0].cells), tuple(group)) for group in groups]


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a row, the last one empty where the line ends behind its mark."""
    if CELL not in line and not line.endswith(CELL.rstrip()):
        return ()
    return tuple(map(str.strip, f"{line} ".split(CELL)))
