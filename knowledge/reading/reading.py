"""
Reading a file into pages: `await read("規程.pdf", content)`.

Nothing of the file is parsed in this process: `sandbox.py` does that in a child. Here the kind is
told apart, what the child delivers is cleaned and flagged, and every refusal becomes one sentence
in both languages.
"""

import asyncio
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from string import Template

import yaml

from knowledge.errors import ReaderFault, UnreadableDocument
from knowledge.reading.readers import fault, quality, running, tessdata
from knowledge.reading.readers.decode import clean
from knowledge.reading.readers.formats import Kind, recognise, supported_kinds
from knowledge.reading.readers.limits import Limits
from knowledge.reading.readers.refusal import Refusal
from knowledge.reading.receipt import measure
from knowledge.reading.sandbox import Heard, Sandbox
from knowledge.text import injection
from knowledge.text.sizes import megabytes
from knowledge.values import Flag, Language, Page, Phrase, Receipt

__all__ = ["Kind", "Limits", "Reading", "check", "read", "supported_kinds"]

_REFUSALS = Path(__file__).with_name("readers") / "refusals.yaml"
# raised when the readers make other text of the same file: it is read anew when it is sent again
READERS = "3"
SCAN = 120  # seconds of CPU for the pictures of one document
_NAME = 120  # characters of a file name shown
_SHARE = 0.1  # of letters, from which a text counts as Japanese
_SAMPLE = 20_000  # characters looked at for that
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A file as read. `sha256` is that of the bytes; `size` is in bytes; `pages` are in file order.

    `title` is the document's own, or its file name without the extension. `flags` are those of the
    file and of every page. `receipt` says how much of it was read; None where that could not be
    counted.
    """

    name: str
    sha256: str
    size: int
    title: str
    kind: Kind
    pages: tuple[Page, ...]
    flags: tuple[Flag, ...]
    language: Language
    receipt: Receipt | None = None


def check(name: str, content: bytes, *, limits: Limits | None = None) -> Kind:
    """
    Return the kind of file this is, by its name, its size and its first bytes; nothing of it is
    parsed.

    Raises:
        UnreadableDocument: a file of this size or kind is not taken in.
    """
    shown = shown_name(name)
    try:
        _fits(len(content), limits or Limits())
        return recognise(shown, content)
    except Refusal as refusal:
        raise _unreadable(refusal, shown) from refusal


def shown_name(name: str) -> str:
    """
    Return a file's name as it can be shown on one line: composed, without control characters and
    invisible signs.
    """
    return " ".join(clean(name)[0].split())


async def read(
    name: str, content: bytes, *, limits: Limits | None = None, sandbox: Sandbox | None = None
) -> Reading:
    """
    Read `content`, the file called `name`, in a sandboxed child.

    Takes about 10 ms for a short file, 0.2 s for the first and at most the limits' wall time; two
    at once, others wait.

    Raises:
        UnreadableDocument: the file cannot or must not be read; `code` and `reason` say why. A
        ReaderFault is ours.
    """
    bounds = limits or Limits()
    shown = shown_name(name)
    kind = check(name, content, limits=bounds)
    try:
        heard = await (sandbox or _sandbox(asyncio.get_running_loop(), bounds)).run(kind, content)
        if (
            kind == "pdf"
            and any(_scanned(page) for page in heard.pages)
            and tessdata.data() is not None
        ):
            await _recognise(content, heard, replace(bounds, cpu=SCAN, wall=SCAN * 1.2))
        return await asyncio.to_thread(_told, shown, content, kind, heard)
    except Refusal as refusal:
        raise _unreadable(refusal, shown) from refusal


def _told(shown: str, content: bytes, kind: Kind, heard: Heard) -> Reading:
    """
    Clean and check what the child told; for a large document the better part of a second, so in a
    thread.
    """
    gathered, furniture = running.tidied(heard.pages) if kind == "pdf" else (heard.pages, [])
    omitted = [*heard.omitted, *furniture]
    pages = tuple(_checked(page) for page in gathered)
    _whole(pages, hidden=any(text.strip() for text in heard.omitted))
    return Reading(
        name=shown,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        title=_one_line(heard.title)
        or _one_line(shown.rpartition(".")[0])
        or _one_line(shown)
        or "–",
        kind="transcript"
        if kind == "text" and any(page.place.kind == "slide" for page in pages)
        else kind,
        pages=pages,
        flags=_flags(heard, pages),
        language=language("".join(page.text for page in pages)),
        receipt=measure(heard.raw, omitted, pages) if heard.counted else None,
    )


def _scanned(page: Page) -> bool:
    return any(flag.kind == "image_only" for flag in page.flags)


async def _recognise(content: bytes, heard: Heard, limits: Limits) -> None:
    """
    Put what a second child recognises on the pictures in the place of their pages; one that fails
    leaves them listed.
    """
    with suppress(Refusal):
        seen = await Sandbox(limits).run("scan", content)
        read = {page.position: page for page in seen.pages if page.text.strip()}
        heard.pages[:] = [
            read.get(page.position, page) if _scanned(page) else page for page in heard.pages
        ]


def _fits(size: int, limits: Limits) -> None:
    if size > limits.file:
        raise Refusal("too_large", size=megabytes(size), limit=megabytes(limits.file))


def language(text: str) -> Language:
    """Return "ja" when at least a tenth of the letters are Japanese, otherwise "en"."""
    sample = text[:_SAMPLE]
    japanese = 0 if sample.isascii() else len(_JAPANESE.findall(sample))
    letters = sum(map(str.isalpha, sample)) if japanese else 0
    return "ja" if japanese and japanese >= letters * _SHARE else "en"


@lru_cache(maxsize=4)
def _sandbox(loop: asyncio.AbstractEventLoop, limits: Limits) -> Sandbox:
    """
    Return the loop's own sandbox: its two places are shared by everyone who reads in this loop.
    """
    return Sandbox(limits)


def _checked(page: Page) -> Page:
    """
    Return the page as people will see it, with flags for what it hid, what it orders and what
    cannot be read.
    """
    text, hidden = clean(page.text)
    notes, more = clean(page.notes)
    title = clean(page.title)[0]
    found = [Flag("hidden_text", page.position, "invisible_unicode")] if hidden or more else []
    orders = injection.orders("\n".join((title, text, notes, *hidden, *more)))
    if orders:
        found.append(Flag("instruction", page.position, orders))
    if quality.garbled(text):
        found.append(Flag("garbled", page.position))
    flags = (*(replace(flag, page=page.position) for flag in page.flags), *found)
    label = clean(page.place.label)[0]
    return replace(
        page,
        text=text,
        notes=notes,
        title=title,
        place=replace(page.place, label=label),
        flags=flags,
    )


def _whole(pages: tuple[Page, ...], *, hidden: bool) -> None:
    """
    Refuse a document that gives nothing to find, and say why: never an empty success; `hidden` says
    what it held was.
    """
    readable = [page for page in pages if page.text.strip() or page.notes.strip()]
    if not readable:
        pictures = [
            str(page.position)
            for page in pages
            if any(flag.kind == "image_only" for flag in page.flags)
        ]
        if pictures:
            raise Refusal(
                "image_only", pages=", ".join(pictures[:20]) + ("…" if len(pictures) > 20 else "")
            )
        raise Refusal("all_hidden" if hidden else "empty")
    if all(any(flag.kind == "garbled" for flag in page.flags) for page in readable):
        raise Refusal("garbled")


def _flags(heard: Heard, pages: tuple[Page, ...]) -> tuple[Flag, ...]:
    seen = dict.fromkeys((*heard.flags, *(flag for page in pages for flag in page.flags)))
    return tuple(seen)


def _one_line(text: str) -> str:
    """Return a title as people may see it: without what is invisible, on one line."""
    return " ".join(clean(text)[0].split())


def _unreadable(refusal: Refusal, name: str) -> UnreadableDocument:
    """Return the error people are told of, with its sentence about the file called `name`."""
    reason = _reason(refusal, name)
    error = ReaderFault if refusal.code == fault.CODE else UnreadableDocument
    return error(refusal.code, reason)


def _reason(refusal: Refusal, name: str) -> Phrase:
    ja, en = _sentences()[refusal.code if refusal.code in _sentences() else "damaged"]
    values = {**refusal.values, "name": name if len(name) <= _NAME else name[: _NAME - 1] + "…"}
    return Phrase(Template(ja).safe_substitute(values), Template(en).safe_substitute(values))


@cache
def _sentences() -> dict[str, tuple[str, str]]:
    rows = yaml.safe_load(_REFUSALS.read_text(encoding="utf-8"))
    return {str(code): (str(row["ja"]), str(row["en"])) for code, row in rows.items()}
