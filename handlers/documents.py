"""
Admins add guideline documents from chat: received, checked, read, staged, tried and published, with an audit entry each time.

Nothing is searchable before it is published. Whether the person may do it is asked again at every step.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Confirm,
    Fact,
    Facts,
    File,
    Form,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
    Step,
    Steps,
    Table,
    Upload,
)
from handlers.people import EVERYONE, People
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.library import Library
from knowledge.reading import read
from knowledge.samples.catalogue import shelve
from knowledge.values import Document, Language, Metadata, Version

STEPS = ("download", "read", "index", "ready")
FILES = 10  # in one message


class Documents:
    def __init__(self, library: Callable[[], Awaitable[Library]], sessions: Sessions, people: People, texts: Texts) -> None:
        self._library = library
        self._sessions = sessions
        self._people = people
        self._texts = texts

    async def shelf(self, message: Message) -> AsyncIterator[Reply]:
        """List the documents the readers of this reply may see, the newest version of each."""
        language, say = message.person.language, self._texts.say
        library = await self._library()
        admin = self._people.is_admin(message.person) and message.audience.private
        readers = None if admin else self._people.readers(message)
        found = [d for d in await library.documents(readers=readers) if admin or d.current]
        columns = tuple(Column(say(f"documents.column_{c}", language)) for c in ("title", "version", "state", "review"))
        rows = tuple((*_row(d, say, language), d.metadata.review or "–") for d in found)
        blocks: list[Block] = [Heading(say("documents.title", language))]
        blocks.append(Table(say("documents.caption", language, n=len(rows)), columns, rows))
        blocks.append(Paragraph(say("documents.how" if admin else "documents.how_member", language), "quiet"))
        names = "\n".join(f"- {row[0]} {row[1]} {row[2]}" for row in rows)
        yield Reply(f"{say('documents.caption', language, n=len(rows))}\n{names}", tuple(blocks), private=True)

    async def upload(self, message: Message, upload: Upload) -> AsyncIterator[Reply]:
        """Take files in one after the other; each ends in a report with publish, try and discard, or in a reason."""
        language = message.person.language
        if refused := self._refused(message):
            yield refused
            return
        done: list[Block] = []
        texts: list[str] = []
        for file in upload.files[:FILES]:
            async for text, blocks, over in self._take_in(message, file, language):
                if over:
                    done += blocks
                    texts.append(text)
                yield Reply(text, (*done, *(() if over else blocks)), private=True, final=False)
        if len(upload.files) > FILES:
            texts.append(self._texts.say("documents.too_many", language, limit=FILES, n=len(upload.files)))
            done.append(Paragraph(texts[-1], "warning"))
        yield Reply("\n".join(texts), tuple(done), private=True)

    async def form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Take files that came with a form."""
        async for reply in self.upload(message, Upload(form.files)):
            yield reply

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Publish, discard, withdraw, roll back or remove; the list needs no rights."""
        language = message.person.language
        if press.action == "document.list":
            async for reply in self.shelf(message):
                yield reply
            return
        if refused := self._refused(message):
            yield refused
            return
        document, version = str(press.data.get("d", "")), str(press.data.get("v", ""))
        try:
            text = await self._do(press.action.partition(".")[2], document, version, language)
        except KnowledgeError as error:
            yield Reply(error.reason.to(language), private=True)
            return
        await self._audit(message, press.action, document)
        yield Reply(text, (Paragraph(text, "note"),), private=True)

    async def _do(self, verb: str, document: str, version: str, language: Language) -> str:
        library, say = await self._library(), self._texts.say
        match verb:
            case "publish":
                published = await library.publish(document, version)
                return say("documents.published", language, title=published.metadata.title)
            case "rollback":
                back = await library.rollback(document)
                number = back.published.number if back.published else 0
                return say("documents.rolled_back", language, title=back.metadata.title, number=number)
            case "remove" | "discard":
                hits = await library.remove(document)
                return say("documents.removed", language, hits=hits)
            case "withdraw":
                gone = await library.withdraw(document)
                return say("documents.withdrawn", language, title=gone.metadata.title)
            case "samples":
                return say("documents.samples", language, n=len([row async for row in shelve(library)]))
            case _:
                return say("documents.unknown", language)

    async def _take_in(self, message: Message, file: File, language: Language) -> AsyncIterator[tuple[str, list[Block], bool]]:
        say = self._texts.say
        try:
            yield self._progress(file.name, 0, language)
            content = await file.fetch()
            yield self._progress(file.name, 1, language)
            reading = await read(file.name, content)
            yield self._progress(file.name, 2, language)
            library = await self._library()
            metadata = Metadata(title=reading.title or file.name, audience=EVERYONE, owner=message.person.id)
            document, version, new = await library.stage(reading, metadata, by=message.person.id)
        except KnowledgeError as error:
            text = error.reason.to(language)
            yield text, [Paragraph(text, "bad")], True
            return
        await self._audit(message, "document.stage", document.id)
        if not new:
            text = say("documents.unchanged", language, name=file.name, number=version.number)
            yield text, [Paragraph(text, "note")], True
            return
        text = say("documents.staged", language, name=file.name, pages=version.pages, passages=version.passages)
        yield text, self._report(document, version, text, language), True

    def _report(self, document: Document, version: Version, text: str, language: Language) -> list[Block]:
        say = self._texts.say
        data = {"d": document.id, "v": version.id}
        discard = Confirm(*(say(f"documents.discard_{part}", language) for part in ("title", "text", "ok", "cancel")))
        facts = [
            Fact(say(f"documents.fact_{n}", language), str(v))
            for n, v in (("pages", version.pages), ("passages", version.passages))
        ]
        kinds = {flag.kind for flag in version.flags}
        blocks: list[Block] = [Heading(document.metadata.title), Paragraph(text), Facts(tuple(facts))]
        for kind in sorted(kinds):
            pages = "、".join(str(f.page) for f in version.flags if f.kind == kind and f.page) or "–"
            blocks.append(Paragraph(say(f"documents.flag_{kind}", language, pages=pages), "warning"))
        if not document.current:
            replaces = say("documents.publish", language)
        else:
            replaces = say("documents.publish_over", language, number=version.number)
        blocks.append(
            Buttons(
                (
                    Button(replaces, Press("document.publish", data), "primary"),
                    Button(say("documents.discard", language), Press("document.discard", data), "danger", discard),
                )
            )
        )
        return blocks

    def _progress(self, name: str, at: int, language: Language) -> tuple[str, list[Block], bool]:
        say = self._texts.say
        items = tuple(
            Step(
                f"p{n}",
                say(f"documents.step_{step}", language),
                "complete" if n < at else "in_progress" if n == at else "pending",
            )
            for n, step in enumerate(STEPS)
        )
        title = say("documents.adding", language, name=name)
        return f"{title} ({at + 1}/{len(STEPS)} {items[at].title})", [Steps(title, items)], False

    def _refused(self, message: Message) -> Reply | None:
        if self._people.is_admin(message.person):
            return None
        return Reply(self._texts.say("documents.not_admin", message.person.language), private=True)

    async def _audit(self, message: Message, action: str, document: str) -> None:
        entry = {"action": action, "document": document, "person": message.person.id, "at": datetime.now(UTC).isoformat()}
        with suppress(SessionsUnavailable):
            await self._sessions.append("audit", entry)


def _row(document: Document, say: Callable[..., str], language: Language) -> tuple[str, str, str]:
    version = document.published or (document.versions[-1] if document.versions else None)
    state = version.state if version else "received"
    return document.metadata.title, f"v{version.number}" if version else "–", say(f"documents.state_{state}", language)
