"""
The originals: every file as it was sent, at any fsspec address ("data/originals",
"s3://bucket/originals").

A file is stored under a random id and never under a name from outside; what it is called stands in
the registry. An id is known to nobody before its bytes are whole.
"""

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any

from knowledge.errors import LibraryUnavailable
from knowledge.index.address import place
from knowledge.sentences import phrase

log = logging.getLogger(__name__)
TIMEOUT = 60.0  # seconds for one file
_ID = re.compile(r"[0-9a-f]{32}")


class Originals:
    """Files by id. Opens nothing before it is needed."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opened: tuple[Any, str] | None = None

    async def put(self, content: bytes, *, id_: str = "") -> str:
        """
        Store `content` and return its id: a new one, or the one it had in a backup.

        Raises:
            LibraryUnavailable: the place cannot be written.
        """
        if not _ID.fullmatch(id_):
            id_ = uuid.uuid4().hex

        def write() -> None:
            files, root = self._open()
            files.pipe_file(f"{root}/{id_}.part", content)
            files.mv(f"{root}/{id_}.part", f"{root}/{id_}")

        await self._do(write)
        return id_

    async def get(self, id_: str) -> bytes:
        """
        Return a file's bytes.

        Raises:
            LibraryUnavailable: it is gone, or the place does not answer.
        """
        return bytes(await self._do(lambda: self._file(id_, "cat_file")))

    async def delete(self, id_: str) -> None:
        """Delete a file; one that is gone already is fine."""

        def delete() -> None:
            files, root = self._open()
            if _ID.fullmatch(id_) and files.exists(f"{root}/{id_}"):
                files.rm_file(f"{root}/{id_}")

        await self._do(delete)

    async def ids(self) -> frozenset[str]:
        """Return the ids of all files there are. Raises LibraryUnavailable: no answer."""

        def listed() -> frozenset[str]:
            files, root = self._open()
            names = [row.rpartition("/")[2] for row in files.ls(root, detail=False)]
            return frozenset(name for name in names if _ID.fullmatch(name))

        found: frozenset[str] = await self._do(listed)
        return found

    async def sweep(self, known: frozenset[str], *, age: float) -> int:
        """
        Delete what nobody knows and is older than `age` seconds; return how many files that were.

        Where nobody knows a single file, none is deleted: the index is another one's, or was lost.
        """

        def sweep() -> int:
            files, root = self._open()
            kept = {}
            for row in list(files.ls(root, detail=True)):
                if row["type"] == "file":
                    kept[row["name"].rpartition("/")[2]] = row
            if kept and not known & kept.keys():
                log.warning("no document knows a file that is kept", extra={"files": len(kept)})
                return 0
            lost = [row for id_, row in kept.items() if id_ not in known and _older(row, age)]
            for row in lost:
                files.rm_file(row["name"])
            return len(lost)

        return int(await self._do(sweep))

    def _file(self, id_: str, verb: str) -> Any:
        files, root = self._open()
        if not _ID.fullmatch(id_):
            raise FileNotFoundError(id_)
        return getattr(files, verb)(f"{root}/{id_}")

    def _open(self) -> tuple[Any, str]:
        if self._opened is None:
            from fsspec.core import url_to_fs

            files, root = url_to_fs(self._address)
            files.makedirs(root, exist_ok=True)
            self._opened = (files, root.rstrip("/"))
        return self._opened

    async def _do(self, work: Callable[[], Any]) -> Any:
        with _Place(self._address):
            async with asyncio.timeout(TIMEOUT):
                return await asyncio.to_thread(work)


class _Place:
    """
    Turns whatever a driver raises into ours: each has errors of its own, under no common root but
    Exception.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, FileNotFoundError):
            raise LibraryUnavailable("original_missing", phrase("original_missing")) from error
        if isinstance(error, Exception):
            reason = type(error).__name__
            log.warning(
                "the place for files does not work",
                extra={"place": place(self._address), "reason": reason},
            )
            raise LibraryUnavailable("originals_failed", phrase("originals_failed")) from error


def _older(row: dict[str, Any], age: float) -> bool:
    """
    Report whether a listed file is older than `age`; an object store says when with a datetime, a
    disk with a number.
    """
    when: Any = (
        row.get("mtime")
        or row.get("LastModified")
        or row.get("updated")
        or row.get("last_modified")
    )
    stamp = when
    if hasattr(when, "timestamp"):
        stamp = when.timestamp()
    return isinstance(stamp, int | float) and time.time() - stamp > age
