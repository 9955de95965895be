"""
What changes a document: publish, discard, withdraw, roll back, remove.

Every button carries the document and the version it was drawn for. Pressed twice, late, or after
somebody else was faster, it changes nothing and says how things stand.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Literal

from handlers.actions.documents import (
    ChangeDocument,
    Discard,
    Publish,
    PublishAll,
    PublishAnyway,
    Remove,
    RollBack,
    Withdraw,
)
from handlers.conversation import Buttons, Message, Paragraph, Reply, Tone
from handlers.documents.context import Context
from handlers.documents.details import FILES
from handlers.documents.erasure import Erasure
from handlers.documents.listing import DocumentList
from handlers.documents.met import Met
from handlers.documents.names import display
from handlers.people import SHARED
from handlers.sessions import SessionsUnavailable
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError, PartlyRead
from knowledge.values import Document, Version

Verb = Literal["publish", "publish_anyway", "discard", "withdraw", "rollback", "remove"]
PUBLISHING = ("publish", "publish_anyway")
DELETING = ("discard", "remove")
VERBS: dict[type[ChangeDocument], Verb] = {
    Publish: "publish",
    PublishAnyway: "publish_anyway",
    Discard: "discard",
    Withdraw: "withdraw",
    RollBack: "rollback",
    Remove: "remove",
}


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

    async def publish_all(self, message: Message, action: PublishAll) -> AsyncIterator[Reply]:
        """
        Publish several versions, each for itself: what can no longer be published is said, and
        stops no other.
        """
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        texts: list[str] = []
        blocks: list[Paragraph | Buttons] = []
        try:
            library = await context.library()
            for document, version in waiting(action)[:FILES]:
                tone, text = await self._published(message, library, document, version)
                texts.append(text)
                blocks.append(Paragraph(text, tone))
        except SessionsUnavailable:
            yield context.note("no_book", message)
            return
        blocks.append(Buttons((context.back(message),)))
        yield Reply("\n".join(texts), tuple(blocks), private=True, panel=True)

    async def _published(
        self, message: Message, library: Library, id_: str, version: str
    ) -> tuple[Tone, str]:
        """Publish one of several versions; return what became of it."""
        try:
            await self.change(message, "publish", id_, version)
            document = await library.document(id_)
        except KnowledgeError as error:
            return "bad", error.reason.to(message.person.language)
        drawn = document.version(version)
        number = drawn.number if drawn else 0
        title = display(document.metadata.title)
        return "plain", self._context.say("publish_done", message, title=title, number=number)

    async def _done(self, message: Message, library: Library, action: ChangeDocument) -> Reply:
        """Make the change and return how things stand after it."""
        context, verb = self._context, VERBS[type(action)]
        before = await library.document(action.document)
        hits = await self.change(message, verb, action.document, action.version)
        drawn = before.version(action.version)
        number = drawn.number if drawn else 0
        title = display(before.metadata.title)
        if verb in ("discard", "remove"):
            text = context.say(f"{verb}_done", message, title=title, number=number, hits=hits)
            text += "\n" + await self.erasure.told(message)
            back = Buttons((context.back(message),))
            return Reply(text, (Paragraph(text, "note"), back), private=True, panel=True)
        after = await library.document(action.document)
        if after.published:
            number = after.published.number
        note = context.say(f"{verb}_done", message, title=title, number=number, hits=hits)
        if verb in PUBLISHING:
            note += self._answered(message, await self._met.by(after))
        return self._list.page(message, after, note)

    def _answered(self, message: Message, questions: Sequence[str]) -> str:
        """Return which open questions are answered now, one a line; empty for none."""
        if not questions:
            return ""
        lines = "".join([f"\n- {question}" for question in questions])
        return f"\n{self._context.say('met', message, n=len(questions))}{lines}"

    async def change(self, message: Message, verb: Verb, id_: str, version: str) -> int:
        """
        Make one change of a document as it was when `version` was its current (or this) version;
        write it into the audit trail first.

        Returns how many passages of a removed document are still found, 0 for everything else. The
        caller has asked whether this person may.

        Raises:
            NotChanged: things stand differently by now, or this takes two people.
            UnknownDocument, LibraryUnavailable
            SessionsUnavailable: the trail cannot be written, so nothing was done.
        """
        library = await self._context.library()
        document = await library.document(id_)
        drawn = self._checked(message, verb, document, version)
        action, title = f"document.{verb}", document.metadata.title
        await self._context.record(message, action, id_, version, name=title)
        try:
            left = await self._carried_out(library, verb, document, drawn)
        except KnowledgeError as error:
            with suppress(SessionsUnavailable):
                await self._context.record(
                    message, action, id_, version, name=title, outcome=error.code
                )
            raise
        if verb in PUBLISHING:
            told = {"document": id_, "title": title, "version": drawn.number}
            await self._context.happened("document.published", told)
        return left

    async def _carried_out(
        self, library: Library, verb: Verb, document: Document, version: Version
    ) -> int:
        """
        Change the library, and forget what was made of what is deleted: before, so that a kill
        leaves a deletion to be repeated, and after, for what was answered meanwhile.
        """
        if verb not in DELETING:
            return await _changed(library, verb, document, version)
        alone = version.id if verb == "discard" else ""
        marks = await self.erasure.marks(document, alone)
        await self.erasure.forget(marks)
        left = await _changed(library, verb, document, version)
        await self.erasure.forget(marks)
        return left

    def _unproven(self, adder: str, publisher: str) -> bool:
        """
        Report whether nobody can say that these are two people: a shared password tells nothing of
        who publishes.
        """
        identity = self._context.people.identity
        return identity(publisher) in (SHARED, identity(adder))

    def _checked(self, message: Message, verb: Verb, document: Document, version: str) -> Version:
        """Return the version a change is about, when it still makes sense."""
        drawn = document.version(version)
        if drawn is None:
            raise self._why("stale")
        title = display(document.metadata.title)
        newest = document.current or document.versions[-1].id
        match verb:
            case "publish" | "publish_anyway":
                self._check_publishing(message, document, drawn)
            case "discard" if drawn.published:
                raise self._why("not_staged", title=title, number=drawn.number)
            case "withdraw" if not document.current:
                raise self._why("already_withdrawn", title=title)
            case "withdraw" | "rollback" | "remove" if drawn.id != newest:
                raise self._why("stale")
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


def waiting(action: PublishAll) -> list[tuple[str, str]]:
    """Return the documents and versions of a button for several of them."""
    pairs = []
    for pair in action.waiting.split():
        document, _, version = pair.partition(".")
        pairs.append((document, version))
    return pairs


async def _changed(library: Library, verb: Verb, document: Document, version: Version) -> int:
    """Change the library; return how many passages of a removed document are still found."""
    match verb:
        case "publish":
            await library.publish(document.id, version.id)
        case "publish_anyway":
            await library.publish(document.id, version.id, anyway=True)
        case "rollback":
            await library.rollback(document.id)
        case "withdraw":
            await library.withdraw(document.id)
        case "discard":
            await library.discard(document.id, version.id)
        case "remove":
            left = await library.remove(document.id)
            for gone in document.versions:
                left += len(await library.preview(document.metadata.title, version=gone.id))
            return left
    return 0
