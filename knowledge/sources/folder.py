"""A folder of this machine with everything below it."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from knowledge.reading.readers.limits import Limits
from knowledge.sources.sentences import too_many, trouble, unavailable
from knowledge.sources.source import FILES, Entry, Trouble
from knowledge.text.sizes import megabytes

_SKIPPED = (".", "~$")  # what names of no documents begin with: hidden ones, an editor's locks
_NO_FOLDERS = frozenset({"__pycache__", "node_modules", "__MACOSX"})


class FolderSource:
    """
    Links to files are followed as long as they stay below the folder, those to folders never: so
    nothing is read twice, nothing from elsewhere, and no circle without end.
    """

    def __init__(self, folder: Path, limit: int = Limits().file, files: int = FILES) -> None:
        self.address = str(folder)
        self._root = folder.resolve()
        self.prefix = f"{self._root}{os.sep}"
        self._limit = limit
        self._files = files

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        try:
            listed = await asyncio.to_thread(list, self._walk())
        except FileNotFoundError as error:
            raise unavailable("no_such", name=self.address) from error
        except PermissionError as error:
            raise unavailable("denied", name=self.address) from error
        except OSError as error:
            raise unavailable("away", name=self.address) from error
        for one in listed:
            yield one

    async def fetch(self, entry: Entry) -> bytes:
        path = self._root / entry.id
        try:
            return await asyncio.to_thread(self._bytes, path, entry)
        except FileNotFoundError as error:
            raise unavailable("gone_meanwhile", name=entry.id) from error
        except PermissionError as error:
            raise unavailable("denied", name=entry.id) from error
        except OSError as error:
            raise unavailable("away", name=entry.id) from error

    async def close(self) -> None:
        """Nothing is held open."""

    def _bytes(self, path: Path, entry: Entry) -> bytes:
        with path.open("rb") as file:
            content = file.read(self._limit + 1)
        if len(content) > self._limit:
            size = megabytes(max(entry.size, len(content)))
            raise unavailable("too_large", name=entry.id, size=size, limit=megabytes(self._limit))
        return content

    def _walk(self) -> Iterator[Entry | Trouble]:
        if not self._root.is_dir():
            raise FileNotFoundError(self.address)
        os.scandir(self._root).close()  # tells whether it may be read at all
        unread: list[OSError] = []
        count = 0
        for place, folders, names in os.walk(self._root, onerror=unread.append):
            folders[:] = sorted(name for name in folders if _is_looked_into(name))
            for name in sorted(names):
                if name.startswith(_SKIPPED):
                    continue
                if count == self._files:
                    yield too_many(self.address, self._files)
                    return
                entry = self._entry(Path(place, name))
                if entry is not None:
                    count += 1
                    yield entry
        for error in unread:
            id_ = os.path.relpath(str(error.filename), self._root)
            moved = isinstance(error, FileNotFoundError)
            yield trouble(id_, "gone_meanwhile" if moved else "denied", whole=False, name=id_)

    def _entry(self, path: Path) -> Entry | None:
        """Return a file of the folder; None for what is none, or lies elsewhere."""
        try:
            if path.is_symlink() and not path.resolve().is_relative_to(self._root):
                return None
            known = path.stat()
        except (OSError, RuntimeError):  # gone meanwhile, or a link in a circle
            return None
        if not stat.S_ISREG(known.st_mode):
            return None
        id_ = path.relative_to(self._root).as_posix()
        fingerprint = f"{known.st_size}-{known.st_mtime_ns}"
        return Entry(id_, path.name, fingerprint, known.st_size, str(path))


def _is_looked_into(name: str) -> bool:
    return not name.startswith(_SKIPPED) and name not in _NO_FOLDERS
