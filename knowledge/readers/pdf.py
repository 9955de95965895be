"""
PDF by PDFium, page by page: text in reading order; pages that are only a picture are named by their number.

Text drawn invisibly over a scan is a normal recognised text; elsewhere it is flagged as an invisible layer.
"""

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

import pypdfium2 as pdfium
from pypdfium2 import raw

from knowledge.readers.refusal import Budget, Refusal
from knowledge.readers.sections import Item, Title
from knowledge.values import Flag, Page, Place

_OBJECTS = 2000  # looked at per page
_INVISIBLE = 3  # text rendering mode, ISO 32000-1 table 106
_WHITE = 250  # of 255, each channel
_COLUMN = 3  # lines that make a column
_WIDE = 0.2  # of the page, half the lines of a column are at least that wide
_SPARSE = 8  # characters; a page with a picture and fewer is taken for a scan


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    document = opened(content)
    count = len(document)
    budget.pages(count)
    title = document.get_metadata_value("Title").strip()
    if title:
        yield Title(title)
    for number in range(1, count + 1):
        yield page_at(document, number, budget)


def opened(content: bytes) -> pdfium.PdfDocument:
    """
    Return the document with at least one page.

    Raises:
        Refusal: password_protected or damaged.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise Refusal("password_protected" if _needs_password() else "damaged") from error
    if not len(document):
        raise Refusal("damaged")
    return document


def _needs_password() -> bool:
    return bool(raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY})


def page_at(document: pdfium.PdfDocument, number: int, budget: Budget) -> Page:
    place = Place("page", number)
    try:
        page = document[number - 1]
        words = page.get_textpage()
        budget.characters(max(0, words.count_chars()))
        text = _text(words, page.get_width()).replace("\r\n", "\n").replace("\ufffe", "").replace("\x02", "")
        picture, invisible, white = _drawn(page)
        words.close()
        page.close()
    except pdfium.PdfiumError:
        return Page(number, place, "", flags=(Flag("truncated", number, "page"),))
    flags = []
    if picture and len("".join(text.split())) < _SPARSE:
        flags.append(Flag("image_only", number))
    if invisible:
        flags.append(Flag("invisible_layer", number))
    if white:
        flags.append(Flag("hidden_text", number, "white_text"))
    return Page(number, place, text, flags=tuple(flags))


def _text(words: pdfium.PdfTextPage, width: float) -> str:
    """Return the page's text; two columns that the file draws line by line across both are read one after the other."""
    gutter = _gutter([words.get_rect(at) for at in range(min(words.count_rects(), _OBJECTS))], width)
    if gutter is None:
        return str(words.get_text_bounded())
    return f"{words.get_text_bounded(right=gutter)}\n{words.get_text_bounded(left=gutter)}"


def _gutter(boxes: list[tuple[float, float, float, float]], width: float) -> float | None:
    """Return where two interleaved columns of running text part, or None; a table's cells are too narrow to count."""
    if len(boxes) < 2 * _COLUMN:
        return None
    for edge in sorted({box[0] for box in boxes if 0.3 * width <= box[0] <= 0.7 * width}):
        left = [box for box in boxes if box[2] <= edge]
        right = [box for box in boxes if box[0] >= edge]
        if len(left) + len(right) < len(boxes) or min(len(left), len(right)) < _COLUMN:
            continue
        sides = [box[0] >= edge for box in boxes]
        switches = sum(a != b for a, b in pairwise(sides))
        wide = all(median(box[2] - box[0] for box in side) >= _WIDE * width for side in (left, right))
        if wide and switches >= len(boxes) / 2:
            return (edge + max(box[2] for box in left)) / 2
    return None


def _drawn(page: pdfium.PdfPage) -> tuple[bool, bool, bool]:
    """Return whether the page has a picture, invisible text, and white text on nothing."""
    picture = invisible = white = painted = False
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), _OBJECTS)):
        thing = raw.FPDFPage_GetObject(page.raw, at)
        kind = raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            invisible = invisible or raw.FPDFTextObj_GetTextRenderMode(thing) == _INVISIBLE
            white = white or (not painted and _is_white(thing))
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            picture = painted = True
        else:
            painted = True
    return picture, invisible, white


def _is_white(thing: object) -> bool:
    channels = [raw.c_uint() for _ in range(4)]
    return bool(raw.FPDFPageObj_GetFillColor(thing, *channels)) and all(channel.value >= _WHITE for channel in channels[:3])
