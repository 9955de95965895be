"""
A mail as a file (RFC 5322): who wrote what to whom and when, its words, and what is attached.

Of a mail in two forms the plain one is read, unless the other says much more.
"""

import codecs
import email.generator  # what writes an attached mail; the mail loads it late
import email.policy
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value

from knowledge.reading.readers import html, nested_files
from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.nested_files import Inside
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.raw import Raw
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Title
from knowledge.values import Page, Place

HEADERS = ("Subject", "From", "To", "Cc", "Date")
_FULLER = 1.5  # times the letters of the plain form, from which the other one is read
_PARTS = 500  # of one mail
_CODECS = (
    *("raw-unicode-escape", "us-ascii", "iso-2022-jp", "shift_jis", "euc-jp", "windows-1252"),
    *("iso-8859-1", "iso-8859-15", "gb2312", "gb18030", "big5", "euc-kr", "utf-7"),
)
_UNNAMED = "attachment"


def prepare() -> None:
    """Look up the codecs that a mail may name, while files may still be opened."""
    nested_files.prepare()
    for name in _CODECS:
        codecs.lookup(name)


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    yield from within(content, budget, 0)


def within(content: bytes, budget: Budget, depth: int) -> Iterator[Item]:
    """Yield a mail, and what is attached to it, that lies so deep in other files."""
    mail = _parsed(content)
    heads = [(name, _header(mail.get(name, ""))) for name in HEADERS]
    subject = heads[0][1]
    if subject:
        yield Title(subject)
    plain, rich = _bodies(mail)
    yield from letter(heads, plain, rich, files := Inside(budget, depth), budget)
    for name, data in _attachments(mail):
        yield from files.items(name, data)


def letter(
    heads: list[tuple[str, str]], plain: str, rich: bytes, files: Inside, budget: Budget
) -> Iterator[Item]:
    """Yield the pages of a mail's own words, below its heads."""
    lines = [f"{name}: {value}" for name, value in heads if value]
    body = text_of(plain.replace("\r\n", "\n")).strip()
    shown: list[Page] = []
    if rich:
        items = list(html.read(rich, budget))
        yield from (item for item in items if not isinstance(item, Page | Title))
        shown = [item for item in items if isinstance(item, Page)]
    if body and _letters("".join(page.text for page in shown)) < _FULLER * _letters(body):
        shown = [Page(1, Place("part", 1), body)]
    budget.characters(len(body))
    subject = heads[0][1]
    first = shown[0].text if shown else ""
    place = Place("section", 1, subject) if subject else Place("part", 1)
    yield files.own(Page(1, place, "\n\n".join(filter(None, ("\n".join(lines), first))), subject))
    for page in shown[1:]:
        yield files.own(page)


def pieces(content: bytes, budget: Budget) -> Iterator[Raw]:
    """Yield the raw text of a mail and of what is attached to it."""
    mail = _parsed(content)
    plain, rich = _bodies(mail)
    text = plain if plain.strip() else ""
    yield Raw(
        Place("part", 1), "\n".join((*(_header(mail.get(name, "")) for name in HEADERS), text))
    )
    if not text and rich:
        yield from nested_files.pieces("body.html", rich, budget)
    for name, data in _attachments(mail):
        yield from nested_files.pieces(name, data, budget)


def _parsed(content: bytes) -> Message:
    mail = BytesParser(policy=email.policy.compat32).parsebytes(content)
    if not any(mail.get(name) for name in HEADERS):
        raise Refusal("damaged")
    return mail


def _header(value: object) -> str:
    """Return a header as people read it, whatever it is encoded in."""
    pieces: list[str] = []
    for part, charset in decode_header(str(value)):
        if isinstance(part, str):
            pieces.append(part)
        else:
            pieces.append(_decoded(part, charset or ""))
    return " ".join("".join(pieces).split())


def _decoded(content: bytes, charset: str) -> str:
    """Return text in the encoding it names, else in the likeliest one."""
    try:
        return content.decode(charset or "ascii")
    except (LookupError, UnicodeError):
        return decode(content)[0]


def _leaves(mail: Message) -> Iterator[Message]:
    """Yield the parts of a mail that hold something; a mail attached is one of them."""
    waiting = [mail]
    for _ in range(_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            inner = part.get_payload()
            waiting[:0] = [one for one in inner if isinstance(one, Message)]
        else:
            yield part


def _bodies(mail: Message) -> tuple[str, bytes]:
    """Return the words of a mail in plain text and in HTML; each may be empty."""
    plain: list[str] = []
    rich: list[bytes] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        if _file_name(part) or part.get_content_disposition() == "attachment":
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        if kind == "text/plain":
            plain.append(_decoded(data, str(part.get_content_charset() or "")))
        elif kind == "text/html":
            rich.append(_decoded(data, str(part.get_content_charset() or "")).encode())
    return "\n".join(plain), b"\n".join(rich)


def _attachments(mail: Message) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of what is attached; pictures within the words are not."""
    for part in _leaves(mail):
        name = _file_name(part)
        if part.get_content_type() == "message/rfc822":
            yield from _mails(part, name)
            continue
        data = part.get_payload(decode=True)
        attached = part.get_content_disposition() == "attachment"
        if isinstance(data, bytes) and (name or attached) and not part.get("Content-ID"):
            yield name or _UNNAMED, data


def _mails(part: Message, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the mail that is attached as a part."""
    inner = part.get_payload()
    for mail in inner if isinstance(inner, list) else ():
        if isinstance(mail, Message):
            subject = _header(mail.get("Subject", "")) or _UNNAMED
            yield name or f"{subject}.eml", mail.as_bytes()


def _file_name(part: Message) -> str:
    """Return the name of an attached file, "" for none."""
    written = part.get_param("filename", None, "content-disposition") or part.get_param("name")
    if not written:
        return ""
    return _header(collapse_rfc2231_value(written, errors="replace"))


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
