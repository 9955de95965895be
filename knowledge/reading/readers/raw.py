"""
What stands in a file, taken from its raw parts and not by the readers: their work is counted
against it.

It knows neither headings nor tables nor what is hidden, so that it fails in other ways than they
do. What a reader leaves out on purpose it says itself (`Omitted`).
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from types import ModuleType

import pypdfium2 as pdfium

from knowledge.formats import formats_of
from knowledge.reading.readers.archive import Archive, open_office, parse
from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.pdf import opened
from knowledge.reading.readers.refusal import Budget
from knowledge.values import Place

_WORD_PARTS = ("footnotes", "endnotes", "header", "footer", "comments")
_OWN_WAYS = frozenset({"docx", "xlsx", "pptx", "pdf", "html"})  # kinds that are no plain text
_SLIDE_PARTS = ("notesSlide", "diagramData")
_SHEET_PARTS = ("comments", "drawing")
_NOT_TEXT = frozenset({"del", "moveFrom", "Fallback", "rt", "rPh"})
_NOT_SHOWN = frozenset(
    {"script", "style", "template", "noscript", "title", "desc", "rt", "rp"}
    | {"iframe", "object", "select", "textarea", "canvas"}
)
_SHARED = "xl/sharedStrings.xml"  # where they lie unless the workbook says otherwise
_WHOLE = re.compile(r"[0-9]{1,11}")  # a number that a cell without a format shows digit by digit


@dataclass(frozen=True, slots=True)
class Raw:
    """The text at one place of a file, its paragraphs as lines."""

    place: Place
    text: str


Pieces = Callable[[bytes, Budget], Iterator[Raw]]


def counts(kind: str) -> bool:
    """Tell whether the text of this kind is taken from its bytes here: that of texts always is."""
    if kind in _OWN_WAYS:
        return True
    return any(row.signature is None for row in formats_of(kind))


def source(reader: ModuleType, kind: str) -> Pieces | None:
    """
    Return what gives the raw text of a kind: the reader's own `pieces`, or what is here; None where
    it is not counted.
    """
    own: Pieces | None = getattr(reader, "pieces", None)
    if own is not None:
        return own
    return partial(pieces, kind) if counts(kind) else None


def pieces(kind: str, content: bytes, budget: Budget) -> Iterator[Raw]:
    """
    Yield the text of a file of this kind, hidden or not, without tracked deletions; to be asked
    only for a kind that `counts`.

    Raises:
        Refusal: it unfolds into too much, or a part is damaged.
    """
    for piece in _pieces(kind, content, budget):
        budget.characters(len(piece.text))
        yield piece


def _pieces(kind: str, content: bytes, budget: Budget) -> Iterator[Raw]:
    match kind:
        case "docx":
            return _word(content, budget)
        case "xlsx":
            return _workbook(content, budget)
        case "pptx":
            return _show(content, budget)
        case "pdf":
            return _pages(opened(content))
        case "html":
            return _page(content)
    return iter((Raw(Place("part", 1), decode(content)[0]),))


def _word(content: bytes, budget: Budget) -> Iterator[Raw]:
    archive, main = open_office(content, "docx", budget)
    names = dict.fromkeys((main, *_beside(archive, main, _WORD_PARTS)))
    for number, name in enumerate(names, 1):
        yield Raw(Place("part", number), _text(archive, name, budget))


def _show(content: bytes, budget: Budget) -> Iterator[Raw]:
    archive, main = open_office(content, "pptx", budget)
    targets = {link.id: link.target for link in archive.links(main)}
    slides: list[str] = []

    def start(tag: str, values: dict[str, str]) -> None:
        if tag == "sldId" and targets.get(values.get("rid", "")):
            slides.append(targets[values["rid"]])

    parse(archive.part(main) or b"", budget, start)
    for number, name in enumerate(slides, 1):
        names = (name, *_beside(archive, name, _SLIDE_PARTS))
        texts = [_text(archive, part, budget) for part in names]
        yield Raw(Place("slide", number), "\n".join(texts))


def _beside(archive: Archive, name: str, kinds: Collection[str]) -> list[str]:
    """Return the parts of these kinds that a part points at."""
    return [link.target for link in archive.links(name) if link.kind in kinds]


def _text(archive: Archive, name: str, budget: Budget) -> str:
    """Return the text of a part, a line for each paragraph."""
    return "\n".join(_paragraphs(archive, name, budget))


def _paragraphs(archive: Archive, name: str, budget: Budget) -> list[str]:
    """Return what stands in elements called "t", by paragraph or shared string."""
    texts: list[str] = []
    current: list[str] = []
    reads = skips = 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal reads, skips
        reads += tag == "t"
        skips += tag in _NOT_TEXT

    def end(tag: str) -> None:
        nonlocal reads, skips
        reads -= tag == "t"
        skips -= tag in _NOT_TEXT
        if tag in {"p", "si"}:
            texts.append("".join(current))
            current.clear()

    def text(value: str) -> None:
        if reads and not skips:
            current.append(value)

    parse(archive.part(name) or b"<nothing/>", budget, start, end, text)
    return [*texts, "".join(current)]


def _workbook(content: bytes, budget: Budget) -> Iterator[Raw]:
    archive, main = open_office(content, "xlsx", budget)
    links = archive.links(main)
    targets = {link.id: link.target for link in links if link.kind == "worksheet"}
    shared = [*_beside(archive, main, ("sharedStrings",)), _SHARED]
    strings = _paragraphs(archive, shared[0], budget)
    sheets: list[tuple[str, str]] = []

    def start(tag: str, values: dict[str, str]) -> None:
        if tag == "sheet" and values.get("rid", "") in targets:
            sheets.append((values.get("name", ""), targets[values["rid"]]))

    parse(archive.part(main) or b"", budget, start)
    for name, target in sheets:
        names = _beside(archive, target, _SHEET_PARTS)
        texts = [_text(archive, part, budget) for part in names]
        cells = _cells(archive, target, strings, budget)
        yield Raw(Place("sheet", None, name), "\n".join((*cells, *texts)))


def _cells(archive: Archive, target: str, strings: list[str], budget: Budget) -> list[str]:
    """
    Return the texts and the plain whole numbers of a sheet's cells; other numbers are shown
    otherwise than they are stored.
    """
    texts: list[str] = []
    value: list[str] = []  # the pieces of the open cell's
    kind, plain, reads, skips = "n", True, 0, 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal kind, plain, reads, skips
        if tag == "c":
            kind, plain = values.get("t", "n"), values.get("s", "0") == "0"
            value.clear()
        reads += tag in {"v", "t"}
        skips += tag in _NOT_TEXT

    def end(tag: str) -> None:
        nonlocal reads, skips
        reads -= tag in {"v", "t"}
        skips -= tag in _NOT_TEXT
        if tag == "c":
            text = _cell(kind, "".join(value), strings, plain=plain)
            if text:
                texts.append(text)

    def text(piece: str) -> None:
        if reads and not skips:
            value.append(piece)

    parse(archive.part(target) or b"<nothing/>", budget, start, end, text)
    return texts


def _cell(kind: str, value: str, strings: list[str], *, plain: bool) -> str:
    """Return the text of a cell, "" for one whose value is shown in another form."""
    if kind == "s" and value.isdigit() and int(value) < len(strings):
        return strings[int(value)]
    if kind in {"str", "inlineStr"}:
        return " ".join(value.split())
    if kind == "n" and plain and _WHOLE.fullmatch(value):
        return value
    return ""


def _pages(document: pdfium.PdfDocument) -> Iterator[Raw]:
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            words = page.get_textpage()
            text = words.get_text_range().replace("\ufffe", "").replace("\x02", "")
            words.close()
            page.close()
        except pdfium.PdfiumError:
            continue
        yield Raw(Place("page", number), text)


def _page(content: bytes) -> Iterator[Raw]:
    page = _Shown()
    page.feed(decode(content)[0])
    page.close()
    yield Raw(Place("part", 1), "".join(page.texts))


class _Shown(HTMLParser):
    """Gathers whatever stands between tags, but for what is no text of the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_SHOWN:
            self._open.append(tag)
        elif tag in {"p", "div", "li", "tr", "br", "td", "th", "text"} or re.fullmatch(
            "h[1-6]", tag
        ):
            self.texts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element that holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.texts.append(data)
