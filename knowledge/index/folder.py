"""
The folder of an embedded index: held by one process at a time, with a pointer to the shard in use.
"""

import fcntl
import shutil
from pathlib import Path
from typing import IO

from knowledge.errors import LibraryUnavailable
from knowledge.index.format import Format
from knowledge.sentences import phrase

POINTER = "created"  # the file that names the format and the shard in use
FIRST = "shard"  # the first shard's name, and the one in use where an old pointer names none
SEGMENTS = "segments"  # the engine's, in the folder of a shard
REMAINS = "remains"  # the file that says that the shard in use may hold what was deleted


class IndexFolder:
    """A path and the lock on it. Nothing is made before `hold`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def hold(self) -> None:
        """
        Make the folder and hold it until `release`; the system lets go of it when the process dies.

        Raises:
            LibraryUnavailable: another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = (self.path / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise LibraryUnavailable("library_in_use", phrase("in_use")) from error
        self._lock = lock

    def release(self) -> None:
        """Let another process have it; nothing to do when it is not held."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def format(self) -> Format | None:
        """Return the format of the shard in use, None before the first one was made."""
        pointer = self._pointer()
        if pointer is None:
            return None
        return Format.read(pointer[0])

    def shard(self) -> Path:
        """Return where the shard in use is, or where the first one will be."""
        pointer = self._pointer()
        name = FIRST
        if pointer is not None and pointer[1]:
            name = pointer[1]
        return self.path / name

    def look_for_segments(self, shard: Path) -> None:
        """
        See that a shard has any: the engine opens one that lost them all as an empty one.

        Raises:
            LibraryUnavailable: it has none.
        """
        segments = shard / SEGMENTS
        if not segments.is_dir() or not any(segments.iterdir()):
            raise LibraryUnavailable("library_damaged", phrase("damaged"))

    def shard_of(self, wanted: Format) -> Path:
        """Return where a shard of a format is filled, beside the one in use."""
        path = self.path / f"shard-{wanted}"
        if path == self.shard():
            return self.path / f"shard-{wanted}-again"
        return path

    @property
    def remains(self) -> bool:
        """Whether the shard in use may hold bytes of what was deleted."""
        return (self.path / REMAINS).exists()

    def note_remains(self) -> None:
        """Say that it may, also to whoever opens the folder after a kill."""
        (self.path / REMAINS).touch()

    def forget_remains(self) -> None:
        """Say that it does not."""
        (self.path / REMAINS).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete the shards that are not in use: a kill left them, whole or in half."""
        in_use = self.shard()
        for path in self.path.glob("shard*"):
            if path != in_use:
                shutil.rmtree(path, ignore_errors=True)

    def point_to(self, shard: Path, made_as: Format) -> None:
        """Take another shard into use."""
        # renamed when whole, so that a kill leaves no half-written name
        fresh = self.path / f"{POINTER}.new"
        fresh.write_text(f"{made_as}\n{shard.name}", "utf-8")
        fresh.replace(self.path / POINTER)

    def _pointer(self) -> tuple[str, str] | None:
        """Return the format and the name of the shard in use, the name empty in old folders."""
        pointer = self.path / POINTER
        if not pointer.exists():
            return None
        written_format, _, name = pointer.read_text("utf-8").partition("\n")
        return written_format, name
