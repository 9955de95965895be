"""
The shapes of a slide, of its notes or of a diagram: their lines in the order people read them.

Where a shape stands is its own saying, or that of the layout's placeholder it fills. Hidden shapes
and white text on no fill of their own are kept apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.reading.readers.archive import parse
from knowledge.reading.readers.arrangement import Box, reading_order
from knowledge.reading.readers.grid import Grid, span
from knowledge.reading.readers.links import Addresses, with_address
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import pictured
from knowledge.values import Flag

TITLES = frozenset({"title", "ctrTitle"})
_NOT_SPOKEN = frozenset({"sldNum", "dt", "hdr", "ftr"})
_SHAPES = frozenset({"sp", "pic", "graphicFrame", "grpSp", "cxnSp"})
_STYLES = frozenset({"rPr", "srgbClr", "solidFill", "gradFill", "blipFill"})
_TEXTS = frozenset({"t", "text"})
_PLACED = frozenset({"off", "ext"})
_OF_SHAPES = _PLACED | {"cNvPr", "ph"}
_TABLE = frozenset({"tbl", "tr", "tc"})
_WHITE = frozenset({"ffffff", "fefefe"})
_ON = frozenset({"1", "true"})
_LARGE = 0.15  # of the slide, from which a picture may hold what the slide is about

Places = Mapping[str, Box]  # of the placeholders of a layout, by type and index


@dataclass(slots=True)
class Shape:
    """A shape with its lines, or a group of shapes; `box` is None where nothing says where."""

    box: Box | None = None
    role: str = ""
    number: str = ""  # of the layout's placeholder it fills
    fills: bool = False  # it fills a placeholder
    hidden: bool = False
    lines: list[str] = field(default_factory=list)
    parts: list["Shape"] = field(default_factory=list)

    def spoken(self) -> list[str]:
        """Return the lines of the shape and of those in it, as they are read."""
        return [*self.lines, *arranged(self.parts)]


def arranged(shapes: list[Shape]) -> list[str]:
    """Return the lines of shapes: titles, those that stand nowhere, then the others by place."""
    first: list[str] = []
    nowhere: list[str] = []
    placed: list[tuple[Box, list[str]]] = []
    for shape in shapes:
        lines = shape.spoken()
        if not lines:
            continue
        if shape.role in TITLES:
            first += lines
        elif shape.box is None:
            nowhere += lines
        else:
            placed.append((shape.box, lines))
    ordered: list[str] = []
    for at in reading_order([box for box, _ in placed]):
        ordered += placed[at][1]
    return [*first, *nowhere, *ordered]


def placeholders(data: bytes, budget: Budget) -> dict[str, Box]:
    """Return where a layout's placeholders stand, by type and by index."""
    shapes = Shapes(budget)
    shapes.walk(data)
    places: dict[str, Box] = {}
    for shape in shapes.shapes:
        if not shape.fills or shape.box is None:
            continue
        places.setdefault(shape.role, shape.box)
        if shape.number:
            places[f"#{shape.number}"] = shape.box
    return places


class Shapes:
    """Gathers the shapes of a part."""

    def __init__(
        self,
        budget: Budget,
        places: Places | None = None,
        size: tuple[float, float] = (0.0, 0.0),
        addresses: Addresses | None = None,
    ) -> None:
        self.shapes: list[Shape] = []  # outermost ones
        self.title = ""
        self.hidden = False  # the slide itself
        self.white = self.concealed = False
        self.unseen: list[str] = []
        self.pictures: list[str] = []  # relationship ids of those large enough to hold text
        self._budget = budget
        self._places = places or {}
        self._area = size[0] * size[1]
        self._addresses = addresses or {}
        self._open: list[Shape] = []
        self._loose = Shape()  # text outside of every shape, as in diagrams
        self._texts = self._skip = 0
        self._line: list[str] = []
        self._link = ""
        self._grid: Grid | None = None
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._covered = False
        self._blip = ""
        self._invisible = False
        self._style = self._filled = False

    def walk(self, data: bytes) -> None:
        parse(data, self._budget, self._start, self._end, self._text)

    def lines(self) -> list[str]:
        return [*self._loose.lines, *arranged(self.shapes)]

    def flags(self, number: int, lines: Sequence[str]) -> Iterator[Flag]:
        """
        Yield what was hidden on slide `number`, and whether a picture holds more than its lines.
        """
        if self.concealed:
            yield Flag("hidden_text", number, "hidden_shape")
        if self.white:
            yield Flag("hidden_text", number, "white_text")
        if self.pictures:
            yield Flag(pictured("\n".join(lines)), number)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        if tag in _SHAPES:
            self._open.append(Shape())
            self._filled, self._blip = False, ""
        elif tag in _STYLES:
            self._start_style(tag, values.get("val", ""))
        elif tag in _TABLE:
            self._start_table(tag, values)
        elif tag in _OF_SHAPES and self._open:
            self._start_in_shape(tag, values)
        elif tag in {"sld", "notes"}:
            self.hidden = values.get("show") in {"0", "false"}
        elif tag == "blip":
            self._blip = values.get("embed", "")
        elif tag == "hlinkClick" and self._style:
            self._link = self._addresses.get(values.get("rid", ""), "")
        elif tag == "br":
            self._line.append("\n")
        else:
            self._texts += tag in _TEXTS
            self._skip += tag == "Fallback"

    def _start_in_shape(self, tag: str, values: dict[str, str]) -> None:
        """Take what says where the open shape stands, and whether it is seen."""
        if tag in _PLACED:
            self._place(tag, values)
        elif tag == "ph":
            self._fill(values)
        elif values.get("hidden") in _ON:
            self._open[-1].hidden = True

    def _fill(self, values: dict[str, str]) -> None:
        """Take which placeholder of the layout the open shape fills, and stand where that does."""
        here = self._open[-1]
        here.fills = True
        here.role, here.number = values.get("type", "body"), values.get("idx", "")
        if here.box is None:
            here.box = self._places.get(f"#{here.number}") or self._places.get(here.role)

    def _place(self, tag: str, values: dict[str, str]) -> None:
        """Take where the open shape stands, or how large it is."""
        here = self._open[-1]
        if tag == "off":
            left, top = length(values.get("x", "")), length(values.get("y", ""))
            here.box = (left, top, left, top)
        elif here.box is not None and "cx" in values:
            left, top = here.box[:2]
            width, height = length(values["cx"]), length(values.get("cy", ""))
            here.box = (left, top, left + width, top + height)

    def _start_style(self, tag: str, value: str) -> None:
        """Take what says how letters and shapes are coloured."""
        if tag == "rPr":
            self._style = True
        elif tag == "srgbClr":
            if self._style and value.lower() in _WHITE:
                self._invisible = not self._filled and self._grid is None
        elif not self._style:
            self._filled = True

    def _start_table(self, tag: str, values: dict[str, str]) -> None:
        if tag == "tbl":
            self._grid = Grid(self._budget)
        elif self._grid is None:
            return
        elif tag == "tr":
            self._grid.row()
        else:
            self._cell = []
            self._span = (span(values.get("gridSpan")), span(values.get("rowSpan")))
            self._covered = values.get("hMerge") in _ON or values.get("vMerge") in _ON

    def _end(self, tag: str) -> None:
        if tag in _SHAPES and self._open:
            self._end_shape(tag)
        elif tag in {"p", "text"}:
            self._texts -= tag in _TEXTS
            self._close()
        elif tag == "rPr":
            self._style = False
        elif tag == "r":
            self._invisible = False
            self._end_link()
        elif tag in _TABLE:
            self._end_table(tag)
        else:
            self._texts -= tag in _TEXTS
            self._skip -= tag == "Fallback"

    def _end_shape(self, tag: str) -> None:
        shape = self._open.pop()
        if tag == "pic" and self._is_large(shape) and not self._is_hidden(shape):
            self.pictures.append(self._blip)
        if self._open:
            self._open[-1].parts.append(shape)
        else:
            self.shapes.append(shape)

    def _is_large(self, shape: Shape) -> bool:
        if shape.box is None or not self._area:
            return False
        left, top, right, bottom = shape.box
        return (right - left) * (bottom - top) >= _LARGE * self._area

    def _is_hidden(self, shape: Shape) -> bool:
        return shape.hidden or any(other.hidden for other in self._open)

    def _end_link(self) -> None:
        """Write the address behind the words of a run that ends."""
        if self._link:
            self._line = [with_address("".join(self._line), self._link)]
        self._link = ""

    def _end_table(self, tag: str) -> None:
        if self._grid is None:
            return
        if tag == "tc":
            if not self._covered:
                self._grid.cell(" ".join(self._cell or ()), *self._span)
            self._cell = None
        elif tag == "tbl":
            self._lines().extend(self._grid.lines())
            self._grid = None

    def _lines(self) -> list[str]:
        """Return the lines of the shape that is open."""
        return self._open[-1].lines if self._open else self._loose.lines

    def _text(self, text: str) -> None:
        if not self._texts or self._skip:
            return
        hidden = any(shape.hidden for shape in self._open)
        if self._invisible or hidden:
            self.white = self.white or (self._invisible and bool(text.strip()))
            self.concealed = self.concealed or (hidden and bool(text.strip()))
            self.unseen.append(text)
            return
        self._budget.characters(len(text))
        self._line.append(text)

    def _close(self) -> None:
        text = text_of("".join(self._line).strip())
        self._line = []
        role = self._open[-1].role if self._open else ""
        if not text:
            return
        if role in _NOT_SPOKEN:
            self.unseen.append(text)
            return
        if self._cell is not None:
            self._cell.append(" ".join(text.split()))
            return
        if role in TITLES:
            self.title = f"{self.title} {' '.join(text.split())}".strip()
        self._lines().append(text)


def length(written: str) -> float:
    """Return a length in EMU, 0 where it is none."""
    digits = written.removeprefix("-")
    if len(digits) > 12 or not (digits.isascii() and digits.isdigit()):
        return 0.0
    return float(written)
