"""
Word: body with text boxes, automatic numbers, tables and charts as rows, notes where they are
called, comments apart.

Tracked insertions count as text, deletions do not. Ruby keeps its base text. Hidden runs, by
themselves or by their style, and white ones on nothing, are left out and flagged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.reading.readers.archive import Archive, Link, open_office, parse
from knowledge.reading.readers.charts import chart, paragraphs
from knowledge.reading.readers.grid import SEPARATOR
from knowledge.reading.readers.links import Addresses, addresses, field_address, with_address
from knowledge.reading.readers.numbering import Numbering
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Sections, Title
from knowledge.reading.readers.shapes import length
from knowledge.reading.readers.styles import BODY_TEXT, OFF, Style, styles_of
from knowledge.reading.readers.word_notes import BETWEEN, SKIPPED, notes_of
from knowledge.reading.readers.word_table import PARTS, WordTable
from knowledge.values import Flag

_APART = (
    ("ヘッダー・フッター / Header, footer", ("header", "footer")),
    ("コメント / Comments", ("comments",)),
)
_NOTES = ("footnotes", "endnotes")
_OF_RUNS = frozenset({"t", "r", "vanish", "webHidden", "rStyle", "color", "shd", "highlight"})
_OF_PARAGRAPHS = frozenset({"p", "tbl", "txbxContent", "pStyle", "outlineLvl", "ilvl", "numId"})
_LINKED = frozenset({"hyperlink", "fldSimple", "fldChar"})
_PICTURED = frozenset({"extent", "blip"})
_ANCHORED = frozenset(
    {"docPr", "chart", "relIds", "footnoteReference", "endnoteReference"} | _LINKED | _PICTURED
)
_FORMER = "PrChange"  # what a tracked change of format was before
_WHITE = frozenset({"ffffff", "fefefe"})
_SIDE = 3 * 360_000  # EMU, three centimetres: a smaller picture is a mark, not a page of text
_INSTRUCTION = 1000  # characters of a field's instruction
_PALE = frozenset({"", "auto", "none", *_WHITE})


@dataclass(slots=True)
class _Paragraph:
    level: int | None = None
    number: str = ""
    depth: int | None = None
    shaded: bool = False
    hidden: bool = False
    pieces: list[str] = field(default_factory=list)
    links: list[tuple[int, str]] = field(default_factory=list)  # open: first piece and address
    after: list[str] = field(default_factory=list)


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "docx", budget)
    links = archive.links(main)
    kinds = {link.kind: link.target for link in links}
    numbering = Numbering(archive, kinds.get("numbering", ""), budget)
    notes = {kind: notes_of(archive, kinds.get(kind, ""), budget) for kind in _NOTES}
    styles = styles_of(archive, kinds.get("styles", ""), budget)
    drawings = _drawings(archive, links, budget)
    body = _Part(budget, styles, numbering, notes, drawings, addresses(links))
    body.walk(archive.part(main) or b"")
    if any(link.external and link.kind != "hyperlink" for link in links):
        yield Flag("external_link", 0, "relationship")
    for name, wanted in _APART:
        targets = dict.fromkeys(link.target for link in links if link.kind in wanted)
        body.apart(name, [archive.part(target) or b"" for target in targets])
    yield from body.flags()
    yield Omitted("\n".join(body.unseen))
    if body.title:
        yield Title(body.title)
    yield from body.sections.finish()


def _drawings(archive: Archive, links: tuple[Link, ...], budget: Budget) -> dict[str, list[str]]:
    """Return the lines of each chart and diagram by the id that a paragraph calls it by."""
    readers = {"chart": chart, "diagramData": paragraphs}
    parts: dict[str, tuple[str, bytes | None]] = {}
    for link in links:
        if link.kind in readers:
            parts[link.id] = (link.kind, archive.part(link.target))
    drawings: dict[str, list[str]] = {}
    for id_, (kind, data) in parts.items():
        if data is not None:
            drawings[id_] = readers[kind](data, budget)
    return drawings


class _Part:
    """
    Walks a part's paragraphs. A text box inside a paragraph is a paragraph of its own, so
    paragraphs stack.
    """

    def __init__(
        self,
        budget: Budget,
        styles: dict[str, Style],
        numbering: Numbering,
        notes: dict[str, dict[str, str]],
        drawings: dict[str, list[str]],
        outside: Addresses,
    ) -> None:
        self.sections = Sections(budget)
        self.title = ""
        self.unseen: list[str] = []  # text left out
        self._budget = budget
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._drawings = drawings
        self._outside = outside
        self._instruction = ""  # of the field being read
        self._fields: list[bool] = []  # that are open, each with whether its text has begun
        self._instructing = False
        self._size = (0.0, 0.0)  # of the open drawing, in EMU
        self._paragraphs = [_Paragraph()]
        self._tables: list[WordTable] = []
        self._skip = self._texts = self._boxes = self._former = 0
        self._hidden = self._white = self._shaded = self._concealed = False
        self._seen: set[str] = set()

    def walk(self, data: bytes) -> None:
        parse(data, self._budget, self._start, self._end, self._text)

    def apart(self, name: str, parts: list[bytes]) -> None:
        """Take parts that stand beside the body and hold text, under a heading of their own."""
        written = [data for data in parts if data and paragraphs(data, self._budget)]
        if written:
            self.sections.heading(1, name)
        for data in written:
            self.walk(data)

    def flags(self) -> Iterator[Flag]:
        if "hidden_run" in self._seen:
            yield Flag("hidden_text", 0, "hidden_run")
        if "white" in self._seen:
            yield Flag("pale_text", 0)
        if "deletion" in self._seen:
            yield Flag("tracked_deletion", 0)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        self._former += tag.endswith(_FORMER)
        if self._former:
            return
        if tag in SKIPPED:
            self._skip += 1
            self._instructing = tag == "instrText"
            if tag in {"del", "moveFrom"}:
                self._seen.add("deletion")
        elif tag in _OF_RUNS:
            self._start_in_run(tag, values)
        elif tag in _OF_PARAGRAPHS:
            self._start_in_paragraph(tag, values.get("val", ""))
        elif tag in PARTS:
            if self._tables:
                self._tables[-1].start(tag, values.get("val", ""))
        elif tag in _ANCHORED:
            self._start_anchored(tag, values)
        elif tag in BETWEEN and not self._skip and "pos" not in values:
            self._paragraphs[-1].pieces.append(BETWEEN[tag])

    def _start_in_run(self, tag: str, values: dict[str, str]) -> None:
        """Take what says how a run looks: whether it is hidden, and its colours."""
        value = values.get("val", "")
        on = values.get("val", "1") not in OFF
        match tag:
            case "t":
                self._texts += 1
            case "r":
                self._hidden = self._paragraphs[-1].hidden
                self._white = self._shaded = False
            case "vanish":
                self._hidden = on
            case "webHidden":
                self._hidden = self._hidden or on
            case "rStyle":
                self._hidden = self._hidden or self._styles.get(value, Style()).hidden
            case "color":
                self._white = self._white or value.lower() in _WHITE
            case "shd" | "highlight":
                self._shade(values.get("fill", value))

    def _shade(self, colour: str) -> None:
        """Note a ground that white words can be read on: of the run, its paragraph or its cell."""
        if colour.lower() in _PALE:
            return
        here = self._paragraphs[-1]
        self._shaded = True
        here.shaded = here.shaded or not here.pieces
        if self._tables:
            self._tables[-1].shaded = True

    def _start_in_paragraph(self, tag: str, value: str) -> None:
        """Begin a paragraph or a table, or take what says where a paragraph stands."""
        here = self._paragraphs[-1]
        match tag:
            case "p":
                self._paragraphs.append(_Paragraph())
            case "tbl":
                self._tables.append(WordTable(self._budget))
            case "txbxContent":
                self._boxes += 1
            case "pStyle":
                style = self._styles.get(value, Style())
                here.level, here.number, here.depth = style.level, style.number, style.depth
                here.hidden = style.hidden
            case "outlineLvl" if value.isdigit():
                here.level = int(value) + 1 if int(value) < BODY_TEXT else None
            case "ilvl" if value.isdigit():
                here.depth = int(value)
            case "numId":
                here.number = value

    def _start_link(self, tag: str, values: dict[str, str]) -> None:
        """Begin or end what has an address behind it: a link, or a field that is one."""
        here = self._paragraphs[-1]
        match tag:
            case "hyperlink":
                here.links.append((len(here.pieces), self._outside.get(values.get("rid", ""), "")))
            case "fldSimple":
                target = field_address(values.get("instr", ""))
                here.links.append((len(here.pieces), target))
            case "fldChar":
                self._at_field(values.get("fldCharType", ""))

    def _at_field(self, part: str) -> None:
        """Take the beginning, the middle or the end of a field that is written in pieces."""
        here = self._paragraphs[-1]
        if part == "begin":
            self._instruction = ""
            self._fields.append(False)
        elif part == "separate" and self._fields:
            self._fields[-1] = True
            here.links.append((len(here.pieces), field_address(self._instruction)))
        elif part == "end" and self._fields and self._fields.pop():
            self._end_link()

    def _end_link(self) -> None:
        """Write the address behind the words that end here."""
        here = self._paragraphs[-1]
        if here.links:
            first, target = here.links.pop()
            here.pieces[first:] = [with_address("".join(here.pieces[first:]), target)]

    def _start_picture(self, tag: str, values: dict[str, str]) -> None:
        """Take how large a drawing is, and that it is a picture."""
        if tag == "extent":
            self._size = (length(values.get("cx", "")), length(values.get("cy", "")))
        elif min(self._size) >= _SIDE and not self._skip and not self._concealed:
            self.sections.picture()

    def _start_anchored(self, tag: str, values: dict[str, str]) -> None:
        """Take what stands elsewhere: addresses, pictures, notes, charts and diagrams."""
        here = self._paragraphs[-1]
        if tag in _LINKED:
            self._start_link(tag, values)
        elif tag in _PICTURED:
            self._start_picture(tag, values)
        elif tag == "docPr":
            self._concealed = self._concealed or values.get("hidden") in {"1", "true"}
        elif tag in {"chart", "relIds"}:
            here.after += self._drawings.get(values.get("rid") or values.get("dm", ""), ())
        elif not self._skip:
            notes = self._notes[tag.removesuffix("Reference") + "s"]
            note = notes.get(values.get("id", ""))
            if note:
                here.after.append(note)

    def _end(self, tag: str) -> None:
        if self._former:
            self._former -= tag.endswith(_FORMER)
        elif tag in SKIPPED:
            self._skip -= 1
            self._instructing = self._instructing and tag != "instrText"
        elif tag in {"tbl", "tr", "tc"}:
            self._end_of_table(tag)
        elif tag == "t":
            self._texts -= 1
        elif tag == "p" and len(self._paragraphs) > 1:
            self._paragraph(self._paragraphs.pop())
        elif tag == "r":
            self._hidden = self._white = False
        elif tag == "txbxContent":
            self._boxes -= 1
        elif tag in {"anchor", "inline"}:
            self._concealed, self._size = False, (0.0, 0.0)
        elif tag in {"hyperlink", "fldSimple"}:
            self._end_link()

    def _end_of_table(self, tag: str) -> None:
        if not self._tables:
            return
        if tag != "tbl":
            self._tables[-1].end(tag)
            return
        table = self._tables.pop()
        if self._tables:
            self._tables[-1].nest(table.lines())
            return
        self.sections.gap()
        for row in table.lines():
            self._put(row)

    def _text(self, text: str) -> None:
        if self._instructing:
            self._instruction += text[:_INSTRUCTION]
        if not self._texts or self._skip:
            return
        written = bool(text.strip())
        # white words in a cell or a box usually stand on a dark ground
        held = bool(self._tables or self._boxes)
        lost = self._white and not self._shaded and not self._paragraphs[-1].shaded
        dark_cell = bool(self._tables) and self._tables[-1].shaded
        if lost and held and not dark_cell and written:
            self._seen.add("white")
        if self._hidden or self._concealed or (lost and not held):
            if written:
                self._seen.add("hidden_run")
            self.unseen.append(text)
            return
        self._budget.characters(len(text))
        self._paragraphs[-1].pieces.append(text)

    def _paragraph(self, paragraph: _Paragraph) -> None:
        # a break inside a paragraph is often for lack of room, as in a pasted mail
        text = self._labelled(text_of("".join(paragraph.pieces)), paragraph)
        if paragraph.level is None or self._tables:
            self._put(text.strip("\n"))
        else:
            if paragraph.level <= 1:
                self.title = self.title or text.strip()
            self.sections.heading(paragraph.level, text)
        for line in paragraph.after:
            self._put(line)

    def _labelled(self, text: str, paragraph: _Paragraph) -> str:
        """Return a paragraph's text behind the number that Word gives it, and count that on."""
        if not text.strip() or paragraph.number in {"", "0"}:
            return text
        label = self._numbering.label(paragraph.number, paragraph.depth or 0)
        if not label:
            return text
        return f"{label} {text.lstrip()}"

    def _put(self, text: str) -> None:
        """Add a paragraph or a row where it stands: in the open table cell, or in the section."""
        if self._tables:
            self._tables[-1].put(text)
        elif SEPARATOR in text:
            self.sections.line(text)
        else:
            self.sections.paragraph(text)
