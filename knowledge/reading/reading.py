"""
Reading a file into pages: `await read("規程.pdf", content)`.

Nothing of the file is parsed in this process: `sandbox.py` does that in a child. Here the kind is
told apart, what the child delivers is cleaned and flagged, and every refusal becomes one sentence
in both languages.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from string import Template

from knowledge.errors import ReaderFault, UnreadableDocument
from knowledge.formats import Format
from knowledge.reading.conversion import converted
from knowledge.reading.readers import fault, quality, running, tessdata
from knowledge.reading.readers.decode import clean
from knowledge.reading.readers.limits import Limits
from knowledge.reading.readers.recognised import doubtful
from knowledge.reading.readers.recognition import recognise, supported_kinds
from knowledge.reading.readers.refusal import Refusal
from knowledge.reading.receipt import measure
from knowledge.reading.sandbox import Heard, Sandbox
from knowledge.reading.titles import title_of
from knowledge.sentences import yaml_values
from knowledge.text import injection
from knowledge.text.sizes import megabytes
from knowledge.values import Flag, FlagKind, Language, Page, Phrase, Receipt

__all__ = ["Limits", "Reading", "check", "read", "supported_kinds"]

_REFUSALS = Path(__file__).with_name("readers") / "refusals.yaml"
# raised when the readers make other text of the same file: it is read anew when it is sent again
READER_VERSION = 6
SCAN = 120  # seconds of CPU for the pictures of one document
PICTURE = "image"  # kind of files whose words are all recognised
# stands in the place of each page whose words were recognised, wherever it is cited
RECOGNISED: dict[Language, str] = {"ja": "文字認識(OCR)", "en": "read by OCR"}
_NAME = 120  # characters of a file name shown
_NAMED = 20  # pages named in one sentence
_SHARE = 0.1  # of letters, from which a text counts as Japanese
_SAMPLE = 20_000  # characters looked at for that
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A file as read. `sha256` is that of the bytes; `size` is in bytes; `pages` are in file order.

    `kind` is that of its format (`knowledge.formats`), or "transcript" for that of a deck. `title`
    is the document's own, or its file name without the extension. `flags` are those of the file and
    of every page. `receipt` says how much of it was read; None where that could not be
    counted.
    """

    name: str
    sha256: str
    size: int
    title: str
    kind: str
    pages: tuple[Page, ...]
    flags: tuple[Flag, ...]
    language: Language
    receipt: Receipt | None = None


def check(name: str, content: bytes, *, limits: Limits | None = None) -> Format:
    """
    Return the format of a file, by its name, its size and its first bytes; nothing of it is parsed.

    Raises:
        UnreadableDocument: a file of this size or kind is not taken in.
    """
    shown = shown_name(name)
    try:
        _check_size(len(content), limits or Limits())
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
    file_format = check(name, content, limits=bounds)
    sent = content
    patient = replace(bounds, cpu=SCAN, wall=SCAN * 1.2)
    slow = file_format.kind == PICTURE
    place = sandbox or _sandbox(asyncio.get_running_loop(), patient if slow else bounds)
    try:
        if file_format.becomes:
            content = await converted(content, file_format, bounds)
        heard = await place.run(file_format.becomes or file_format.kind, content)
        if _wants_recognition(file_format, heard.pages):
            await _recognise_pictures(file_format.pictures, content, heard, patient)
        return await asyncio.to_thread(_reading, shown, sent, file_format, heard)
    except Refusal as refusal:
        raise _unreadable(refusal, shown) from refusal


def _reading(shown: str, content: bytes, file_format: Format, heard: Heard) -> Reading:
    """
    Return what the child told, cleaned and checked; for a large document that takes the better part
    of a second, so it is done in a thread.
    """
    gathered: Sequence[Page] = heard.pages
    omitted = list(heard.omitted)
    if file_format.running:
        gathered, furniture = running.tidied(heard.pages)
        omitted += furniture
    pages = tuple(_checked_page(page) for page in gathered)
    _refuse_nothing(pages, hidden=any(text.strip() for text in heard.omitted))
    receipt = measure(heard.raw, omitted, pages) if heard.counted else None
    return Reading(
        name=shown,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        title=title_of(_one_line(heard.title), _one_line(shown), file_format.kind, pages),
        kind=_kind(file_format, pages),
        pages=pages,
        flags=_flags(heard, pages),
        language=language("".join(page.text for page in pages)),
        receipt=receipt,
    )


def _kind(file_format: Format, pages: Sequence[Page]) -> str:
    """Return the kind of a document; a text with numbered slides is a deck's transcript."""
    slides = any(page.place.kind == "slide" for page in pages)
    if file_format.kind == "text" and slides:
        return "transcript"
    return file_format.kind


def _wants_recognition(file_format: Format, pages: Sequence[Page]) -> bool:
    """Tell whether some pages are only pictures, and there is what recognises their text."""
    if not file_format.pictures or not any(_is_picture(page) for page in pages):
        return False
    return tessdata.data() is not None


def _is_picture(page: Page) -> bool:
    return _flagged(page, "image_only")


def _flagged(page: Page, kind: FlagKind) -> bool:
    return any(flag.kind == kind for flag in page.flags)


async def _recognise_pictures(reader: str, content: bytes, heard: Heard, limits: Limits) -> None:
    """
    Put what a second child recognises on the pictures in the place of their pages; one that fails
    leaves them listed.
    """
    with suppress(Refusal):
        second = await Sandbox(limits).run(reader, content)
        recognised = {page.position: page for page in second.pages if page.text.strip()}
        for at, page in enumerate(heard.pages):
            if _is_picture(page) and page.position in recognised:
                heard.pages[at] = _with_recognised(page, recognised[page.position])


def _with_recognised(page: Page, recognised: Page) -> Page:
    """Return a page with what was recognised on its picture below what it says by itself."""
    own = page.text.strip()
    known = "".join(own.split())
    lines = [line for line in recognised.text.split("\n") if "".join(line.split()) not in known]
    if not own:
        lines = recognised.text.split("\n")
    flags = [flag for flag in page.flags if flag.kind != "image_only"]
    text = "\n".join(filter(None, (own, *lines)))
    return replace(page, text=text, flags=(*flags, *recognised.flags))


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.file:
        raise Refusal("too_large", size=megabytes(size), limit=megabytes(limits.file))


def language(text: str) -> Language:
    """Return "ja" when at least a tenth of the letters are Japanese, otherwise "en"."""
    sample = text[:_SAMPLE]
    if sample.isascii():
        return "en"
    japanese = len(_JAPANESE.findall(sample))
    if not japanese:
        return "en"
    letters = sum(map(str.isalpha, sample))
    return "ja" if japanese >= letters * _SHARE else "en"


@lru_cache(maxsize=4)
def _sandbox(loop: asyncio.AbstractEventLoop, limits: Limits) -> Sandbox:
    """
    Return the loop's own sandbox: its two places are shared by everyone who reads in this loop.
    """
    return Sandbox(limits)


def _checked_page(page: Page) -> Page:
    """
    Return the page as people will see it, with flags for what it hid, what it orders and what
    cannot be read.
    """
    text, hidden_in_text = clean(page.text)
    notes, hidden_in_notes = clean(page.notes)
    title, _ = clean(page.title)
    label, _ = clean(page.place.label)
    hidden = (*hidden_in_text, *hidden_in_notes)
    own = [replace(flag, page=page.position) for flag in page.flags]
    if hidden:
        own.append(Flag("hidden_text", page.position, "invisible_unicode"))
    orders = injection.orders("\n".join((title, text, notes, *hidden)))
    if orders:
        own.append(Flag("instruction", page.position, orders))
    if quality.garbled(text):
        own.append(Flag("garbled", page.position))
    if _flagged(page, "ocr"):
        label = RECOGNISED[language(text)]
        doubts = doubtful(text)
        if doubts:
            own.append(Flag("doubtful", page.position, ", ".join(doubts)))
    place = replace(page.place, label=label)
    return replace(page, text=text, notes=notes, title=title, place=place, flags=tuple(own))


def _refuse_nothing(pages: Sequence[Page], *, hidden: bool) -> None:
    """
    Refuse a document that gives nothing to find, and say why: never an empty success; `hidden` says
    what it held was.
    """
    readable = [page for page in pages if page.text.strip() or page.notes.strip()]
    pictures = [str(page.position) for page in pages if _is_picture(page)]
    if readable:
        if all(_flagged(page, "garbled") for page in readable):
            raise Refusal("garbled")
        return
    if pictures:
        more = "…" if len(pictures) > _NAMED else ""
        raise Refusal("image_only", pages=", ".join(pictures[:_NAMED]) + more)
    if hidden:
        raise Refusal("all_hidden")
    raise Refusal("empty")


def _flags(heard: Heard, pages: tuple[Page, ...]) -> tuple[Flag, ...]:
    """Return the flags of the file and of its pages, each once."""
    flags = dict.fromkeys(heard.flags)
    for page in pages:
        flags |= dict.fromkeys(page.flags)
    return tuple(flags)


def _one_line(text: str) -> str:
    """Return a title as people may see it: without what is invisible, on one line."""
    return " ".join(clean(text)[0].split())


def _unreadable(refusal: Refusal, name: str) -> UnreadableDocument:
    """Return the error people are told of, with its sentence about the file called `name`."""
    reason = _reason(refusal, name)
    error = ReaderFault if refusal.code == fault.CODE else UnreadableDocument
    return error(refusal.code, reason)


def _reason(refusal: Refusal, name: str) -> Phrase:
    """Return the sentence of a refusal about the file called `name`; long names are cut."""
    sentences = _sentences()
    ja, en = sentences.get(refusal.code, sentences["damaged"])
    if len(name) > _NAME:
        name = f"{name[: _NAME - 1]}…"
    values = {**refusal.values, "name": name}
    return Phrase(Template(ja).safe_substitute(values), Template(en).safe_substitute(values))


@cache
def _sentences() -> dict[str, tuple[str, str]]:
    rows = yaml_values(_REFUSALS.read_text(encoding="utf-8"))
    return {str(code): (str(row["ja"]), str(row["en"])) for code, row in rows.items()}
