"""
Whom we were asked to forget, as hashes beside the data and the backups: a backup made before still
holds them, so restoring one forgets them again.

A hash leads to nobody; only whoever knows an id already can tell that it was erased.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from bot.settings import Settings
from handlers.texts import Texts
from knowledge.errors import LibraryUnavailable

NAME = "erased.jsonl"
_SALT = b"llm-choose erased person\x00"  # tells our hashes from anybody's of the same ids


def noting(settings: Settings) -> Callable[[str], Awaitable[None]]:
    """Return what writes down whom a restored backup has to forget again: see `remember`."""
    return partial(remember, settings)


async def remember(settings: Settings, person: str) -> None:
    """
    Write down whom a restored backup has to forget again.

    Raises:
        LibraryUnavailable: it could not be written.
    """
    try:
        await asyncio.to_thread(note, person, settings.data, settings.backups)
    except OSError as error:
        reason = Texts.load().phrase("personal.not_noted")
        raise LibraryUnavailable("not_noted", reason) from error


def note(person: str, *folders: Path | None) -> None:
    """
    Write down in each of these folders that a person was erased.

    Raises:
        OSError: a folder cannot be written.
    """
    line = json.dumps({"at": round(time.time()), "person": hashed(person)})
    for folder in folders:
        if folder is None:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / NAME).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def noted(*folders: Path | None) -> frozenset[str]:
    """Return the hashes that stand in these folders; a line cut off by a crash is left out."""
    hashes = set()
    for folder in folders:
        if folder is None or not (folder / NAME).is_file():
            continue
        for line in (folder / NAME).read_text("utf-8").splitlines():
            try:
                hashes.add(str(json.loads(line)["person"]))
            except (ValueError, KeyError, TypeError):
                continue
    return frozenset(hashes)


def erased_of(value: object, hashes: frozenset[str]) -> set[str]:
    """Return the ids in a value, alone or as the beginning of a place, that were erased."""
    found = set()
    for id_ in set(_ids(value)):
        if hashed(id_) in hashes:
            found.add(id_)
    return found


def hashed(person: str) -> str:
    """Return what stands for a person."""
    return hashlib.sha256(_SALT + person.encode("utf-8", "surrogatepass")).hexdigest()


def _ids(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from _beginnings(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _ids(name)
            yield from _ids(inner)
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for inner in value:
            yield from _ids(inner)


def _beginnings(text: str) -> Iterator[str]:
    """Yield a text, and what stands before each sign that parts an id from what follows it."""
    yield text
    for at, sign in enumerate(text):
        if sign in ":/":
            yield text[:at]
