"""
The shelf: which documents there are, and how they come, change and go.

A version is staged beside the published one and nothing of it is found before `publishing.py` moves
a pointer. Every change of a record is compare-and-set, so any number of processes may share one
index.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

from knowledge.documents.originals import Originals
from knowledge.documents.publishing import missing
from knowledge.documents.registry import Draft, Registry, parse, unknown
from knowledge.documents.removal import Removal
from knowledge.documents.staging import LIVE, OLD, STAGED, Progress, Staging, version_id
from knowledge.errors import UnknownDocument
from knowledge.index.protocol import Index, Payload
from knowledge.reading.reading import Reading
from knowledge.sentences import phrase
from knowledge.values import Document, Metadata, Passage, Version

__all__ = ["DocumentStore", "missing"]


class DocumentStore:
    """
    The documents of one registry. `originals` is where their files are kept; without it only
    passages are. `changing` is held while a document changes.
    """

    def __init__(
        self,
        index: Index,
        registry: Registry,
        staging: Staging,
        removal: Removal,
        originals: Originals | None,
        changing: asyncio.Lock,
    ) -> None:
        self._index = index
        self._registry = registry
        self._staging = staging
        self._removal = removal
        self._originals = originals
        self._changing = changing

    async def documents(self, *, readers: frozenset[str] | None = None) -> list[Document]:
        """
        Return the documents by title: the published ones these readers may see, or all of them for
        None.

        Readers know a document by its published version; what came before it or waits beside it is
        not told.
        """
        return await self._registry.documents(readers=readers)

    async def document(self, id: str) -> Document:  # noqa: A002  # callers know it as id
        """
        Return one document, published or not.

        Raises:
            UnknownDocument: there is none.
        """
        return await self._registry.known(id)

    async def holding(self, sha256: str) -> Document | None:
        """Return the document one of whose versions has these very bytes."""
        await self._registry.refresh(now=self._index.shared)
        draft = self._registry.drafts.get(version_id(sha256))
        if draft is None or not draft.whole:
            return None
        return self._registry.document(draft.document)

    async def passages(self, version: str) -> list[Passage]:
        """Return the passages of one version in order, published or not; for admins."""
        return await self._staging.passages(version)

    async def keep(self, content: bytes) -> str:
        """Store a file and return its id; empty where there is no place for files."""
        if self._originals is None:
            return ""
        return await self._originals.put(content)

    async def original(self, version: Version) -> bytes:
        """
        Return a version's file as it was sent, empty where none was kept.

        Raises:
            LibraryUnavailable: it is gone, or the place of the files does not answer.
        """
        if self._originals is None or not version.original:
            return b""
        return await self._originals.get(version.original)

    async def stage(
        self,
        reading: Reading,
        metadata: Metadata,
        *,
        by: str,
        original: str = "",
        told: Progress | None = None,
    ) -> tuple[Document, Version, bool]:
        """
        Write a file's passages without publishing them; about 1 ms a passage.

        The same bytes are one version of one document, whoever sends them: they give False and no
        writing. The same owner's file of the same name that says largely the same is the document's
        next version (`identity.py`); `supersedes` makes it that of any other. What `metadata`
        leaves empty stays as it was. `told` hears the passages written so far, and all of them.
        """
        await self._registry.refresh(now=self._index.shared)
        await self._removal.purge_deleted()  # what was cut off may have had these bytes
        before = self._registry.drafts.get(version_id(reading.sha256))
        version, new = await self._staging.stage(
            reading, metadata, by=by, original=original, progress=told
        )
        if new and before and before.whole:
            await self._removal.leave(before, original)
        document = await self.document(self._registry.drafts[version].document)
        staged = document.version(version)
        if staged is None:
            raise unknown()
        return document, staged, new

    async def edit(self, document: str, changes: Mapping[str, Any]) -> Document:
        """
        Change what is said about a document: `changes` holds fields of `Metadata` by name.

        An audience holds for every version, and for searches at once; everything else for the
        published (or newest) version. A new title is written into the passages, about 1 ms each.

        Raises:
            UnknownDocument
        """
        async with self._changing:
            await self._registry.entry(document)
            known = await self.document(document)
            shown = known.current or known.versions[-1].id
            audience = {name: value for name, value in changes.items() if name == "audience"}
            for version in known.versions:
                own = changes if version.id == shown else audience
                await self._registry.change_draft(version.id, partial(_edited, own))
            if audience:
                passages = {"document": [document], "shelf": [STAGED, LIVE, OLD]}
                await self._index.set(passages, audience)

            title = known.metadata.title
            new_title = str(changes.get("title", title))
            if new_title != title:
                shelf = LIVE if known.current else STAGED
                await self._staging.rename(shown, title, new_title, shelf=shelf)
            return await self.document(document)

    async def discard(self, document: str, version: str) -> None:
        """
        Delete a version that was never published; the document goes with its last one.

        Raises:
            UnknownDocument: there is no such version, or it was published once.
        """
        async with self._changing:
            entry = await self._registry.entry(document)
            draft = self._registry.drafts.get(version)
            if draft is None or draft.document != document:
                raise unknown()
            if version in dict(entry.published):
                raise UnknownDocument("not_staged", phrase("not_staged"))
            await self._registry.change_draft(version, _unfinished)
            await self._removal.forget(draft)

    async def remove(self, document: str) -> int:
        """
        Delete a document with all versions and files; return how many passages are left, which is
        0.
        """
        async with self._changing:
            await self._registry.entry(document)
            await self._registry.delete(document)
            return await self._removal.purge(document)

    async def originals(self) -> frozenset[str]:
        """Return the ids of all files the registry knows."""
        await self._registry.refresh(now=True)
        versions = [draft.version for draft in self._registry.drafts.values()]
        return frozenset(version.original for version in versions if version.original)

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
        current = {entry.current for entry in entries.values()}
        count = 0
        for version, group in groupby(passages, key=_version):
            parts = list(group)
            shelf = LIVE if version in current else OLD
            await self._staging.write(parts, shelf)
            count += len(parts)
        await self._registry.put_back(records)
        return count


def _edited(changes: Mapping[str, Any], draft: Draft | None) -> Draft | None:
    if draft is None:
        return None
    return replace(draft, metadata=replace(draft.metadata, **changes))


def _unfinished(draft: Draft | None) -> Draft | None:
    """Return a version as one whose writer is dead, for `tend` to clear where we are cut off."""
    if draft is None:
        return None
    return replace(draft, touched=0.0, version=replace(draft.version, state="received"))


def _version(passage: Passage) -> str:
    return passage.version
