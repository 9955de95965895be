"""
A mail of Outlook (.msg): the same as any other mail, kept in a compound file [MS-OXMSG].

Opened by olefile, which reads streams and nothing else.
"""

import io
from collections.abc import Iterator

import olefile

from knowledge.reading.readers import mail, nested_files
from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.nested_files import Inside
from knowledge.reading.readers.raw import Raw
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Title
from knowledge.values import Place

_HEADS = {"Subject": "0037", "From": "0C1A", "To": "0E04", "Cc": "0E03"}  # property ids
_BODY, _RICH = "1000", "1013"
_NAME, _SHORT, _DATA, _TITLE = "3707", "3704", "37010102", "3001"
_EMBEDDED = "3701000D"  # a mail within, kept as a folder of streams
_WIDE, _NARROW, _BYTES = "001F", "001E", "0102"
_ATTACHED = "__attach_version1.0_"
_PREFIX = "__substg1.0_"
_MOST = 200  # attachments

Folder = tuple[str, ...]


def prepare() -> None:
    mail.prepare()


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    yield from within(content, budget, 0)


def within(content: bytes, budget: Budget, depth: int) -> Iterator[Item]:
    """Yield a mail, and what is attached to it, that lies so deep in other files."""
    file = _opened(content)
    files = Inside(budget, depth)
    yield from _mail(file, (), files, budget)


def _mail(file: olefile.OleFileIO, folder: Folder, files: Inside, budget: Budget) -> Iterator[Item]:
    heads = _heads(file, folder)
    if heads[0][1]:
        yield Title(heads[0][1])
    plain = _text(file, folder, _BODY)
    rich = _stream(file, (*folder, f"{_PREFIX}{_RICH}{_BYTES}"))
    wide = _text(file, folder, _RICH)
    yield from mail.letter(heads, plain, rich or wide.encode(), files, budget)
    for attached in _attachments(file, folder):
        data = _stream(file, (*attached, f"{_PREFIX}{_DATA}"))
        if data:
            yield from files.items(_name(file, attached), data)
        elif file.exists("/".join((*attached, f"{_PREFIX}{_EMBEDDED}"))):
            yield from _mail(file, (*attached, f"{_PREFIX}{_EMBEDDED}"), files, budget)


def pieces(content: bytes, budget: Budget) -> Iterator[Raw]:
    """Yield the raw text of a mail and of what is attached to it."""
    file = _opened(content)
    lines = [value for _, value in _heads(file, ())]
    plain = _text(file, (), _BODY)
    yield Raw(Place("part", 1), "\n".join((*lines, plain)))
    for attached in _attachments(file, ()):
        data = _stream(file, (*attached, f"{_PREFIX}{_DATA}"))
        if data:
            yield from nested_files.pieces(_name(file, attached), data, budget)


def _opened(content: bytes) -> olefile.OleFileIO:
    try:
        return olefile.OleFileIO(io.BytesIO(content))
    except (OSError, ValueError, IndexError) as error:
        raise Refusal("damaged") from error


def _heads(file: olefile.OleFileIO, folder: Folder) -> list[tuple[str, str]]:
    heads: list[tuple[str, str]] = []
    for name, number in _HEADS.items():
        heads.append((name, " ".join(_text(file, folder, number).split())))
    return heads


def _attachments(file: olefile.OleFileIO, folder: Folder) -> Iterator[Folder]:
    """Yield the folders of what is attached to the mail in a folder."""
    seen: dict[Folder, None] = {}
    for path in file.listdir():
        inner = path[len(folder) :]
        if tuple(path[: len(folder)]) == folder and inner and inner[0].startswith(_ATTACHED):
            seen[(*folder, inner[0])] = None
    yield from list(seen)[:_MOST]


def _name(file: olefile.OleFileIO, attached: Folder) -> str:
    names = (_text(file, attached, number) for number in (_NAME, _SHORT, _TITLE))
    return next(filter(None, names), "attachment")


def _text(file: olefile.OleFileIO, folder: Folder, number: str) -> str:
    """Return a text property in either of its two forms, "" for none."""
    wide = _stream(file, (*folder, f"{_PREFIX}{number}{_WIDE}"))
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\x00")
    narrow = _stream(file, (*folder, f"{_PREFIX}{number}{_NARROW}"))
    narrow = narrow.rstrip(b"\x00")
    return decode(narrow)[0] if narrow else ""


def _stream(file: olefile.OleFileIO, path: Folder) -> bytes:
    """Return the bytes of a stream, none where there is none or it is damaged."""
    name = "/".join(path)
    if not file.exists(name):
        return b""
    try:
        return bytes(file.openstream(name).read())
    except (OSError, ValueError, IndexError):
        return b""
