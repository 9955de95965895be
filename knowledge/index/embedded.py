"""
The embedded index: Qdrant Edge in a folder of its own, for one process.

Questions take well under a millisecond and run where they are asked; writes run in a thread, one at
a time. The write-ahead log makes a returned write survive a kill. The shard is never optimised
while serving: that holds the interpreter for seconds.
"""

import asyncio
import fcntl
import logging
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from knowledge.errors import LibraryUnavailable
from knowledge.index.format import Format, Formatted
from knowledge.index.protocol import (
    FUSION,
    KEYS,
    Match,
    Payload,
    Point,
    Remake,
    SparseVector,
    Where,
    in_order,
)
from knowledge.index.tally import Tally
from knowledge.sentences import phrase

log = logging.getLogger(__name__)
VECTOR = "terms"
DENSE = "meaning"
POINTER = "created"  # the file that names the format and the shard in use
CONFIGURATION = "edge_config.json"  # the engine's, in the folder of a shard
PAGE = 1000  # points per step of a scroll
STEP = 64  # points per write: the engine holds the interpreter for about 4 ms of it


class _Engine:
    """
    Turns the engine's errors into ours. The binding raises bare Exception for whatever goes wrong
    inside, and panics.
    """

    def __init__(self, sentence: Literal["failed", "damaged"], folder: Path) -> None:
        self._sentence = sentence
        self._folder = folder

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is Exception or (kind is not None and kind.__name__ == "PanicException"):
            log.warning(
                "the index folder does not work",
                extra={"place": str(self._folder), "reason": str(kind.__name__)},
            )
            raise LibraryUnavailable(f"library_{self._sentence}", phrase(self._sentence)) from error


class EmbeddedIndex(Formatted):
    """
    An `Index` in a folder. A second process on the same folder is refused; a damaged folder is left
    as it is.
    """

    shared = False

    def __init__(self, folder: Path, *, version: str, model: str = "", size: int = 0) -> None:
        super().__init__(version, model, size)
        self._folder = folder
        self._lock: IO[str] | None = None
        self._writing = asyncio.Lock()
        self._edge: Any = None
        self._shard: Any = None
        self._next: Any = None  # the shard that is being filled to take over

    async def __aenter__(self) -> Self:
        opening = asyncio.create_task(asyncio.to_thread(self._open))
        try:
            await asyncio.shield(opening)
        except (
            asyncio.CancelledError
        ):  # a thread cannot be stopped: what it opened must not outlive the one who asked
            with suppress(LibraryUnavailable):
                await opening
            await asyncio.to_thread(self._close)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        async with self._writing:
            await asyncio.to_thread(self._close)

    async def write(self, points: Sequence[Point]) -> None:
        for start in range(0, len(points), STEP):
            await self._update(partial(self._upsert, points[start : start + STEP]))

    async def swap(self, record: Point, seen: str) -> bool:
        async with self._writing:
            stored = await self.fetch([record.id])
            if (stored[0].get("revision", "") if stored else "") != seen:
                return False
            await asyncio.to_thread(self._apply, partial(self._upsert, [record]))
            return True

    async def renew(self, remake: Remake) -> None:
        """Fill a new shard a few points at a time; what is written meanwhile goes to both."""
        if not self.outdated:
            return
        old, path = self._home(), self._folder / f"shard-{self._wanted}"
        async with self._writing:
            await asyncio.to_thread(
                shutil.rmtree, path, ignore_errors=True
            )  # half of one, left by a kill
            self._next = await asyncio.to_thread(self._create, path)
        offset, more = None, True
        while more:
            async with self._writing:
                if self._shard is None:
                    return  # closed meanwhile: the next start begins anew
                try:
                    offset = await self._carry(remake, offset)
                except LibraryUnavailable:
                    fresh, self._next = self._next, None
                    await asyncio.to_thread(fresh.close)
                    raise
            more = offset is not None
        async with self._writing:
            if self._shard is None:
                return
            await asyncio.to_thread(self._next.flush)
            self._point_to(path)
            before, self._shard, self._next, self._made_by = (
                self._shard,
                self._next,
                None,
                self._wanted,
            )
            await asyncio.to_thread(before.close)
            await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)

    async def find(self, vector: SparseVector, where: Where, limit: int) -> list[Match]:
        if not vector.indices:
            return []
        found = self._ask(
            self._opened.query,
            self._edge.QueryRequest(
                limit=limit,
                query=self._nearest(vector),
                filter=self._filter(where),
                with_payload=True,
            ),
        )
        return in_order([Match(str(p.id), p.score, p.payload) for p in found])

    async def fused(
        self, vector: SparseVector, dense: Sequence[float], where: Where, limit: int
    ) -> list[Match]:
        """
        Every dense vector is looked at, which at 100,000 passages takes a while: it is asked in a
        thread.
        """
        edge, kept = self._edge, self._filter(where)
        nearest = [
            edge.Query.Nearest(list(dense), using=DENSE),
            *([self._nearest(vector)] if vector.indices else []),
        ]
        request = edge.QueryRequest(
            limit=limit,
            query=edge.Fusion.Rrf(k=FUSION),
            prefetches=[edge.Prefetch(limit=limit, query=query, filter=kept) for query in nearest],
            with_payload=True,
        )
        found = await asyncio.to_thread(self._ask, self._opened.query, request)
        return [Match(str(p.id), p.score, p.payload) for p in found]

    async def tally(self, where: Where) -> Tally:
        async with (
            self._writing
        ):  # a shard must not be changed for another one, and closed, while it is counted
            return await asyncio.to_thread(self._tally, where)

    async def fetch(self, ids: Sequence[str]) -> list[Payload]:
        return [r.payload for r in self._ask(self._opened.retrieve, list(ids), True, False)]

    async def scroll(self, where: Where) -> list[Payload]:
        payloads: list[Payload] = []
        offset = None
        while True:
            request = self._edge.ScrollRequest(
                offset=offset, limit=PAGE, filter=self._filter(where), with_payload=True
            )
            records, offset = self._ask(self._opened.scroll, request)
            payloads += [r.payload for r in records]
            if offset is None:
                return payloads

    async def count(self, where: Where) -> int:
        return int(
            self._ask(
                self._opened.count, self._edge.CountRequest(exact=True, filter=self._filter(where))
            )
        )

    async def set(self, where: Where, payload: Payload) -> None:
        await self._update(
            lambda _: self._edge.UpdateOperation.set_payload_by_filter(self._filter(where), payload)
        )

    async def delete(self, where: Where) -> None:
        await self._update(
            lambda _: self._edge.UpdateOperation.delete_points_by_filter(self._filter(where))
        )

    @property
    def weighs(self) -> bool:
        """
        Long ago shards were made with the engine's own rarities; what a shard was made with stands
        in its configuration.
        """
        return self.outdated and "idf" in (self._home() / CONFIGURATION).read_text("utf-8")

    @property
    def _opened(self) -> Any:
        if self._shard is None:
            raise LibraryUnavailable("library_closed", phrase("closed"))
        return self._shard

    async def _update(self, operation: Callable[[Format], Any]) -> None:
        """Make an operation and do it, both in the thread: either may take milliseconds."""
        async with self._writing:
            await asyncio.to_thread(self._apply, operation)

    def _apply(self, operation: Callable[[Format], Any]) -> None:
        self._ask(self._opened.update, operation(self._made_by))
        if self._next is not None:
            self._ask(self._next.update, operation(self._wanted))

    def _upsert(self, points: Sequence[Point], into: Format) -> Any:
        made = []
        for p in points:
            vector = self._named(p.vector) if p.vector else {}
            if p.dense and len(p.dense) == into.dense(self._model):
                vector[DENSE] = list(p.dense)
            made.append(self._edge.Point(id=p.id, vector=vector, payload=p.payload))
        return self._edge.UpdateOperation.upsert_points(made)

    def _tally(self, where: Where) -> Tally:
        """Count page by page, so that the vectors of a large document are not held all at once."""
        tally, offset = Tally.nothing(), None
        while True:
            request = self._edge.ScrollRequest(
                offset=offset, limit=PAGE, filter=self._filter(where), with_vector=True
            )
            records, offset = self._ask(self._opened.scroll, request)
            held = [record.vector[VECTOR].indices for record in records if VECTOR in record.vector]
            tally = tally.changed([Tally.of(held)], [])
            if offset is None:
                return tally

    def _nearest(self, vector: SparseVector) -> Any:
        return self._edge.Query.Nearest(self._named(vector)[VECTOR], using=VECTOR)

    def _named(self, vector: SparseVector) -> dict[str, Any]:
        return {
            VECTOR: self._edge.SparseVector(
                indices=list(vector.indices), values=list(vector.values)
            )
        }

    def _filter(self, where: Where) -> Any:
        edge = self._edge
        return edge.Filter(
            must=[
                edge.FieldCondition(key=k, match=edge.MatchAny(list(words)))
                for k, words in where.items()
            ]
        )

    def _ask(self, call: Callable[..., Any], *arguments: Any) -> Any:
        with _Engine("failed", self._folder):
            return call(*arguments)

    def _open(self) -> None:
        import qdrant_edge

        self._edge = qdrant_edge
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = self._take_lock()
        try:
            self._shard = self._load()
        except BaseException:
            self._release_lock()
            raise

    def _load(self) -> Any:
        shard = self._home()
        if (self._folder / POINTER).exists():
            self._made_by = Format.read((self._folder / POINTER).read_text("utf-8").split("\n")[0])
            self._wanted = self._made_by.today(self._version, self._model, self._size)
            with _Engine("damaged", self._folder):
                return self._edge.EdgeShard.load(str(shard))
        if shard.exists() and any(shard.iterdir()):
            raise LibraryUnavailable("library_damaged", phrase("damaged"))
        self._made_by = self._wanted = Format(self._version).today(
            self._version, self._model, self._size
        )
        fresh = self._create(shard)
        self._point_to(shard)
        return fresh

    def _home(self) -> Path:
        """Return where the shard in use is; the pointer names its version and its folder."""
        pointer = self._folder / POINTER
        _, _, name = (
            pointer.read_text("utf-8").partition("\n") if pointer.exists() else ("", "", "")
        )
        return self._folder / (name or "shard")

    def _point_to(self, shard: Path) -> None:
        named = (
            self._folder / f"{POINTER}.new"
        )  # renamed when whole, so that a kill leaves no half-written name
        named.write_text(f"{self._wanted}\n{shard.name}", "utf-8")
        named.replace(self._folder / POINTER)

    def _create(self, shard: Path) -> Any:
        edge = self._edge
        dense = {}
        if self._wanted.size:
            dense[DENSE] = edge.EdgeVectorParams(
                size=self._wanted.size, distance=edge.Distance.Cosine
            )
        config = edge.EdgeConfig(
            vectors=dense, sparse_vectors={VECTOR: edge.EdgeSparseVectorParams()}, wal_enabled=True
        )
        fresh = edge.EdgeShard.create(str(shard), config)
        for key in KEYS:
            fresh.update(
                edge.UpdateOperation.create_field_index(key, edge.PayloadSchemaType.Keyword)
            )
        fresh.flush()
        return fresh

    async def _carry(self, remake: Remake, offset: Any) -> Any:
        """Write the next few points into the new shard; return where to go on, None at the end."""
        request = self._edge.ScrollRequest(offset=offset, limit=STEP, with_payload=True)
        records, after = await asyncio.to_thread(self._ask, self._opened.scroll, request)
        if records:
            points = await remake([(str(record.id), record.payload) for record in records])
            if points:
                await asyncio.to_thread(
                    lambda: self._ask(self._next.update, self._upsert(points, self._wanted))
                )
        return after

    def _close(self) -> None:
        for shard in (self._shard, self._next):
            if shard is not None:
                shard.flush()
                shard.close()
        self._shard = self._next = None
        self._release_lock()

    def _take_lock(self) -> IO[str]:
        """
        Hold a file for as long as the folder is open; the system lets go of it when the process
        dies.
        """
        lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise LibraryUnavailable("library_in_use", phrase("in_use")) from error
        return lock

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
