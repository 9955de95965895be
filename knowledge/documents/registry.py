"""
What the library knows about its documents: one record per document, holding the pointer, and one
per version.

A record is changed by compare-and-set, so that two processes never overwrite each other's change;
the write of a document's record is the flip of publishing. A version's record is "received" while
its passages are being written and "staged" after them; `touched` is the writer's sign of life.
"deleted" on a document means its passages are going. A shared index is read again at most once a
second.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from knowledge.errors import LibraryUnavailable
from knowledge.index.protocol import Index, Payload, Point
from knowledge.sentences import phrase
from knowledge.values import Document, Flag, Mark, Metadata, Place, Receipt, Version

T = TypeVar("T")
RECORD = "record"  # the shelf of records
FRESH = 1.0  # seconds a shared registry may be believed
TRIES = 20  # compare-and-set rounds before a change gives up
NAMESPACE = uuid.UUID("5c0f1f6e-6a1d-5d5b-9a61-0d6f3b2a7c41")


def identify(*parts: str) -> str:
    """Return the UUID that these words always give."""
    return str(uuid.uuid5(NAMESPACE, "\x00".join(parts)))


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A document's record: the pointer, the versions once published (oldest first) and when each was.

    `numbered` holds every version in the order of its number; `publishing` those about to be
    published, with since when (UNIX).
    """

    id: str
    current: str = ""
    history: tuple[str, ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    numbered: tuple[str, ...] = ()
    publishing: tuple[tuple[str, float], ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A version's record, with what is said about the document. `touched` is the time (UNIX) its
    writer last showed life.
    """

    document: str
    version: Version
    metadata: Metadata = field(default_factory=Metadata)
    touched: float = 0.0

    @property
    def whole(self) -> bool:
        return self.version.state != "received"


class Registry:
    """The records of one index, held in memory and written through."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._read_at = -FRESH
        self._revisions: dict[str, str] = {}
        self.entries: dict[str, Entry] = {}
        self.drafts: dict[str, Draft] = {}

    async def refresh(self, *, now: bool = False) -> None:
        """Read the records again when they may be stale."""
        clock = time.monotonic()
        if not now and (not self._index.shared or clock - self._read_at < FRESH):
            return
        payloads = await self._index.scroll({"shelf": [RECORD]})
        entries, drafts = parse(payloads)
        if entries != self.entries:  # searches notice a moved pointer by the identity of this
            self.entries = entries
        self.drafts = drafts
        self._revisions = {
            p.get("version") or p["document"]: p.get("revision", "") for p in payloads
        }
        self._read_at = clock

    async def change_entry(
        self, document: str, change: Callable[[Entry], Entry | None]
    ) -> Entry | None:
        """
        Write what `change` makes of a document's record, made fresh where there is none; None,
        unwritten, when it says None.

        `change` may be asked again with a newer record.

        Raises:
            LibraryUnavailable: others were faster every time.
        """
        for _ in range(TRIES):
            entry = change(self.entries.get(document, Entry(document)))
            if entry is None or entry == self.entries.get(document):
                return entry
            if await self._swap(document, {"document": document, "entry": asdict(entry)}):
                self.entries = {**self.entries, document: entry}
                return entry
            await self.refresh(now=True)
        raise LibraryUnavailable("contended", phrase("contended"))

    async def change_draft(
        self, version: str, change: Callable[[Draft | None], Draft | None]
    ) -> Draft | None:
        """
        Write what `change` makes of a version's record, as `change_entry` does for a document's.
        """
        for _ in range(TRIES):
            draft = change(self.drafts.get(version))
            if draft is None or draft == self.drafts.get(version):
                return draft
            if await self._swap(
                version, {"document": draft.document, "version": version, "draft": asdict(draft)}
            ):
                self.drafts = {**self.drafts, version: draft}
                return draft
            await self.refresh(now=True)
        raise LibraryUnavailable("contended", phrase("contended"))

    async def forget(self, document: str) -> None:
        """Delete every record of a document."""
        await self._index.delete({"shelf": [RECORD], "document": [document]})
        gone = {document} | {k for k, d in self.drafts.items() if d.document == document}
        self.entries = {k: e for k, e in self.entries.items() if k != document}
        self.drafts = {k: d for k, d in self.drafts.items() if d.document != document}
        self._revisions = {k: r for k, r in self._revisions.items() if k not in gone}

    async def forget_version(self, version: str) -> None:
        await self._index.delete({"shelf": [RECORD], "version": [version]})
        self.drafts = {k: d for k, d in self.drafts.items() if k != version}
        self._revisions.pop(version, None)

    def current(self, document: str) -> str:
        """Return the published version, or empty."""
        entry = self.entries.get(document)
        return entry.current if entry and not entry.deleted else ""

    def audience(self, document: str) -> str:
        """Return who may see the published version; empty when there is none."""
        draft = self.drafts.get(self.current(document))
        return draft.metadata.audience if draft else ""

    def versions(self, document: str) -> list[Draft]:
        """Return the whole versions of a document, oldest first."""
        entry = self.entries.get(document, Entry(document))
        numbers = {version: number for number, version in enumerate(entry.numbered, 1)}
        found = [
            replace(d, version=replace(d.version, number=numbers.get(d.version.id, 0)))
            for d in self.drafts.values()
            if d.document == document and d.whole
        ]
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
                state=_state(d.version.id, entry),
                published=published.get(d.version.id, ""),
            )
            for d in drafts
        )
        shown = next((d for d in drafts if d.version.id == entry.current), drafts[-1])
        return Document(name, shown.metadata, versions, entry.current)

    def rows(self) -> list[Payload]:
        """Return every record as plain data, as `parse` takes it."""
        documents: list[Payload] = [
            {"document": k, "entry": asdict(e)} for k, e in self.entries.items()
        ]
        return documents + [
            {"document": d.document, "version": k, "draft": asdict(d)}
            for k, d in self.drafts.items()
        ]

    async def put_back(self, rows: Sequence[Payload]) -> None:
        """Write records as they once were, documents last: with those they are found."""
        entries, drafts = parse(rows)
        for version, draft in drafts.items():
            await self.change_draft(version, partial(_instead, draft))
        for document, entry in entries.items():
            await self.change_entry(document, partial(_instead, entry))

    async def _swap(self, key: str, payload: Payload) -> bool:
        revision = uuid.uuid4().hex
        record = Point(identify(RECORD, key), {"shelf": RECORD, "revision": revision, **payload})
        if not await self._index.swap(record, self._revisions.get(key, "")):
            return False
        self._revisions[key] = revision
        return True


def parse(rows: Sequence[Payload]) -> tuple[dict[str, Entry], dict[str, Draft]]:
    """Return the documents' and the versions' records by id."""
    entries = {row["document"]: _entry(row["entry"]) for row in rows if "entry" in row}
    return entries, {row["version"]: _draft(row["draft"]) for row in rows if "draft" in row}


def _state(version: str, entry: Entry) -> Any:
    if version == entry.current:
        return "published"
    if version not in dict(entry.published):
        return "staged"
    return "replaced" if entry.current or entry.history[-1:] != (version,) else "withdrawn"


def _instead(new: T, _: object) -> T:
    return new


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        row["id"],
        row["current"],
        tuple(row["history"]),
        tuple((v, when) for v, when in row["published"]),
        tuple(row["numbered"]),
        tuple((v, since) for v, since in row["publishing"]),
        row["deleted"],
    )


def _receipt(row: dict[str, Any] | None) -> Receipt | None:
    if row is None:
        return None
    place = Place(**row["place"]) if row["place"] else None
    return Receipt(**{**row, "place": place})


def _draft(row: dict[str, Any]) -> Draft:
    said = row["version"]
    version = {
        **said,
        "flags": tuple(Flag(**f) for f in said["flags"]),
        "receipt": _receipt(said.get("receipt")),
    }
    metadata = {**row["metadata"], "marks": tuple(Mark(**m) for m in row["metadata"]["marks"])}
    return Draft(row["document"], Version(**version), Metadata(**metadata), row["touched"])
