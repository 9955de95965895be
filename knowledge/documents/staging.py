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
from functools import partial

from knowledge.documents.identity import Identity
from knowledge.documents.registry import Draft, Entry, Registry, identify
from knowledge.documents.sketch import sketch
from knowledge.index.protocol import Index, Point, Where
from knowledge.reading.reading import READER_VERSION, Reading
from knowledge.retrieval.dense import Dense
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.points import passage_of
from knowledge.retrieval.worker_pool import WorkerPool
from knowledge.values import Metadata, Passage, Version

STAGED, LIVE, OLD = "staged", "live", "old"  # the shelves of passages
TALLY = "tally"  # that of what `knowledge.documents.rarities` counted of a version
MEANING = "meaning"  # that of the vectors `knowledge.documents.meanings` made of a version
DERIVED = (TALLY, MEANING)  # the shelves of what is made of passages, and may be made anew
STALE = 15.0  # seconds without a sign of life after which a writer is taken for dead
TOUCH = 3.0  # seconds between a writer's signs of life
WAIT = 0.2  # seconds between looks at another writer of the same bytes

Progress = Callable[[int, int], Awaitable[None]]  # passages written so far, and in all
Cut = Callable[..., Sequence[Passage]]


class Staging:
    """Writes versions into an index and its registry."""

    def __init__(
        self, index: Index, registry: Registry, encoder: Encoder, dense: Dense, cut: Cut
    ) -> None:
        self._index = index
        self._registry = registry
        self._workers = WorkerPool(encoder)
        self._dense = dense
        self._cut = cut
        self._identity = Identity(registry, self.passages)

    def close(self) -> None:
        """End the processes that analyse large documents."""
        self._workers.close()

    async def stage(
        self,
        reading: Reading,
        metadata: Metadata,
        *,
        by: str,
        original: str,
        progress: Progress | None,
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
            if draft and self._stands(draft) and not self._moves(draft, metadata):
                return version, False
            if draft and not draft.whole and time.time() - draft.touched < STALE:
                await asyncio.sleep(WAIT)
                continue
            fresh = _fresh(reading, by, original)
            ours = await self._begin(fresh, reading, metadata, draft)
            if ours is not None and await self._write(ours, reading, progress):
                return version, True

    async def rename(self, version: str, old: str, new: str, *, shelf: str) -> None:
        """
        Write a new title into the passages of a version, which are searched by it; about 1 ms each.
        """
        renamed = []
        for passage in await self.passages(version):
            headings = tuple(new if heading == old else heading for heading in passage.headings)
            renamed.append(replace(passage, title=new, headings=headings))
        await self.write(renamed, shelf)
        await self._index.delete(derived_from(version))

    async def passages(self, version: str) -> list[Passage]:
        """Return the passages of one version in order, published or not."""
        passages = [passage_of(payload) for payload in await self._index.scroll(of(version))]
        return sorted(passages, key=_position)

    async def write(self, parts: Sequence[Passage], shelf: str) -> None:
        """Write passages at their places of their versions."""
        async for points in self._points(parts, shelf):
            await self._index.write(points)

    async def beside(self, old: Draft, reading: Reading) -> Draft | None:
        """
        Write a version's file as `reading` has it, as another version that is not its document's
        yet; None when somebody else did or does so.

        A title that was the file's own becomes that of the new reading.
        """
        before, metadata = old.version, old.metadata
        if metadata.title == before.title:
            metadata = replace(metadata, title=reading.title)
        fresh = _fresh(reading, before.added_by, before.original)
        fresh = replace(fresh, name=before.name, added=before.added)
        if fresh.id in self._registry.drafts:
            return None
        ours = await self._swap(None, Draft(old.document, fresh, metadata, time.time()))
        if ours is None:
            return None
        written = await self._filled_in(ours, reading, None)
        if written is None:
            return None
        alive, whole = written
        return await self._swap(alive, whole)

    def _stands(self, draft: Draft) -> bool:
        """Tell whether a version is whole and one of a document that people see."""
        document = self._registry.document(draft.document)
        return document is not None and document.version(draft.version.id) is not None

    def _moves(self, draft: Draft, metadata: Metadata) -> bool:
        """Tell whether a version that was never published is said to be one of another document."""
        other = self._registry.document(metadata.supersedes)
        if other is None or other.id == draft.document:
            return False
        entry = self._registry.entries.get(draft.document)
        return entry is None or draft.version.id not in dict(entry.published)

    async def _begin(
        self, version: Version, reading: Reading, metadata: Metadata, seen: Draft | None
    ) -> Draft | None:
        """Take a version for writing; None when somebody else was faster."""
        superseded = self._registry.document(metadata.supersedes)
        if superseded is not None:
            document = superseded.id
        else:
            known = await self._identity.known(reading, metadata)
            document = known or document_id(metadata.owner, reading)
        before = self._registry.document(document)
        earlier = before.metadata if before else Metadata()
        ours = Draft(document, version, _filled(metadata, earlier, reading.title), time.time())
        return await self._swap(seen, ours)

    async def _write(self, draft: Draft, reading: Reading, progress: Progress | None) -> bool:
        """
        Write a version's passages and make it whole; False when somebody took it over meanwhile.
        """
        written = await self._filled_in(draft, reading, progress)
        if written is None:
            return False
        alive, whole = written
        version = draft.version.id
        await self._registry.change_entry(draft.document, partial(_numbered, version))
        return await self._swap(alive, whole) is not None

    async def _filled_in(
        self, draft: Draft, reading: Reading, progress: Progress | None
    ) -> tuple[Draft, Draft] | None:
        """
        Write a version's passages; return its record as it stands and as it is once whole, None
        when somebody took it over meanwhile.
        """
        version = draft.version.id
        passages = await asyncio.to_thread(self._passages, draft, reading)
        await self._index.delete(all_of(version))
        alive, written = draft, 0
        async for points in self._points(passages, STAGED):
            await self._index.write(points)
            written += len(points)
            if progress is not None:
                await progress(written, len(passages))
            if time.time() - alive.touched > TOUCH:
                touched = await self._swap(alive, replace(alive, touched=time.time()))
                if touched is None:
                    return None
                alive = touched
        staged = replace(alive.version, state="staged", passages=len(passages))
        texts = [passage.text for passage in passages]
        whole = replace(alive, version=staged, sketch=await asyncio.to_thread(sketch, texts))
        return alive, whole

    async def _points(self, parts: Sequence[Passage], shelf: str) -> AsyncIterator[list[Point]]:
        async for points in self._workers.points(parts, shelf):
            async for whole in self._dense.batches(points):
                yield whole

    async def _swap(self, seen: Draft | None, ours: Draft) -> Draft | None:
        """Write a version's record unless somebody else changed what we saw; None then."""

        def change(draft: Draft | None) -> Draft | None:
            return ours if draft == seen else None

        return await self._registry.change_draft(ours.version.id, change)

    def _passages(self, draft: Draft, reading: Reading) -> list[Passage]:
        version, metadata = draft.version.id, draft.metadata
        passages = self._cut(
            reading,
            document=draft.document,
            version=version,
            audience=metadata.audience,
            title=metadata.title,
        )
        return [replace(p, id=passage_id(version, p.position)) for p in passages]


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
    return identify("version", sha256, str(READER_VERSION))


def passage_id(version: str, position: int) -> str:
    """Return the id a passage at this position of a version always has."""
    return identify("passage", version, str(position))


def of(version: str) -> Where:
    """Return where the passages of a version are: on every shelf but that of the records."""
    return {"version": [version], "shelf": [STAGED, LIVE, OLD]}


def tallies_of(version: str) -> Where:
    """Return where a version's tallies are."""
    return {"version": [version], "shelf": [TALLY]}


def meanings_of(version: str) -> Where:
    """Return where a version's vectors are."""
    return {"version": [version], "shelf": [MEANING]}


def derived_from(version: str) -> Where:
    """Return where everything is that was made of a version's passages."""
    return {"version": [version], "shelf": DERIVED}


def all_of(version: str) -> Where:
    """Return where the passages of a version are, and everything made of them."""
    return {"version": [version], "shelf": [STAGED, LIVE, OLD, *DERIVED]}


def now() -> str:
    """Return the time in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _fresh(reading: Reading, by: str, original: str) -> Version:
    """Return the record of a file whose passages are about to be written."""
    return Version(
        version_id(reading.sha256),
        0,
        reading.name,
        reading.sha256,
        reading.size,
        "received",
        pages=len(reading.pages),
        flags=reading.flags,
        added=now(),
        added_by=by,
        original=original,
        title=reading.title,
        receipt=reading.receipt,
    )


def _numbered(version: str, entry: Entry) -> Entry:
    """Return a document's record with the version as its newest, unless it has its number."""
    if version in entry.numbered:
        return entry
    return replace(entry, numbered=(*entry.numbered, version))


def _filled(metadata: Metadata, before: Metadata, title: str) -> Metadata:
    """
    Return what is known with its gaps filled from the version before, then from the file and the
    house's defaults.
    """
    defaults = {"title": title, "kind": "guideline", "audience": "all"}
    filled = {}
    for name in Metadata.__dataclass_fields__:
        value = getattr(metadata, name) or getattr(before, name)
        filled[name] = value or defaults.get(name, value)
    return Metadata(**filled)


def _position(passage: Passage) -> int:
    return passage.position
