"""
Room on the disk for the index in a folder.

Its files have holes: they are as long as they may become, mapped into memory, and filled by and by.
On a full disk a write into a hole ends the whole process (SIGBUS, which nothing can catch), so
holes are filled while the disk still has room, and nothing is written once it has little.
"""

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path

from knowledge.errors import LibraryUnavailable
from knowledge.sentences import phrase

SHORT = 2 << 30  # bytes free, below which holes are filled: some 130 MB for a new index
LEAST = 96 << 20  # bytes that must be free for a write: the engine may begin new files of 32 MB
LOOK = 1.0  # seconds between looks at the disk, since others fill it, too
BLOCK = 512  # bytes, the unit in which a system counts what a file takes


class Room:
    """The room of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> None:
        """
        See to it that something may be written now.

        Raises:
            LibraryUnavailable: the disk is as good as full.
        """
        free = self._free()
        if free < LEAST:
            raise LibraryUnavailable("library_full", phrase("disk_full"))
        if free < SHORT:
            _fill_holes(self._folder)

    async def watch(self) -> None:
        """Fill the holes whenever the disk gets short, until this is cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            if self._free() < SHORT:
                await asyncio.to_thread(_fill_holes, self._folder)

    def _free(self) -> int:
        return shutil.disk_usage(self._folder).free


def _fill_holes(folder: Path) -> None:
    """Take the blocks that the files of a folder lack; what cannot be had stays a hole."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            about = path.stat()
            if not path.is_file() or about.st_blocks * BLOCK >= about.st_size:
                continue
            with path.open("r+b") as file:
                _allocate(file.fileno(), about.st_size)


def _allocate(file: int, size: int) -> None:
    """Take the blocks of a file, where the system can be told to (macOS cannot)."""
    allocate = getattr(os, "posix_fallocate", None)
    if allocate is not None:
        allocate(file, 0, size)
