"""
Several documents changed together: chosen from the list, looked at as a plan of what would change
for each, carried out one after the other, and taken back where there is a way back.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from handlers.actions.documents import CarryOut, ChangeSeveral
from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Column,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
    Reply,
    Table,
)
from handlers.documents.carrying import Carrying
from handlers.documents.change import DELETING, Change, Verb
from handlers.documents.changes import Changes, NotChanged
from handlers.documents.context import Context
from handlers.documents.listing import PAGE, Filter, several_of, today_utc
from handlers.documents.names import display
from handlers.documents.page import earlier, reader_label, states, sure_of
from handlers.documents.pages import Page
from handlers.documents.plans import Plans
from handlers.documents.waiting import draft
from handlers.sessions import SessionsUnavailable
from knowledge.documents.publishing import missing
from knowledge.errors import KnowledgeError
from knowledge.values import Document, Phrase

MOST = 200  # documents changed at once
NAMED = 50  # documents that a preview names
EVERY = "every"  # stands for all documents that match, where single ones are ticked
Act = Literal["publish", "withdraw", "audience", "discard", "remove"]
ACTS: tuple[Act, ...] = get_args(Act)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to become of one document: a `change`, or the `reason` why nothing."""

    document: Document
    change: Change | None = None
    reason: Phrase | None = None


class Several:
    def __init__(
        self, context: Context, changes: Changes, plans: Plans, carrying: Carrying
    ) -> None:
        self._context = context
        self._changes = changes
        self._plans = plans
        self._carrying = carrying

    async def ask(self, message: Message, action: ChangeSeveral) -> AsyncIterator[Reply]:
        """Ask which documents of this page of the list to change, and how."""
        context, say = self._context, self._context.say
        if refused := await context.refused(message, action.name):
            yield refused
            return
        try:
            documents = await self._listed(action)
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        if not documents:
            yield context.note("none_found", message, context.back(message))
            return
        text = say("several_text", message)
        ask = Ask(
            form=action.name,
            title=say("several_title", message),
            text=text,
            fields=self._fields(message, action, documents),
            submit=say("several_submit", message),
            stop=say("stop", message),
            state=action.data,
            required_error=say("required", message),
        )
        yield Reply(text, private=True, ask=ask)

    async def take(
        self, message: Message, action: ChangeSeveral, form: Form
    ) -> AsyncIterator[Reply]:
        """Say what would become of the chosen documents, or do it where that is wanted."""
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        again = context.button("several", message, several_of(Filter.read(action.data)))
        act = _act(form.values.get("act", ""))
        readers = form.values.get("readers", "")
        if act == "audience" and not context.people.decides(readers):
            yield context.note("bad_audience", message, again)
            return
        try:
            chosen = await self._chosen(action, form.values.get("documents", ""))
            if act is None or not chosen:
                yield context.note("several_none", message, again)
                return
            if len(chosen) > MOST:
                yield context.note("several_many", message, again, limit=MOST, n=len(chosen))
                return
            planned = [self._planned(message, act, readers, document) for document in chosen]
            if action.at_once:
                changes = [one.change for one in planned if one.change]
                async for reply in self._carrying.out(message, changes):
                    yield reply
                return
            yield await self._preview(message, act, planned)
        except KnowledgeError as error:
            yield context.failure(message, error)
        except SessionsUnavailable:
            yield context.note("no_book", message)

    async def carry_out(self, message: Message, action: CarryOut) -> AsyncIterator[Reply]:
        """Make the changes of a plan."""
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        try:
            changes = await self._plans.of(action.plan)
        except SessionsUnavailable:
            yield context.note("no_book", message)
            return
        if not changes:
            yield context.note("plan_over", message, context.back(message))
            return
        async for reply in self._carrying.out(message, changes):
            yield reply

    # ----------------------------------------------------------------- which, and how

    async def _listed(self, action: ChangeSeveral) -> list[Document]:
        """Return every document that the list shows under this filter."""
        library = await self._context.library()
        filter_, today = Filter.read(action.data), today_utc()
        documents = await library.documents()
        return [document for document in documents if filter_.takes(document, today)]

    async def _chosen(self, action: ChangeSeveral, ticked: str) -> list[Document]:
        ids = ticked.split(",")
        if EVERY in ids:
            return await self._listed(action)
        library = await self._context.library()
        documents = await library.documents()
        return [document for document in documents if document.id in ids]

    def _fields(
        self, message: Message, action: ChangeSeveral, documents: Sequence[Document]
    ) -> tuple[Field, ...]:
        context, say = self._context, self._context.say
        options = [Option(EVERY, say("several_every", message, n=len(documents)))]
        page = Page.of(documents, action.page, PAGE)
        options += [Option(one.id, display(one.metadata.title)) for one in page.items]
        acts = tuple(Option(act, say(f"act_{act}", message)) for act in ACTS)
        audiences = context.people.audiences
        readers = tuple(Option(one, reader_label(context, message, one)) for one in audiences)
        return (
            Field(
                "documents",
                "toggle",
                say("several_documents", message),
                required=False,
                options=tuple(options),
            ),
            Field("act", "choice", say("several_act", message), options=acts),
            Field(
                "readers",
                "choice",
                say("several_readers", message),
                required=False,
                initial="all",
                hint=say("several_readers_hint", message),
                options=readers,
            ),
        )

    # ----------------------------------------------------------------- what would change

    def _planned(self, message: Message, act: Act, readers: str, document: Document) -> Planned:
        """Return what this would change of a document, or why it changes nothing."""
        change = _change(act, readers, document)
        if change is None:
            title = display(document.metadata.title)
            reason = self._context.texts.phrase("documents.no_draft", title=title)
            return Planned(document, reason=reason)
        try:
            version = self._changes.check(message, change, document)
        except NotChanged as why:
            return Planned(document, reason=why.reason)
        if change.verb == "publish":
            partly = missing(document.metadata.title, version.receipt)
            if partly:
                return Planned(document, reason=partly)
        return Planned(document, change)

    async def _preview(self, message: Message, act: Act, planned: Sequence[Planned]) -> Reply:
        """Return what would become of each, with the button that does it."""
        context, say = self._context, self._context.say
        changes = [one.change for one in planned if one.change]
        text = say("several_nothing", message)
        if changes:
            way_back = say("preview_undo", message)
            if act in DELETING:
                way_back = say("preview_for_good", message)
            text = f"{say(f'preview_{act}', message, n=len(changes))} {way_back}"
        blocks: list[Block] = [Paragraph(text, "warning" if act in DELETING else "note")]
        spoken = [text]
        rows, held = self._rows(message, planned)
        if rows:
            names = ("title", "now", "then")
            columns = tuple(Column(say(f"column_{name}", message)) for name in names)
            blocks.append(Table(say("several_title", message), columns, tuple(rows[:NAMED])))
            spoken += [f"- {' / '.join(row)}" for row in rows[:NAMED]]
        if held:
            heading = say("several_held", message, n=len(held))
            columns = (Column(say("column_title", message)), Column(say("column_reason", message)))
            blocks += [Heading(heading), Table(heading, columns, tuple(held[:NAMED]))]
            spoken += [heading, *(f"- {title}: {reason}" for title, reason in held[:NAMED])]
        buttons = [context.back(message)]
        if changes:
            plan = CarryOut(await self._plans.keep(changes))
            label = say("carry_out", message, n=len(changes))
            doing = Button(label, plan, "primary")
            if act == "remove":
                sure = sure_of(context, message, "remove_several", n=len(changes))
                doing = Button(label, plan, "danger", sure)
            buttons.insert(0, doing)
        blocks.append(Buttons(tuple(buttons)))
        return Reply("\n".join(spoken), tuple(blocks), private=True, panel=True)

    def _rows(
        self, message: Message, planned: Sequence[Planned]
    ) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
        """Return what changes, now and then, and what does not, with its reason."""
        rows, held = [], []
        for one in planned:
            title = display(one.document.metadata.title)
            if one.change is None:
                reason = one.reason.to(message.person.language) if one.reason else ""
                held.append((title, reason))
                continue
            now, then = self.now_and_then(message, one.change, one.document)
            rows.append((title, now, then))
        return rows, held

    def now_and_then(self, message: Message, change: Change, document: Document) -> tuple[str, str]:
        """Return what a change takes away and what it brings."""
        say = self._context.say
        if change.verb == "audience":
            before = reader_label(self._context, message, document.metadata.audience)
            return before, reader_label(self._context, message, change.audience)
        names = [say(f"state_{state}", message) for state in states(document)]
        now = " · ".join(names)
        drawn = document.version(change.version)
        number = drawn.number if drawn else 0
        match change.verb:
            case "publish" | "publish_anyway":
                return now, say("then_published", message, number=number)
            case "rollback":
                back = earlier(document) or drawn
                return now, say("then_published", message, number=back.number if back else 0)
            case "withdraw":
                return now, say("then_withdrawn", message)
            case "discard":
                return now, say("then_no_draft", message, number=number)
            case _:
                return now, say("then_removed", message)


def _act(word: str) -> Act | None:
    for act in ACTS:
        if act == word:
            return act
    return None


def _change(act: Act, readers: str, document: Document) -> Change | None:
    """
    Return the change that does this to a document as it stands; None where no version waits to be
    published, taken back or deleted. What was withdrawn is published again.
    """
    now = document.current or document.versions[-1].id
    waits = draft(document)
    match act:
        case "publish" | "discard":
            verb: Verb = act
            if waits is not None:
                return Change(verb, document.id, waits.id)
            if act == "publish":
                return Change("publish" if document.current else "rollback", document.id, now)
            return None
        case "audience":
            return Change("audience", document.id, now, readers)
        case "withdraw" | "remove":
            return Change(act, document.id, now)
