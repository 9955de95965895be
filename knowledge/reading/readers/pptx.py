"""
PowerPoint: one page a slide in the order of the show, with title, tables and charts as rows,
SmartArt, and speaker notes apart.

Hidden slides and shapes, and white text on no fill of its own, are left out and flagged.
"""

from collections.abc import Iterator

from knowledge.reading.readers.archive import Archive, open_office, parse
from knowledge.reading.readers.charts import chart
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Title
from knowledge.values import Flag, Page, Place

_TITLES = frozenset({"title", "ctrTitle"})
_NOT_SPOKEN = frozenset({"sldNum", "dt", "hdr", "ftr"})
_SHAPES = frozenset({"sp", "pic", "graphicFrame", "grpSp", "cxnSp"})
_STYLES = frozenset({"rPr", "srgbClr", "solidFill", "gradFill", "blipFill"})
_TEXTS = frozenset({"t", "text"})
_PARTS = frozenset({"chart", "notesSlide", "diagramData", "comments"})
_WHITE = frozenset({"ffffff", "fefefe"})


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "pptx", budget)
    targets = {link.id: link.target for link in archive.links(main)}
    slides: list[str] = []

    def start(tag: str, values: dict[str, str]) -> None:
        if tag == "sldId" and targets.get(values.get("rid", "")):
            slides.append(targets[values["rid"]])

    parse(archive.part(main) or b"", budget, start)
    budget.pages(len(slides))
    named = False
    for number, name in enumerate(slides, 1):
        page, unseen = _slide(archive, name, number, budget)
        yield Omitted(unseen)
        if page.title and not named:
            named = True
            yield Title(page.title)
        yield page


def _slide(archive: Archive, name: str, number: int, budget: Budget) -> tuple[Page, str]:
    """Return a slide's page, and its text that was left out."""
    data = archive.part(name)
    place = Place("slide", number)
    if data is None:
        return Page(number, place, "", flags=(Flag("truncated", number, "missing_part"),)), ""
    slide = _Shapes(budget)
    slide.walk(data)
    lines, notes, unseen = list(slide.lines), list[str](), list(slide.unseen)
    for link in archive.links(name):
        part = archive.part(link.target) if link.kind in _PARTS else None
        if part is None:
            continue
        if link.kind == "chart":
            lines += chart(part, budget)
            continue
        more = _Shapes(budget)
        more.walk(part)
        unseen += more.unseen
        if link.kind == "diagramData":
            lines += more.lines
        else:
            notes += more.lines
    if slide.hidden:
        hidden = Page(number, place, "", flags=(Flag("hidden_slide", number),))
        return hidden, "\n".join((*lines, *notes, *unseen))
    flags = tuple(slide.flags(number, empty=not lines))
    page = Page(number, place, "\n".join(lines), slide.title, "\n".join(notes), flags)
    return page, "\n".join(unseen)


class _Shapes:
    """The lines of a slide, of its notes or of a diagram."""

    def __init__(self, budget: Budget) -> None:
        self.lines: list[str] = []
        self.title = ""
        self.hidden = False
        self.white = self.concealed = False
        self.unseen: list[str] = []
        self.pictures = 0
        self._budget = budget
        self._role = ""
        self._hidden: list[bool] = []  # of the shapes that are open, outermost first
        self._texts = self._skip = 0
        self._line: list[str] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._invisible = False
        self._style = self._filled = False

    def walk(self, data: bytes) -> None:
        parse(data, self._budget, self._start, self._end, self._text)

    def flags(self, number: int, *, empty: bool) -> Iterator[Flag]:
        """Yield what was hidden on the slide, and whether it is only a picture, being `empty`."""
        if self.concealed:
            yield Flag("hidden_text", number, "hidden_shape")
        if self.white:
            yield Flag("hidden_text", number, "white_text")
        if empty and self.pictures:
            yield Flag("image_only", number)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        if tag in _SHAPES:
            self._hidden.append(False)
            self._role, self._filled = "", False
            self.pictures += tag == "pic"
        elif tag in _STYLES:
            self._start_style(tag, values.get("val", ""))
        elif tag in {"tr", "tc"}:
            self._start_table(tag)
        elif tag in {"sld", "notes"}:
            self.hidden = values.get("show") in {"0", "false"}
        elif tag == "cNvPr" and self._hidden and values.get("hidden") in {"1", "true"}:
            self._hidden[-1] = True
        elif tag == "ph":
            self._role = values.get("type", "body")
        elif tag == "br":
            self._line.append("\n")
        else:
            self._texts += tag in _TEXTS
            self._skip += tag == "Fallback"

    def _start_style(self, tag: str, value: str) -> None:
        """Take what says how letters and shapes are coloured."""
        if tag == "rPr":
            self._style = True
        elif tag == "srgbClr":
            if self._style and value.lower() in _WHITE:
                self._invisible = not self._filled and self._row is None
        elif not self._style:
            self._filled = True

    def _start_table(self, tag: str) -> None:
        if tag == "tr":
            self._row = []
        else:
            self._cell = []

    def _end(self, tag: str) -> None:
        if tag in _SHAPES and self._hidden:
            self._hidden.pop()
        elif tag in {"p", "text"}:
            self._texts -= tag in _TEXTS
            self._close()
        elif tag == "rPr":
            self._style = False
        elif tag == "r":
            self._invisible = False
        elif tag in {"tr", "tc"}:
            self._end_table(tag)
        else:
            self._texts -= tag in _TEXTS
            self._skip -= tag == "Fallback"

    def _end_table(self, tag: str) -> None:
        if self._row is None:
            return
        if tag == "tc":
            self._row.append(" ".join(self._cell or ()))
            self._cell = None
            return
        row = " | ".join(self._row)
        self._row = None
        if row.strip(" |"):
            self.lines.append(row)

    def _text(self, text: str) -> None:
        if not self._texts or self._skip:
            return
        hidden = any(self._hidden)
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
        if not text:
            return
        if self._role in _NOT_SPOKEN:
            self.unseen.append(text)
            return
        if self._cell is not None:
            self._cell.append(" ".join(text.split()))
            return
        if self._role in _TITLES:
            self.title = f"{self.title} {' '.join(text.split())}".strip()
        self.lines.append(text)
