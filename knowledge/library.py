"""
The library: documents on a shelf, found by question and published by one pointer flip.

Every passage carries its document, version, audience and shelf. A search sees only the "live" shelf and the asker's audiences,
then drops whatever is not the current version of its document; when the pointer moved meanwhile it searches again. So an
answer never mixes two versions and never falls between them.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from knowledge.chunks import passage_title, passages
from knowledge.encoder import Encoder, SparseVector
from knowledge.errors import UnknownDocument
from knowledge.index import Index, Match, Payload, Point, Where, open_index
from knowledge.reading import Reading
from knowledge.registry import RECORD, Draft, Entry, Registry, identify
from knowledge.sentences import phrase
from knowledge.values import Document, Hit, Metadata, Passage, Place, Version

__all__ = ["Library", "open_index"]

STAGED, LIVE, OLD = "staged", "live", "old"
POOL = 30  # passages fetched for a question, so that some may be dropped
ROUNDS = 3  # searches of one question before a moving pointer is accepted as it is


class Library:
    """The shelf over an index. Every search names its readers; admin calls name a document."""

    def __init__(
        self, index: Index, encoder: Encoder | None = None, *, cut: Callable[..., Sequence[Passage]] = passages
    ) -> None:
        self._index = index
        self._encoder = encoder or Encoder()
        self._cut = cut
        self._registry = Registry(index)
        self._changing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._index.__aenter__()
        try:
            await self._registry.refresh(now=True)
            await self._recover()
        except BaseException as error:  # the folder's lock must not outlive a start that failed
            await self._index.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._index.__aexit__(kind, error, trace)

    async def search(self, question: str, *, readers: frozenset[str], limit: int = 6) -> list[Hit]:
        """
        Return the published passages that best match `question` and that `readers` may see, best first.

        At most `limit`; none when nothing shares a term. About 0.8 ms at 10,000 passages embedded, 1.8 ms at 100,000.

        Raises:
            ValueError: `readers` is empty.
            LibraryUnavailable: the index did not answer.
        """
        _held(readers)
        vector = self._encoder.encode_question(question)
        where = {"shelf": [LIVE], "audience": sorted(readers)}
        await self._registry.refresh()
        wanted = max(limit, POOL)
        kept: list[Match] = []
        for _ in range(ROUNDS):
            before = self._registry.entries
            found = await self._index.find(vector, where, wanted)
            kept = [m for m in found if self._registry.current(m.payload["document"]) == m.payload["version"]]
            dropped = len(found) > len(kept)
            if dropped and self._index.shared:
                await self._registry.refresh(now=True)
            if before is self._registry.entries and (not dropped or len(kept) >= limit or len(found) < wanted):
                break
            wanted *= 2
        return _hits(kept[:limit])

    async def preview(self, question: str, *, version: str, limit: int = 6) -> list[Hit]:
        """Return the best passages of one version, published or not; for admins."""
        found = await self._index.find(self._encoder.encode_question(question), {"version": [version]}, limit)
        return _hits(found)

    async def passage(self, id: str, *, readers: frozenset[str]) -> Passage:  # noqa: A002  # callers know it as id
        """
        Return a published passage.

        Raises:
            UnknownDocument: it is gone, replaced, or not for these readers.
        """
        _held(readers)
        await self._registry.refresh()
        for payload in await self._index.fetch([id]):
            if payload["shelf"] != RECORD and self._visible(payload, readers):
                return _passage(payload)
        raise _unknown()

    async def neighbours(self, passage: Passage, *, readers: frozenset[str], around: int = 1) -> list[Passage]:
        """Return the passages up to `around` positions away in the same version, in order, without the passage itself."""
        _held(readers)
        places = [passage.position + step for step in range(-around, around + 1) if step]
        ids = [passage_id(passage.version, place) for place in places if place > 0]
        found = [_passage(p) for p in await self._index.fetch(ids) if self._visible(p, readers)]
        return sorted(found, key=lambda p: p.position)

    async def documents(self, *, readers: frozenset[str] | None = None) -> list[Document]:
        """Return the documents by title: the published ones these readers may see, or all of them for None."""
        await self._registry.refresh()
        known = [d for d in map(self._registry.document, self._registry.entries) if d]
        shown = [d for d in known if readers is None or (d.current and d.metadata.audience in readers)]
        return sorted(shown, key=lambda d: (d.metadata.title, d.id))

    async def document(self, id: str) -> Document:  # noqa: A002  # callers know it as id
        """
        Return one document, published or not.

        Raises:
            UnknownDocument: there is none.
        """
        await self._registry.refresh()
        document = self._registry.document(id)
        if document is None:
            raise _unknown()
        return document

    async def stage(self, reading: Reading, metadata: Metadata, *, by: str) -> tuple[Document, Version, bool]:
        """
        Write a file's passages without publishing them.

        The same owner and name is the same document; the same bytes are the same version, and give False and no writing.
        """
        async with self._changing:
            await self._registry.refresh(now=self._index.shared)
            document = self._document_for(reading, metadata)
            version = identify(document, reading.sha256)
            draft = self._registry.drafts.get(version)
            if draft is None or draft.version.state == "received":
                await self._write(document, version, reading, metadata, by)
                changed = True
            else:
                changed = False
        staged = await self.document(document)
        return staged, next(v for v in staged.versions if v.id == version), changed

    async def publish(self, document: str, version: str) -> Document:
        """
        Make `version` the one that is found; the one before stays for `rollback`.

        Raises:
            UnknownDocument: no such document or version.
        """
        async with self._changing:
            entry = await self._entry(document)
            if version not in {d.version.id for d in self._registry.versions(document)}:
                raise _unknown()
            history = entry.history if entry.history[-1:] == (version,) else (*entry.history, version)
            published = {**dict(entry.published), version: _now()}
            return await self._flip(entry, replace(entry, current=version, history=history, published=tuple(published.items())))

    async def withdraw(self, document: str) -> Document:
        """Take a document off the shelf; its versions stay."""
        async with self._changing:
            entry = await self._entry(document)
            return await self._flip(entry, replace(entry, current=""))

    async def rollback(self, document: str) -> Document:
        """
        Publish the version published before; after a withdrawal, the withdrawn one.

        Raises:
            UnknownDocument: there is no earlier version.
        """
        async with self._changing:
            entry = await self._entry(document)
            history = entry.history[:-1] if entry.current else entry.history
            if not history:
                title = (await self.document(document)).metadata.title
                raise UnknownDocument("no_earlier_version", phrase("no_earlier", title=title))
            return await self._flip(entry, replace(entry, current=history[-1], history=history))

    async def remove(self, document: str) -> int:
        """Delete a document with all versions; return how many passages are left, which is 0."""
        async with self._changing:
            entry = await self._entry(document)
            await self._registry.save_entry(replace(entry, current="", deleted=True))
            return await self._purge(document)

    async def _flip(self, old: Entry, new: Entry) -> Document:
        if new.current:
            await self._index.set(_of(new.current), {"shelf": LIVE})
        await self._registry.save_entry(new)
        if old.current and old.current != new.current:
            await self._index.set(_of(old.current), {"shelf": OLD})
        return await self.document(new.id)

    async def _write(self, document: str, version: str, reading: Reading, metadata: Metadata, by: str) -> None:
        title = metadata.title or reading.title
        said = replace(metadata, title=title)
        parts = self._cut(reading, document=document, version=version, audience=metadata.audience, title=title)
        number = max((d.version.number for d in self._registry.versions(document)), default=0) + 1
        row = Version(version, number, reading.name, reading.sha256, reading.size, "received", len(reading.pages), len(parts))
        row = replace(row, flags=reading.flags, added=_now(), added_by=by)
        if document not in self._registry.entries:
            await self._registry.save_entry(Entry(document))
        await self._registry.save_draft(Draft(document, row, said))
        await self._index.delete(_of(version))
        await self._index.write(await asyncio.to_thread(self._points, parts, version))
        await self._registry.save_draft(Draft(document, replace(row, state="staged"), said))

    def _points(self, parts: Sequence[Passage], version: str) -> list[Point]:
        points = []
        for part in parts:
            named = replace(part, id=passage_id(version, part.position))
            vector: SparseVector = self._encoder.encode_passage(part.text, passage_title(part))
            points.append(Point(named.id, {**asdict(named), "shelf": STAGED}, vector))
        return points

    def _document_for(self, reading: Reading, metadata: Metadata) -> str:
        if self._registry.document(metadata.supersedes):
            return metadata.supersedes
        return identify("document", metadata.owner, unicodedata.normalize("NFC", reading.name))

    async def _entry(self, document: str) -> Entry:
        await self._registry.refresh(now=self._index.shared)
        entry = self._registry.entries.get(document)
        if entry is None or entry.deleted:
            raise _unknown()
        return entry

    async def _recover(self) -> None:
        """Finish what a killed process left. In a shared index others may be at work, so only what is safe beside them."""
        for entry in list(self._registry.entries.values()):
            if entry.deleted:
                await self._purge(entry.id)
            elif entry.current:
                await self._index.set(_of(entry.current), {"shelf": LIVE})
        if self._index.shared:
            return
        for draft in list(self._registry.drafts.values()):
            if draft.version.state == "received":
                await self._index.delete(_of(draft.version.id))
                await self._registry.forget_version(draft)
            elif draft.version.id != self._registry.current(draft.document):
                await self._index.set(_of(draft.version.id), {"shelf": OLD})

    async def _purge(self, document: str) -> int:
        passages_of = {"document": [document], "shelf": [STAGED, LIVE, OLD]}
        await self._index.delete(passages_of)
        left = await self._index.count(passages_of)
        if not left:
            await self._registry.forget(document)
        return left

    def _visible(self, payload: Payload, readers: frozenset[str]) -> bool:
        return payload["audience"] in readers and self._registry.current(payload["document"]) == payload["version"]


def passage_id(version: str, position: int) -> str:
    """Return the id a passage at this position of a version always has."""
    return identify("passage", version, str(position))


def _of(version: str) -> Where:
    return {"version": [version], "shelf": [STAGED, LIVE, OLD]}


def _held(readers: frozenset[str]) -> None:
    if not readers:
        raise ValueError("a search needs the audiences its reader belongs to; none were given")


def _unknown() -> UnknownDocument:
    return UnknownDocument("unknown_document", phrase("unknown"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _hits(found: Sequence[Match]) -> list[Hit]:
    return [Hit(_passage(m.payload), m.score, rank=rank) for rank, m in enumerate(found, 1)]


def _passage(payload: Payload) -> Passage:
    fields = {k: v for k, v in payload.items() if k != "shelf"}
    return Passage(**{**fields, "place": Place(**payload["place"]), "headings": tuple(payload["headings"])})
