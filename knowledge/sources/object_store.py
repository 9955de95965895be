"""
A place in an object store, or whatever else fsspec reaches: `s3://bucket/rules`, `gs://…`,
`abfs://…`.

Who we are there is read by its own client from its own environment variables.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from knowledge.reading.readers.limits import Limits
from knowledge.sources.sentences import too_many, unavailable
from knowledge.sources.source import FILES, SECONDS, Entry, SourceUnavailable, Trouble
from knowledge.text.sizes import megabytes

PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
_TELLING = (
    "ETag",
    "etag",
    "md5Hash",
    "content_md5",
    "checksum",
    "LastModified",
    "updated",
    "mtime",
)


class ObjectStoreSource:
    """Opens nothing before it is listed. `options` go to the client as they are."""

    def __init__(
        self,
        address: str,
        options: dict[str, Any] | None = None,
        *,
        limit: int = Limits().file,
        files: int = FILES,
        seconds: float = SECONDS,
    ) -> None:
        self.address = address
        self.prefix = f"{address.rstrip('/')}/"
        self._options = options or {}
        self._limit = limit
        self._files = files
        self._seconds = seconds
        self._opened: tuple[Any, str] | None = None

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        rows = await self._do(self._rows, self.address)
        root = self._opened[1] if self._opened else ""
        count = 0
        for path in sorted(rows):
            id_ = path[len(root) :].strip("/")
            name = id_.rpartition("/")[2]
            if not id_ or name.startswith(".") or rows[path].get("type") != "file":
                continue
            if count == self._files:
                yield too_many(self.address, self._files)
                return
            count += 1
            size = int(rows[path].get("size") or 0)
            yield Entry(id_, name, _fingerprint(rows[path]), size, self.prefix + id_)

    async def fetch(self, entry: Entry) -> bytes:
        def read() -> bytes:
            files, root = self._open()
            path = f"{root}/{entry.id}"
            size = int(files.info(path).get("size") or 0)
            if size > self._limit:
                shown, limit = megabytes(size), megabytes(self._limit)
                raise unavailable("too_large", name=entry.id, size=shown, limit=limit)
            return bytes(files.cat_file(path))

        content: bytes = await self._do(read, entry.id)
        return content

    async def close(self) -> None:
        """The client is shared by whoever asks for the same place."""

    def _rows(self) -> dict[str, dict[str, Any]]:
        files, root = self._open()
        files.invalidate_cache()
        rows: dict[str, dict[str, Any]] = files.find(root, detail=True)
        if not rows and not files.exists(root):
            raise FileNotFoundError(root)
        return rows

    def _open(self) -> tuple[Any, str]:
        if self._opened is None:
            from fsspec.core import url_to_fs

            files, root = url_to_fs(self.address, **self._options)
            self._opened = files, str(root).rstrip("/")
        return self._opened

    async def _do(self, work: Callable[[], Any], name: str) -> Any:
        with _Asked(name, self.address, self._seconds):
            async with asyncio.timeout(self._seconds):
                return await asyncio.to_thread(work)


class _Asked:
    """
    Turns whatever a client raises into ours: each has errors of its own, under no common root but
    Exception.
    """

    def __init__(self, name: str, address: str, seconds: float) -> None:
        self._name = name
        self._address = address
        self._seconds = seconds

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, SourceUnavailable):
            return
        scheme = self._address.partition(":")[0]
        match error:
            case FileNotFoundError():
                whole = self._name == self._address
                raise unavailable("no_such" if whole else "gone_meanwhile", name=self._name)
            case PermissionError():
                raise unavailable("denied", name=self._name)
            case TimeoutError():
                raise unavailable("slow", name=self._name, seconds=f"{self._seconds:g}")
            case ImportError():
                package = PACKAGES.get(scheme, f"fsspec[{scheme}]")
                raise unavailable("extra", name=self._name, package=package)
            case ValueError() if "rotocol" in str(error):
                raise unavailable("unknown", name=self._address)
        raise unavailable("away", name=self._name)


def _fingerprint(row: dict[str, Any]) -> str:
    """Return what a store says of a content: its hash, or its size and time."""
    told = [str(row[name]) for name in _TELLING if row.get(name)]
    created = str(row.get("created", "")) if not told else ""
    return "-".join([str(row.get("size", "")), *told[:2], created])
