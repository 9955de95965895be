"""
A page of a PDF as it looks, drawn by PDFium: what was read can be held against it.

What comes in is a line with the page's number, then the PDF. What goes out is one PNG, written here
because nothing more than zlib is needed for it.
"""

import base64
import struct
import zlib
from collections.abc import Iterator

import pypdfium2 as pdfium

from knowledge.reading.readers.pdf import opened
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Picture

WIDTH = 1200  # pixels across, whatever the page measures
HEIGHT = 3600  # pixels down at most: a very long page is drawn smaller
_HEAD = b"\x89PNG\r\n\x1a\n"
_RGB = 2  # PNG's word for eight bits of each colour


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    """
    Yield one page as a picture.

    Raises:
        Refusal: there is no such page, or it cannot be drawn.
    """
    line, _, file = content.partition(b"\n")
    document = opened(file)
    number = int(line)
    if not 1 <= number <= len(document):
        raise Refusal("damaged")
    try:
        page = document[number - 1]
        scale = min(WIDTH / page.get_width(), HEIGHT / page.get_height())
        drawn = page.render(scale=scale, rev_byteorder=True, no_smoothtext=False)
    except (pdfium.PdfiumError, ZeroDivisionError) as error:
        raise Refusal("damaged") from error
    yield Picture(base64.b64encode(_png(drawn)).decode())


def _png(bitmap: pdfium.PdfBitmap) -> bytes:
    """Return a bitmap of three or four bytes a pixel as PNG."""
    rows = bytes(bitmap.buffer)
    lines = bytearray()
    for at in range(bitmap.height):
        row = rows[at * bitmap.stride : at * bitmap.stride + bitmap.width * bitmap.n_channels]
        lines.append(0)  # no filter
        lines += _coloured(row, bitmap.n_channels)
    size = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, _RGB, 0, 0, 0)
    picture = _chunk(b"IDAT", zlib.compress(bytes(lines), 6))
    return _HEAD + _chunk(b"IHDR", size) + picture + _chunk(b"IEND", b"")


def _coloured(row: bytes, channels: int) -> bytes:
    """Return a row as red, green and blue, whatever stands behind them left out."""
    if channels == 3:
        return row
    coloured = bytearray(len(row) // channels * 3)
    for colour in range(3):
        coloured[colour::3] = row[min(colour, channels - 1) :: channels]
    return bytes(coloured)


def _chunk(name: bytes, data: bytes) -> bytes:
    checked = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checked)
