"""
What changes a document: publish, discard, withdraw, roll back, remove, give to other readers.

Every button carries the document and the version it was drawn for. Pressed twice, late, or after
somebody else was faster, it changes nothing and says how things stand. Whichever way a document is
published, whoever asked for what it answers hears of it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from handlers.actions.documents import ChangeDocument
from handlers.conversation import Buttons, Message, Paragraph, Reply
from handlers.documents.change import (
    DELETING,
    PUBLISHING,
    VERBS,
    Change,
    Outcome,
    Step,
    carried_out,
)
from handlers.documents.context import Context
from handlers.documents.erasure import Erasure
from handlers.documents.listing import DocumentList
from handlers.documents.met import Met
from handlers.documents.names import display
from handlers.people import SHARED
from handlers.sessions import SessionsUnavailable
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError, PartlyRead, UnknownDocument
from knowledge.values import Document, Version

LONG_WORK = 60.0  # seconds for which work on many documents waits for a store that fails
DETAILS = "document.details"  # what the audit trail calls a change of what is said of a document


class NotChanged(KnowledgeError):
    """Nothing was done, because of how things stand now; the code is that of the sentence."""


class Changes:
    """
    `met` says which open questions a document answers once it is published; `erasure` forgets what
    was made of one that is deleted.
    """

    def __init__(self, context: Context, list_: DocumentList, met: Met) -> None:
        self.erasure = Erasure(context)
        self._context = context
        self._list = list_
        self._met = met

    async def press(self, message: Message, action: ChangeDocument) -> AsyncIterator[Reply]:
        """
        Do what the button says, if it still can be done and this person may; then show how things
        stand.
        """
        if refused := await self._context.refused(message, action.name, action.document):
            yield refused
            return
        try:
            library = await self._context.library()
            yield await self._done(message, library, action)
        except (NotChanged, PartlyRead) as why:
            document = await library.document(action.document)
            yield self._list.page(message, document, why.reason.to(message.person.language))
        except KnowledgeError as error:
            yield self._context.failure(message, error)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)

    async def _done(self, message: Message, library: Library, action: ChangeDocument) -> Reply:
        """Make the change and return how things stand after it."""
        context, verb = self._context, VERBS[type(action)]
        before = await library.document(action.document)
        change = Change(verb, action.document, action.version)
        outcome = await self.change(message, change)
        drawn = before.version(action.version)
        number = drawn.number if drawn else 0
        title = display(before.metadata.title)
        if verb in DELETING:
            text = context.say(
                f"{verb}_done", message, title=title, number=number, hits=outcome.left
            )
            text += "\n" + await self.erasure.told(message)
            back = Buttons((context.back(message),))
            return Reply(text, (Paragraph(text, "note"), back), private=True, panel=True)
        after = await library.document(action.document)
        if after.published:
            number = after.published.number
        note = context.say(f"{verb}_done", message, title=title, number=number, hits=outcome.left)
        return self._list.page(message, after, note + self.answered(message, outcome.met))

    def answered(self, message: Message, questions: Sequence[str]) -> str:
        """Return which open questions are answered now, one a line; empty for none."""
        if not questions:
            return ""
        lines = "".join([f"\n- {question}" for question in questions])
        return f"\n{self._context.say('met', message, n=len(questions))}{lines}"

    async def change(self, message: Message, change: Change) -> Outcome:
        """
        Make one change, written into the audit trail first; whoever asked for what it answers is
        told. The caller has asked whether this person may.

        Raises:
            NotChanged: things stand differently by now, or this takes two people.
            UnknownDocument, LibraryUnavailable
            SessionsUnavailable: the trail cannot be written, so nothing was done.
        """
        async with self.together(message) as together:
            left = await together.make(change)
        return Outcome(left, together.met)

    async def several(self, message: Message, changes: Sequence[Change]) -> AsyncIterator[Step]:
        """
        Make several changes, each for itself: what can no longer be done is said, and stops no
        other. The caller has asked whether this person may.

        Raises:
            LibraryUnavailable
            SessionsUnavailable: the trail cannot be written; what was done before stays.
        """
        step: Step | None = None
        async with self.together(message) as together:
            for number, change in enumerate(changes, 1):
                if step is not None:
                    yield step
                step = await self._step(together, change)
                step = replace(step, number=number, total=len(changes))
        if step is not None:
            yield replace(step, met=together.met)

    async def _step(self, together: "Together", change: Change) -> Step:
        """Make one of several changes; return what became of it."""
        library = await self._context.library()
        document: Document | None = None
        version: Version | None = None
        try:
            document = await library.document(change.document)
            version = document.version(change.version)
            left = await together.make(change)
        except (NotChanged, PartlyRead, UnknownDocument) as error:
            return Step(0, 0, change, document, version, error.reason)
        now = version.number if version else 0
        if change.verb in PUBLISHING and together.findable[-1].published:
            now = together.findable[-1].published.number
        return Step(0, 0, change, document, version, left=left, now=now)

    @asynccontextmanager
    async def together(
        self, message: Message, *, patience: float = 0.0
    ) -> AsyncIterator["Together"]:
        """
        Make changes of which the open questions are looked through once, at the end of all: whoever
        asked hears of them though the rest is cut short. A trail that cannot be written is waited
        for `patience` seconds.
        """
        context = replace(self._context, patience=patience)
        together = Together(context, self, message)
        try:
            yield together
        finally:
            together.met = await self._met.by(together.findable)

    async def edit(self, message: Message, document: str, changes: Mapping[str, object]) -> Outcome:
        """
        Change what is said about a document; whoever asked for what it answers to more readers now
        is told.

        Raises:
            UnknownDocument, LibraryUnavailable
            SessionsUnavailable: the trail cannot be written, so nothing was done.
        """
        library = await self._context.library()
        before = await library.document(document)
        await self._context.record(message, DETAILS, document)
        after = await library.edit(document, changes)
        if before.metadata.audience == after.metadata.audience:
            return Outcome()
        return Outcome(met=await self._met.by([after]))

    async def carry_out(
        self, library: Library, change: Change, document: Document, version: Version
    ) -> int:
        """
        Change the library, and forget what was made of what is deleted: before, so that a kill
        leaves a deletion to be repeated, and after, for what was answered meanwhile.
        """
        if change.verb not in DELETING:
            return await carried_out(library, change, document, version)
        alone = version.id if change.verb == "discard" else ""
        marks = await self.erasure.marks(document, alone)
        await self.erasure.forget(marks)
        left = await carried_out(library, change, document, version)
        await self.erasure.forget(marks)
        return left

    def _unproven(self, adder: str, publisher: str) -> bool:
        """
        Report whether nobody can say that these are two people: a shared password tells nothing of
        who publishes.
        """
        identity = self._context.people.identity
        return identity(publisher) in (SHARED, identity(adder))

    def check(self, message: Message, change: Change, document: Document) -> Version:
        """
        Return the version a change is about, when it still makes sense and this person may make it.

        Raises:
            NotChanged
        """
        drawn = document.version(change.version)
        if drawn is None:
            raise self._why("stale")
        title = display(document.metadata.title)
        newest = document.current or document.versions[-1].id
        match change.verb:
            case "publish" | "publish_anyway":
                self._check_publishing(message, document, drawn)
            case "discard" if drawn.published:
                raise self._why("not_staged", title=title, number=drawn.number)
            case "withdraw" if not document.current:
                raise self._why("already_withdrawn", title=title)
            case "withdraw" | "rollback" | "remove" if drawn.id != newest:
                raise self._why("stale")
            case "audience" if not self._context.people.decides(change.audience):
                raise self._why("bad_audience")
            case "audience" if document.metadata.audience == change.audience:
                raise self._why("same_audience", title=title)
        return drawn

    def _check_publishing(self, message: Message, document: Document, drawn: Version) -> None:
        title, now = display(document.metadata.title), document.published
        publisher = message.person.id
        if drawn.id == document.current:
            raise self._why("already_published", title=title, number=drawn.number)
        if now and now.number > drawn.number:
            raise self._why("newer_published", title=title, number=now.number, old=drawn.number)
        if not self._context.by_two:
            return
        if drawn.added_by == publisher:
            raise self._why("by_two", title=title)
        if self._unproven(drawn.added_by, publisher):
            raise self._why("by_two_shared", title=title)

    def _why(self, name: str, **values: object) -> NotChanged:
        return NotChanged(name, self._context.texts.phrase(f"documents.{name}", **values))


class Together:
    """Changes whose open questions are looked through once; `met` is known at their end."""

    def __init__(self, context: Context, changes: Changes, message: Message) -> None:
        self._context = context
        self._changes = changes
        self.message = message
        self.findable: list[Document] = []  # found by more people than before
        self.met: tuple[str, ...] = ()

    async def make(self, change: Change) -> int:
        """
        Make one change, written into the audit trail first; return how many passages of a removed
        document are still found. Raises what `Changes.change` does.
        """
        library = await self._context.library()
        document = await library.document(change.document)
        drawn = self._changes.check(self.message, change, document)
        await self._record(change, document)
        try:
            left = await self._changes.carry_out(library, change, document, drawn)
        except KnowledgeError as error:
            with suppress(SessionsUnavailable):
                await self._record(change, document, outcome=error.code)
            raise
        if change.verb in (*PUBLISHING, "audience"):
            self.findable.append(await library.document(document.id))
        if change.verb in PUBLISHING:
            now = self.findable[-1].published
            number = now.number if now else drawn.number
            told = {
                "document": document.id,
                "title": document.metadata.title,
                "version": number,
            }
            await self._context.happened("document.published", told)
        return left

    async def _record(self, change: Change, document: Document, outcome: str = "") -> None:
        action = DETAILS if change.verb == "audience" else f"document.{change.verb}"
        await self._context.record(
            self.message,
            action,
            change.document,
            change.version,
            name=document.metadata.title,
            outcome=outcome,
        )
