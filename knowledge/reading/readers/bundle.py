"""
A ZIP archive of files, such as an export of a wiki or a folder: each file inside is read as itself.

Its place is its path. What systems put in beside the files (thumbnails, resource forks) is nothing.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from knowledge.reading.readers import nested_files
from knowledge.reading.readers.archive import Archive
from knowledge.reading.readers.nested_files import Inside
from knowledge.reading.readers.raw import Raw
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item

_FURNITURE = frozenset({"thumbs.db", "desktop.ini"})
_FOLDERS = frozenset({"__MACOSX"})

prepare = nested_files.prepare


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    yield from within(content, budget, 0)


def within(content: bytes, budget: Budget, depth: int) -> Iterator[Item]:
    """Yield what an archive holds that lies so deep in others."""
    files = Inside(budget, depth)
    archive = Archive(content, budget, exact=True)
    names = list(filter(_is_file, archive.names()))
    if not names:
        raise Refusal("empty")
    for name in names:
        yield from files.items(name, archive.part(name) or b"")


def pieces(content: bytes, budget: Budget) -> Iterator[Raw]:
    """Yield the raw text of the files inside."""
    archive = Archive(content, budget, exact=True)
    for name in filter(_is_file, archive.names()):
        yield from nested_files.pieces(name, archive.part(name) or b"", budget)


def _is_file(name: str) -> bool:
    """Tell whether a name is that of a file somebody put there."""
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") for part in path.parts)
    return not (hidden or path.name.lower() in _FURNITURE or _FOLDERS & set(path.parts))
