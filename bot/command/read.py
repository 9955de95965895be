"""
`llm-choose read`: what the readers make of a file, or what stands on the shelf of a document.

Nothing is added. A file is read without the data folder being opened, so beside a running service,
too.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.command import output
from bot.command.exits import DONE
from bot.command.output import Json
from bot.command.terminal import Paper, said
from bot.service.application import Application
from bot.settings import Settings
from handlers.conversation import Press
from handlers.documents.flags import where
from handlers.texts import Texts
from knowledge.documents.leaves import Line, leaves, stretches
from knowledge.errors import UnknownDocument
from knowledge.reading.chunks import passages
from knowledge.reading.reading import Limits, read
from knowledge.sentences import phrase
from knowledge.values import Document, Flag, Language, Passage, Place, Receipt, Version

WIDEST = 24  # columns of a table that is drawn; a wider one stays as lines


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page: `notes` is what the speaker sees, `file` the path of a file within the file."""

    number: int
    place: Place
    title: str
    text: str
    notes: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class _AsRead:
    """A file or a version as it was read; `document` and `version` are empty for a file."""

    name: str
    title: str
    pages: tuple[_Sheet, ...]
    passages: tuple[Passage, ...]
    flags: tuple[Flag, ...]
    receipt: Receipt | None
    kind: str = ""
    document: str = ""
    version: int = 0


async def show(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
    """
    Print what was read.

    Raises:
        UnreadableDocument: the file cannot be read.
        UnknownDocument: there is neither such a file nor such a document.
    """
    path = Path(arguments.what)
    if await asyncio.to_thread(path.is_file):
        as_read = await _file(path, settings)
    elif "/" in arguments.what or "." in arguments.what:
        raise UnknownDocument("no_such_file", Texts.load().phrase("cli.no_file", name=str(path)))
    elif arguments.report:
        async with Application(settings) as application:
            await _report(application, arguments, language)
        return DONE
    else:
        async with Application(settings) as application:
            as_read = await _document(application, arguments)
    if arguments.json:
        output.line(_json(as_read))
    else:
        _print(as_read, language)
    return DONE


async def _file(path: Path, settings: Settings) -> _AsRead:
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        reason = Texts.load().phrase("cli.no_file", name=str(path))
        raise UnknownDocument("no_such_file", reason) from error
    limits = Limits(strict=settings.sandbox == "required")
    reading = await read(path.name, content, limits=limits)
    cut = passages(reading, document="", version="", audience="all", title=reading.title)
    pages = [_Sheet(p.position, p.place, p.title, p.text, p.notes, p.file) for p in reading.pages]
    return _AsRead(
        reading.name,
        reading.title,
        tuple(pages),
        tuple(cut),
        reading.flags,
        reading.receipt,
        reading.kind,
    )


async def _report(
    application: Application, arguments: argparse.Namespace, language: Language
) -> None:
    """Draw what admins decide by: the report of the newest version, or of the one named."""
    document = await (await application.library()).document(arguments.what)
    version = document.versions[-1]
    if arguments.edition:
        version = _numbered(document, arguments.edition)
    press = Press("document.report", {"d": document.id, "v": version.id})
    await application.turns.take(said(press, language), Paper(Console()))


def _numbered(document: Document, number: int) -> Version:
    """Return the version of that number. Raises UnknownDocument where there is none."""
    for version in document.versions:
        if version.number == number:
            return version
    raise UnknownDocument("unknown_document", phrase("unknown"))


async def _document(application: Application, arguments: argparse.Namespace) -> _AsRead:
    """Return the published version of a document, the newest where none is, or the one named."""
    library = await application.library()
    document = await library.document(arguments.what)
    version = document.published or document.versions[-1]
    if arguments.edition:
        version = _numbered(document, arguments.edition)
    shelved = await library.passages(version.id)
    pages = []
    for leaf in leaves(shelved, version.pages):
        texts: list[str] = []
        notes: list[str] = []
        for passage in leaf.passages:
            part = notes if passage.kind == "notes" else texts
            part.append(passage.text)
        sheet = _Sheet(leaf.number, leaf.place, "", "\n".join(texts), "\n".join(notes))
        pages.append(sheet)
    return _AsRead(
        version.name,
        document.metadata.title,
        tuple(pages),
        tuple(shelved),
        version.flags,
        version.receipt,
        document=document.id,
        version=version.number,
    )


def _json(as_read: _AsRead) -> Json:
    pages = []
    for page in as_read.pages:
        tables = list(map(_cells, _tables(page.text)))
        row = {
            "number": page.number,
            "place": page.place.to("en"),
            "title": page.title,
            "file": page.file,
            "text": page.text,
            "tables": tables,
            "notes": page.notes,
        }
        pages.append(row)
    cut = []
    for passage in as_read.passages:
        row = {
            "position": passage.position,
            "place": passage.place.to("en"),
            "headings": list(passage.headings),
            "kind": passage.kind,
            "text": passage.text,
        }
        cut.append(row)
    flags = list(map(asdict, as_read.flags))
    return {
        "name": as_read.name,
        "title": as_read.title,
        "kind": as_read.kind,
        "document": as_read.document,
        "version": as_read.version,
        "receipt": output.receipt(as_read.receipt),
        "flags": flags,
        "pages": pages,
        "passages": cut,
    }


def _print(as_read: _AsRead, language: Language) -> None:
    texts, console = Texts.load(), Console(highlight=False)
    counts = {"pages": len(as_read.pages), "passages": len(as_read.passages)}
    share = texts.say("cli.receipt_none", language)
    if as_read.receipt is not None:
        share = texts.say("cli.receipt", language, percent=as_read.receipt.percent)
    about = texts.say(
        "cli.read", language, name=as_read.name, title=as_read.title, receipt=share, **counts
    )
    console.print(about, markup=False, soft_wrap=True)
    for line in _gap(as_read.receipt, texts, language):
        console.print(f"⚠ {line}", markup=False, soft_wrap=True)
    for line in _flags(as_read.flags, texts, language):
        console.print(f"⚠ {line}", markup=False, soft_wrap=True)
    for page in as_read.pages:
        title = _told_once((page.file, page.place.to(language), page.title))
        console.rule(title, align="left", characters="─")
        _print_text(page.text, console)
        if page.notes:
            console.print(texts.say("documents.view_notes", language), style="dim")
            _print_text(page.notes, console)


def _told_once(names: Sequence[str]) -> str:
    return " · ".join(dict.fromkeys(filter(None, names)))


def _gap(receipt: Receipt | None, texts: Texts, language: Language) -> Iterator[str]:
    """Yield what is missing, where anything is."""
    if receipt is None or not receipt.words:
        return
    place = receipt.place.to(language) if receipt.place else "–"
    yield texts.say(
        "cli.read_gap", language, place=place, words=receipt.words, n=f"{receipt.lost:,}"
    )


def _flags(flags: Sequence[Flag], texts: Texts, language: Language) -> Iterator[str]:
    """Yield a sentence for each kind of thing to look at."""
    for kind in sorted({flag.kind for flag in flags}):
        place = where(texts, language, flags, kind)
        yield texts.say(f"documents.flag_{kind}", language, pages=place)


def _print_text(text: str, console: Console) -> None:
    """Print text as it was read, its tables drawn."""
    for table, lines in stretches(text):
        if table and max(len(line.cells) for line in lines) <= WIDEST:
            console.print(_grid(lines))
            continue
        for line in lines:
            console.print(line.text, markup=False, soft_wrap=True)


def _grid(lines: Sequence[Line]) -> Table:
    grid = Table(show_header=False, show_lines=True)
    for _ in range(max(len(line.cells) for line in lines)):
        grid.add_column(overflow="fold")
    for line in lines:
        grid.add_row(*map(escape, line.cells))
    return grid


def _cells(lines: Sequence[Line]) -> list[list[str]]:
    return [list(line.cells) for line in lines]


def _tables(text: str) -> Iterator[tuple[Line, ...]]:
    for table, lines in stretches(text):
        if table:
            yield lines
