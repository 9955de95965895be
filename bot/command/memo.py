"""
Where a memo goes at a terminal: into a folder, under a name, or as the one file that was asked for.
Nothing that is there already is written over.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.command import desk
from handlers.conversation import Attachment
from handlers.texts import Texts
from knowledge.errors import InvalidAnswers

MOST = 1000  # files of one name in a folder


def save(files: Sequence[Attachment], place: str) -> list[Path]:
    """
    Write a memo's files and return where they are. `place` is a folder, one of the files by its
    ending, or a name for all of them; empty is the working folder.

    Raises:
        InvalidAnswers: a file of that name is there already, or nothing can be written there.
    """
    written = []
    try:
        for file, path in _places(files, place):
            if path.exists():
                raise _refused("memo_exists", place)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as opened:
                opened.write(file.content)
            written.append(path)
    except OSError as error:
        raise _refused("memo_unwritable", place) from error
    return written


def _places(files: Sequence[Attachment], place: str) -> Iterator[tuple[Attachment, Path]]:
    """Yield each file that is wanted with its path."""
    asked = desk.located(place)
    endings = [Path(file.name).suffix for file in files]
    if not place or place.endswith(("/", "\\")) or asked.is_dir():
        for file in files:
            yield file, _free(asked / file.name)
    elif asked.suffix.lower() in endings:
        yield files[endings.index(asked.suffix.lower())], asked
    else:
        for file, ending in zip(files, endings, strict=True):
            yield file, asked.with_name(asked.name + ending)


def _free(path: Path) -> Path:
    """Return the path, or the first one with a number behind it that is free."""
    for count in range(2, MOST):
        if not path.exists():
            break
        path = path.with_stem(f"{path.stem.removesuffix(f'-{count - 1}')}-{count}")
    return path


def _refused(name: str, place: str) -> InvalidAnswers:
    return InvalidAnswers(name, Texts.load().phrase(f"interview.{name}", place=place or "."))
