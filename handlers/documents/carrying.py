"""
Several changes carried out on one press, one document after the other by the rules of each: what is
held back is named with its reason, the rest goes on, and what has a way back offers it.
"""

from collections.abc import AsyncIterator, Sequence

from handlers.actions.documents import CarryOut, OpenDocument, PublishAll, PublishWaiting
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Details,
    Heading,
    Message,
    Paragraph,
    Reply,
    Table,
)
from handlers.documents.change import DELETING, Change, Step, way_back
from handlers.documents.changes import Changes
from handlers.documents.context import Context
from handlers.documents.details import FILES
from handlers.documents.drafts import publishing
from handlers.documents.names import display
from handlers.documents.page import reader_label
from handlers.documents.plans import Plans
from handlers.sessions import SessionsUnavailable
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError, UnknownDocument

SHOWN = 8  # documents held back that have a button each
NAMED = 50  # that are named
FEW = 10  # changes whose sentences are shown at once
STEP = 5  # documents changed between two words of how far it is


class Carrying:
    def __init__(self, context: Context, changes: Changes, plans: Plans) -> None:
        self._context = context
        self._changes = changes
        self._plans = plans

    async def publish_waiting(
        self, message: Message, action: PublishWaiting
    ) -> AsyncIterator[Reply]:
        """Publish all that waits."""
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
        async for reply in self.out(message, changes):
            yield reply

    async def publish_all(self, message: Message, action: PublishAll) -> AsyncIterator[Reply]:
        """Publish the versions a button names."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        async for reply in self.out(message, named(action)[:FILES]):
            yield reply

    async def out(self, message: Message, changes: Sequence[Change]) -> AsyncIterator[Reply]:
        """
        Make the changes, say how far it is, and name what is held back. The caller has asked
        whether this person may.
        """
        context = self._context
        done: list[Step] = []
        try:
            async for step in self._changes.several(message, changes):
                done.append(step)
                if step.number % STEP == 1 and step.number < step.total:
                    yield self._progress(message, step)
            yield await self._ended(message, done)
        except KnowledgeError as error:
            yield context.failure(message, error)
        except SessionsUnavailable:
            yield context.note("no_book", message)

    def _progress(self, message: Message, step: Step) -> Reply:
        counts = {"n": step.number, "total": step.total}
        text = self._context.say("changing_several", message, **counts)
        if step.change.verb == "publish":
            text = self._context.say("publishing_waiting", message, **counts)
        return Reply(text, (Paragraph(text, "note"),), private=True, final=False)

    async def _ended(self, message: Message, done: Sequence[Step]) -> Reply:
        context, say = self._context, self._context.say
        held = [step for step in done if step.reason is not None]
        changed = [step for step in done if step.reason is None]
        text = say("publish_waiting_none", message)
        if done:
            counts = {"n": len(changed), "total": len(done)}
            text = say("several_done", message, **counts)
            if all(step.change.verb == "publish" for step in done):
                text = say("publish_waiting_done", message, **counts)
            text += self._changes.answered(message, done[-1].met)
        if any(step.change.verb in DELETING for step in changed):
            text += "\n" + await self._changes.erasure.told(message)
        blocks: list[Block] = [Paragraph(text, "note")]
        spoken = [text]
        if changed:
            each = "\n".join(f"- {self.told(message, step)}" for step in changed[:NAMED])
            heading = say("several_each", message, n=len(changed))
            few = len(changed) <= FEW
            blocks.append(Details(heading, (Paragraph(each),), open=few))
            spoken.append(each)
        if held:
            heading = say("publish_waiting_held", message, n=len(held))
            rows = tuple(self._row(message, step) for step in held[:NAMED])
            columns = (Column(say("column_title", message)), Column(say("column_reason", message)))
            blocks += [Heading(heading), Table(heading, columns, rows)]
            spoken += [heading, *(f"- {title}: {reason}" for title, reason in rows)]
            opening = tuple(_opening(step) for step in held[:SHOWN])
            blocks.append(Buttons(opening, "open", say("open", message)))
        ways = [context.back(message)]
        undoing = await self._undoing(changed)
        if undoing:
            undo = CarryOut(await self._plans.keep(undoing))
            ways.insert(0, context.button("undo", message, undo))
        blocks.append(Buttons(tuple(ways)))
        return Reply("\n".join(spoken), tuple(blocks), private=True, panel=True)

    def told(self, message: Message, step: Step) -> str:
        """Return what was done to one document, as a sentence."""
        title, verb = display(step.title), step.change.verb
        if verb == "audience":
            readers = reader_label(self._context, message, step.change.audience)
            return self._context.say("given_done", message, title=title, readers=readers)
        return self._context.say(
            f"{verb}_done", message, title=title, number=step.now, hits=step.left
        )

    def _row(self, message: Message, step: Step) -> tuple[str, str]:
        reason = step.reason.to(message.person.language) if step.reason else ""
        return display(step.title), reason

    async def _undoing(self, changed: Sequence[Step]) -> list[Change]:
        """Return what takes these back, as far as there is a way."""
        library = await self._context.library()
        ways = []
        for step in changed:
            back = await _back(library, step)
            if back is not None:
                ways.append(back)
        return ways


def named(action: PublishAll) -> list[Change]:
    """Return what a button for several versions publishes."""
    changes = []
    for pair in action.waiting.split():
        document, _, version = pair.partition(".")
        changes.append(Change("publish", document, version))
    return changes


async def _back(library: Library, step: Step) -> Change | None:
    if step.document is None:
        return None
    try:
        after = await library.document(step.document.id)
    except UnknownDocument:  # removed
        return None
    return way_back(step.change, step.document, after)


def _opening(step: Step) -> Button:
    return Button(display(step.title), OpenDocument(step.change.document))
