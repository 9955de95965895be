"""
How documents and versions leave: passages first, then files, then the record, so that whatever is
cut off on the way can be finished by whoever comes next. Before all that the index is told to keep
no bytes of it (`Upkeep.compacted`).
"""

from collections.abc import Sequence

from knowledge.documents.originals import Originals
from knowledge.documents.registry import Draft, Registry
from knowledge.documents.staging import DERIVED, LIVE, OLD, STAGED, all_of
from knowledge.index.protocol import Index


class Removal:
    """Deletes from one index and its registry, and the files that `originals` keeps of it."""

    def __init__(self, index: Index, registry: Registry, originals: Originals | None) -> None:
        self._index = index
        self._registry = registry
        self._originals = originals

    async def purge(self, document: str) -> int:
        """Delete a document with all versions and files; return how many passages are left."""
        passages = {"document": [document], "shelf": [STAGED, LIVE, OLD]}
        everything = {"document": [document], "shelf": [STAGED, LIVE, OLD, *DERIVED]}
        await self._index.note_remains()
        await self._index.delete(everything)
        left = await self._index.count(passages)
        if not left:
            await self._delete_files(self._registry.drafts_of(document))
            await self._registry.forget(document)
        return left

    async def purge_deleted(self) -> None:
        """Finish every deletion that was cut off."""
        for entry in list(self._registry.entries.values()):
            if entry.deleted:
                await self.purge(entry.id)

    async def forget(self, draft: Draft) -> None:
        """
        Delete a version: passages, record, and the file when it was whole once; its document when
        it was the only one.
        """
        await self._index.note_remains()
        await self._index.delete(all_of(draft.version.id))
        if draft.version.passages:
            # the file of one that never was belongs to the job that will try again
            await self._delete_files([draft])
        await self._registry.forget_version(draft.version.id)
        if draft.document in self._registry.entries:
            await self._forget_empty(draft.document)

    async def leave(self, before: Draft, original: str) -> None:
        """
        Clear up where a version was that has moved to another document: the file kept of it unless
        that is still `original`, and a document left empty.
        """
        if before.version.original != original:
            await self._delete_files([before])
        await self._forget_empty(before.document)

    async def leave_beside(self, draft: Draft) -> None:
        """Delete a version in whose place another one of the same file stands; the file stays."""
        await self._index.delete(all_of(draft.version.id))
        await self._registry.forget_version(draft.version.id)

    async def _forget_empty(self, document: str) -> None:
        if not self._registry.drafts_of(document):
            await self._registry.forget(document)

    async def _delete_files(self, drafts: Sequence[Draft]) -> None:
        if self._originals is None:
            return
        for draft in drafts:
            if draft.version.original:
                await self._originals.delete(draft.version.original)
