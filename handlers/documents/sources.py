"""
Where documents live, on one page: what was taken in when, what failed, and what runs next.

From a chat or a page only services that prove who we are can be added, with a secret whose name
begins as below: a folder of the server, an address of its network or another secret of it is
nothing that an admin of documents may reach. Those are added at the terminal and shown here.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import unquote

from handlers.actions.documents import (
    AddSource,
    ForgetSource,
    OneSource,
    PreviewSource,
    RunSource,
    ShowSources,
)
from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Column,
    Details,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
    Reply,
    Table,
)
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.documents.page import reader_label, sure_of
from handlers.documents.pages import Page
from handlers.documents.sync import Known, Syncs
from handlers.documents.sync_events import UNOPENED, Event, Wanted
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.sources.addresses import service_of

PAGE = 5  # sources at a time: each has three buttons
EVENTS = 30  # entries of a preview that are named
PATIENCE = 100.0  # seconds a preview may take: less than a turn
ADDRESS = 500  # characters
EVERY: Mapping[str, int] = {"never": 0, "hour": 3600, "day": 86400, "week": 604800}
SECRET = re.compile(r"SOURCE_[A-Z0-9_]{1,60}")
COUNTED = ("new", "changed", "moved", "copy", "vanished", "unchanged", "held_back", "refused")
COLUMNS = ("source", "result", "last", "next")  # what a small screen shows comes first


class Sources:
    def __init__(self, context: Context, syncs: Syncs) -> None:
        self._context = context
        self._syncs = syncs

    async def show(self, message: Message, action: ShowSources) -> AsyncIterator[Reply]:
        """Show the sources there are."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        yield await self._shown(message, action.page)

    async def ask(self, message: Message, action: AddSource) -> AsyncIterator[Reply]:
        """Ask for a place to follow."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        say = self._context.say
        title, text = say("source_add", message), say("source_add_text", message)
        ask = Ask(
            form=action.name,
            title=title,
            text=text,
            fields=self._fields(message),
            submit=say("source_submit", message),
            stop=say("stop", message),
            required_error=say("required", message),
        )
        yield Reply(text, private=True, ask=ask)

    async def add(self, message: Message, action: AddSource, form: Form) -> AsyncIterator[Reply]:
        """Remember a place, and offer to see first what a run would change."""
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        wanted, wrong = self._read(form)
        if wrong is not None:
            again = context.button("source_add", message, AddSource())
            yield context.note(wrong, message, again)
            return
        try:
            known = await self._syncs.add(message, wanted)
        except KnowledgeError as error:
            yield context.failure(message, error)
        except SessionsUnavailable:
            yield context.note("no_book", message)
        else:
            note = context.say("source_added", message, name=_place(known))
            yield await self._shown(message, 1, note)

    async def preview(self, message: Message, action: PreviewSource) -> AsyncIterator[Reply]:
        """Say what a run would change, entry by entry; nothing is changed by it."""
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        events: list[Event] = []
        text = context.say("source_looking", message)
        yield Reply(text, (Paragraph(text, "note"),), private=True, final=False)
        try:
            known = await self._syncs.find(action.source)
            if known is None:
                yield await self._shown(message, 1)
                return
            async with asyncio.timeout(PATIENCE):
                await self._syncs.run(message, known.wanted, events.append, preview=True)
        except TimeoutError:
            yield context.note("source_long", message, self._back(message))
        except KnowledgeError as error:
            yield self._failed(message, error)
        except SessionsUnavailable:
            yield context.note("no_book", message)
        else:
            yield self._previewed(message, known, events)

    async def run(self, message: Message, action: RunSource) -> AsyncIterator[Reply]:
        """Have a source run at once, beside everything else."""
        async for reply in self._changed(message, action, "source_woken"):
            yield reply

    async def forget(self, message: Message, action: ForgetSource) -> AsyncIterator[Reply]:
        """Follow a source no more; its documents stay."""
        async for reply in self._changed(message, action, "source_forgotten"):
            yield reply

    async def _changed(
        self,
        message: Message,
        action: OneSource,
        sentence: Literal["source_woken", "source_forgotten"],
    ) -> AsyncIterator[Reply]:
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        note = ""
        try:
            known = await self._syncs.find(action.source)
            if known is not None:
                await context.record(message, action.name, name=known.wanted.address)
                if sentence == "source_woken":
                    await self._syncs.wake(action.source)
                else:
                    await self._syncs.forget(action.source)
                note = context.say(sentence, message, name=_place(known))
        except SessionsUnavailable:
            yield context.note("no_book", message)
            return
        yield await self._shown(message, 1, note)

    async def _shown(self, message: Message, wanted: int, note: str = "") -> Reply:
        context, say = self._context, self._context.say
        try:
            known = await self._syncs.known()
        except SessionsUnavailable:
            return context.note("no_book", message)
        page = Page.of(known, wanted, PAGE)
        caption = say("sources_caption", message, n=len(known)) + page.of_pages(context, message)
        spoken = [note, caption] if note else [caption]
        blocks: list[Block] = [Paragraph(note, "note")] if note else []
        blocks.append(Heading(say("sources", message)))
        if page.items:
            rows = tuple(self._row(message, one) for one in page.items)
            columns = tuple(Column(say(f"source_column_{name}", message)) for name in COLUMNS)
            blocks.append(Table(caption, columns, rows))
            spoken += [f"- {' / '.join(row)}" for row in rows]
        else:
            blocks.append(Paragraph(say("sources_none", message), "quiet"))
        for one in page.items:
            blocks += self._about(message, one)
        ways = page.turns(context, message, ShowSources)
        ways.append(context.button("source_add", message, AddSource()))
        ways.append(context.button("source_again", message, ShowSources(page.number)))
        blocks.append(Buttons((*ways, context.back(message))))
        return Reply("\n".join(spoken), tuple(blocks), private=True)

    def _about(self, message: Message, known: Known) -> list[Block]:
        """Return what failed at a source, and what can be done about it."""
        say, context = self._context.say, self._context
        blocks: list[Block] = []
        name = _place(known)
        if known.failures:
            japanese = message.person.language == "ja"
            lines = []
            for entry, _, ja, en in known.failures:
                lines.append(f"- {display(entry)}: {ja if japanese else en}")
            heading = say("source_failures", message, name=name, n=len(lines))
            blocks.append(Details(heading, (Paragraph("\n".join(lines)),)))
        sure = sure_of(context, message, "source_forget")
        buttons = (
            context.button("source_preview", message, PreviewSource(known.id)),
            context.button("source_run", message, RunSource(known.id)),
            Button(say("source_forget", message), ForgetSource(known.id), "danger", sure),
        )
        return [*blocks, Buttons(buttons, "source", name)]

    def _row(self, message: Message, known: Known) -> tuple[str, str, str, str]:
        result = known.error[1 if message.person.language == "ja" else 2]
        if known.running:
            result = self._context.say("source_running", message)
        result = result or self._counted(message, known.counts)
        never = self._context.say("source_never", message)
        last, following = _time(known.at) or never, _time(known.next) or never
        return _place(known), result or "–", last, following

    def _counted(self, message: Message, counts: Mapping[str, int]) -> str:
        words = []
        for name in COUNTED:
            if counts.get(name):
                word = self._context.texts.say(f"cli.sync_count_{name}", message.person.language)
                words.append(f"{word} {counts[name]:,}")
        return " · ".join(words)

    def _previewed(self, message: Message, known: Known, events: Sequence[Event]) -> Reply:
        context, say = self._context, self._context.say
        counted = self._counted(message, Counter(event.outcome for event in events))
        text = say("source_would", message, counts=counted or say("source_nothing", message))
        blocks: list[Block] = [Heading(_place(known))]
        lines = []
        for event in events:
            if event.outcome == "unchanged":
                continue
            word = context.texts.say(f"cli.sync_count_{event.outcome}", message.person.language)
            reason = event.reason.to(message.person.language) if event.reason else ""
            lines.append((word, display(event.name), reason))
        if lines:
            columns = tuple(Column(say(f"source_column_{name}", message)) for name in _PREVIEWED)
            blocks.append(Table(text, columns, tuple(lines[:EVENTS])))
        else:
            blocks.append(Paragraph(text, "note"))
        notes = self._beside(message, events, max(0, len(lines) - EVENTS))
        blocks += [Paragraph(note, "quiet") for note in notes]
        run = context.button("source_run", message, RunSource(known.id))
        blocks.append(Buttons((run, self._back(message))))
        spoken = [text, *(f"- {word}: {name}" for word, name, _ in lines[:EVENTS]), *notes]
        return Reply("\n".join(spoken), tuple(blocks), private=True)

    def _beside(self, message: Message, events: Sequence[Event], more: int) -> list[str]:
        """Return what the table of a preview does not tell."""
        notes = []
        if more:
            notes.append(self._context.say("source_more", message, n=more))
        unopened = sum(event.code == UNOPENED for event in events)
        if unopened:
            language = message.person.language
            notes.append(self._context.texts.say("cli.sync_unopened", language, n=unopened))
        return notes

    def _fields(self, message: Message) -> tuple[Field, ...]:
        say, context = self._context.say, self._context
        readers = tuple(
            Option(audience, reader_label(context, message, audience))
            for audience in context.people.audiences
        )
        times = tuple(Option(name, say(f"source_every_{name}", message)) for name in EVERY)
        published = Option("yes", say("source_publish", message))
        staged = Option("no", say("source_staged", message))
        return (
            Field(
                "address",
                "text",
                say("source_address", message),
                hint=say("source_address_hint", message),
                max=ADDRESS,
            ),
            Field(
                "secret",
                "text",
                say("source_secret", message),
                hint=say("source_secret_hint", message),
                max=80,
            ),
            Field("audience", "choice", say("source_readers", message), options=readers),
            Field("every", "choice", say("source_every", message), initial="day", options=times),
            Field(
                "publish",
                "choice",
                say("source_then", message),
                initial="no",
                options=(staged, published),
            ),
        )

    def _read(
        self, form: Form
    ) -> tuple[Wanted, Literal["source_bad", "source_bad_secret", "bad_audience"] | None]:
        """Return what a form asks for, and the sentence of what is wrong with it."""
        values = form.values
        address = values.get("address", "").strip()[:ADDRESS]
        secret = values.get("secret", "").strip()
        audience = values.get("audience", "")
        wanted = Wanted(
            address,
            secret,
            audience,
            publish=values.get("publish") == "yes",
            every=EVERY.get(values.get("every", ""), 0),
        )
        if service_of(address) is None or address.startswith("confluence+"):
            return wanted, "source_bad"
        if not SECRET.fullmatch(secret):
            return wanted, "source_bad_secret"
        if not self._context.people.decides(audience):
            return wanted, "bad_audience"
        return wanted, None

    def _back(self, message: Message) -> Button:
        return self._context.button("sources", message, ShowSources())

    def _failed(self, message: Message, error: KnowledgeError) -> Reply:
        text = error.reason.to(message.person.language)
        blocks = (Paragraph(text, "warning"), Buttons((self._back(message),)))
        return Reply(text, blocks, private=True)


_PREVIEWED = ("outcome", "entry", "why")


def _place(known: Known) -> str:
    """Return an address as people know it, without what makes it a link."""
    address = known.wanted.address
    rest = address.partition("://")[2] or address
    steps = unquote(rest.partition("?")[0]).strip("/").split("/")
    return display(" › ".join(steps))


def _time(at: float) -> str:
    """Return a UNIX time to the minute in UTC, empty for never."""
    if not at:
        return ""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
