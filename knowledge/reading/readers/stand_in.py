"""
A font that stands in for every Japanese, Chinese or Korean one that a PDF names and does not hold.

PDFium passes over a letter drawn by itself when no font gives it a shape, and a reading process can
open none. What is read is the letters' codes, so one shape does for all: a hair's breadth, as large
as the letter. Elsewhere PDFium has shapes of its own.
"""

import ctypes
import struct

from pypdfium2 import raw

_EM = 1000  # units
_TOP, _BOTTOM = 880, -120
_GLYPHS = 65_535  # one for each code
_CHARSETS = frozenset({128, 129, 134, 136})  # Shift_JIS, Hangul, GB2312, Big5
_NAME = b"StandIn\x00"
_kept: list[object] = []  # what PDFium holds pointers to


def install() -> None:
    """Let PDFium take this font for those it cannot have; once for a process."""
    if _kept:
        return
    font = _font()
    info = raw.FPDF_SYSFONTINFO()
    kinds = dict(raw.FPDF_SYSFONTINFO._fields_)

    def map_font(*about: object) -> int | None:
        return 1 if about[3] in _CHARSETS else None

    def font_data(_info: object, _font: object, table: int, buffer: object, size: int) -> int:
        if table:
            return 0
        if buffer and size >= len(font):
            ctypes.memmove(buffer, font, len(font))  # type: ignore[arg-type]
        return len(font)

    def face_name(_info: object, _font: object, buffer: object, size: int) -> int:
        if buffer and size >= len(_NAME):
            ctypes.memmove(buffer, _NAME, len(_NAME))  # type: ignore[arg-type]
        return len(_NAME)

    def charset(*_: object) -> int:
        return 128

    def delete(*_: object) -> None:
        """Keep what is kept."""

    info.version = 1
    info.MapFont = kinds["MapFont"](map_font)
    info.GetFontData = kinds["GetFontData"](font_data)
    info.GetFaceName = kinds["GetFaceName"](face_name)
    info.GetFontCharset = kinds["GetFontCharset"](charset)
    info.DeleteFont = kinds["DeleteFont"](delete)
    _kept.extend((info, font))
    raw.FPDF_SetSystemFontInfo(info)


def _font() -> bytes:
    """Return a TrueType font in which every code has the same shape."""
    shape = _shape()
    tables = {
        b"cmap": _codes(),
        b"glyf": shape * _GLYPHS,
        b"head": struct.pack(
            ">4I2H2q4h2H3h",
            *(0x00010000, 0x00010000, 0, 0x5F0F3CF5),
            *(0, _EM, 0, 0, 0, _BOTTOM, _EM, _TOP, 0, 8, 2, 1, 0),
        ),
        b"hhea": struct.pack(
            ">I3hH11hH", 0x00010000, _TOP, _BOTTOM, 0, _EM, *(0, 0, _EM, 1, 0, 0, 0, 0, 0, 0, 0), 1
        ),
        b"hmtx": struct.pack(">Hh", _EM, 0) + bytes(2 * (_GLYPHS - 1)),
        b"loca": struct.pack(f">{_GLYPHS + 1}I", *range(0, len(shape) * (_GLYPHS + 1), len(shape))),
        b"maxp": struct.pack(">IH13H", 0x00010000, _GLYPHS, 3, 1, 0, 0, 1, *(0,) * 8),
    }
    return _packed(tables)


def _shape() -> bytes:
    """Return one outline: a sliver from the lower left to the upper right corner."""
    head = struct.pack(">5h", 1, 0, _BOTTOM, _EM, _TOP)
    contour = struct.pack(">2H", 2, 0) + bytes((1, 1, 1))  # three points on the curve
    across = struct.pack(">3h", 0, _EM, -_EM)
    upwards = struct.pack(">3h", _BOTTOM, _EM, 1 - _EM)
    outline = head + contour + across + upwards
    return outline + bytes(-len(outline) % 4)


def _codes() -> bytes:
    """Return the table that gives each code the shape of its number."""
    group = struct.pack(">3I", 1, _GLYPHS - 1, 1)
    table = struct.pack(">2H3I", 12, 0, 16 + len(group), 0, 1) + group
    return struct.pack(">2H2HI", 0, 1, 3, 10, 12) + table


def _packed(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    head = struct.pack(">I4H", 0x00010000, count, 64, 2, count * 16 - 64)
    start = len(head) + 16 * count
    directory, body = b"", b""
    for name, data in tables.items():
        directory += struct.pack(">4s3I", name, 0, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return head + directory + body
