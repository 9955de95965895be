"""
What people miss: questions the documents did not answer, and documents they asked for.

Anybody may ask; admins see the list, equal requests counted as one, and add a document for it. A
request is met when a document that was added for it is published, or when an admin says so.
"""

import hashlib
import unicodedata
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from handlers.actions.documents import AddDocument, ListRequests, RequestDocument, SettleRequest
from handlers.answer_records import AnswerRecord, AnswerRecords
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
    Paragraph,
    Reply,
    Table,
)
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.documents.pages import Page
from handlers.lifetimes import REQUEST
from handlers.sessions import SessionsUnavailable, State
from knowledge.errors import KnowledgeError

KIND = "wish"  # as it is stored since the first version
LIST = ("library", "wishes")  # the owner and kind of the list of all of them
TEXT = 300  # characters
PAGE = 8  # requests at a time: each has a button
COLUMNS = ("question", "asked", "people", "last")
STRANGERS = ("external", "bot")  # roles that may not ask


@dataclass(frozen=True, slots=True)
class Request:
    """
    `asked` counts how often it came up, `people` how many asked for a document in so many words;
    `at` is the latest time. `document` is the one that was added for it, "" so far; `told` says
    that those who asked know that it is answered.
    """

    id: str
    text: str
    asked: int
    people: tuple[str, ...]
    at: str
    document: str = ""
    told: bool = False

    @property
    def rank(self) -> tuple[int, int, str]:
        """What the most wanted have the smallest of."""
        return (-len(self.people), -self.asked, self.at)


class Requests:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._records = AnswerRecords(context.sessions)

    async def missed(self, text: str, person: str = "") -> bool:
        """
        Note what was not answered; with `person`, that they asked for a document. False when this
        person has done so before.

        Raises:
            SessionsUnavailable
        """
        sessions = self._context.sessions
        words = " ".join(unicodedata.normalize("NFKC", text).split())[:TEXT]
        id_ = request_id(text)
        while True:
            stored = await sessions.load(KIND, id_)
            request = stored or {"text": words, "asked": 0, "people": [], "document": ""}
            if person and person in request["people"]:
                return False
            renewed = _asked_again(request, person)
            revision = stored["rev"] if stored else 0
            if await sessions.save(KIND, id_, renewed, expected=revision, seconds=REQUEST):
                await sessions.index_add(*LIST, id_)
                return True

    async def ask(self, message: Message, action: RequestDocument) -> AsyncIterator[Reply]:
        """
        Ask for a document: for the question just asked when the button knows it, else in words of
        one's own.
        """
        if message.person.role in STRANGERS:
            yield self._context.note("not_here", message)
            return
        try:
            record = await self._record(action.answer)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        if record and record.question:
            yield await self._noted(message, record.question)
        else:
            yield self._asking(message, action)

    async def take(self, message: Message, _: RequestDocument, form: Form) -> AsyncIterator[Reply]:
        """Take a request in words."""
        text = form.values.get("q", "").strip()
        if message.person.role in STRANGERS:
            yield self._context.note("not_here", message)
        elif not text:
            again = self._context.button("request", message, RequestDocument())
            yield self._context.note("required", message, again)
        else:
            yield await self._noted(message, text)

    async def browse(self, message: Message, action: ListRequests) -> AsyncIterator[Reply]:
        """Show admins what is missed, the most wanted first."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        try:
            requests = await self.open()
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        yield self._listed(message, requests, action.page)

    async def settle(self, message: Message, action: SettleRequest) -> AsyncIterator[Reply]:
        """Take a request off the list."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        try:
            await self._context.record(message, action.name)
            await self._context.sessions.delete(KIND, action.request)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        async for reply in self.browse(message, ListRequests()):
            yield reply

    async def answered_by(self, request: str, document: str, *, told: bool = False) -> None:
        """
        Remember which document was added for a request, or answers it; `told` where those who asked
        hear of it.
        """
        known = {"document": document, "told": told}

        def added(stored: State | None) -> State | None:
            return stored | known if stored else None

        with suppress(SessionsUnavailable):
            await self._context.sessions.change(KIND, request, added, seconds=REQUEST)

    async def _record(self, answer: str) -> AnswerRecord | None:
        return await self._records.load(answer) if answer else None

    async def _noted(self, message: Message, text: str) -> Reply:
        try:
            first = await self.missed(text, message.person.id)
        except SessionsUnavailable:
            return self._context.note("no_book", message)
        shown = display(text)
        return self._context.note("requested" if first else "requested_before", message, text=shown)

    def _asking(self, message: Message, action: RequestDocument) -> Reply:
        say = self._context.say
        text = say("request_text", message)
        hint = say("request_hint", message)
        field = Field("q", "text", say("request_field", message), hint=hint, max=TEXT)
        ask = Ask(
            form=action.name,
            title=say("request_title", message),
            text=text,
            fields=(field,),
            submit=say("request_submit", message),
            stop=say("stop", message),
            required_error=say("required", message),
        )
        return Reply(text, private=True, ask=ask)

    async def count(self) -> int:
        """Return how many questions wait for a document. Raises SessionsUnavailable."""
        return len(await self.open())

    async def open(self) -> list[Request]:
        """Return the requests that are not met, the most wanted first."""
        return [request for request in await self.all() if not await self._met(request)]

    async def all(self) -> list[Request]:
        """Return every request, met or not, the most wanted first."""
        requests = []
        for id_ in await self._context.sessions.index_list(*LIST):
            stored = await self._context.sessions.load(KIND, id_)
            if stored is None:
                continue
            request = Request(
                id_,
                stored["text"],
                stored["asked"],
                tuple(stored["people"]),
                stored["at"],
                stored["document"],
                stored.get("told", False),
            )
            requests.append(request)
        return sorted(requests, key=lambda request: request.rank)

    async def _met(self, request: Request) -> bool:
        """Report whether a document that was added for a request is published."""
        if not request.document:
            return False
        try:
            library = await self._context.library()
            document = await library.document(request.document)
        except KnowledgeError:
            return False
        return bool(document.current)

    def _listed(self, message: Message, requests: list[Request], wanted: int) -> Reply:
        context, say = self._context, self._context.say
        page = Page.of(requests, wanted, PAGE)
        title = say("wanted_title", message, n=len(requests))
        rows = tuple(self._row(message, request) for request in page.items)
        spoken = [title]
        blocks: list[Block] = [Heading(title)]
        if rows:
            columns = tuple(Column(say(f"column_{name}", message)) for name in COLUMNS)
            blocks.append(Table(say("wanted_caption", message), columns, rows))
            blocks += self._ways(message, page)
            spoken += [f"{number}. {' / '.join(row)}" for number, row in enumerate(rows, 1)]
        else:
            none = say("wanted_none", message)
            blocks.append(Paragraph(none))
            spoken.append(none)
        turns = page.turns(context, message, ListRequests)
        blocks.append(Buttons((*turns, context.back(message)), "list"))
        return Reply("\n".join(spoken), tuple(blocks), private=True, panel=True)

    def _row(self, message: Message, request: Request) -> tuple[str, str, str, str]:
        last = request.at[:10]
        if request.document:
            last = f"{last} ({self._context.say('being_added', message)})"
        return display(request.text), str(request.asked), str(len(request.people)), last

    def _ways(self, message: Message, page: Page[Request]) -> list[Buttons]:
        """Offer to add a document for each request, and to take each off the list."""
        say = self._context.say
        adds, settles = [], []
        for number, request in enumerate(page.items, 1):
            text = f"{number}. {display(request.text)}"
            adds.append(Button(text, AddDocument(request.id)))
            settle = f"{number}. {say('settle', message)}"
            settles.append(Button(settle, SettleRequest(request.id)))
        return [
            Buttons(tuple(adds), "adds", say("add_for", message)),
            Buttons(tuple(settles), "settles", say("settle_label", message)),
        ]


def request_id(text: str) -> str:
    """Return what requests in the same words share."""
    words = " ".join(unicodedata.normalize("NFKC", text).split())[:TEXT]
    plain = words.casefold().rstrip("?!。.")
    return hashlib.blake2b(plain.encode(), digest_size=9).hexdigest()


def _asked_again(request: State, person: str) -> State:
    """Return a request that came up once more; a person's is counted by who they are."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    if person:
        return {**request, "people": [*request["people"], person], "at": at}
    return {**request, "asked": request["asked"] + 1, "at": at}
