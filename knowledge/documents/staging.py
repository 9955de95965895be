"""
Staging: a file's passages written beside whatever is published, so that nothing of it is found yet.

The same bytes, read by the same readers, are one version, whoever sends them and how often: its id
is theirs. Whoever comes second waits for the first, and takes over when that one shows no sign of
life.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from knowledge.documents.identity import Identity
from knowledge.documents.registry import Draft, Registry, identify
from knowledge.index.protocol import Index, Point, Where
from knowledge.reading.reading import READERS, Reading
from knowledge.retrieval.dense import Dense
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.points import passage_of
from knowledge.retrieval.worker_pool import WorkerPool
from knowledge.values import Metadata, Passage, Version

STAGED, LIVE, OLD = "staged", "live", "old"  # the shelves of passages
TALLY = "tally"  # that of what `knowledge.documents.rarities` counted of a version
STALE = 15.0  # seconds without a sign of life after which a writer is taken for dead
TOUCH = 3.0  # seconds between a writer's signs of life
WAIT = 0.2  # seconds between looks at another writer of the same bytes

Told = Callable[[int, int], Awaitable[None]]  # passages written so far, and in all
Cut = Callable[..., Sequence[Passage]]


class Staging:
    """Writes versions into an index and its registry."""

    def __init__(
        self, index: Index, registry: Registry, encoder: Encoder, dense: Dense, cut: Cut
    ) -> None:
        self._index = index
        self._registry = registry
        self._crew = WorkerPool(encoder)
        self._dense = dense
        self._cut = cut
        self._identity = Identity(registry, self.passages)

    def close(self) -> None:
        self._crew.close()

    async def stage(
        self, reading: Reading, metadata: Metadata, *, by: str, original: str, told: Told | None
    ) -> tuple[str, bool]:
        """
        Return the id of the version these bytes are, whole; False when it had been before.

        One that waits is written anew where `metadata` says that it is a version of another
        document.
        """
        version = version_id(reading.sha256)
        while True:
            await self._registry.refresh(now=self._index.shared)
            draft = self._registry.drafts.get(version)
            there = draft and draft.whole and self._registry.document(draft.document)
            if there and draft and not self._moves(draft, metadata):
                return version, False
            if draft and not draft.whole and time.time() - draft.touched < STALE:
                await asyncio.sleep(WAIT)
                continue
            ours = await self._begin(reading, metadata, by, original, draft)
            if ours is not None and await self._write(ours, reading, told):
                return version, True

    async def rename(self, version: str, old: str, new: str, *, shelf: str) -> None:
        """
        Write a new title into the passages of a version, which are searched by it; about 1 ms each.
        """
        found = [passage_of(p) for p in await self._index.scroll(of(version))]
        named = [
            replace(p, title=new, headings=tuple(new if h == old else h for h in p.headings))
            for p in found
        ]
        await self.write(named, shelf)
        await self._index.delete(tallies_of(version))

    async def passages(self, version: str) -> list[Passage]:
        """Return the passages of one version in order, published or not."""
        return sorted(
            (passage_of(p) for p in await self._index.scroll(of(version))), key=lambda p: p.position
        )

    async def write(self, parts: Sequence[Passage], shelf: str) -> None:
        """Write passages at their places of their versions."""
        async for points in self._points(parts, shelf):
            await self._index.write(points)

    async def _begin(
        self, reading: Reading, metadata: Metadata, by: str, original: str, seen: Draft | None
    ) -> Draft | None:
        """Take a version for writing; None when somebody else was faster."""
        superseded = self._registry.document(metadata.supersedes)
        known = superseded.id if superseded else await self._identity.known(reading, metadata)
        document = known or document_id(metadata.owner, reading)
        before = self._registry.document(document)
        said = _filled(metadata, before.metadata if before else Metadata(), reading.title)
        row = Version(
            version_id(reading.sha256), 0, reading.name, reading.sha256, reading.size, "received"
        )
        row = replace(
            row,
            pages=len(reading.pages),
            flags=reading.flags,
            added=now(),
            added_by=by,
            original=original,
        )
        row = replace(row, title=reading.title, receipt=reading.receipt)
        ours = Draft(document, row, said, time.time())
        return await self._registry.change_draft(row.id, lambda d: ours if d == seen else None)

    def _moves(self, draft: Draft, metadata: Metadata) -> bool:
        """Tell whether a version that was never published is said to be one of another document."""
        other = self._registry.document(metadata.supersedes)
        entry = self._registry.entries.get(draft.document)
        published = dict(entry.published) if entry else {}
        return (
            other is not None and other.id != draft.document and draft.version.id not in published
        )

    async def _write(self, draft: Draft, reading: Reading, told: Told | None) -> bool:
        """
        Write a version's passages and make it whole; False when somebody took it over meanwhile.
        """
        version = draft.version.id
        parts = await asyncio.to_thread(self._parts, draft, reading)
        await self._index.delete(all_of(version))
        alive, written = draft, 0
        async for points in self._points(parts, STAGED):
            await self._index.write(points)
            written += len(points)
            if told is not None:
                await told(written, len(parts))
            if time.time() - alive.touched > TOUCH:
                touched = await self._change(alive, replace(alive, touched=time.time()))
                if touched is None:
                    return False
                alive = touched
        await self._registry.change_entry(
            draft.document,
            lambda e: e if version in e.numbered else replace(e, numbered=(*e.numbered, version)),
        )
        whole = replace(alive, version=replace(alive.version, state="staged", passages=len(parts)))
        return await self._change(alive, whole) is not None

    async def _points(self, parts: Sequence[Passage], shelf: str) -> AsyncIterator[list[Point]]:
        async for points in self._crew.points(parts, shelf):
            async for whole in self._dense.batches(points):
                yield whole

    async def _change(self, ours: Draft, new: Draft) -> Draft | None:
        return await self._registry.change_draft(
            ours.version.id, lambda d: new if d == ours else None
        )

    def _parts(self, draft: Draft, reading: Reading) -> list[Passage]:
        version, said = draft.version.id, draft.metadata
        parts = self._cut(
            reading,
            document=draft.document,
            version=version,
            audience=said.audience,
            title=said.title,
        )
        return [replace(part, id=passage_id(version, part.position)) for part in parts]


def document_id(owner: str, reading: Reading) -> str:
    """
    Return the id of the document that begins with this owner's file: two files never begin the same
    one.
    """
    return identify("document", owner, reading.name, reading.sha256)


def version_id(sha256: str) -> str:
    """
    Return the id of the version that these bytes are as today's readers read them, wherever they
    stand.
    """
    return identify("version", sha256, READERS)


def passage_id(version: str, position: int) -> str:
    """Return the id a passage at this position of a version always has."""
    return identify("passage", version, str(position))


def of(version: str) -> Where:
    """Return where the passages of a version are: on every shelf but that of the records."""
    return {"version": [version], "shelf": [STAGED, LIVE, OLD]}


def tallies_of(version: str) -> Where:
    """Return where a version's tallies are."""
    return {"version": [version], "shelf": [TALLY]}


def all_of(version: str) -> Where:
    """Return where the passages of a version are, and its tallies."""
    return {"version": [version], "shelf": [STAGED, LIVE, OLD, TALLY]}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _filled(said: Metadata, before: Metadata, title: str) -> Metadata:
    """
    Return what is said with its gaps filled from the version before, then from the file and the
    house's defaults.
    """
    known = {k: getattr(said, k) or getattr(before, k) for k in Metadata.__dataclass_fields__}
    defaults = {"title": title, "kind": "guideline", "audience": "all"}
    return Metadata(**{k: v or defaults.get(k, v) for k, v in known.items()})
