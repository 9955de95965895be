"""The data folder: made, checked for writing, and held by one process at a time."""

import fcntl
import getpass
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal, Self

from bot.service.stamp import stamp
from bot.settings import InvalidSettings
from handlers.texts import Texts

FILES = "originals"  # the folder of many files, which are written once and read one by one


class Folder:
    """Opens with `with`; the lock goes with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """
        Make the folder and take it.

        Raises:
            InvalidSettings: it cannot be written, nor all that is in it, another process holds it,
                or a later release did.
        """
        if self.path.exists() and not self.path.is_dir():
            raise self._refused("no_folder")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise self._refused("unwritable_folder", user=_user()) from error
        try:
            self._take(lock)
        except BaseException:
            lock.close()
            raise
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()

    def _take(self, lock: IO[str]) -> None:
        """Hold the folder against others, and see that this release may use all that is in it."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise self._refused("folder_in_use") from error
        for place in _foreign(self.path):
            inside = str(place.relative_to(self.path))
            raise self._refused("foreign_files", file=inside, user=_user())
        stamp(self.path)

    def _refused(
        self,
        code: Literal["no_folder", "unwritable_folder", "folder_in_use", "foreign_files"],
        **values: str,
    ) -> InvalidSettings:
        told = Texts.load().phrase(f"settings.{code}", folder=self.path, **values)
        return InvalidSettings(code, told)


def _foreign(folder: Path) -> Iterator[Path]:
    """Give what this user may not read and write in a data folder, a parent before its own."""
    for name, folders, files in os.walk(folder):
        here = Path(name)
        inside = folders if here.name == FILES else [*folders, *files]
        for inner in sorted(inside):
            if not os.access(here / inner, os.R_OK | os.W_OK):
                yield here / inner


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have a number alone
        return str(os.getuid())
