"""
Which release wrote a data folder, and which releases may open it.

`format` is raised whenever something in the folder is stored in another way, `needs` only when a
release of the format before could no longer read it. One that is too old is stopped before it
changes anything.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from bot.settings import InvalidSettings
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts

FORMAT = 1  # how this release stores what is in a data folder
NEEDS = 1  # the least format of a release that can read it
NAME = "format.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands in a folder. Folders of releases before the first stamp are of format 0."""

    format: int = FORMAT
    needs: int = NEEDS
    release: str = ""


def stamp(folder: Path) -> None:
    """
    Hold a folder against this release, and leave our mark on one of an earlier release.

    Raises:
        InvalidSettings: a later release wrote it, or its mark cannot be read.
    """
    path = folder / NAME
    found = _read(path) if path.exists() else Stamp(format=0)
    if found.needs > FORMAT:
        told = {"folder": folder, "release": found.release}
        raise InvalidSettings("newer_data", Texts.load().phrase("settings.newer_data", **told))
    if found.format < FORMAT:
        _write(path, Stamp(release=version("llm-choose")))


async def agree(sessions: Sessions) -> None:
    """
    Leave a store alone that a later release uses; one that is away just now is held against this
    release record by record.

    Raises:
        InvalidSettings: a later release uses it.
    """
    with suppress(SessionsUnavailable):
        later = await sessions.later(version("llm-choose"))
        if later is not None:
            told = Texts.load().phrase("settings.newer_store", release=later)
            raise InvalidSettings("newer_store", told)


def _read(path: Path) -> Stamp:
    try:
        row = json.loads(path.read_text("utf-8"))
        return Stamp(int(row["format"]), int(row["needs"]), str(row["release"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        told = Texts.load().phrase("settings.bad_stamp", file=path)
        raise InvalidSettings("bad_stamp", told) from error


def _write(path: Path, mark: Stamp) -> None:
    """Write the whole mark or nothing, so that a full disk leaves no half of one."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(mark)), "utf-8")
    part.replace(path)
