"""The data folder: made, checked for writing, and held by one process at a time."""

import fcntl
import os
from pathlib import Path
from typing import IO, Self

from bot.service.stamp import stamp
from bot.settings import InvalidSettings
from handlers.texts import Texts


class Folder:
    """Opens with `with`; the lock goes with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """
        Make the folder and take it.

        Raises:
            InvalidSettings: it cannot be written, another process holds it, or a later release did.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise InvalidSettings(
                "unwritable_folder",
                Texts.load().phrase("settings.unwritable_folder", folder=self.path),
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise InvalidSettings(
                "folder_in_use", Texts.load().phrase("settings.folder_in_use", folder=self.path)
            ) from error
        try:
            stamp(self.path)
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
