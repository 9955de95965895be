"""
Publishing everything that waits, one document after the other by the rules of each: what is held
back is named with its reason, and the rest goes on.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from handlers.actions.documents import OpenDocument, PublishWaiting
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Heading,
    Message,
    Paragraph,
    Reply,
    Table,
)
from handlers.documents.changes import Changes
from handlers.documents.context import Context
from handlers.documents.drafts import waiting
from handlers.documents.names import display
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.values import Document, Phrase, Version

SHOWN = 8  # documents held back that have a button each
NAMED = 50  # that are named
STEP = 5  # documents published between two words of how far it is


@dataclass(frozen=True, slots=True)
class Step:
    """One document of `total`, and why it was held back; `reason` is None once published."""

    number: int
    total: int
    document: Document
    version: Version
    reason: Phrase | None = None


class PublishingWaiting:
    def __init__(self, context: Context, changes: Changes) -> None:
        self._context = context
        self._changes = changes

    async def steps(self, message: Message) -> AsyncIterator[Step]:
        """
        Publish the newest version of each document where it waits, and yield what became of each.

        The caller has asked whether this person may.

        Raises:
            LibraryUnavailable
            SessionsUnavailable: the audit trail cannot be written; what was published before stays.
        """
        library = await self._context.library()
        documents = waiting(await library.documents())
        for number, document in enumerate(documents, 1):
            version = document.versions[-1]
            reason = None
            try:
                await self._changes.change(message, "publish", document.id, version.id)
            except KnowledgeError as error:
                reason = error.reason
            yield Step(number, len(documents), document, version, reason)

    async def press(self, message: Message, action: PublishWaiting) -> AsyncIterator[Reply]:
        """Publish all that waits, say how far it is, and name what is held back."""
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        done: list[Step] = []
        try:
            async for step in self.steps(message):
                done.append(step)
                if step.number % STEP == 1 and step.number < step.total:
                    yield self._progress(message, step)
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        except SessionsUnavailable:
            yield context.note("no_book", message)
            return
        yield self._ended(message, done)

    def _progress(self, message: Message, step: Step) -> Reply:
        text = self._context.say("publishing_waiting", message, n=step.number, total=step.total)
        return Reply(text, (Paragraph(text, "note"),), private=True, final=False)

    def _ended(self, message: Message, done: Sequence[Step]) -> Reply:
        context, say = self._context, self._context.say
        held = [step for step in done if step.reason is not None]
        text = say("publish_waiting_none", message)
        if done:
            published = len(done) - len(held)
            text = say("publish_waiting_done", message, n=published, total=len(done))
        blocks: list[Block] = [Paragraph(text, "note")]
        spoken = [text]
        if held:
            heading = say("publish_waiting_held", message, n=len(held))
            rows = tuple(self._row(message, step) for step in held[:NAMED])
            columns = (Column(say("column_title", message)), Column(say("column_reason", message)))
            blocks += [Heading(heading), Table(heading, columns, rows)]
            spoken += [heading, *(f"- {title}: {reason}" for title, reason in rows)]
            opening = tuple(_opening(step) for step in held[:SHOWN])
            blocks.append(Buttons(opening, "open", say("open", message)))
        blocks.append(Buttons((context.back(message),)))
        return Reply("\n".join(spoken), tuple(blocks), private=True)

    def _row(self, message: Message, step: Step) -> tuple[str, str]:
        reason = step.reason.to(message.person.language) if step.reason else ""
        return display(step.document.metadata.title), reason


def _opening(step: Step) -> Button:
    return Button(display(step.document.metadata.title), OpenDocument(step.document.id))
