"""
What the library knows about its documents: one record per document, holding the pointer, and one per version.

Writing a document's record is one atomic write, so that publishing is one flip. A version's record is written twice: as
"received" before its passages and as "staged" after them; whatever stays "received" is a leftover. "deleted" on a document
means its passages are going. A shared index is read again at most once a second.
"""

import time
import uuid
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from knowledge.index import Index, Point
from knowledge.values import Document, Flag, Metadata, Version

RECORD = "record"  # the shelf of records
FRESH = 1.0  # seconds a shared registry may be believed
NAMESPACE = uuid.UUID("5c0f1f6e-6a1d-5d5b-9a61-0d6f3b2a7c41")


def identify(*parts: str) -> str:
    """Return the UUID that these words always give."""
    return str(uuid.uuid5(NAMESPACE, "\x00".join(parts)))


@dataclass(frozen=True, slots=True)
class Entry:
    """A document's record: the pointer, the versions once published (oldest first) and when each was."""

    id: str
    current: str = ""
    history: tuple[str, ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A version's record, with what the admin said about the document when it was added."""

    document: str
    version: Version
    metadata: Metadata = field(default_factory=Metadata)


class Registry:
    """The records of one index, held in memory and written through."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._read_at = -FRESH
        self.entries: dict[str, Entry] = {}
        self.drafts: dict[str, Draft] = {}

    async def refresh(self, *, now: bool = False) -> None:
        """Read the records again when they may be stale."""
        clock = time.monotonic()
        if not now and (not self._index.shared or clock - self._read_at < FRESH):
            return
        payloads = await self._index.scroll({"shelf": [RECORD]})
        self.entries = {p["document"]: _entry(p["entry"]) for p in payloads if "entry" in p}
        self.drafts = {p["version"]: _draft(p["draft"]) for p in payloads if "draft" in p}
        self._read_at = clock

    async def save_entry(self, entry: Entry) -> None:
        """Write a document's record: this is the flip."""
        payload = {"shelf": RECORD, "document": entry.id, "entry": asdict(entry)}
        await self._index.write([Point(identify(RECORD, entry.id), payload)])
        self.entries = {**self.entries, entry.id: entry}

    async def save_draft(self, draft: Draft) -> None:
        payload = {"shelf": RECORD, "document": draft.document, "version": draft.version.id, "draft": asdict(draft)}
        await self._index.write([Point(identify(RECORD, draft.document, draft.version.id), payload)])
        self.drafts = {**self.drafts, draft.version.id: draft}

    async def forget(self, document: str) -> None:
        """Delete every record of a document."""
        await self._index.delete({"shelf": [RECORD], "document": [document]})
        self.entries = {k: e for k, e in self.entries.items() if k != document}
        self.drafts = {k: d for k, d in self.drafts.items() if d.document != document}

    async def forget_version(self, draft: Draft) -> None:
        await self._index.delete({"shelf": [RECORD], "version": [draft.version.id]})
        self.drafts = {k: d for k, d in self.drafts.items() if k != draft.version.id}

    def current(self, document: str) -> str:
        """Return the published version, or empty."""
        entry = self.entries.get(document)
        return entry.current if entry and not entry.deleted else ""

    def versions(self, document: str) -> list[Draft]:
        """Return the whole versions of a document, oldest first."""
        found = [d for d in self.drafts.values() if d.document == document and d.version.state != "received"]
        return sorted(found, key=lambda d: d.version.number)

    def document(self, name: str) -> Document | None:
        """Return the document as people see it; None when it has no whole version."""
        entry, drafts = self.entries.get(name), self.versions(name)
        if entry is None or entry.deleted or not drafts:
            return None
        published = dict(entry.published)
        versions = tuple(
            replace(
                d.version,
                state="published" if d.version.id == entry.current else "withdrawn" if d.version.id in published else "staged",
                published=published.get(d.version.id, ""),
            )
            for d in drafts
        )
        shown = next((d for d in drafts if d.version.id == entry.current), drafts[-1])
        return Document(name, shown.metadata, versions, entry.current)


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        row["id"], row["current"], tuple(row["history"]), tuple((v, when) for v, when in row["published"]), row["deleted"]
    )


def _draft(row: dict[str, Any]) -> Draft:
    version = {**row["version"], "flags": tuple(Flag(**f) for f in row["version"]["flags"])}
    return Draft(row["document"], Version(**version), Metadata(**row["metadata"]))
