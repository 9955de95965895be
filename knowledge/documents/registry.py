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
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from knowledge.documents.sketch import Sketch
from knowledge.errors import LibraryUnavailable, UnknownDocument
from knowledge.index.protocol import Index, Payload, Point
from knowledge.sentences import phrase
from knowledge.stored import stored
from knowledge.values import (
    Document,
    DocumentState,
    Flag,
    Mark,
    Metadata,
    Place,
    Receipt,
    Version,
)

T = TypeVar("T")
RECORD = "record"  # the shelf of records
FORMAT = 2  # of a record; one without a number is of format 1, which numbered no versions
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
    writer last showed life; `sketch` is that of its text, empty in old records; `tried` are the
    readers that tried the file anew without reading it better, 0 for none.
    """

    document: str
    version: Version
    metadata: Metadata = field(default_factory=Metadata)
    touched: float = 0.0
    sketch: Sketch = ()
    tried: int = 0

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
        self._grouped: object = None  # the drafts that are grouped below
        self._by_document: dict[str, list[Draft]] = {}

    async def refresh(self, *, now: bool = False) -> None:
        """Read the records again when they may be stale."""
        clock = time.monotonic()
        if not now and (not self._index.shared or clock - self._read_at < FRESH):
            return
        rows = await self._index.scroll({"shelf": [RECORD]})
        entries, drafts = parse(rows)
        if entries != self.entries:  # searches notice a moved pointer by the identity of this
            self.entries = entries
        self.drafts = drafts
        self._revisions = {_key(row): row.get("revision", "") for row in rows}
        self._read_at = clock

    async def entry(self, document: str) -> Entry:
        """
        Return a document's record as it is now.

        Raises:
            UnknownDocument: there is none, or it is being deleted.
        """
        await self.refresh(now=self._index.shared)
        entry = self.entries.get(document)
        if entry is None or entry.deleted:
            raise unknown()
        return entry

    async def known(self, document: str) -> Document:
        """
        Return a document as people see it.

        Raises:
            UnknownDocument: there is none.
        """
        await self.refresh()
        known = self.document(document)
        if known is None:
            raise unknown()
        return known

    async def documents(self, *, readers: frozenset[str] | None) -> list[Document]:
        """Return the documents by title, as `DocumentStore.documents` does."""
        await self.refresh()
        documents = []
        for id_ in self.entries:
            document = self.document(id_)
            if document is None:
                continue
            if readers is None:
                documents.append(document)
            elif document.current and document.metadata.audience in readers:
                documents.append(_published(document))
        return sorted(documents, key=_title)

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
            record = {"document": draft.document, "version": version, "draft": asdict(draft)}
            if await self._swap(version, record):
                self.drafts = {**self.drafts, version: draft}
                return draft
            await self.refresh(now=True)
        raise LibraryUnavailable("contended", phrase("contended"))

    async def delete(self, document: str) -> None:
        """Say that a document goes: nothing of it is found from now on."""
        await self.change_entry(document, _deleted)

    async def forget(self, document: str) -> None:
        """Delete every record of a document."""
        await self._index.delete({"shelf": [RECORD], "document": [document]})
        gone = {document, *(draft.version.id for draft in self.drafts_of(document))}
        self.entries = _without(self.entries, gone)
        self.drafts = _without(self.drafts, gone)
        self._revisions = _without(self._revisions, gone)

    async def forget_version(self, version: str) -> None:
        """Delete a version's record."""
        await self._index.delete({"shelf": [RECORD], "version": [version]})
        self.drafts = _without(self.drafts, {version})
        self._revisions.pop(version, None)

    def drafts_of(self, document: str) -> list[Draft]:
        """Return the records of all versions of a document, whole or not, in no order."""
        if self._grouped is not self.drafts:
            by_document: dict[str, list[Draft]] = {}
            for draft in self.drafts.values():
                by_document.setdefault(draft.document, []).append(draft)
            self._grouped, self._by_document = self.drafts, by_document
        return list(self._by_document.get(document, ()))

    def current(self, document: str) -> str:
        """Return the published version, or empty."""
        entry = self.entries.get(document)
        if entry is None or entry.deleted:
            return ""
        return entry.current

    def audience(self, document: str) -> str:
        """Return who may see the published version; empty when there is none."""
        draft = self.drafts.get(self.current(document))
        return draft.metadata.audience if draft else ""

    def versions(self, document: str) -> list[Draft]:
        """
        Return the whole versions of a document, oldest first; what has no number is none of its.
        """
        entry = self.entries.get(document, Entry(document))
        numbers = {version: number for number, version in enumerate(entry.numbered, 1)}
        versions = []
        for draft in self.drafts_of(document):
            number = numbers.get(draft.version.id, 0)
            if draft.whole and number:
                versions.append(replace(draft, version=replace(draft.version, number=number)))
        return sorted(versions, key=_number)

    def document(self, name: str) -> Document | None:
        """Return the document as people see it; None when it has no whole version."""
        entry, drafts = self.entries.get(name), self.versions(name)
        if entry is None or entry.deleted or not drafts:
            return None
        published = dict(entry.published)
        shown = drafts[-1]
        versions = []
        for draft in drafts:
            id_ = draft.version.id
            state, since = _state(id_, entry), published.get(id_, "")
            versions.append(replace(draft.version, state=state, published=since))
            if id_ == entry.current:
                shown = draft
        return Document(name, shown.metadata, tuple(versions), entry.current)

    def rows(self) -> list[Payload]:
        """Return every record as plain data, as `parse` takes it."""
        rows: list[Payload] = []
        for document, entry in self.entries.items():
            rows.append({"document": document, "entry": asdict(entry), "format": FORMAT})
        for version, draft in self.drafts.items():
            named = {"document": draft.document, "version": version, "format": FORMAT}
            rows.append(named | {"draft": asdict(draft)})
        return rows

    async def put_back(self, rows: Sequence[Payload]) -> None:
        """Write records as they once were, documents last: with those they are found."""
        entries, drafts = parse(rows)
        for version, draft in drafts.items():
            await self.change_draft(version, partial(_instead, draft))
        for document, entry in entries.items():
            await self.change_entry(document, partial(_instead, entry))

    async def _swap(self, key: str, payload: Payload) -> bool:
        revision = uuid.uuid4().hex
        stamp = {"shelf": RECORD, "revision": revision, "format": FORMAT}
        record = Point(identify(RECORD, key), stamp | payload)
        if not await self._index.swap(record, self._revisions.get(key, "")):
            return False
        self._revisions[key] = revision
        return True


def parse(rows: Sequence[Payload]) -> tuple[dict[str, Entry], dict[str, Draft]]:
    """
    Return the documents' and the versions' records by id, whichever release wrote them.

    Raises:
        LibraryUnavailable: a later release wrote one in a way that is not known here.
    """
    entries: dict[str, Entry] = {}
    drafts: dict[str, Draft] = {}
    for row in rows:
        if row.get("format", 1) > FORMAT:
            raise LibraryUnavailable("newer_record", phrase("newer_record"))
        if "entry" in row:
            entries[row["document"]] = _entry(row["entry"])
        if "draft" in row:
            drafts[row["version"]] = _draft(row["draft"])
    for id_, entry in entries.items():
        if not entry.numbered:
            entries[id_] = replace(entry, numbered=_numbered(id_, drafts))
    return entries, drafts


def _numbered(document: str, drafts: Mapping[str, Draft]) -> tuple[str, ...]:
    """Return a document's versions in the order of the numbers they had in format 1."""
    own = [draft for draft in drafts.values() if draft.document == document and draft.whole]
    return tuple(draft.version.id for draft in sorted(own, key=_number))


def unknown() -> UnknownDocument:
    """Return the error of a document that is not there, or not for who asks."""
    return UnknownDocument("unknown_document", phrase("unknown"))


def _key(row: Payload) -> str:
    return str(row.get("version") or row["document"])


def _without(records: Mapping[str, T], gone: Collection[str]) -> dict[str, T]:
    return {id_: record for id_, record in records.items() if id_ not in gone}


def _number(draft: Draft) -> int:
    return draft.version.number


def _title(document: Document) -> tuple[str, str]:
    return document.metadata.title, document.id


def _published(document: Document) -> Document:
    """Return a document as its readers know it: by the published version alone."""
    versions = tuple(v for v in document.versions if v.id == document.current)
    return replace(document, versions=versions)


def _deleted(entry: Entry) -> Entry:
    return replace(entry, current="", deleted=True)


def _state(version: str, entry: Entry) -> DocumentState:
    if version == entry.current:
        return "published"
    if version not in dict(entry.published):
        return "staged"
    last = entry.history[-1:] == (version,)
    return "withdrawn" if last and not entry.current else "replaced"


def _instead(new: T, _: object) -> T:
    return new


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        row["id"],
        row["current"],
        tuple(row["history"]),
        tuple((version, when) for version, when in row["published"]),
        tuple(row.get("numbered", ())),
        tuple((version, since) for version, since in row.get("publishing", ())),
        row["deleted"],
    )


def _receipt(row: dict[str, Any] | None) -> Receipt | None:
    if row is None:
        return None
    place = stored(Place, row["place"]) if row["place"] else None
    return stored(Receipt, {**row, "place": place})


def _draft(row: dict[str, Any]) -> Draft:
    version = {
        **row["version"],
        "flags": tuple(stored(Flag, flag) for flag in row["version"]["flags"]),
        "receipt": _receipt(row["version"].get("receipt")),
    }
    marks = tuple(stored(Mark, mark) for mark in row["metadata"].get("marks", ()))
    metadata = stored(Metadata, {**row["metadata"], "marks": marks})
    touched = row.get("touched", 0.0)
    sketch = tuple(row.get("sketch", ()))
    tried = row.get("tried", 0)
    return Draft(row["document"], stored(Version, version), metadata, touched, sketch, tried)
