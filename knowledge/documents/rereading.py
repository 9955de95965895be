"""
Reading anew what earlier readers read, from the originals that were kept.

A file is read beside its version, which is found until the new reading takes its place: the same
number, published or not as before, with all that admins said of it. What is read worse than before
stays as it was, and is not tried again by the same readers.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Literal

from knowledge.documents.originals import Originals
from knowledge.documents.publishing import Publishing
from knowledge.documents.registry import Draft, Registry
from knowledge.documents.removal import Removal
from knowledge.documents.staging import Staging, version_id
from knowledge.errors import LibraryUnavailable, UnreadableDocument
from knowledge.reading.reading import READER_VERSION, Limits, Reading, read

Outcome = Literal["read", "kept", "later"]  # anew; as it was; tried again at the next start
Told = Callable[[str, Outcome, int, int], None]  # title, what became of it, its number, of how many


class Rereading:
    """The versions of one registry, and where their files are kept."""

    def __init__(
        self,
        registry: Registry,
        staging: Staging,
        publishing: Publishing,
        removal: Removal,
        originals: Originals | None,
    ) -> None:
        self._registry = registry
        self._staging = staging
        self._publishing = publishing
        self._removal = removal
        self._originals = originals

    async def run(self, limits: Limits, told: Told | None = None) -> Mapping[str, int]:
        """
        Read what earlier readers read, published versions first; return how many had which outcome.

        One after the other, each in the time its reading takes. May be cut off anywhere, and run by
        several processes at once.

        Raises:
            LibraryUnavailable: the index does not answer.
        """
        await self._registry.refresh(now=True)
        due = self._due()
        counts: Counter[str] = Counter()
        for number, draft in enumerate(due, 1):
            outcome: Outcome = "later"
            if self._is_due(draft):  # else another process was here meanwhile
                outcome = await self._reread(draft, limits)
            counts[outcome] += 1
            if told is not None:
                told(draft.metadata.title, outcome, number, len(due))
        return counts

    def _due(self) -> list[Draft]:
        """Return the versions of earlier readers; several processes begin at different ones."""
        if self._originals is None:
            return []
        due = []
        for document in self._registry.entries:
            for draft in self._registry.versions(document):
                recorded = self._registry.drafts[draft.version.id]
                if self._is_due(recorded):
                    due.append(recorded)
        random.shuffle(due)
        return sorted(due, key=self._is_unpublished)

    def _is_due(self, draft: Draft) -> bool:
        version = draft.version
        if not version.original or draft.tried == READER_VERSION:
            return False
        return version_id(version.sha256) not in self._registry.drafts

    def _is_unpublished(self, draft: Draft) -> bool:
        return self._registry.current(draft.document) != draft.version.id

    async def _reread(self, draft: Draft, limits: Limits) -> Outcome:
        if self._originals is None:
            return "later"
        try:
            content = await self._originals.get(draft.version.original)
            reading = await read(draft.version.name, content, limits=limits)
        except LibraryUnavailable:
            return "later"
        except UnreadableDocument:
            reading = None
        if reading is None or _is_worse(reading, draft):
            await self._registry.change_draft(draft.version.id, partial(_tried, draft))
            return "kept"
        return await self._exchanged(draft, reading)

    async def _exchanged(self, draft: Draft, reading: Reading) -> Outcome:
        fresh = await self._staging.beside(draft, reading)
        if fresh is None:
            return "later"
        if await self._publishing.exchange(draft, fresh):
            await self._removal.leave_beside(draft)
            return "read"
        await self._removal.leave_beside(fresh)
        return "later"


def _is_worse(reading: Reading, draft: Draft) -> bool:
    """Tell whether less of the file was read than before."""
    now, before = reading.receipt, draft.version.receipt
    return now is not None and before is not None and now.percent < before.percent


def _tried(seen: Draft, draft: Draft | None) -> Draft | None:
    if draft is None or draft.version != seen.version:
        return None
    return replace(draft, tried=READER_VERSION, touched=time.time())
