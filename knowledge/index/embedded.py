"""
The embedded index: Qdrant Edge in a folder of its own, for one process.

Questions take well under a millisecond and run where they are asked; writes run in a thread, one at
a time. The write-ahead log makes a returned write survive a kill. The shard is never optimised
while serving: that holds the interpreter for seconds.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from knowledge.errors import LibraryUnavailable
from knowledge.index.engine import Engine, made_with_rarities
from knowledge.index.folder import IndexFolder
from knowledge.index.format import Format, Formatted
from knowledge.index.protocol import (
    DENSE,
    VECTOR,
    Match,
    Payload,
    Point,
    Remake,
    SparseVector,
    Where,
    in_order,
    well_formed,
)
from knowledge.index.room import Room
from knowledge.index.tally import Tally
from knowledge.sentences import phrase

PAGE = 1000  # points per step of a scroll
STEP = 64  # points per write: the engine holds the interpreter for about 4 ms of it
Make = Callable[[Sequence[Any]], Awaitable[list[Point]]]  # stored points to those of a new shard


class EmbeddedIndex(Formatted):
    """
    An `Index` in a folder. A second process on the same folder is refused; a damaged folder is left
    as it is.
    """

    shared = False

    def __init__(self, folder: Path, *, version: str, model: str = "", size: int = 0) -> None:
        super().__init__(version, model, size)
        self._folder = IndexFolder(folder)
        self._writing = asyncio.Lock()
        self._engine: Any = None  # an `Engine`, once it is open
        self._shard: Any = None
        self._room = Room(folder)
        self._watching: asyncio.Task[None] | None = None  # of the disk
        self._next: Any = None  # the shard that is being filled to take over
        self._remaking = asyncio.Lock()  # held while one is
        self._erasures = 0  # how often remains were noted since the folder was opened

    async def __aenter__(self) -> Self:
        opening = asyncio.create_task(asyncio.to_thread(self._open))
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            await _to_its_end(self._let_go(opening))
            raise
        self._watching = asyncio.create_task(self._room.watch())
        return self

    async def _let_go(self, opening: "asyncio.Task[None]") -> None:
        """Close what is being opened: a thread cannot be stopped, nor may it outlive who asked."""
        with suppress(LibraryUnavailable):
            await opening
        await asyncio.to_thread(self._close)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watching is not None:
            self._watching.cancel()
        async with self._writing:
            await asyncio.to_thread(self._close)

    async def write(self, points: Sequence[Point]) -> None:
        for start in range(0, len(points), STEP):
            await self._update(partial(self._upsert, points[start : start + STEP]))

    async def swap(self, record: Point, seen: str) -> bool:
        async with self._writing:
            revision = ""
            for payload in await self.fetch([record.id]):
                revision = payload.get("revision", "")
            if revision != seen:
                return False
            await asyncio.to_thread(self._apply, partial(self._upsert, [record]))
            return True

    async def renew(self, remake: Remake) -> None:
        """Fill a new shard a few points at a time; what is written meanwhile goes to both."""

        async def made_anew(records: Sequence[Any]) -> list[Point]:
            return await remake([(str(record.id), record.payload) for record in records])

        async with self._remaking:
            if self.outdated:
                await self._remake(made_anew)

    @property
    def remains(self) -> bool:
        return self._folder.remains

    async def note_remains(self) -> None:
        self._erasures += 1
        await asyncio.to_thread(self._folder.note_remains)

    async def compact(self) -> None:
        """
        The engine overwrites neither the log of its writes nor the room of deleted payloads, so
        nothing less than another shard is free of them.
        """

        async def carried(records: Sequence[Any]) -> list[Point]:
            return [_point(record) for record in records]

        async with self._remaking:
            if self.remains and not self.outdated:  # an outdated one is being made anew
                await self._remake(carried, with_vector=True)

    async def find(self, vector: SparseVector, where: Where, limit: int) -> list[Match]:
        if not vector.indices:
            return []
        shard = self._opened
        request = self._engine.question(vector, where, limit)
        return in_order(_matches(self._engine.ask(shard.query, request)))

    async def fused(
        self, vector: SparseVector, dense: Sequence[float], where: Where, limit: int
    ) -> list[Match]:
        """
        Every dense vector is looked at, which at 100,000 passages takes a while: it is asked in a
        thread.
        """
        shard = self._opened
        request = self._engine.fused_question(vector, dense, where, limit)
        return _matches(await asyncio.to_thread(self._engine.ask, shard.query, request))

    async def tally(self, where: Where) -> Tally:
        # a shard must not be changed for another one, and closed, while it is counted
        async with self._writing:
            return await asyncio.to_thread(self._tally, where)

    async def fetch(self, ids: Sequence[str]) -> list[Payload]:
        shard = self._opened
        return [record.payload for record in self._engine.retrieve(shard, well_formed(ids))]

    async def scroll(self, where: Where) -> list[Payload]:
        payloads: list[Payload] = []
        offset = None
        while True:
            records, offset = self._engine.scroll(
                self._opened, offset, PAGE, where, with_payload=True
            )
            payloads += [record.payload for record in records]
            if offset is None:
                return payloads

    async def count(self, where: Where) -> int:
        shard = self._opened
        return int(self._engine.count(shard, where))

    async def set(self, where: Where, payload: Payload) -> None:
        await self._update(lambda _: self._engine.overwrite(where, payload))

    async def delete(self, where: Where) -> None:
        await self._update(lambda _: self._engine.delete(where))

    @property
    def weighs(self) -> bool:
        return self.outdated and made_with_rarities(self._folder.shard())

    @property
    def _opened(self) -> Any:
        """The shard in use. Raises LibraryUnavailable before it is open and after it was closed."""
        if self._shard is None:
            raise LibraryUnavailable("library_closed", phrase("closed"))
        return self._shard

    async def _update(self, operation: Callable[[Format], Any]) -> None:
        """Make an operation and do it, both in the thread: either may take milliseconds."""
        async with self._writing:
            await _to_its_end(asyncio.to_thread(self._apply, operation))

    def _apply(self, operation: Callable[[Format], Any]) -> None:
        shard = self._opened
        self._room.make()
        self._engine.ask(shard.update, operation(self._format))
        if self._next is not None:
            self._engine.ask(self._next.update, operation(self._todays_format))

    def _upsert(self, points: Sequence[Point], into: Format) -> Any:
        return self._engine.upsert(points, into.dense(self._model))

    def _tally(self, where: Where) -> Tally:
        """Count page by page, so that the vectors of a large document are not held all at once."""
        tally, offset = Tally.nothing(), None
        while True:
            records, offset = self._engine.scroll(
                self._opened, offset, PAGE, where, with_vector=True
            )
            vectors = [r.vector[VECTOR].indices for r in records if VECTOR in r.vector]
            tally = tally.changed([Tally.of(vectors)], [])
            if offset is None:
                return tally

    async def _remake(self, make: Make, *, with_vector: bool = False) -> None:
        """Fill another shard with what `make` makes of this one's points, and serve it."""
        erasures = self._erasures
        path = self._folder.shard_of(self._todays_format)
        async with self._writing:
            if self._shard is None:
                return
            # half of one may lie there, left by a kill
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
            self._next = await asyncio.to_thread(self._create, path)

        if await self._fill(make, with_vector=with_vector):
            await self._take_over(path)
            if erasures == self._erasures:
                self._folder.forget_remains()

    async def _fill(self, make: Make, *, with_vector: bool) -> bool:
        """
        Carry all points over, a few at a time. False when the index was closed meanwhile: the next
        start begins anew.
        """
        offset = None
        while True:
            async with self._writing:
                if self._shard is None:
                    return False
                try:
                    offset = await self._carry(make, offset, with_vector=with_vector)
                except LibraryUnavailable:
                    half, self._next = self._next, None
                    await asyncio.to_thread(half.close)
                    raise
            if offset is None:
                return True

    async def _carry(self, make: Make, offset: Any, *, with_vector: bool) -> Any:
        """Write the next few points into the new shard; return where to go on, None at the end."""
        contents = {"with_payload": True, "with_vector": with_vector}
        page = partial(self._engine.scroll, self._opened, offset, STEP, **contents)
        records, after = await asyncio.to_thread(page)
        if not records:
            return after
        points = await make(records)
        if points:
            await asyncio.to_thread(self._write_next, points)
        return after

    def _write_next(self, points: Sequence[Point]) -> None:
        self._engine.ask(self._next.update, self._upsert(points, self._todays_format))

    async def _take_over(self, path: Path) -> None:
        """Serve the new shard, which lies at `path`, and delete the old one."""
        async with self._writing:
            if self._shard is None:
                return
            await asyncio.to_thread(self._next.flush)
            old_path, old_shard = self._folder.shard(), self._shard
            self._folder.point_to(path, self._todays_format)
            self._shard, self._next = self._next, None
            self._format = self._todays_format
            await asyncio.to_thread(old_shard.close)
            await asyncio.to_thread(shutil.rmtree, old_path, ignore_errors=True)

    def _open(self) -> None:
        self._engine = Engine(self._folder.path)
        self._folder.hold()
        try:
            self._shard = self._load()
        except BaseException:
            self._folder.release()
            raise

    def _load(self) -> Any:
        shard = self._folder.shard()
        stored_format = self._folder.format()
        if stored_format is not None:
            self._settle(stored_format)
            self._folder.look_for_segments(shard)
            opened = self._engine.load(shard)
            self._folder.sweep()
            return opened

        if shard.exists() and any(shard.iterdir()):
            raise LibraryUnavailable("library_damaged", phrase("damaged"))
        self._settle(None)
        fresh = self._create(shard)
        self._folder.point_to(shard, self._todays_format)
        return fresh

    def _create(self, shard: Path) -> Any:
        return self._engine.create(shard, self._todays_format.size)

    def _close(self) -> None:
        for shard in (self._shard, self._next):
            if shard is not None:
                shard.flush()
                shard.close()
        self._shard = self._next = None
        self._folder.release()


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """
    Wait for the end of work, however often the wait is cancelled: a thread cannot be stopped, nor
    may the shard be closed while it writes.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()  # nobody waits for it any more
        raise cancelled
    task.result()


def _point(record: Any) -> Point:
    """Return a stored point as it was written."""
    vectors = record.vector or {}
    terms = None
    if VECTOR in vectors:
        terms = SparseVector(vectors[VECTOR].indices, vectors[VECTOR].values)
    return Point(str(record.id), record.payload, terms, tuple(vectors.get(DENSE, ())))


def _matches(records: Sequence[Any]) -> list[Match]:
    return [Match(str(record.id), record.score, record.payload) for record in records]
