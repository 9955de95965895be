"""
Which kind of document a file is: by what it holds, and by its name where that leaves it open.

People rename files, and mail programs do; so a Word file called .doc is read as what it is. Only
where the content is nothing that is read is the name believed enough to say what is wrong: a
sign-in page saved as "規程.pdf" is told apart from a damaged PDF, because the way out is another.
"""

import re
import struct

from knowledge.formats import (
    FORMATS,
    HEAD,
    OLE,
    ZIP,
    Format,
    Signature,
    ending,
    format_of,
    of_kind,
    usual_endings,
)
from knowledge.reading.readers.refusal import Refusal

_OTHER_OLD = frozenset({"dot", "pps", "xlt"})
_MACRO = frozenset({"docm", "dotm", "pptm", "ppsm", "potm", "xlsm", "xltm", "xlsb"})
# the stream that holds a password-protected Office file [MS-OFFCRYPTO]
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# names of streams that only files of one kind have
_STREAMS = {
    "msg": "__properties_version1.0",
    "doc": "WordDocument",
    "ppt": "PowerPoint Document",
    "xls": "Workbook",
}
_PICTURE = Signature("image", (b"GIF8",))
_PROGRAM = Signature("program", (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"))
_SECTOR = 512  # bytes before the first stream of a compound file
_WORD = b"\xec\xa5"  # begins an old Word file
_PAGE = re.compile(rb"<!doctype\s+html|<(?:html|head|body|title|form|table)[\s>]", re.IGNORECASE)
_WEB_PAGE = "html"
_PICTURES = "image"
_LOCAL = struct.Struct("<4s5H3L2H")  # header of the first file in a ZIP archive
_TYPES = b"[Content_Types].xml"
_FOLDERS = {"docx": b"word/", "xlsx": b"xl/", "pptx": b"ppt/"}
_OPEN_DOCUMENT = re.compile(
    rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)"
)
_OPEN_KINDS = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
_FIRST = frozenset({b"mimetype", b"[Content_Types].xml"})  # files that only documents begin with
_OWN_FOLDERS = (b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/", b"customXml/")


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
    named = format_of(name)
    seen = _seen(content)
    if seen == _PROGRAM.name and named is not None:
        raise Refusal("wrong_kind", found=seen.upper())
    held = _held(named, seen, content)
    if held is not None:
        return held
    if ending(name) in _OTHER_OLD:
        raise Refusal("old_office")
    if named is None:
        raise Refusal("unsupported", kinds=", ".join(supported_kinds()))
    _refuse_other(named, seen)
    return named


def supported_kinds() -> tuple[str, ...]:
    """Return the usual file name ending of each format, most common first, each with its dot."""
    return tuple(f".{one}" for one in usual_endings())


def _held(named: Format | None, seen: str, content: bytes) -> Format | None:
    """Return the format that a file's content shows, by itself or together with its name."""
    shared = seen in {ZIP.name, OLE.name}  # by several formats
    if named is not None and not shared and _bears_its_name(named, seen):
        return named
    if seen == OLE.name:
        return _compound(content)
    if seen == ZIP.name:
        return _archive(named, content)
    for row in FORMATS:
        misnamed = named is not None and row.kind == _PICTURES
        if _is_signed(row, seen, content) and not misnamed:
            return row
    if seen == _WEB_PAGE and named is not None and named.becomes:
        return of_kind(_WEB_PAGE)  # what many programs write as .xls or .doc
    return None


def _bears_its_name(named: Format, seen: str) -> bool:
    """Tell whether the first bytes are those of the format that the name says."""
    return named.signature is not None and named.signature.name == seen


def _is_signed(row: Format, seen: str, content: bytes) -> bool:
    """Tell whether a file begins with a format's signature, rather than mentions it."""
    signature = row.signature
    return signature is not None and signature.name == seen and content.startswith(signature.starts)


def _compound(content: bytes) -> Format:
    """Return which kind of compound file it is: an old Office file, or a mail."""
    if _ENCRYPTED in content or _is_locked_word(content):
        raise Refusal("password_protected")
    for kind, stream in _STREAMS.items():
        if stream.encode("utf-16-le") in content:
            return of_kind(kind)
    raise Refusal("old_office")


def _is_locked_word(content: bytes) -> bool:
    """Tell whether this is an old Word file with a password, by its head [MS-DOC] 2.5.1."""
    head = content[_SECTOR : _SECTOR + 12]
    return head[:2] == _WORD and len(head) == 12 and bool(head[11] & 1)


def _archive(named: Format | None, content: bytes) -> Format | None:
    """Return which kind of document a ZIP archive is, or that it is one of files."""
    first = _first_name(content)
    document = first in _FIRST or first.startswith(_OWN_FOLDERS)
    packed = named is not None and named.kind == "zip"
    if packed and not document:
        return named
    if first == b"mimetype":
        match = _OPEN_DOCUMENT.search(content[:HEAD])
        if match:
            return of_kind(_OPEN_KINDS[match[1]])
    kinds = [kind for kind, folder in _FOLDERS.items() if folder in content]
    if _TYPES in content and len(kinds) == 1:
        return of_kind(kinds[0])
    if named is not None and named.signature == ZIP:
        return named
    if document and kinds:
        return of_kind(kinds[0])
    return of_kind("zip") if named is None else None


def _first_name(content: bytes) -> bytes:
    """Return the name of the first file in a ZIP archive."""
    head = content[: _LOCAL.size]
    if len(head) < _LOCAL.size:
        return b""
    length = _LOCAL.unpack(head)[-2]
    return content[_LOCAL.size : _LOCAL.size + length]


def _refuse_other(named: Format, seen: str) -> None:
    """Refuse a file whose first bytes are not those of the format that its name says."""
    if named.signature is None:
        if seen not in {"", _WEB_PAGE}:
            raise Refusal("wrong_kind", found=seen.upper())
        return
    if seen == named.signature.name:
        return
    if seen == _WEB_PAGE:
        raise Refusal("sign_in_page")
    if seen:
        raise Refusal("wrong_kind", found=seen.upper())
    raise Refusal("old_office" if named.becomes else "damaged")


def _seen(content: bytes) -> str:
    """Return the name of what the first bytes are a sign of; "" for what may be a text."""
    taken_in = [row.signature for row in FORMATS if row.signature is not None]
    for signature in (*taken_in, _PICTURE, _PROGRAM):
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
