"""Copying a furnished data folder: its index says 160 MB and holds less than one."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


def copy_folder(source: Path, target: Path) -> None:
    """Copy all that is in a folder; what is empty in its files stays empty."""
    shutil.copytree(source, target, copy_function=_copy_file)


def _copy_file(source: str, target: str) -> None:
    with open(source, "rb") as old, open(target, "wb") as new:
        size = os.fstat(old.fileno()).st_size
        new.truncate(size)
        for start, end in _written(old.fileno(), size):
            os.lseek(old.fileno(), start, os.SEEK_SET)
            os.lseek(new.fileno(), start, os.SEEK_SET)
            os.write(new.fileno(), os.read(old.fileno(), end - start))
    shutil.copystat(source, target)


def _written(fd: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the begin and the end of whatever was written to a file, in order."""
    end = 0
    while end < size:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but emptiness from here on
                return
            raise
        end = os.lseek(fd, start, os.SEEK_HOLE)
        yield start, end
