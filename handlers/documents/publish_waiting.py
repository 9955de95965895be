"""
Several documents published on one press, one after the other by the rules of each: what is held
back is named with its reason, and the rest goes on.
"""

from collections.abc import AsyncIterator, Sequence

from handlers.actions.documents import OpenDocument, PublishAll, PublishWaiting
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
from handlers.documents.change import Change, Step
from handlers.documents.changes import Changes
from handlers.documents.context import Context
from handlers.documents.details import FILES
from handlers.documents.drafts import publishing
from handlers.documents.names import display
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError

SHOWN = 8  # documents held back that have a button each
NAMED = 50  # that are named
STEP = 5  # documents published between two words of how far it is


class PublishingWaiting:
    def __init__(self, context: Context, changes: Changes) -> None:
        self._context = context
        self._changes = changes

    async def press(self, message: Message, action: PublishWaiting) -> AsyncIterator[Reply]:
        """Publish all that waits, say how far it is, and name what is held back."""
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        try:
            library = await context.library()
            changes = publishing(await library.documents())
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        async for reply in self._published(message, changes):
            yield reply

    async def publish_all(self, message: Message, action: PublishAll) -> AsyncIterator[Reply]:
        """Publish the versions a button names."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        async for reply in self._published(message, named(action)[:FILES]):
            yield reply

    async def _published(self, message: Message, changes: Sequence[Change]) -> AsyncIterator[Reply]:
        context = self._context
        done: list[Step] = []
        try:
            async for step in self._changes.several(message, changes):
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
            text += self._changes.answered(message, done[-1].met)
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
        return Reply("\n".join(spoken), tuple(blocks), private=True, panel=True)

    def _row(self, message: Message, step: Step) -> tuple[str, str]:
        reason = step.reason.to(message.person.language) if step.reason else ""
        return display(step.title), reason


def named(action: PublishAll) -> list[Change]:
    """Return what a button for several versions publishes."""
    changes = []
    for pair in action.waiting.split():
        document, _, version = pair.partition(".")
        changes.append(Change("publish", document, version))
    return changes


def _opening(step: Step) -> Button:
    return Button(display(step.title), OpenDocument(step.change.document))
