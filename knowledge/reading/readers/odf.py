"""
OpenDocument: texts, sheets and slides of LibreOffice and others, all told by one kind of XML.

Tracked deletions and the readings above kanji are no text. Hidden words, rows, columns, sheets and
slides are left out and flagged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.reading.readers.archive import Archive, parse
from knowledge.reading.readers.grid import Grid, nested, span
from knowledge.reading.readers.links import address, with_address
from knowledge.reading.readers.odf_frames import Frame, arranged, box_of
from knowledge.reading.readers.odf_styles import Styles
from knowledge.reading.readers.paragraphs import one_line, text_of
from knowledge.reading.readers.raw import Raw
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Omitted, Sections, Title, pictured
from knowledge.values import Flag, Page, Place

_CONTENT, _META, _MANIFEST = "content.xml", "meta.xml", "META-INF/manifest.xml"
_SILENT = frozenset({"tracked-changes", "ruby-text", "note-citation", "annotation", "desc"})
_SIGNS = {"tab": "\t", "line-break": "\n"}
_GAP = 50  # empty cells in a row that are kept
_REPEATED = 1000  # rows or cells that one element may stand for
_LARGE = 36.0  # square centimetres, from which a picture may hold text of its own
_HIDING = frozenset({"collapse", "filter"})


@dataclass(slots=True)
class _Sheet:
    """A table that is being read; `skipped` are the columns nobody sees."""

    grid: Grid
    name: str = ""
    hidden: bool = False
    skipped: set[int] = field(default_factory=set)
    columns: int = 0
    row: list[tuple[str, int, int]] = field(default_factory=list)
    repeated: int = 1
    row_hidden: bool = False
    cell: list[str] = field(default_factory=list)
    spans: tuple[int, int, int] = (1, 1, 1)  # columns, rows, times


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive = Archive(content, budget)
    manifest = archive.part(_MANIFEST)
    if manifest and b"encryption-data" in manifest:
        raise Refusal("password_protected")
    data = archive.part(_CONTENT)
    if data is None:
        raise Refusal("damaged")
    body = _Body(budget, Styles(archive.part("styles.xml"), data, budget))
    parse(data, budget, body.start, body.end, body.text)
    title = _title(archive.part(_META), budget) or body.title
    if title:
        yield Title(title)
    yield Omitted("\n".join(body.unseen))
    yield from dict.fromkeys(body.flags)
    yield from body.pages()


def pieces(content: bytes, budget: Budget) -> Iterator[Raw]:
    """Yield all the text that stands in paragraphs, hidden or not, without tracked deletions."""
    texts: list[str] = []
    inside = skips = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal inside, skips
        inside += tag in {"p", "h"}
        skips += tag in _SILENT

    def end(tag: str) -> None:
        nonlocal inside, skips
        inside -= tag in {"p", "h"}
        skips -= tag in _SILENT
        if tag in {"p", "h"}:
            texts.append("\n")

    def text(value: str) -> None:
        if inside and not skips:
            texts.append(value)

    parse(Archive(content, budget).part(_CONTENT) or b"<nothing/>", budget, start, end, text)
    yield Raw(Place("part", 1), "".join(texts))


def _title(data: bytes | None, budget: Budget) -> str:
    """Return the title that a document's metadata gives, "" for none."""
    pieces: list[str] = []
    inside = False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal inside
        inside = tag == "title"

    def end(_: str) -> None:
        nonlocal inside
        inside = False

    def text(value: str) -> None:
        if inside:
            pieces.append(value)

    if data is not None:
        parse(data, budget, start, end, text)
    return " ".join("".join(pieces).split())


class _Body:
    """Walks the content of a document of any of the three kinds."""

    def __init__(self, budget: Budget, styles: Styles) -> None:
        self.sections = Sections(budget)
        self.flags: list[Flag] = []
        self.unseen: list[str] = []
        self.title = ""
        self._budget = budget
        self._styles = styles
        self._whole: list[Page] = []  # sheets and slides
        self._pieces: list[str] = []
        self._links: list[tuple[int, str]] = []
        self._silent = 0
        self._hidden: list[str] = []  # open elements that nobody sees
        self._level = 0  # of the open heading, 0 in none
        self._lists: list[str] = []  # styles of the open lists
        self._counts: list[int] = []
        self._item = ""  # marker of the open item, until it is written
        self._tables: list[_Sheet] = []
        self._book = self._show = False
        self._frames: list[Frame] = []
        self._frame: Frame | None = None
        self._notes: list[str] | None = None
        self._spoken: list[str] = []  # notes of the slide
        self._slide_hidden = False
        self._pictures = 0.0  # largest picture of the slide, in square centimetres

    def pages(self) -> Iterator[Page]:
        if self._book or self._show:
            yield from self._whole
        else:
            yield from self.sections.finish()

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag in _SILENT:
            self._silent += 1
            if tag == "tracked-changes":
                self.flags.append(Flag("tracked_deletion", 0))
        elif tag.startswith("table"):
            self._start_table(tag, values)
        elif tag in {"spreadsheet", "presentation", "page", "frame", "custom-shape", "notes"}:
            self._start_page(tag, values)
        elif tag == "image":
            self._picture()
        else:
            self._start_text(tag, values)

    def _start_text(self, tag: str, values: dict[str, str]) -> None:
        name = values.get("style-name", "")
        hiding = self._styles.hides(name) or values.get("display") in {"none", "true-none"}
        if tag in {"p", "h", "span", "section"} and hiding:
            self._hidden.append(tag)
        if tag in {"p", "h"}:
            self._pieces, self._links = [], []
            self._level = self._heading(tag, name, values.get("outline-level", ""))
        elif tag == "list":
            self._lists.append(name or (self._lists[-1] if self._lists else ""))
            self._counts.append(0)
        elif tag == "list-item" and self._lists:
            self._counts[-1] += 1
            self._item = self._styles.marker(self._lists[-1], len(self._lists), self._counts[-1])
        elif tag == "a":
            self._links.append((len(self._pieces), address(values.get("href", ""))))
        elif tag == "s":
            self._pieces.append(" " * min(span(values.get("c")), _GAP))
        elif tag in _SIGNS:
            self._pieces.append(_SIGNS[tag])

    def _heading(self, tag: str, name: str, level: str) -> int:
        if tag != "h":
            return -1 if self._styles.is_title(name) else 0
        return span(level)

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        elif tag.startswith("table"):
            self._end_table(tag)
        elif tag in {"page", "frame", "custom-shape", "notes"}:
            self._end_page(tag)
        else:
            self._end_text(tag)

    def _end_text(self, tag: str) -> None:
        if tag in {"p", "h"}:
            self._end_paragraph()
        elif tag == "a" and self._links:
            first, target = self._links.pop()
            self._pieces[first:] = [with_address("".join(self._pieces[first:]), target)]
        elif tag == "list" and self._lists:
            self._lists.pop()
            self._counts.pop()
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def text(self, value: str) -> None:
        if self._silent:
            return
        if self._hidden:
            if value.strip():
                self.flags.append(Flag("hidden_text", 0, "hidden_run"))
                self.unseen.append(value)
            return
        self._budget.characters(len(value))
        self._pieces.append(value)

    def _end_paragraph(self) -> None:
        if self._silent:
            return
        written = text_of("".join(self._pieces)).strip()
        self._pieces = []
        level, self._level = self._level, 0
        if not written:
            return
        if self._item:
            written, self._item = f"{self._item} {written}", ""
        if self._tables:
            self._tables[-1].cell.append(one_line(written))
        elif self._notes is not None:
            self._notes.append(written)
        elif self._frame is not None:
            self._frame.lines.append(written)
        elif level:
            self.title = self.title or written
            self.sections.heading(max(level, 0), written)
        else:
            self.sections.paragraph(written)

    def _start_table(self, tag: str, values: dict[str, str]) -> None:
        if tag == "table":
            hidden = self._styles.hides(values.get("style-name", ""))
            self._tables.append(_Sheet(Grid(self._budget), values.get("name", ""), hidden))
            return
        if not self._tables:
            return
        here = self._tables[-1]
        match tag:
            case "table-column":
                times = span(values.get("number-columns-repeated"))
                if values.get("visibility") in _HIDING:
                    here.skipped.update(range(here.columns, here.columns + min(times, _REPEATED)))
                here.columns += times
            case "table-row":
                here.row, here.columns = [], 0
                here.repeated = span(values.get("number-rows-repeated"))
                here.row_hidden = values.get("visibility") in _HIDING
            case "table-cell":
                self._budget.cells(1)
                across = span(values.get("number-columns-spanned"))
                down = span(values.get("number-rows-spanned"))
                here.cell = []
                here.spans = (across, down, span(values.get("number-columns-repeated")))

    def _end_table(self, tag: str) -> None:
        if not self._tables:
            return
        here = self._tables[-1]
        match tag:
            case "table-cell":
                self._end_cell(here)
            case "table-row":
                self._end_row(here)
            case "table":
                self._tables.pop()
                self._put_table(here)

    def _end_cell(self, here: _Sheet) -> None:
        words = " ".join(here.cell)
        across, down, times = here.spans
        here.cell = []
        many = min(times, _REPEATED if words else _GAP)
        for _ in range(many):
            column = here.columns
            here.columns += across
            if column not in here.skipped:
                here.row.append((words, across, down))
            elif words:
                self.unseen.append(words)
                self._hide(here, "hidden_columns")

    def _end_row(self, here: _Sheet) -> None:
        row = list(here.row)
        while row and not row[-1][0]:
            row.pop()
        if here.row_hidden and row:
            self.unseen += [words for words, _, _ in row]
            self._hide(here, "hidden_rows")
            return
        if not row and not here.row:
            return
        for _ in range(min(here.repeated, _REPEATED) if row else 1):
            here.grid.row()
            for words, across, down in row:
                self._budget.characters(len(words))
                here.grid.cell(words, across, down)

    def _hide(self, here: _Sheet, what: str) -> None:
        self.flags.append(Flag("hidden_text", len(self._whole) + 1, f"{what}: 1: {here.name}"))

    def _put_table(self, here: _Sheet) -> None:
        lines = list(here.grid.lines())
        if self._tables:
            self._tables[-1].cell += nested(lines)
        elif self._book:
            self._put_sheet(here, lines)
        elif self._frame is not None:
            self._frame.lines += lines
        else:
            self.sections.gap()
            for line in lines:
                self.sections.line(line)

    def _put_sheet(self, here: _Sheet, lines: list[str]) -> None:
        number = len(self._whole) + 1
        place = Place("sheet", None, here.name)
        self._budget.pages(number)
        if not here.hidden:
            self._whole.append(Page(number, place, "\n".join(lines)))
            return
        self.unseen += lines
        flag = Flag("hidden_text", number, f"hidden_sheet: {here.name}")
        self._whole.append(Page(number, place, "", flags=(flag,)))

    def _start_page(self, tag: str, values: dict[str, str]) -> None:
        match tag:
            case "spreadsheet":
                self._book = True
            case "presentation":
                self._show = True
            case "page":
                self._frames, self._spoken, self._pictures = [], [], 0.0
                self._slide_hidden = self._styles.hides(values.get("style-name", ""))
            case "notes":
                self._notes = []
            case _:
                title = values.get("class") == "title"
                self._frame = Frame(box_of(values), title) if self._show else None

    def _end_page(self, tag: str) -> None:
        match tag:
            case "page":
                self._put_slide()
            case "notes":
                self._spoken, self._notes = self._notes or [], None
            case _:
                if self._frame is not None and self._notes is None:
                    self._frames.append(self._frame)
                self._frame = None

    def _put_slide(self) -> None:
        number = len(self._whole) + 1
        place = Place("slide", number)
        self._budget.pages(number)
        lines = arranged(self._frames)
        titles = [" ".join(frame.lines) for frame in self._frames if frame.title]
        title = next(filter(None, titles), "")
        if self._slide_hidden:
            self.unseen += [*lines, *self._spoken]
            self._whole.append(Page(number, place, "", flags=(Flag("hidden_slide", number),)))
            return
        self.title = self.title or title
        text, notes = "\n".join(lines), "\n".join(self._spoken)
        flags: tuple[Flag, ...] = ()
        if self._pictures >= _LARGE:
            flags = (Flag(pictured(text), number),)
        self._whole.append(Page(number, place, text, title, notes, flags))

    def _picture(self) -> None:
        """Take a picture that is large enough to hold text of its own."""
        if self._frame is not None and self._frame.box is not None:
            left, top, right, bottom = self._frame.box
            self._pictures = max(self._pictures, (right - left) * (bottom - top))
