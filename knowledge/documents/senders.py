"""Who sent which document, and how a sender is forgotten while the documents stay."""

from dataclasses import replace
from functools import partial
from typing import Any

from knowledge.documents.registry import Draft, Registry
from knowledge.index.protocol import Index


class Senders:
    """The people in the records of one library, which lie in its index."""

    def __init__(self, index: Index, registry: Registry) -> None:
        self._index = index
        self._registry = registry

    async def sent_by(self, person: str) -> list[dict[str, Any]]:
        """Return the versions a person added or owns: their document, title, file and time."""
        await self._registry.refresh(now=True)
        rows = []
        for draft in self._registry.drafts.values():
            if person in (draft.version.added_by, draft.metadata.owner):
                version = draft.version
                title = draft.metadata.title
                row = {"document": draft.document, "title": title, "file": version.name}
                rows.append(row | {"added": version.added})
        return rows

    async def forget_sender(self, person: str, instead: str) -> int:
        """
        Write `instead` where a person stands; return in how many versions.

        Raises:
            LibraryUnavailable: the index did not answer; it may be asked again.
        """
        await self._registry.refresh(now=True)
        await self._index.note_remains()
        count = 0
        for id_, draft in list(self._registry.drafts.items()):
            if person in (draft.version.added_by, draft.metadata.owner):
                await self._registry.change_draft(id_, partial(_renamed, person, instead))
                count += 1
        return count


def _renamed(person: str, instead: str, draft: Draft | None) -> Draft | None:
    if draft is None:
        return None
    version, metadata = draft.version, draft.metadata
    if version.added_by == person:
        version = replace(version, added_by=instead)
    if metadata.owner == person:
        metadata = replace(metadata, owner=instead)
    return replace(draft, version=version, metadata=metadata)
