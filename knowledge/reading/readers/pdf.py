"""
PDF by PDFium, page by page: text in reading order; pages that are only a picture are named by their
number.

A page knows lines alone, so its paragraphs are told by where these begin and end (`layout.py`).
Text drawn invisibly over a scan is a normal recognised text, flagged as an invisible layer;
elsewhere it is hidden, as white text on nothing is, and left out.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pypdfium2 as pdfium
from pypdfium2 import raw

from knowledge.reading.readers.columns import columned
from knowledge.reading.readers.layout import Box, paragraphs, undivided
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.pdf_fields import added
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.ruled import Table, tables
from knowledge.reading.readers.rules import grids
from knowledge.reading.readers.sections import Item, Omitted, Title, pictured
from knowledge.values import Flag, Page, Place

_OBJECTS = 2000  # looked at per page
_INVISIBLE = 3  # text rendering mode, ISO 32000-1 table 106
_WHITE = 250  # of 255, each channel
_LARGE = 0.2  # of the page, from which a picture may hold what the page is about
_SPARSE = 8  # characters; a page with a picture and fewer is taken for a scan


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    document = opened(content)
    count = len(document)
    budget.pages(count)
    title = document.get_metadata_value("Title").strip()
    if title:
        yield Title(title)
    for number in range(1, count + 1):
        page, unseen = _page(document, number, budget)
        yield Omitted(unseen)
        yield page


def opened(content: bytes) -> pdfium.PdfDocument:
    """
    Return the document with at least one page.

    Raises:
        Refusal: password_protected or damaged.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        code = "password_protected" if _needs_password() else "damaged"
        raise Refusal(code) from error
    if not len(document):
        raise Refusal("damaged")
    with suppress(pdfium.PdfiumError):
        document.init_forms()
    return document


def _needs_password() -> bool:
    return bool(raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY})


def page_at(document: pdfium.PdfDocument, number: int, budget: Budget) -> Page:
    """Return one page as it is seen; `number` counts from 1."""
    return _page(document, number, budget)[0]


def _page(document: pdfium.PdfDocument, number: int, budget: Budget) -> tuple[Page, str]:
    """Return a page, and its text that was left out."""
    place = Place("page", number)
    try:
        page = document[number - 1]
        words = page.get_textpage()
        budget.characters(max(0, words.count_chars()))
        drawn = _contents(page)
        text, unseen = _seen_and_unseen(words, page, drawn.hidden, budget)
        text = "\n".join(filter(None, (text, *added(document, page, text))))
        covered = _covered(drawn.pictures, page.get_bbox())
        words.close()
        page.close()
    except pdfium.PdfiumError:
        return Page(number, place, "", flags=(Flag("truncated", number, "page"),)), ""
    flags = []
    bare = bool(drawn.pictures) and len("".join(text.split())) < _SPARSE
    if bare or (covered >= _LARGE and pictured(text) == "image_only"):
        flags.append(Flag("image_only", number))
    if drawn.layer:
        flags.append(Flag("invisible_layer", number))
    if unseen.strip():
        flags.append(Flag("hidden_text", number, "unseen_text"))
    return Page(number, place, text, flags=tuple(flags)), unseen


def _covered(pictures: list[Box], edges: Box) -> float:
    """Return the share of a page that its largest picture covers, 0 to 1."""
    area = max((edges[2] - edges[0]) * (edges[3] - edges[1]), 1.0)
    largest = 0.0
    for left, bottom, right, top in pictures:
        wide = min(right, edges[2]) - max(left, edges[0])
        high = min(top, edges[3]) - max(bottom, edges[1])
        largest = max(largest, max(wide, 0.0) * max(high, 0.0))
    return largest / area


def _seen_and_unseen(
    words: pdfium.PdfTextPage, page: pdfium.PdfPage, hidden: frozenset[int], budget: Budget
) -> tuple[str, str]:
    """
    Return the page's text in paragraphs, and what nobody sees of it: hidden, or beyond the page's
    edges.
    """
    if hidden:
        seen, unseen = _without_hidden(words, hidden)
    elif _letter_count(words.get_text_bounded()) < _letter_count(words.get_text_range()):
        seen, unseen = _inside_and_outside(words, page)
    else:
        ruled = tables(words, grids(page), budget)
        return _text(words, page.get_width(), ruled), ""
    return _flowing(seen), unseen


def _text(words: pdfium.PdfTextPage, width: float, ruled: Sequence[Table]) -> str:
    """
    Return the page's text; columns that the file draws line by line across the page are read one
    after the other, between the lines that stand over and under them.
    """
    count = min(words.count_rects(), _OBJECTS)
    boxes: list[Box] = []
    for at in range(count):
        box = words.get_rect(at)
        if not any(_lies_in(box, table.edges) for table in ruled):
            boxes.append(box)
    zones = columned(boxes, width)
    if zones:
        texts = [words.get_text_bounded(*zone) for zone in zones]
        text = "\n".join(texts)
        if _letter_count(text) >= _letter_count(words.get_text_range()):  # else it cuts words
            return _flowing(text)
    return paragraphs(words, ruled)


def _flowing(text: str) -> str:
    """Return the paragraphs of text without knowing where it stands."""
    return text_of(undivided(text.replace("\r\n", "\n")))


def _letter_count(text: str) -> int:
    return sum(map(str.isalnum, text))


def _inside_and_outside(words: pdfium.PdfTextPage, page: pdfium.PdfPage) -> tuple[str, str]:
    """
    Return the page's text in the order it is drawn in, without what lies beyond its edges, and that
    text.
    """
    edges = page.get_bbox()
    inside: list[int] = []
    outside: list[int] = []
    for at in range(words.count_chars()):
        box = words.get_charbox(at)
        line_end = box[0] == box[2]  # has no width
        signs = inside if line_end or _lies_in(box, edges) else outside
        signs.append(raw.FPDFText_GetUnicode(words.raw, at))
    return _string(inside), _string(outside)


def _string(signs: list[int]) -> str:
    """Return the text of these code points; 0 stands for a letter without one."""
    return "".join(map(chr, filter(None, signs)))


def _without_hidden(words: pdfium.PdfTextPage, hidden: frozenset[int]) -> tuple[str, str]:
    """
    Return the page's text in the order it is drawn in, without the hidden objects' text, and that
    text.
    """
    seen: list[int] = []
    unseen: list[int] = []
    for at in range(words.count_chars()):
        drawn_by = raw.FPDFText_GetTextObject(words.raw, at)
        signs = unseen if _address(drawn_by) in hidden else seen
        signs.append(raw.FPDFText_GetUnicode(words.raw, at))
    return _string(seen), _string(unseen)


@dataclass(slots=True)
class _Contents:
    """
    What a page shows: where its pictures lie, whether a text layer lies over them, and the text
    objects nobody sees.
    """

    pictures: list[Box] = field(default_factory=list)
    layer: bool = False
    hidden: frozenset[int] = frozenset()


def _contents(page: pdfium.PdfPage) -> _Contents:
    """Look at the page's objects in the order they are drawn in."""
    drawn = _Contents()
    invisible: list[tuple[int, Box]] = []
    white: list[int] = []
    painted = visible = False
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), _OBJECTS)):
        thing = raw.FPDFPage_GetObject(page.raw, at)
        kind = raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            drawn.pictures.append(_bounds(thing))
        if kind != raw.FPDF_PAGEOBJ_TEXT:
            painted = True
        elif raw.FPDFTextObj_GetTextRenderMode(thing) == _INVISIBLE:
            invisible.append((_address(thing), _bounds(thing)))
        elif not painted and _is_white(thing):
            white.append(_address(thing))
        else:
            visible = True
    apart: list[int] = []
    for address, box in invisible:
        if not any(_lies_in(box, picture) for picture in drawn.pictures):
            apart.append(address)
    # where only drawn outlines are seen, the invisible text says what they mean
    hides = visible or not painted
    drawn.hidden = frozenset(white)
    if hides:
        drawn.hidden |= frozenset(apart)
    drawn.layer = len(invisible) > len(apart) or (bool(apart) and not hides)
    return drawn


def _lies_in(box: Box, other: Box) -> bool:
    """Tell whether the middle of `box` lies in `other`; each is left, bottom, right, top."""
    across, up = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= across <= other[2] and other[1] <= up <= other[3]


def _bounds(thing: object) -> Box:
    left, bottom, right, top = raw.c_float(), raw.c_float(), raw.c_float(), raw.c_float()
    raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def _address(thing: object) -> int:
    """Return the address that one of PDFium's handles, which are pointers, points at."""
    return ctypes.cast(thing, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _is_white(thing: object) -> bool:
    red, green, blue, alpha = raw.c_uint(), raw.c_uint(), raw.c_uint(), raw.c_uint()
    if not raw.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha):
        return False
    return bool(min(red.value, green.value, blue.value) >= _WHITE)
