"""
What changes a document: publish, discard, withdraw, roll back, remove.

Every button carries the document and the version it was drawn for. Pressed twice, late, or after
somebody else was faster, it changes nothing and says how things stand.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Literal

from handlers.conversation import Message, Press, Reply
from handlers.documents.context import Context
from handlers.documents.listing import DocumentList
from handlers.documents.names import shown
from handlers.people import SHARED
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError, PartlyRead
from knowledge.values import Document, Version

Verb = Literal["publish", "discard", "withdraw", "rollback", "remove"]


class NotChanged(KnowledgeError):
    """Nothing was done, because of how things stand now; the code is that of the sentence."""


class Changes:
    def __init__(self, context: Context, shelf: DocumentList) -> None:
        self._context = context
        self._shelf = shelf

    async def press(self, message: Message, verb: Verb, press: Press) -> AsyncIterator[Reply]:
        """
        Do what the button says, if it still can be done and this person may; then show how things
        stand.
        """
        id_, version = str(press.data.get("d", "")), str(press.data.get("v", ""))
        language, back = (
            message.person.language,
            self._context.button("back_to_list", message, "list"),
        )
        if refused := await self._context.refused(message, press.action, id_):
            yield refused
            return
        try:
            library = await self._context.library()
            before = await library.document(id_)
            hits = await self.change(message, verb, id_, version)
            drawn = next(v.number for v in before.versions if v.id == version)
            values = {"title": shown(before.metadata.title), "number": drawn, "hits": hits}
            if verb in ("discard", "remove"):
                yield self._context.note(f"{verb}_done", message, back, **values)
                return
            after = await library.document(id_)
            number = after.published.number if after.published else drawn
            yield self._shelf.page(
                message,
                after,
                self._context.say(f"{verb}_done", message, **(values | {"number": number})),
            )
        except (NotChanged, PartlyRead) as why:
            yield self._shelf.page(message, await library.document(id_), why.reason.to(language))
        except KnowledgeError as error:
            yield Reply(error.reason.to(language), private=True)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)

    async def change(self, message: Message, verb: Verb, id_: str, version: str) -> int:
        """
        Make one change of a document as it was when `version` was its current (or this) version;
        write it into the book first.

        Returns how many passages of a removed document are still found, 0 for everything else. The
        caller has asked whether this person may.

        Raises:
            NotChanged: things stand differently by now, or this takes two people.
            UnknownDocument, LibraryUnavailable
            SessionsUnavailable: the book cannot be written, so nothing was done.
        """
        library = await self._context.library()
        document = await library.document(id_)
        drawn = self._checked(message, verb, document, version)
        await self._context.write(
            message, f"document.{verb}", id_, version, name=document.metadata.title
        )
        try:
            match verb:
                case "publish":
                    await library.publish(id_, drawn.id)
                case "rollback":
                    await library.rollback(id_)
                case "withdraw":
                    await library.withdraw(id_)
                case "discard":
                    await library.discard(id_, drawn.id)
                case "remove":
                    left = await library.remove(id_)
                    found = [
                        await library.preview(document.metadata.title, version=v.id)
                        for v in document.versions
                    ]
                    return left + sum(map(len, found))
        except KnowledgeError as error:
            with suppress(SessionsUnavailable):
                await self._context.write(
                    message,
                    f"document.{verb}",
                    id_,
                    version,
                    name=document.metadata.title,
                    outcome=error.code,
                )
            raise
        return 0

    def _unproven(self, adder: str, publisher: str) -> bool:
        """
        Report whether nobody can say that these are two people: a shared password tells nothing of
        who publishes.
        """
        identity = self._context.people.identity
        return identity(publisher) in (SHARED, identity(adder))

    def _checked(self, message: Message, verb: Verb, document: Document, version: str) -> Version:
        """Return the version a change is about, when it still makes sense."""
        title, now = shown(document.metadata.title), document.published
        drawn = document.version(version)
        newest = document.current or document.versions[-1].id

        def why(name: str, **values: object) -> NotChanged:
            return NotChanged(name, self._context.texts.phrase(f"documents.{name}", **values))

        if drawn is None:
            raise why("stale")
        match verb:
            case "publish" if drawn.id == document.current:
                raise why("already_published", title=title, number=drawn.number)
            case "publish" if now and now.number > drawn.number:
                raise why("newer_published", title=title, number=now.number, old=drawn.number)
            case "publish" if self._context.by_two and drawn.added_by == message.person.id:
                raise why("by_two", title=title)
            case "publish" if self._context.by_two and self._unproven(
                drawn.added_by, message.person.id
            ):
                raise why("by_two_shared", title=title)
            case "discard" if drawn.published:
                raise why("not_staged", title=title, number=drawn.number)
            case "withdraw" if not document.current:
                raise why("already_withdrawn", title=title)
            case "withdraw" | "rollback" | "remove" if drawn.id != newest:
                raise why("stale")
            case _:
                return drawn
