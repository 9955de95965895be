"""
What runs beside an open library: finishing what dead processes left, and making an outdated index
anew.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from knowledge.documents.registry import Draft, Entry, Registry
from knowledge.documents.removal import Removal
from knowledge.documents.staging import DERIVED, LIVE, OLD, STAGED, STALE
from knowledge.errors import KnowledgeError, LibraryUnavailable
from knowledge.index.protocol import Index, Payload, Point
from knowledge.retrieval.dense import Dense
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.points import remake

TEND = 15.0  # seconds between looks for leftovers in a shared index
QUIET = 3.0  # seconds between looks whether an index of our own may hold what was deleted


class Upkeep:
    """The tasks of one open index; `close` ends them."""

    def __init__(
        self, index: Index, registry: Registry, removal: Removal, dense: Dense, encoder: Encoder
    ) -> None:
        self._index = index
        self._registry = registry
        self._removal = removal
        self._dense = dense
        self._encoder = encoder
        self._tending: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._clearing: asyncio.Task[None] | None = None
        self._compacting: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def begin(self) -> None:
        """
        Look for leftovers from now on where others write, too, and for what was deleted elsewhere;
        renew an outdated index.
        """
        if self._index.shared:
            self._tending = asyncio.create_task(self._tend())
        else:
            self._clearing = asyncio.create_task(self._clear())
        if self._index.outdated:
            self._renewing = asyncio.create_task(self._index.renew(self._remade))

    async def stop_tending(self) -> None:
        """End the looking for leftovers; comes before the index is closed."""
        self._closing.set()
        if self._tending is not None:
            self._tending.cancel()
            with suppress(asyncio.CancelledError):
                await self._tending

    async def stop_remaking(self) -> None:
        """Wait for a renewal or a compaction, which a closed index ends."""
        if self._clearing is not None:
            await self._clearing
        for task in (self._renewing, self._compacting):
            if task is not None:
                with suppress(LibraryUnavailable):
                    await task

    async def compacted(self) -> bool:
        """
        Wait until the index holds no byte of what was deleted so far; about 0.5 ms a passage. False
        where that is not in our hands: a server merges its files when it sees fit.

        Raises:
            LibraryUnavailable
        """
        await self.renewed()
        while self._index.remains and not self._closing.is_set():
            if self._compacting is None or self._compacting.done():
                self._compacting = asyncio.create_task(self._index.compact())
            await asyncio.shield(self._compacting)
        return not self._index.shared

    async def measured(self, size: int) -> None:
        """
        Give passages dense vectors of this size from now on, where the model was away when the
        index was opened.
        """
        if self._renewing is not None:
            with suppress(LibraryUnavailable):
                await asyncio.shield(self._renewing)
        self._index.measured(size)
        if self._index.outdated:
            self._renewing = asyncio.create_task(self._index.renew(self._remade))

    async def renewed(self) -> None:
        """
        Wait until the index is of today's format. Raises LibraryUnavailable when it could not be
        made anew.
        """
        if self._renewing is not None:
            await asyncio.shield(self._renewing)

    async def tend(self, *, age: float = STALE) -> None:
        """
        Finish what a dead process left. Whoever showed a sign of life within `age` seconds is left
        alone.
        """
        await self._registry.refresh(now=True)
        old = time.time() - age
        await self._removal.purge_deleted()
        await self._end_publishing(old)
        for draft in list(self._registry.drafts.values()):
            if not draft.whole and draft.touched <= old:
                await self._removal.forget(draft)
            elif draft.touched <= old and self._is_nobodys(draft):
                await self._removal.leave_beside(draft)

        entries = self._registry.entries.values()
        current = {entry.current for entry in entries if entry.current}
        coming = {version for entry in entries for version, _ in entry.publishing}
        await self._put(sorted(set(self._registry.drafts) - current - coming), [LIVE], OLD)
        await self._put(sorted(current), [STAGED, OLD], LIVE)

    def _is_nobodys(self, draft: Draft) -> bool:
        """Tell whether another reading of its file stands in a version's place."""
        entry = self._registry.entries.get(draft.document)
        return draft.whole and entry is not None and draft.version.id not in entry.numbered

    async def _end_publishing(self, old: float) -> None:
        """Take back what was announced to be published before `old` (UNIX) and never was."""

        def alive(entry: Entry) -> Entry:
            publishing = tuple(row for row in entry.publishing if row[1] > old)
            return replace(entry, publishing=publishing)

        for entry in list(self._registry.entries.values()):
            if any(since <= old for _, since in entry.publishing):
                await self._registry.change_entry(entry.id, alive)

    async def _put(self, versions: list[str], places: list[str], shelf: str) -> None:
        """Move these versions' passages; asks first, because there is hardly ever one."""
        if versions and await self._index.count({"version": versions, "shelf": places}):
            await self._index.set({"version": versions, "shelf": places}, {"shelf": shelf})

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(TEND)
            with suppress(KnowledgeError):  # the server is away: next time
                await self.tend()

    async def _clear(self) -> None:
        """Compact the index a little after something was deleted, several things at once."""
        while not self._closing.is_set():
            with suppress(KnowledgeError, OSError):  # a full disk: next time
                if self._index.remains:
                    await self.compacted()
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIET):
                    await self._closing.wait()

    async def _remade(self, stored: Sequence[tuple[str, Payload]]) -> list[Point]:
        points = await asyncio.to_thread(self._points, stored)
        return await self._dense.points(points)

    def _points(self, stored: Sequence[tuple[str, Payload]]) -> list[Point]:
        points = []
        for id_, payload in stored:
            if payload["shelf"] not in DERIVED:  # made anew where it is missing
                points.append(remake(id_, payload, encoder=self._encoder))
        return points
