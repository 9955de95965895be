"""ZIP archives written by hand, field by field, so that a test can say what no honest writer writes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

_LOCAL, _CENTRAL, _END = (
    struct.Struct("<4s5H3L2H"),
    struct.Struct("<4s6H3L5H2L"),
    struct.Struct("<4s4H2LH"),
)
_END64, _LOCATOR = struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_FULL = 0xFFFFFFFF
STORED, DEFLATED, BZIP2 = 0, 8, 12
ENCRYPTED = 1  # a bit of `flags`


@dataclass(frozen=True)
class Member:
    """One file, packed without its last `cut` bytes. `size` and `start` are what the directory claims where they are not -1."""

    name: str
    data: bytes
    method: int = DEFLATED
    flags: int = 0x800
    size: int = -1
    start: int = -1
    extra: bytes = b""
    cut: int = 0

    def packed(self) -> bytes:
        if self.method != DEFLATED:
            return self.data
        engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = engine.compress(self.data) + engine.flush()
        return packed[: len(packed) - self.cut]

    def local(self) -> bytes:
        """Return the header that stands before the file, and the file."""
        name, packed = self.name.encode(), self.packed()
        sizes = (zlib.crc32(self.data), len(packed), len(self.data))
        head = _LOCAL.pack(
            b"PK\x03\x04", 20, self.flags, self.method, 0, 0x21, *sizes, len(name), 0
        )
        return head + name + packed


def members(content: bytes) -> list[Member]:
    """Return the files of an honest archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return [Member(info.filename, opened.read(info)) for info in opened.infolist()]


def archive(files: Sequence[Member], *, zip64: bool = False) -> bytes:
    """Return an archive of these files, every number of it in the ZIP64 fields where `zip64` says so."""
    body, directory = bytearray(), bytearray()
    for file in files:
        start = len(body) if file.start < 0 else file.start
        if file.start < 0:
            body += file.local()
        directory += _entry(file, start, zip64=zip64)
    count, size, offset = len(files), len(directory), len(body)
    parts = bytes(body + directory)
    if not zip64:
        return parts + _END.pack(
            b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, size, offset, 0
        )
    end = _END64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = _LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1)
    return parts + end + locator + _END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, _FULL, _FULL, 0)


def overlapping(files: Sequence[Member], kernel: Member) -> bytes:
    """Return an archive with one more file, "quote.bin", whose bytes are the whole local file of `kernel`, which is listed too."""
    body = b"".join(file.local() for file in files)
    quote = Member("quote.bin", kernel.local(), method=STORED)
    inner = len(body) + len(quote.local()) - len(kernel.local())
    whole, starts = body + quote.local(), [*_starts(files), len(body), inner]
    listed = [
        replace(file, start=start)
        for file, start in zip([*files, quote, kernel], starts, strict=True)
    ]
    rest = archive(listed)
    return whole + _moved(rest, len(whole))


def _starts(files: Sequence[Member]) -> list[int]:
    starts, at = [], 0
    for file in files:
        starts.append(at)
        at += len(file.local())
    return starts


def _moved(rest: bytes, by: int) -> bytes:
    """Return a directory and its end for a place `by` bytes further on."""
    fields = list(_END.unpack(rest[-_END.size :]))
    fields[6] += by
    return rest[: -_END.size] + _END.pack(*fields)


def _entry(file: Member, start: int, *, zip64: bool) -> bytes:
    name, packed = file.name.encode(), len(file.packed())
    size = len(file.data) if file.size < 0 else file.size
    extra = struct.pack("<2H3Q", 1, 24, size, packed, start) if zip64 else file.extra
    shown = (_FULL, _FULL, _FULL) if zip64 else (packed, size, start)
    lengths = (len(name), len(extra), 0, 0, 0, 0)
    crc = zlib.crc32(file.data)
    head = (b"PK\x01\x02", 45, 45, file.flags, file.method, 0, 0x21, crc, shown[0], shown[1])
    return _CENTRAL.pack(*head, *lengths, shown[2]) + name + extra
