"""
Which kind of document a file is, by its name and its first bytes together.

The two must agree: a sign-in page saved as "規程.pdf" is told apart from a damaged PDF, because the
way out is another.
"""

import re

from knowledge.formats import (
    FORMATS,
    HEAD,
    OLE,
    ZIP,
    Format,
    Signature,
    ending,
    format_of,
    usual_endings,
)
from knowledge.reading.readers.refusal import Refusal

_OLD_OFFICE = frozenset({"doc", "dot", "ppt", "pps", "xls", "xlt"})
_MACRO = frozenset({"docm", "dotm", "pptm", "ppsm", "potm", "xlsm", "xltm", "xlsb"})
# the stream that holds a password-protected Office file [MS-OFFCRYPTO]
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PICTURE = Signature("image", (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"))
_PROGRAM = Signature("program", (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"))
_PAGE = re.compile(
    rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<title[\s>]|<form[\s>]", re.IGNORECASE
)
_WEB_PAGE = "html"


def recognise(name: str, content: bytes) -> Format:
    """
    Return the format of the file called `name` that holds `content`.

    Raises:
        Refusal: empty, old_office, password_protected, macro, sign_in_page, wrong_kind, unsupported
        or damaged.
    """
    if not content:
        raise Refusal("empty")
    if ending(name) in _MACRO:
        raise Refusal("macro")
    if ending(name) in _OLD_OFFICE:
        raise Refusal("old_office")
    named = format_of(name)
    if named is None:
        raise Refusal("unsupported", kinds=", ".join(supported_kinds()))
    _check(named, content)
    return named


def supported_kinds() -> tuple[str, ...]:
    """Return the usual file name ending of each format, most common first, each with its dot."""
    return tuple(f".{one}" for one in usual_endings())


def _check(named: Format, content: bytes) -> None:
    """Refuse a file whose first bytes are not those of the format that its name says."""
    seen = _seen(content)
    if named.signature is None:
        if seen not in {"", _WEB_PAGE}:
            raise Refusal("wrong_kind", found=seen.upper())
        return
    if seen == named.signature.name:
        return
    if seen == OLE.name and named.signature == ZIP:
        if _ENCRYPTED in content:
            raise Refusal("password_protected")
        raise Refusal("old_office")
    if seen == _WEB_PAGE:
        raise Refusal("sign_in_page")
    if seen:
        raise Refusal("wrong_kind", found=seen.upper())
    raise Refusal("damaged")


def _seen(content: bytes) -> str:
    """Return the name of what the first bytes are a sign of; "" for what may be a text."""
    taken_in = [row.signature for row in FORMATS if row.signature is not None]
    for signature in (OLE, ZIP, *taken_in, _PICTURE, _PROGRAM):
        if _bears(content, signature):
            return signature.name
    if _PAGE.search(content[:HEAD]):
        return _WEB_PAGE
    return ""


def _bears(content: bytes, signature: Signature) -> bool:
    """Tell whether a file has these bytes where this kind of file has them."""
    if not signature.within:
        return content.startswith(signature.starts)
    head = content[: signature.within]
    return any(start in head for start in signature.starts)
