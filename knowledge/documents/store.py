"""
The shelf: how documents come, change hands and go. Nothing on it is found before one pointer says
so.

A version is written beside the published one, then the pointer flips: first its passages are made
findable, then the pointer moves, then the passages before are put away. Wherever that is cut off,
`tend` finishes it; whoever searches believes the pointer only. Every change of a record is
compare-and-set, so any number of processes may share one index.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from types import TracebackType
from typing import Any, Self

from knowledge.documents.originals import Originals
from knowledge.documents.rarities import Rarities
from knowledge.documents.registry import Draft, Entry, Registry, parse
from knowledge.documents.staging import (
    LIVE,
    OLD,
    STAGED,
    STALE,
    TALLY,
    Cut,
    Staging,
    Told,
    all_of,
    now,
    of,
    version_id,
)
from knowledge.errors import KnowledgeError, LibraryUnavailable, PartlyRead, UnknownDocument
from knowledge.index.protocol import Index, Payload, Point
from knowledge.models.embedding import Embedding
from knowledge.reading.chunks import passages
from knowledge.reading.reading import Reading
from knowledge.retrieval.dense import Dense
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.points import remake
from knowledge.sentences import phrase
from knowledge.values import Document, Metadata, Passage, Phrase, Receipt, Version

TEND = 15.0  # seconds between looks for leftovers in a shared index


class DocumentStore:
    """
    Documents over an index.

    `originals` is where their files are kept; without it only passages are. `embedding` makes the
    dense vectors of the index.
    """

    def __init__(
        self,
        index: Index,
        encoder: Encoder | None = None,
        *,
        originals: Originals | None = None,
        embedding: Embedding | None = None,
        cut: Cut = passages,
    ) -> None:
        self._index = index
        self._encoder = encoder or Encoder()
        self._originals = originals
        self._registry = Registry(index)
        self._rarities = Rarities(index, self._registry)
        self._dense = Dense(index, embedding)
        self._staging = Staging(index, self._registry, self._encoder, self._dense, cut)
        self._changing = asyncio.Lock()
        self._tending: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._index.__aenter__()
        try:
            await self._registry.refresh(now=True)
            await self.tend(age=STALE if self._index.shared else 0.0)
            await self._rarities.refresh()
        except BaseException as error:  # the folder's lock must not outlive a start that failed
            await self._index.__aexit__(type(error), error, error.__traceback__)
            raise
        if self._index.shared:
            self._tending = asyncio.create_task(self._tend())
        if self._index.outdated:
            self._renewing = asyncio.create_task(self._index.renew(self._remade))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tending is not None:
            self._tending.cancel()
            with suppress(asyncio.CancelledError):
                await self._tending
        self._staging.close()
        await self._index.__aexit__(kind, error, trace)
        if self._renewing is not None:
            with suppress(LibraryUnavailable):
                await self._renewing

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

    async def documents(self, *, readers: frozenset[str] | None = None) -> list[Document]:
        """
        Return the documents by title: the published ones these readers may see, or all of them for
        None.

        Readers know a document by its published version; what came before it or waits beside it is
        not told.
        """
        await self._registry.refresh()
        shown = [d for d in map(self._registry.document, self._registry.entries) if d]
        if readers is not None:
            read = [d for d in shown if d.current and d.metadata.audience in readers]
            shown = [
                replace(d, versions=tuple(v for v in d.versions if v.id == d.current)) for d in read
            ]
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
            raise unknown()
        return document

    async def holding(self, sha256: str) -> Document | None:
        """Return the document one of whose versions has these very bytes."""
        await self._registry.refresh(now=self._index.shared)
        draft = self._registry.drafts.get(version_id(sha256))
        return self._registry.document(draft.document) if draft and draft.whole else None

    async def keep(self, content: bytes) -> str:
        """Store a file and return its id; empty where there is no place for files."""
        return await self._originals.put(content) if self._originals is not None else ""

    async def original(self, version: Version) -> bytes:
        """
        Return a version's file as it was sent, empty where none was kept.

        Raises:
            LibraryUnavailable: it is gone, or the place of the files does not answer.
        """
        kept = self._originals if version.original else None
        return await kept.get(version.original) if kept is not None else b""

    async def stage(
        self,
        reading: Reading,
        metadata: Metadata,
        *,
        by: str,
        original: str = "",
        told: Told | None = None,
    ) -> tuple[Document, Version, bool]:
        """
        Write a file's passages without publishing them; about 1 ms a passage.

        The same bytes are one version of one document, whoever sends them: they give False and no
        writing. The same owner's file of the same name that says largely the same is the document's
        next version (`identity.py`); `supersedes` makes it that of any other. What `metadata`
        leaves empty stays as it was.
        """
        await self._registry.refresh(now=self._index.shared)
        for entry in list(self._registry.entries.values()):
            if entry.deleted:  # a deletion was cut off; its bytes may be these
                await self._purge(entry.id)
        before = self._registry.drafts.get(version_id(reading.sha256))
        version, new = await self._staging.stage(
            reading, metadata, by=by, original=original, told=told
        )
        if new and before and before.whole:
            await self._leave(before, original)
        document = await self.document(self._registry.drafts[version].document)
        return document, next(v for v in document.versions if v.id == version), new

    async def publish(self, document: str, version: str) -> Document:
        """
        Make `version` the one that is found; the one before stays for `rollback`.

        Raises:
            UnknownDocument: no such document or version.
            PartlyRead: too little of its file was read.
        """
        async with self._changing:
            await self._entry(document)
            draft = next(
                (d for d in self._registry.versions(document) if d.version.id == version), None
            )
            if draft is None:
                raise unknown()
            if reason := missing(draft.metadata.title, draft.version.receipt):
                raise PartlyRead("partly_read", reason)

            def flip(entry: Entry) -> Entry:
                history = (
                    entry.history if entry.history[-1:] == (version,) else (*entry.history, version)
                )
                published = {**dict(entry.published), version: now()}
                return replace(
                    entry, current=version, history=history, published=tuple(published.items())
                )

            return await self._flip(document, version, flip)

    async def withdraw(self, document: str) -> Document:
        """Take a document off the shelf; its versions stay."""
        async with self._changing:
            before = await self._entry(document)
            await self._registry.change_entry(document, lambda e: replace(e, current=""))
            if before.current:
                await self._index.set(of(before.current), {"shelf": OLD})
            return await self.document(document)

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
            return await self._flip(
                document, history[-1], lambda e: replace(e, current=history[-1], history=history)
            )

    async def edit(self, document: str, changes: Mapping[str, Any]) -> Document:
        """
        Change what is said about a document: `changes` holds fields of `Metadata` by name.

        An audience holds for every version, and for searches at once; everything else for the
        published (or newest) version. A new title is written into the passages, about 1 ms each.

        Raises:
            UnknownDocument
        """
        async with self._changing:
            await self._entry(document)
            shown = await self.document(document)
            version = shown.current or shown.versions[-1].id
            audience = {k: v for k, v in changes.items() if k == "audience"}
            for known in shown.versions:
                await self._registry.change_draft(
                    known.id, _saying(changes if known.id == version else audience)
                )
            if audience:
                await self._index.set(
                    {"document": [document], "shelf": [STAGED, LIVE, OLD]}, audience
                )
            if changes.get("title", shown.metadata.title) != shown.metadata.title:
                shelf = LIVE if shown.current else STAGED
                await self._staging.rename(
                    version, shown.metadata.title, str(changes["title"]), shelf=shelf
                )
            return await self.document(document)

    async def discard(self, document: str, version: str) -> None:
        """
        Delete a version that was never published; the document goes with its last one.

        Raises:
            UnknownDocument: there is no such version, or it was published once.
        """
        async with self._changing:
            entry = await self._entry(document)
            draft = self._registry.drafts.get(version)
            if draft is None or draft.document != document:
                raise unknown()
            if version in dict(entry.published):
                raise UnknownDocument("not_staged", phrase("not_staged"))
            await self._registry.change_draft(
                version,
                lambda d: (
                    d and replace(d, touched=0.0, version=replace(d.version, state="received"))
                ),
            )
            await self._forget(draft)

    async def remove(self, document: str) -> int:
        """
        Delete a document with all versions and files; return how many passages are left, which is
        0.
        """
        async with self._changing:
            await self._entry(document)
            await self._registry.change_entry(
                document, lambda e: replace(e, current="", deleted=True)
            )
            return await self._purge(document)

    async def tend(self, *, age: float = STALE) -> None:
        """
        Finish what a dead process left. Whoever showed a sign of life within `age` seconds is left
        alone.
        """
        registry = self._registry
        await registry.refresh(now=True)
        old = time.time() - age
        for entry in list(registry.entries.values()):
            if entry.deleted:
                await self._purge(entry.id)
            elif any(since <= old for _, since in entry.publishing):
                await registry.change_entry(
                    entry.id,
                    lambda e: replace(e, publishing=tuple(p for p in e.publishing if p[1] > old)),
                )
        for draft in list(registry.drafts.values()):
            if not draft.whole and draft.touched <= old:
                await self._forget(draft)
        current = {e.current for e in registry.entries.values() if e.current}
        coming = {v for e in registry.entries.values() for v, _ in e.publishing}
        await self._put(sorted(set(registry.drafts) - current - coming), [LIVE], OLD)
        await self._put(sorted(current), [STAGED, OLD], LIVE)

    async def originals(self) -> frozenset[str]:
        """Return the ids of all files the registry knows."""
        await self._registry.refresh(now=True)
        return frozenset(
            d.version.original for d in self._registry.drafts.values() if d.version.original
        )

    async def records(self) -> list[Payload]:
        """Return the registry as plain data, for a backup."""
        await self._registry.refresh(now=True)
        return self._registry.rows()

    async def put_back(self, records: Sequence[Payload], passages: Iterable[Passage]) -> int:
        """
        Write what `records` and `passages` once gave; return how many passages. Nothing is found
        before the end.
        """
        entries, _ = parse(records)
        live = {e.current for e in entries.values()}
        count = 0
        for version, group in groupby(passages, key=lambda passage: passage.version):
            parts = list(group)
            await self._staging.write(parts, LIVE if version in live else OLD)
            count += len(parts)
        await self._registry.put_back(records)
        return count

    async def _remade(self, stored: Sequence[tuple[str, Payload]]) -> list[Point]:
        kept = [
            (id_, payload) for id_, payload in stored if payload["shelf"] != TALLY
        ]  # counted anew where it is missing
        made = await asyncio.to_thread(
            lambda: [remake(id_, payload, encoder=self._encoder) for id_, payload in kept]
        )
        return await self._dense.points(made)

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(TEND)
            with suppress(KnowledgeError):  # the server is away: next time
                await self.tend()

    async def _put(self, versions: list[str], found_on: list[str], shelf: str) -> None:
        """Move the passages of these versions; asks first, because there is hardly ever one."""
        if versions and await self._index.count({"version": versions, "shelf": found_on}):
            await self._index.set({"version": versions, "shelf": found_on}, {"shelf": shelf})

    async def _flip(self, document: str, version: str, flip: Callable[[Entry], Entry]) -> Document:
        before: list[str] = []

        def turn(entry: Entry) -> Entry | None:
            if version not in dict(entry.publishing) or entry.deleted:
                return None  # `tend` took this for dead, or the document went
            before[:] = [entry.current]
            return replace(
                flip(entry), publishing=tuple(p for p in entry.publishing if p[0] != version)
            )

        def announce(entry: Entry) -> Entry | None:
            others = tuple(p for p in entry.publishing if p[0] != version)
            return (
                None
                if entry.deleted
                else replace(entry, publishing=(*others, (version, time.time())))
            )

        turned = None
        while turned is None:
            announced = await self._registry.change_entry(document, announce)
            if announced is None:
                raise unknown()
            await self._index.set(of(version), {"shelf": LIVE})
            turned = await self._registry.change_entry(document, turn)
        if before[0] and before[0] != version:
            await self._index.set(of(before[0]), {"shelf": OLD})
        return await self.document(document)

    async def _entry(self, document: str) -> Entry:
        await self._registry.refresh(now=self._index.shared)
        entry = self._registry.entries.get(document)
        if entry is None or entry.deleted:
            raise unknown()
        return entry

    async def _forget(self, draft: Draft) -> None:
        """
        Delete a version: passages, record, and the file when it was whole once; its document when
        it was the only one.
        """
        await self._index.delete(all_of(draft.version.id))
        if (
            draft.version.passages
        ):  # the file of one that never was belongs to the job that will try again
            await self._delete_files([draft])
        await self._registry.forget_version(draft.version.id)
        entry = self._registry.entries.get(draft.document)
        if entry and not any(d.document == draft.document for d in self._registry.drafts.values()):
            await self._registry.forget(draft.document)

    async def _leave(self, before: Draft, original: str) -> None:
        """
        Clear up where a version was that has moved to another document: the file kept of it, and a
        document left empty.
        """
        if before.version.original != original:
            await self._delete_files([before])
        if not any(d.document == before.document for d in self._registry.drafts.values()):
            await self._registry.forget(before.document)

    async def _purge(self, document: str) -> int:
        passages_of = {"document": [document], "shelf": [STAGED, LIVE, OLD]}
        await self._index.delete({"document": [document], "shelf": [STAGED, LIVE, OLD, TALLY]})
        left = await self._index.count(passages_of)
        if not left:
            await self._delete_files(
                [d for d in self._registry.drafts.values() if d.document == document]
            )
            await self._registry.forget(document)
        return left

    async def _delete_files(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if self._originals is not None and draft.version.original:
                await self._originals.delete(draft.version.original)


def missing(title: str, receipt: Receipt | None) -> Phrase | None:
    """
    Return why a file of which this much was read may not be published, with the way out; None when
    it may.
    """
    if receipt is None or receipt.enough:
        return None
    piece = (
        phrase("largest_piece", words=receipt.words, lost=receipt.lost)
        if receipt.words
        else phrase("many_pieces")
    )
    place = receipt.place if receipt.place and receipt.place.kind != "part" else None
    ja, en = (f"{place.to('ja')}の", f"{place.to('en')}: ") if place else ("", "")
    told = phrase(
        "partly_read", title=title, percent=receipt.percent, ja=ja + piece.ja, en=en + piece.en
    )
    return Phrase(told.ja, told.en)


def unknown() -> UnknownDocument:
    return UnknownDocument("unknown_document", phrase("unknown"))


def _saying(changes: Mapping[str, Any]) -> Callable[[Draft | None], Draft | None]:
    return lambda draft: draft and replace(draft, metadata=replace(draft.metadata, **changes))
