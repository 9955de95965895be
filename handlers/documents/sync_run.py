"""
One run of a source: what it lists held against what is known, and each difference carried out.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from handlers.conversation import Message
from handlers.documents.change import Change
from handlers.documents.changes import LONG_WORK, NotChanged, Together
from handlers.documents.context import Context
from handlers.documents.sync_events import UNOPENED, Event, Notes, Wanted
from knowledge.documents.comparison import compare
from knowledge.documents.library import Library
from knowledge.errors import PartlyRead, UnknownDocument, UnreadableDocument
from knowledge.formats import format_of
from knowledge.reading.chunks import passages
from knowledge.reading.readers.limits import Limits
from knowledge.reading.reading import READER_VERSION, read
from knowledge.sources.plan import Held, Lost, Plan, doubtful, planned
from knowledge.sources.sentences import phrase
from knowledge.sources.source import Entry, Source, SourceUnavailable
from knowledge.text.sizes import megabytes
from knowledge.values import Document, Metadata, Phrase

OPENING = 20.0  # seconds in which a preview opens files; what is left it tells by the list


class Run:
    """
    The `held` of the notes is changed as the run goes on; `told` hears what becomes of each entry.
    """

    accepts_vanished = False

    def __init__(
        self,
        context: Context,
        library: Library,
        source: Source,
        wanted: Wanted,
        notes: Notes,
        told: Callable[[Event], None],
    ) -> None:
        self.held = notes.held
        self._audience_before = notes.wanted.audience if notes.wanted else ""
        self._places: dict[str, str] = {}  # of the entries that are listed
        self._labels: dict[str, str] = {}  # empty for those that are called by their id
        self.counts: Counter[str] = Counter()
        self.failures: list[tuple[str, str, str, str]] = []
        self._context = replace(context, patience=LONG_WORK)
        self._library = library
        self._source = source
        self._wanted = wanted
        self._told = told
        self._limits = context.limits or Limits()
        self._lost = Lost((), self.held)

    async def preview(self) -> Mapping[str, int]:
        """Tell what a run would do; nothing is changed."""
        plan = await self._planned()
        self._tell_known(plan)
        entries = (*plan.changed, *plan.fresh)  # so that a copy is that of what is here
        end = time.monotonic() + OPENING
        for number, entry in enumerate(entries, 1):
            if time.monotonic() < end:
                event = await self._looked_at(entry)
            else:
                event = self._listed(entry)
                await asyncio.sleep(0)  # others have their turn, and whoever stops it is heard
            self._tell(event, number, len(entries))
        self._tell_vanished(plan)
        return self.counts

    async def carry_out(self, together: Together) -> Mapping[str, int]:
        """Bring the shelf in step; return how many entries had which outcome."""
        plan = await self._planned()
        await self._address_readers(together.message)
        self._tell_known(plan)
        entries = (*plan.changed, *plan.fresh)  # so that a copy is that of what is here
        for number, entry in enumerate(entries, 1):
            event = await self._taken(together, entry)
            self._tell(event, number, len(entries))
        await self._withdraw(together.message, plan)
        return self.counts

    async def _planned(self) -> Plan:
        listed = [one async for one in self._source.entries()]
        for one in listed:
            if isinstance(one, Entry):
                self._places[one.id] = one.place
                self._labels[one.id] = one.label
        for id_, held in self.held.items():
            if held.code and not held.code.endswith(f":{READER_VERSION}"):
                self.held[id_] = replace(held, fingerprint="")  # refused by earlier readers
        documents = await self._library.documents()
        alive = frozenset(document.id for document in documents)
        plan = planned(listed, self.held, alive)
        self._lost = Lost(plan.vanished, self.held)
        return plan

    async def _address_readers(self, message: Message) -> None:
        """Give the documents of a source to others, where the source itself is for others now."""
        audience, before = self._wanted.audience, self._audience_before or "all"
        if not audience or audience == before:
            return
        for held in list(self.held.values()):
            if not held.document or held.copy:
                continue
            with suppress(UnknownDocument):
                known = await self._library.document(held.document)
                if known.metadata.audience == before:
                    await self._context.record(message, "document.details", known.id)
                    await self._library.edit(known.id, {"audience": audience})

    def _tell_known(self, plan: Plan) -> None:
        """Tell of what needs no look."""
        for trouble in plan.troubles:
            self._tell(_refused(trouble.id, trouble.code, trouble.reason))
        for id_ in plan.unchanged:
            self._tell(Event(id_, "unchanged", document=self.held[id_].document))
        for id_ in plan.kept_out:
            self._tell(Event(id_, "kept_out"))
        for id_, code in plan.again.items():
            held = self.held[id_]
            reason = self._context.texts.phrase("documents.sync_again", name=id_)
            if held.ja:
                reason = Phrase(held.ja, held.en)
            self._tell(_refused(id_, code, reason))

    def _tell(self, event: Event, number: int = 0, total: int = 0) -> None:
        self.counts[event.outcome] += 1
        label = self._labels.get(event.id, "")
        if event.reason is not None:
            named = label or event.id
            self.failures.append((named, event.code, event.reason.ja, event.reason.en))
        self._told(replace(event, number=number, total=total, label=label))

    def _listed(self, entry: Entry) -> Event:
        """Return what would become of one entry, by what the list says of it alone."""
        if refused := self._unfit(entry):
            return refused
        before = self.held.get(entry.id)
        if before is not None and before.document:
            return Event(entry.id, "changed", document=before.document, code=UNOPENED)
        if before is None and (moved := self._lost.with_fingerprint(entry.fingerprint)):
            return Event(entry.id, "moved", before=moved, code=UNOPENED)
        return Event(entry.id, "new", code=UNOPENED)

    async def _looked_at(self, entry: Entry) -> Event:
        """Return what would become of one entry."""
        if refused := self._unfit(entry):
            return refused
        try:
            content = await self._source.fetch(entry)
            known = await self._would_be_known(entry, hashlib.sha256(content).hexdigest())
            if known is not None:
                return known
            reading = await read(entry.name, content, limits=self._limits)
        except (SourceUnavailable, UnreadableDocument) as error:
            return _refused(entry.id, error.code, error.reason)
        before = self.held.get(entry.id)
        if before is None or not before.document:
            return Event(entry.id, "new")
        after = passages(reading, document="", version="", audience="", title=reading.title)
        try:
            document = await self._library.document(before.document)
        except UnknownDocument:  # an admin deleted it meanwhile; what is another one now comes back
            return Event(entry.id, "new")
        shown = document.current or document.versions[-1].id
        changes = compare(await self._library.passages(shown), after)
        return Event(entry.id, "changed", document=document.id, changes=changes)

    async def _would_be_known(self, entry: Entry, sha256: str) -> Event | None:
        """Return what would become of an entry whose bytes are known; None for new ones."""
        before = self.held.get(entry.id)
        if before and before.sha256 == sha256 and before.document and not before.gone:
            return Event(entry.id, "unchanged", document=before.document)
        if before is not None:
            return None
        if moved := self._lost.with_bytes(sha256):
            return Event(entry.id, "moved", before=moved)
        holding = await self._library.holding(sha256)
        return Event(entry.id, "copy", document=holding.id) if holding else None

    async def _taken(self, together: Together, entry: Entry) -> Event:
        """Take one entry in, and note what became of it."""
        before = self.held.get(entry.id)
        event = self._unfit(entry)
        sha256 = ""
        if event is None:
            try:
                content = await self._source.fetch(entry)
            except SourceUnavailable as error:  # it keeps what was noted, and is tried next time
                return _refused(entry.id, error.code, error.reason)
            sha256 = hashlib.sha256(content).hexdigest()
            try:
                event = await self._known_content(together, entry, sha256)
                if event is None:
                    event = await self._staged(together, entry, content)
            except UnknownDocument:  # an admin deleted it while this run is on
                return Event(entry.id, "kept_out")
        held = Held(entry.fingerprint, sha256, event.document, event.code)
        if event.outcome == "refused":
            standing = before.document if before and not before.gone else ""
            held = Held(entry.fingerprint, sha256, standing, f"{event.code}:{READER_VERSION}")
            if event.reason is not None:
                held = replace(held, ja=event.reason.ja, en=event.reason.en)
        elif event.outcome == "copy":
            held = Held(entry.fingerprint, sha256, event.document, copy=True)
        elif event.outcome == "held_back":
            held = Held(entry.fingerprint, sha256, event.document)
        self.held[entry.id] = held
        return event

    def _unfit(self, entry: Entry) -> Event | None:
        """Return why an entry is not even fetched."""
        if format_of(entry.name) is None:
            return _refused(
                entry.id, "source_unsupported", phrase("unsupported", name=entry.label or entry.id)
            )
        if entry.size > self._limits.file:
            size, limit = megabytes(entry.size), megabytes(self._limits.file)
            reason = phrase("too_large", name=entry.id, size=size, limit=limit)
            return _refused(entry.id, "source_too_large", reason)
        return None

    async def _known_content(self, together: Together, entry: Entry, sha256: str) -> Event | None:
        """
        Return what became of an entry whose bytes are on the shelf already; None for new bytes.
        """
        before = self.held.get(entry.id)
        if before and before.sha256 == sha256 and before.document and not before.gone:
            return await self._standing(together, entry, before)
        if before is None and (old := self._lost.with_bytes(sha256)):
            moved = self.held.pop(old)
            await self._library.edit(moved.document, {"source": entry.place, "url": entry.url})
            if moved.gone:
                await self._publish(together, moved.document, "")
            return Event(entry.id, "moved", document=moved.document, before=old)
        holding = await self._library.holding(sha256)
        own = before.document if before else ""
        if holding is None or holding.id == own or holding.metadata.source == entry.place:
            return None
        if before and before.document and not before.copy:  # what it said before is over
            await self._withdrawn(together.message, before.document)
        return Event(entry.id, "copy", document=holding.id)

    async def _standing(self, together: Together, entry: Entry, before: Held) -> Event:
        """
        Return what became of an entry that is on the shelf as it is; a run that was cut off may
        have left it unpublished.
        """
        waits = None
        known = await self._library.document(before.document)
        for version in known.versions:
            if version.sha256 == before.sha256 and version.state == "staged":
                if not self._wanted.publish:
                    break
                waits = await self._publish(together, known.id, version.id)
                if waits is None:
                    return Event(entry.id, "new", document=known.id)
        if waits is not None:
            return Event(entry.id, "held_back", document=known.id, code="held_back", reason=waits)
        return Event(entry.id, "unchanged", document=known.id)

    async def _staged(self, together: Together, entry: Entry, content: bytes) -> Event:
        """Read an entry, put it on the shelf, and publish it where that is wanted."""
        before = self.held.get(entry.id)
        document = before.document if before else ""
        metadata = Metadata(supersedes=document, url=entry.url, source=entry.place)
        if not document:  # what admins said of one that is there already holds
            metadata = replace(
                metadata,
                kind=self._wanted.kind,
                audience=self._wanted.audience,
                owner=together.message.person.id,
            )
        try:
            reading = await read(entry.name, content, limits=self._limits)
        except UnreadableDocument as error:
            return _refused(entry.id, error.code, error.reason)
        original = ""
        if await self._library.holding(reading.sha256) is None:
            original = await self._library.keep(content)
        staged, version, _ = await self._library.stage(
            reading, metadata, by=together.message.person.id, original=original
        )
        if not self._wanted.publish:
            return Event(entry.id, "held_back", document=staged.id)
        waits = await self._publish(together, staged.id, version.id)
        if waits is not None:
            return Event(entry.id, "held_back", document=staged.id, code="held_back", reason=waits)
        return Event(entry.id, "changed" if document else "new", document=staged.id)

    async def _publish(self, together: Together, document: str, version: str) -> Phrase | None:
        """Publish a version, the newest where none is named; return why it waits instead."""
        known = await self._library.document(document)
        version = version or known.versions[-1].id
        if known.current == version:
            return None
        if self._context.by_two:
            return self._context.texts.phrase("documents.sync_by_two", title=known.metadata.title)
        try:
            await together.make(Change("publish", document, version))
        except (NotChanged, PartlyRead) as error:
            return error.reason
        return None

    async def _withdraw(self, message: Message, plan: Plan) -> None:
        """Withdraw what has vanished, unless so much has that the source is at fault."""
        vanished = [id_ for id_ in plan.vanished if id_ not in self._lost.moved]
        if doubtful(vanished, self.held) and not self.accepts_vanished:
            self._doubt(len(vanished))
            return
        for id_ in vanished:
            held = self.held[id_]
            heir = self._heir(held)
            if not held.document or held.copy or heir:
                del self.held[id_]
            if heir:
                self.held[heir] = Held(self.held[heir].fingerprint, held.sha256, held.document)
                await self._library.edit(held.document, {"source": self._places[heir]})
                self._tell(Event(heir, "moved", document=held.document, before=id_))
                continue
            if not held.document or held.copy:
                continue
            if await self._withdrawn(message, held.document):
                self._tell(Event(id_, "vanished", document=held.document))
            self.held[id_] = Held(held.fingerprint, held.sha256, held.document, gone=True)

    def _heir(self, held: Held) -> str:
        """Return the entry that has the same bytes as one that has vanished, empty for none."""
        if held.copy:
            return ""
        for other, one in self.held.items():
            if one.copy and one.document == held.document and other in self._places:
                return other
        return ""

    async def _withdrawn(self, message: Message, document: str) -> bool:
        """Withdraw a document; False when it was withdrawn or deleted before."""
        try:
            known: Document = await self._library.document(document)
            if not known.current:
                return False
            name = known.metadata.title
            await self._context.record(
                message, "document.withdraw", document, known.current, name=name
            )
            await self._library.withdraw(document)
        except UnknownDocument:
            return False
        return True

    def _tell_vanished(self, plan: Plan) -> None:
        vanished = [id_ for id_ in plan.vanished if id_ not in self._lost.moved]
        if doubtful(vanished, self.held) and not self.accepts_vanished:
            self._doubt(len(vanished))
            return
        for id_ in vanished:
            if self.held[id_].document and not self.held[id_].copy:
                self._tell(Event(id_, "vanished", document=self.held[id_].document))

    def _doubt(self, count: int) -> None:
        reason = self._context.texts.phrase("documents.sync_doubtful", n=count)
        self._tell(Event("", "doubtful", code="doubtful", reason=reason))


def _refused(id_: str, code: str, reason: Phrase) -> Event:
    return Event(id_, "refused", code=code, reason=reason)
