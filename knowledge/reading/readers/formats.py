"""
Which kind of document a file is, by its name and its first bytes together.

The two must agree: a sign-in page saved as "規程.pdf" is told apart from a damaged PDF, because the
way out is another.
"""

import re
from typing import Literal

from knowledge.reading.readers.refusal import Refusal

Kind = Literal["pdf", "pptx", "docx", "xlsx", "csv", "html", "markdown", "text", "transcript"]

EXTENSIONS: dict[str, Kind] = {
    "pdf": "pdf",
    "pptx": "pptx",
    "docx": "docx",
    "xlsx": "xlsx",
    "csv": "csv",
    "tsv": "csv",
    "html": "html",
    "htm": "html",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
    "text": "text",
}
_OLD_OFFICE = frozenset({"doc", "dot", "ppt", "pps", "xls", "xlt"})
_MACRO = frozenset({"docm", "dotm", "pptm", "ppsm", "potm", "xlsm", "xltm", "xlsb"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode(
    "utf-16-le"
)  # the stream that holds a password-protected Office file [MS-OFFCRYPTO]
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_PAGE = re.compile(
    rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<title[\s>]|<form[\s>]", re.IGNORECASE
)
_HEAD = 1024  # bytes looked at; PDF allows its header that late (ISO 32000-1, Annex H.3)


def extension(name: str) -> str:
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def recognise(name: str, content: bytes) -> Kind:
    """
    Return the kind of document that `content` is.

    Raises:
        Refusal: empty, old_office, password_protected, macro, sign_in_page, wrong_kind, unsupported
        or damaged.
    """
    if not content:
        raise Refusal("empty")
    end = extension(name)
    if end in _MACRO:
        raise Refusal("macro")
    if end in _OLD_OFFICE:
        raise Refusal("old_office")
    kind = EXTENSIONS.get(end)
    if kind is None:
        raise Refusal("unsupported", kinds=", ".join(supported_kinds()))
    found = _content(content)
    if kind in {"pptx", "docx", "xlsx"}:
        _context(found, content)
    elif kind == "pdf":
        _pdf(found)
    elif found not in {"", "html"}:
        raise Refusal("wrong_kind", found=found.upper())
    return kind


def supported_kinds() -> tuple[str, ...]:
    """Return the file name extensions that can be read, most common first, each with its dot."""
    return tuple(f".{end}" for end in EXTENSIONS if end not in {"htm", "markdown", "text"})


def _content(content: bytes) -> str:
    head = content[:_HEAD]
    if content.startswith(_OLE):
        return "ole"
    if content.startswith(_ZIP):
        return "zip"
    if b"%PDF-" in head:
        return "pdf"
    if content.startswith(_PICTURES):
        return "image"
    if content.startswith(_PROGRAMS):
        return "program"
    return "html" if _PAGE.search(head) else ""


def _context(found: str, content: bytes) -> None:
    if found == "zip":
        return
    if found == "ole":
        raise Refusal("password_protected" if _ENCRYPTED in content else "old_office")
    if found == "html":
        raise Refusal("sign_in_page")
    if found:
        raise Refusal("wrong_kind", found=found.upper())
    raise Refusal("damaged")


def _pdf(found: str) -> None:
    if found == "pdf":
        return
    if found == "html":
        raise Refusal("sign_in_page")
    if found:
        raise Refusal("wrong_kind", found=found.upper())
    raise Refusal("damaged")
