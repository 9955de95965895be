"""
Word: body with text boxes, automatic numbers, tables and charts as rows, notes where they are
called, comments apart.

Tracked insertions count as text, deletions do not. Ruby keeps its base text. Hidden runs, by
themselves or by their style, and white ones on nothing, are left out and flagged.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.reading.readers.archive import Archive, Link, open_office, parse
from knowledge.reading.readers.charts import chart, paragraphs
from knowledge.reading.readers.numbering import Numbering
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Sections, Title
from knowledge.values import Flag

_APART = (
    ("ヘッダー・フッター / Header, footer", ("header", "footer")),
    ("コメント / Comments", ("comments",)),
)
_NOTES = ("footnotes", "endnotes")
_BETWEEN = {
    "tab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "-",
}  # elements that stand for a sign
_SKIPPED = frozenset({"Fallback", "rt", "del", "moveFrom", "delText", "instrText", "delInstrText"})
_HEADING = re.compile(
    r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE
)  # the whole name, in half width
_FORMER = "PrChange"  # what a tracked change of format was before
_OFF = frozenset({"0", "false", "off", "none"})
_WHITE = frozenset({"ffffff", "fefefe"})
_PALE = frozenset({"", "auto", "none", *_WHITE})
_BEYOND = 9  # outline level that means body text


@dataclass(frozen=True, slots=True)
class _Style:
    """
    What a style says: its heading level (0 is the title), its list and its level in it, and whether
    its text is hidden.
    """

    level: int | None = None  # None is body text
    number: str = ""
    depth: int = 0
    hidden: bool = False


@dataclass(slots=True)
class _Paragraph:
    level: int | None = None
    number: str = ""
    depth: int | None = None
    shaded: bool = False
    hidden: bool = False
    pieces: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "docx", budget)
    links = archive.links(main)
    kinds = {link.kind: link.target for link in links}
    numbering = Numbering(archive, kinds.get("numbering", ""), budget)
    notes = {kind: _notes(archive, kinds.get(kind, ""), budget) for kind in _NOTES}
    body = _Part(
        budget,
        _styles(archive, kinds.get("styles", ""), budget),
        numbering,
        notes,
        _drawings(archive, links, budget),
    )
    body.walk(archive.part(main) or b"")
    if any(link.external and link.kind != "hyperlink" for link in links):
        yield Flag("external_link", 0, "relationship")
    for name, wanted in _APART:
        body.apart(
            name,
            [
                archive.part(target) or b""
                for target in dict.fromkeys(k.target for k in links if k.kind in wanted)
            ],
        )
    yield from body.flags()
    yield Omitted("\n".join(body.unseen))
    if body.title:
        yield Title(body.title)
    yield from body.sections.finish()


def _drawings(archive: Archive, links: tuple[Link, ...], budget: Budget) -> dict[str, list[str]]:
    """Return the lines of each chart and diagram by the id that a paragraph calls it by."""
    readers = {"chart": chart, "diagramData": paragraphs}
    found = {
        link.id: (readers[link.kind], archive.part(link.target))
        for link in links
        if link.kind in readers
    }
    return {id_: reader(data, budget) for id_, (reader, data) in found.items() if data is not None}


def _notes(archive: Archive, name: str, budget: Budget) -> dict[str, str]:
    """Return the footnotes or endnotes by id."""
    data = archive.part(name) if name else None
    notes: dict[str, str] = {}
    current, reads, skips = "", 0, 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal current, reads, skips
        if tag in {"footnote", "endnote"}:
            current = values.get("id", "")
        reads += tag == "t"
        skips += tag in _SKIPPED
        if tag in _BETWEEN and not skips and "pos" not in values:
            put(_BETWEEN[tag])

    def end(tag: str) -> None:
        nonlocal reads, skips
        reads -= tag == "t"
        skips -= tag in _SKIPPED
        if tag == "p":
            put("\n\n")

    def text(value: str) -> None:
        if reads and not skips:
            budget.characters(len(value))
            put(value)

    def put(value: str) -> None:
        notes[current] = notes.get(current, "") + value

    if data is not None:
        parse(data, budget, start, end, text)
    whole = {id_: text_of(note) for id_, note in notes.items()}
    return {
        id_: re.sub(r"\n{2,}", "\n", note).strip() for id_, note in whole.items() if note.strip()
    }


def _styles(archive: Archive, name: str, budget: Budget) -> dict[str, _Style]:
    """
    Return what each paragraph style says about headings and lists, itself or by the style it builds
    on.
    """
    data = archive.part(name) if name else None
    found: dict[str, dict[str, str]] = {}
    style = ""

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal style
        if tag == "style":
            style = values.get("styleId", "")
            found[style] = {}
        elif tag in {"name", "basedOn", "outlineLvl", "numId", "ilvl", "vanish"} and style:
            found[style].setdefault(tag, values.get("val", "1"))

    if data is not None:
        parse(data, budget, start)
    return {name: _style(name, found) for name in found}


def _style(name: str, found: dict[str, dict[str, str]]) -> _Style:
    level: int | None = None
    number, depth, hidden = "", "", ""
    for _ in range(10):  # styles build on each other, in a file of ill will in a circle
        said = found.get(name, {})
        level = _outline(said) if level is None else level
        number, depth = number or said.get("numId", ""), depth or said.get("ilvl", "")
        hidden = hidden or said.get("vanish", "")
        name = said.get("basedOn", "")
    shown = level if level is not None and level <= _BEYOND else None
    return _Style(shown, number, int(depth) if depth.isdigit() else 0, hidden not in {"", *_OFF})


def _outline(said: dict[str, str]) -> int | None:
    """
    Return the heading level a style gives itself, above `_BEYOND` for body text; None leaves it to
    the style below.
    """
    outline = said.get("outlineLvl", "")
    if outline.isdigit():
        return int(outline) + 1
    name = unicodedata.normalize("NFKC", said.get("name", "")).strip()
    if name.lower() == "title":
        return 0
    mark = _HEADING.fullmatch(name)
    return int(mark[1]) if mark else None


class _Part:
    """
    Walks a part's paragraphs. A text box inside a paragraph is a paragraph of its own, so
    paragraphs stack.
    """

    def __init__(
        self,
        budget: Budget,
        styles: dict[str, _Style],
        numbering: Numbering,
        notes: dict[str, dict[str, str]],
        drawings: dict[str, list[str]],
    ) -> None:
        self.sections = Sections(budget)
        self.title = ""
        self.unseen: list[str] = []  # text left out
        self._budget = budget
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._drawings = drawings
        self._paragraphs = [_Paragraph()]
        self._tables: list[_Table] = []
        self._skip = self._texts = self._boxes = self._former = 0
        self._hidden = self._white = self._shaded = self._concealed = False
        self._found: set[str] = set()

    def walk(self, data: bytes) -> None:
        parse(data, self._budget, self._start, self._end, self._text)

    def apart(self, name: str, parts: list[bytes]) -> None:
        """Take parts that stand beside the body and hold text, under a heading of their own."""
        spoken = [data for data in parts if data and paragraphs(data, self._budget)]
        if spoken:
            self.sections.heading(1, name)
        for data in spoken:
            self.walk(data)

    def flags(self) -> Iterator[Flag]:
        if "hidden_run" in self._found:
            yield Flag("hidden_text", 0, "hidden_run")
        if "white" in self._found:
            yield Flag("pale_text", 0)
        if "deletion" in self._found:
            yield Flag("tracked_deletion", 0)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        value = values.get("val", "")
        here = self._paragraphs[-1]
        self._former += tag.endswith(_FORMER)
        if self._former:
            return
        match tag:
            case _ if tag in _SKIPPED:
                self._skip += 1
                if tag in {"del", "moveFrom"}:
                    self._found.add("deletion")
            case "t":
                self._texts += 1
            case "p":
                self._paragraphs.append(_Paragraph())
            case "r":
                self._hidden = here.hidden
                self._white = self._shaded = False
            case "vanish":
                self._hidden = values.get("val", "1") not in _OFF
            case "webHidden" if values.get("val", "1") not in _OFF:
                self._hidden = True
            case "rStyle":
                self._hidden = self._hidden or self._styles.get(value, _Style()).hidden
            case "docPr" if values.get("hidden") in {"1", "true"}:
                self._concealed = True
            case "color" if value.lower() in _WHITE:
                self._white = True
            case "shd" | "highlight":
                dark = values.get("fill", value).lower() not in _PALE
                self._shaded = self._shaded or dark
                here.shaded = here.shaded or (dark and not here.pieces)
                if self._tables and dark:
                    self._tables[-1].shaded = True
            case "pStyle":
                style = self._styles.get(value, _Style())
                here.level, here.number, here.depth = style.level, style.number, style.depth
                here.hidden = style.hidden
            case "outlineLvl" if value.isdigit():
                here.level = int(value) + 1 if int(value) < _BEYOND else None
            case "ilvl" if value.isdigit():
                here.depth = int(value)
            case "numId":
                here.number = value
            case "txbxContent":
                self._boxes += 1
            case "tbl":
                self._tables.append(_Table())
            case "tr" | "tc" | "gridSpan" | "vMerge" if self._tables:
                self._tables[-1].start(tag, value)
            case "footnoteReference" | "endnoteReference" if not self._skip:
                note = self._notes[tag.removesuffix("Reference") + "s"].get(values.get("id", ""))
                here.after += [note] if note else []
            case "chart" | "relIds":
                here.after += self._drawings.get(values.get("rid") or values.get("dm", ""), ())
            case _ if tag in _BETWEEN and not self._skip and "pos" not in values:
                here.pieces.append(_BETWEEN[tag])

    def _end(self, tag: str) -> None:
        if self._former:
            self._former -= tag.endswith(_FORMER)
        elif tag in _SKIPPED:
            self._skip -= 1
        elif tag == "t":
            self._texts -= 1
        elif tag == "p" and len(self._paragraphs) > 1:
            self._paragraph(self._paragraphs.pop())
        elif tag == "r":
            self._hidden = self._white = False
        elif tag == "txbxContent":
            self._boxes -= 1
        elif tag in {"anchor", "inline"}:
            self._concealed = False
        elif tag == "tbl" and self._tables:
            for row in self._tables.pop().rows:
                self._put(row)
        elif tag in {"tr", "tc"} and self._tables:
            self._tables[-1].end(tag)

    def _text(self, text: str) -> None:
        if not self._texts or self._skip:
            return
        held = (
            self._tables or self._boxes
        )  # white words in a cell or a box usually stand on a dark ground
        lost = self._white and not self._shaded and not self._paragraphs[-1].shaded
        if (
            self._white
            and lost
            and held
            and not (self._tables and self._tables[-1].shaded)
            and text.strip()
        ):
            self._found.add("white")
        if self._hidden or self._concealed or (lost and not held):
            if text.strip():
                self._found.add("hidden_run")
            self.unseen.append(text)
            return
        self._budget.characters(len(text))
        self._paragraphs[-1].pieces.append(text)

    def _paragraph(self, paragraph: _Paragraph) -> None:
        text = text_of(
            "".join(paragraph.pieces)
        )  # a break inside a paragraph is often for lack of room, as in a pasted mail
        if text.strip() and paragraph.number not in {"", "0"}:
            label = self._numbering.label(paragraph.number, paragraph.depth or 0)
            text = f"{label} {text.lstrip()}" if label else text
        if paragraph.level is None or self._tables:
            self._put(text.strip("\n"))
        else:
            if paragraph.level <= 1:
                self.title = self.title or text.strip()
            self.sections.heading(paragraph.level, text)
        for line in paragraph.after:
            self._put(line)

    def _put(self, text: str) -> None:
        """Add a paragraph or a row where it stands: in the open table cell, or in the section."""
        if self._tables:
            self._tables[-1].put(text)
        elif " | " in text:
            self.sections.line(text)
        else:
            self.sections.paragraph(text)


class _Table:
    """A table being read: a cell merged downwards counts in every row it spans."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.shaded = False
        self._row: list[str] = []
        self._cell: list[str] = []
        self._span = 1
        self._merge = ""
        self._column = 0
        self._above: dict[int, str] = {}

    def start(self, tag: str, value: str) -> None:
        if tag == "tr":
            self._row, self._column = [], 0
        elif tag == "tc":
            self._cell, self._span, self._merge, self.shaded = [], 1, "", False
        elif tag == "gridSpan" and value.isdigit():
            self._span = min(int(value), 100)
        elif tag == "vMerge":
            self._merge = value or "continue"

    def end(self, tag: str) -> None:
        if tag == "tc":
            words = " ".join(self._cell)
            if self._merge == "continue" and not words:
                words = self._above.get(self._column, "")
            self._above[self._column] = words if self._merge else ""
            self._row.append(words)
            self._column += self._span
            self._cell = []
        elif tag == "tr" and any(self._row):
            self.rows.append(" | ".join(self._row))

    def put(self, text: str) -> None:
        if text.strip():
            self._cell.append(" ".join(text.split()))
