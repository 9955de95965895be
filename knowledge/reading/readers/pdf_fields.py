"""
What a PDF page shows beside its own text: what is filled into its fields, where its links lead.

Both are annotations, which lie over a page, so each is a line of its own below the page's text.
"""

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from knowledge.reading.readers.links import address, with_address

_MOST = 2000  # annotations looked at per page
_LONGEST = 10_000  # bytes of a value
_HIDDEN = 2  # flag of an annotation that is not shown, ISO 32000-1 table 165
_NOT_FILLED = frozenset({"", "Off"})
_PRESSED = frozenset({raw.FPDF_FORMFIELD_PUSHBUTTON, raw.FPDF_FORMFIELD_SIGNATURE})
_LABEL = 40  # characters before a field that name it


def added(document: pdfium.PdfDocument, page: pdfium.PdfPage, text: str) -> Iterator[str]:
    """Yield a line for each filled field and for each address that is not in the page's text."""
    yield from _fields(document, page)
    yield from _links(document, page, text)


def _fields(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> Iterator[str]:
    form = document.formenv
    if form is None:
        return
    words = page.get_textpage()
    for at in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, at)
        if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
            filled = _filled(form.raw, annotation)
            if filled:
                name = _name(form.raw, annotation, words)
                yield f"{name}: {filled}" if name else filled
        raw.FPDFPage_CloseAnnot(annotation)
    words.close()


def _filled(form: object, annotation: object) -> str:
    """Return what was filled into a field; "" for one that is empty, pressed or not shown."""
    if raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return ""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    ticked = kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
    if kind in _PRESSED or (ticked and not raw.FPDFAnnot_IsChecked(form, annotation)):
        return ""

    def value(buffer: object, size: int) -> int:
        return int(raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))

    filled = _string(value)
    return "" if filled in _NOT_FILLED else filled


def _name(form: object, annotation: object, words: pdfium.PdfTextPage) -> str:
    """Return what people know a field by: its tip, what is printed before it, or its own name."""

    def tip(buffer: object, size: int) -> int:
        return int(raw.FPDFAnnot_GetFormFieldAlternateName(form, annotation, buffer, size))

    def own(buffer: object, size: int) -> int:
        return int(raw.FPDFAnnot_GetFormFieldName(form, annotation, buffer, size))

    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, box)
    printed = words.get_text_bounded(0, box.bottom, box.left, box.top)
    label = " ".join(printed.split())[-_LABEL:]
    return _string(tip) or label or _string(own)


def _string(read: Callable[[object, int], int]) -> str:
    """Return a text that PDFium writes into a buffer of the size it asks for, on one line."""
    size = min(read(None, 0), _LONGEST)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return " ".join(buffer.raw.decode("utf-16-le", "replace").replace("\x00", "").split())


def _links(document: pdfium.PdfDocument, page: pdfium.PdfPage, text: str) -> Iterator[str]:
    """Yield the words of each link with its address, where the text does not have that."""
    words = page.get_textpage()
    place = ctypes.c_int(0)
    link = raw.FPDF_LINK()
    seen: set[str] = set()
    while len(seen) < _MOST and raw.FPDFLink_Enumerate(page.raw, place, link):
        shown = address(_target(document, link))
        if not shown or shown in seen or shown in text:
            continue
        seen.add(shown)
        box = raw.FS_RECTF()
        raw.FPDFLink_GetAnnotRect(link, box)
        label = words.get_text_bounded(box.left, box.bottom, box.right, box.top)
        yield with_address(" ".join(label.split()), shown)
    words.close()


def _target(document: pdfium.PdfDocument, link: object) -> str:
    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    size = min(raw.FPDFAction_GetURIPath(document.raw, action, None, 0), _LONGEST)
    buffer = ctypes.create_string_buffer(max(size, 1))
    raw.FPDFAction_GetURIPath(document.raw, action, buffer, size)
    return buffer.raw.decode("utf-8", "replace").rstrip("\x00")
