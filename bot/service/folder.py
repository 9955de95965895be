"""The data folder: made, checked for writing, and held by one process at a time."""

import fcntl
import os
from pathlib import Path
from typing import IO, Self

from bot.settings import InvalidSettings


class Folder:
    """Opens with `with`; the lock goes with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """
        Make the folder and take it.

        Raises:
            InvalidSettings: it cannot be written, or another process holds it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise InvalidSettings(
                "unwritable_folder",
                f"データの置き場所 {self.path} に書き込めません。"
                "書き込める場所を --data か LLM_CHOOSE_DATA で指定してください。",
                f"The data folder {self.path} is not writable; "
                "name one that is with --data or LLM_CHOOSE_DATA.",
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise InvalidSettings(
                "folder_in_use",
                f"データの置き場所 {self.path} は別の llm-choose が使っています。"
                "そちらを終えるか、--data で別の場所を指定してください。",
                f"The data folder {self.path} is in use by another llm-choose; stop that one, "
                "or name another folder with --data.",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()
