"""Hostile and odd files of our own, made when they are needed: nothing of them lies in the repository."""

import io
import zlib
from collections.abc import Callable
from dataclasses import replace

import openpyxl
from docx import Document
from docx.shared import Pt, RGBColor
from pptx import Presentation
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.knowledge.reading.zips import ENCRYPTED, STORED, Member, archive, members, overlapping

SEEN = "The lending desk opens at nine."
SECRET = "The vault code is 4471."
LINES = {"ja": "貸出窓口は九時に開く。", "en": SEEN}
MEGABYTE = 1 << 20


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# PDF


def pdf(draw: Callable[[Canvas], None], *, encrypt: StandardEncryption | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=encrypt, invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def seen(canvas: Canvas) -> None:
    canvas.drawString(72, 700, SEEN)


def written(
    mode: int = 0, colour: float = 0.0, size: float = 12, place: tuple[int, int] = (72, 600)
) -> bytes:
    """Return a PDF with the line that is seen, and the secret one drawn in some other way."""

    def draw(canvas: Canvas) -> None:
        seen(canvas)
        text = canvas.beginText(*place)
        text.setFont("Helvetica", size)
        text.setTextRenderMode(mode)
        text.setFillGray(colour)
        text.textLine(SECRET)
        canvas.drawText(text)

    return pdf(draw)


def pages(count: int) -> bytes:
    def draw(canvas: Canvas) -> None:
        for number in range(count - 1):
            canvas.drawString(72, 700, f"Page {number}. {SEEN}")
            canvas.showPage()
        seen(canvas)

    return pdf(draw)


def pdf_of(*objects: bytes) -> bytes:
    """Return a PDF of these objects, numbered from 1, the first one its catalogue; it has no table of them."""
    numbered = [
        b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(objects, 1)
    ]
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def stream(data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)


def one_page(content: bytes, *, catalogue: bytes = b"") -> bytes:
    """Return a PDF of one page with this content, its font called F."""
    font = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources%s>>" % font
    root = b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue
    return pdf_of(root, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream(content))


DRAWN = f"BT /F 12 Tf 72 700 Td ({SEEN}) Tj ET\n".encode()


# Office


def word(*, hidden: Callable[[object], None] | None = None) -> bytes:
    document = Document()
    document.add_paragraph(SEEN)
    if hidden is not None:
        hidden(document.add_paragraph().add_run(SECRET))
    return saved(document)


def vanished(run) -> None:
    run.font.hidden = True


def white(run) -> None:
    run.font.color.rgb = RGBColor(255, 255, 255)


def tiny(run) -> None:
    run.font.size = Pt(1)


def sheets(state: str = "visible", *, cell: str = "A1") -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = SEEN
    other = book.create_sheet("old")
    other[cell] = SECRET
    other.sheet_state = state
    return saved(book)


def slides(*, hidden: bool = False) -> bytes:
    deck = Presentation()
    for text in (SEEN, SECRET):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    if hidden:
        slide.element.set("show", "0")
    return saved(deck)


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return an Office file with one of its parts changed."""
    parts = [
        replace(part, data=change(part.data)) if part.name == name else part
        for part in members(content)
    ]
    return archive(parts)


def added(content: bytes, *more: Member) -> bytes:
    return archive([*members(content), *more])


def doctype(declared: str) -> Callable[[bytes], bytes]:
    """Return what puts a document type before the root of an XML part."""

    def change(data: bytes) -> bytes:
        head, mark, body = data.partition(b"<w:document")
        return head + f"<!DOCTYPE d [{declared}]>".encode() + mark + body

    return change


def nested(data: bytes) -> bytes:
    return data.replace(b"<w:body>", b"<w:body>" + b"<w:p>" * 3000, 1).replace(
        b"</w:body>", b"</w:p>" * 3000 + b"</w:body>"
    )


LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
OUTSIDE = '<!ENTITY x SYSTEM "file:///etc/passwd">'
MACRO_TYPE = (
    b"wordprocessingml.document.main+xml",
    b"wordprocessingml.document.macroEnabled.main+xml",
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(512)


def locked_part(content: bytes) -> bytes:
    *parts, last = members(content)
    return archive([*parts, replace(last, flags=0x800 | ENCRYPTED)])


def overlapped(content: bytes) -> bytes:
    return overlapping(members(content), Member("kernel.bin", bytes(1000)))


def bomb(content: bytes) -> bytes:
    return added(content, Member("word/media/zero.bin", bytes(200 * MEGABYTE)))


def many(content: bytes) -> bytes:
    return added(
        content, *(Member(f"customXml/{number}.xml", b"", method=STORED) for number in range(4001))
    )


# HTML and text


def html(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body><p>{SEEN}</p>{body}</body></html>".encode()
