"""The list of documents with its filters, and the form to narrow it."""

import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import get_args

from handlers.actions.documents import (
    AddDocument,
    ChangeSeveral,
    FilterDocuments,
    ListDocuments,
    ListRequests,
    OpenDocument,
    RequestDocument,
    ShowAudit,
    ShowGlossary,
    ShowSources,
)
from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Column,
    Field,
    Heading,
    Message,
    Option,
    Paragraph,
    Reply,
    Table,
    Values,
)
from handlers.documents.context import Context
from handlers.documents.drafts import offer
from handlers.documents.names import display
from handlers.documents.page import (
    DocumentPage,
    due,
    reader_label,
    review_cell,
    states,
    version_in_use,
)
from handlers.documents.pages import Page
from handlers.documents.waiting import waiting
from handlers.pointed import Pointers
from knowledge.errors import KnowledgeError
from knowledge.values import Document, DocumentKind, Version

PAGE = 8  # documents at a time: each has a button
LONGEST = 200  # characters of what is looked for
ANY = "any"  # a choice that narrows nothing
STATES = ("published", "staged", "withdrawn")
KINDS: tuple[str, ...] = get_args(DocumentKind)
MEMBER_COLUMNS = ("title", "version", "review")
ADMIN_COLUMNS = ("title", "version", "state", "audience", "review")


@dataclass(frozen=True, slots=True)
class Filter:
    """
    Which documents are asked for; empty fields ask for everything. `due` is "yes" for documents
    past their review date.
    """

    q: str = ""
    state: str = ""
    kind: str = ""
    audience: str = ""
    due: str = ""
    page: int = 1

    @classmethod
    def read(cls, given: Values) -> "Filter":
        """Read what a button, a form or an address carries; what is off asks for everything."""
        words = {}
        for field in fields(cls):
            word = str(given.get(field.name, ""))[:LONGEST]
            if field.name != "page" and word != ANY:
                words[field.name] = word
        page = given.get("page", 1)
        known = isinstance(page, int) and 0 < page < 100_000
        return cls(**words, page=int(page) if known else 1)

    def takes(self, document: Document, today: str) -> bool:
        """Report whether a document is asked for; `today` (ISO) decides what is due."""
        metadata = document.metadata
        return (
            (not self.q or self._names(document))
            and (not self.state or self.state in states(document))
            and (not self.kind or metadata.kind == self.kind)
            and (not self.audience or metadata.audience == self.audience)
            and (self.due != "yes" or due(document, today))
        )

    def _names(self, document: Document) -> bool:
        """Report whether the title or a file's name holds what is looked for."""
        names = [document.metadata.title]
        names += [version.name for version in document.versions]
        wanted = _plain(self.q)
        return any(wanted in _plain(name) for name in names)

    @property
    def narrowing(self) -> dict[str, str]:
        """The fields that narrow something."""
        words = asdict(self)
        del words["page"]
        return {name: word for name, word in words.items() if word}


class DocumentList:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._page = DocumentPage(context)
        self._pointers = Pointers(context.sessions)

    async def browse(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """
        List what the readers of this reply may see: for an admin alone, everything in every state.
        """
        context, filter_, today = self._context, Filter.read(given), today_utc()
        admin = self._admin(message)
        readers = None if admin else context.people.readers(message)
        try:
            library = await context.library()
            documents = await library.documents(readers=readers)
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        hits, late = [], 0
        for document in documents:
            late += due(document, today)
            if (admin or document.current) and filter_.takes(document, today):
                hits.append(document)
        page = Page.of(hits, filter_.page, PAGE)
        await self._pointers.list(message.place, [document.id for document in page.items])
        listed = self._listed(message, filter_, page, len(hits), today)
        if late and admin and filter_.due != "yes":
            listed = self._reminding(message, listed, late)
        drafts = waiting(documents)
        if admin and len(drafts) > 1 and filter_.state in ("", "staged"):
            listed = self._offering(message, listed, drafts)
        yield listed

    async def open(self, message: Message, action: OpenDocument) -> AsyncIterator[Reply]:
        """
        Open one document for an admin: what is said of it, its versions and what can be done now.
        """
        context = self._context
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        try:
            library = await context.library()
            document = await library.document(action.document)
            lost = await library.lost_marks(document.id) if document.current else []
            await context.people.names.of(document.metadata.owner, message.place)
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        note = ""
        if lost:
            quotes = "、".join(display(rule.quote) for rule in lost)
            note = context.say("lost", message, quotes=quotes)
        yield self.page(message, document, note)

    def page(self, message: Message, document: Document, note: str = "") -> Reply:
        """Return a document's page, under a sentence about what has just been done."""
        return self._page.reply(message, document, today_utc(), note)

    async def ask(self, message: Message, action: FilterDocuments) -> AsyncIterator[Reply]:
        """Ask what to look for."""
        filter_, say = Filter.read(action.data), self._context.say
        title = say("filter", message)
        wanted = Field(
            "q", "text", say("filter_q", message), required=False, initial=filter_.q, max=100
        )
        inputs = [wanted, self._choice(message, filter_, "kind", KINDS)]
        if self._admin(message):
            audiences = self._context.people.audiences
            inputs.append(self._choice(message, filter_, "state", STATES))
            inputs.append(self._choice(message, filter_, "audience", audiences))
            inputs.append(self._choice(message, filter_, "due", ("yes",)))
        show, stop = say("show", message), say("stop", message)
        ask = Ask(action.name, title, title, tuple(inputs), show, stop)
        yield Reply(title, private=True, ask=ask)

    def _choice(
        self, message: Message, filter_: Filter, name: str, choices: tuple[str, ...]
    ) -> Field:
        options = [Option(ANY, self._context.say("any", message))]
        options += [Option(choice, self._named(name, choice, message)) for choice in choices]
        return Field(
            name,
            "choice",
            self._context.say(f"filter_{name}", message),
            required=False,
            initial=getattr(filter_, name) or ANY,
            options=tuple(options),
        )

    def _listed(
        self, message: Message, filter_: Filter, page: Page[Document], total: int, today: str
    ) -> Reply:
        say, admin = self._context.say, self._admin(message)
        narrowed = self._narrowed(message, filter_)
        names = ADMIN_COLUMNS if admin else MEMBER_COLUMNS
        caption = say("caption", message, n=total) + page.of_pages(self._context, message)
        spoken = [f"{caption}({narrowed})" if narrowed else caption]
        blocks: list[Block] = [Heading(say("title", message))]
        if narrowed:
            blocks.append(Paragraph(say("narrowed", message, by=narrowed), "quiet"))
        if page.items:
            columns = tuple(Column(say(f"column_{name}", message)) for name in names)
            rows = []
            for document in page.items:
                row = tuple(self._cell(name, document, message, today) for name in names)
                rows.append(row)
                spoken.append(f"- {' / '.join(row)}")
            blocks.append(Table(caption, columns, tuple(rows)))
        else:
            none = self._none(message, filter_)
            spoken.append(none)
            blocks.append(Paragraph(none))
        if admin and page.items:
            blocks.append(self._opening(message, page.items))
        blocks.append(Buttons(self._ways_on(message, filter_, page), "list"))
        blocks.append(Paragraph(say("how" if admin else "how_member", message), "quiet"))
        return Reply("\n".join(spoken), tuple(blocks), private=True, panel=True)

    def _none(self, message: Message, filter_: Filter) -> str:
        """Say that a list is empty, and why."""
        if filter_.narrowing == {"state": "staged"}:
            return self._context.say("no_drafts", message)
        if filter_.narrowing:
            return self._context.say("none_found", message)
        return self._context.say("none_yet", message)

    def _opening(self, message: Message, documents: Sequence[Document]) -> Buttons:
        buttons = []
        for document in documents:
            title = display(document.metadata.title)
            buttons.append(Button(title, OpenDocument(document.id)))
        return Buttons(tuple(buttons), "open", self._context.say("open", message))

    def _reminding(self, message: Message, listed: Reply, late: int) -> Reply:
        """
        Put first what is past its review date, for its owner may not be reachable of our own
        accord.
        """
        text = self._context.say("late", message, n=late)
        button = self._context.button("late_show", message, ListDocuments(due="yes"))
        blocks = (Paragraph(text, "warning"), Buttons((button,), "late"), *listed.blocks)
        return replace(listed, text=f"{text}\n{listed.text}", blocks=blocks)

    def _offering(
        self, message: Message, listed: Reply, drafts: Sequence[tuple[Document, Version]]
    ) -> Reply:
        """Put first that several documents wait, with the way to publish them all."""
        text = self._context.say("drafts_wait", message, n=len(drafts))
        button = offer(self._context, message, drafts)
        blocks = (Paragraph(text, "note"), Buttons((button,), "drafts"), *listed.blocks)
        return replace(listed, text=f"{text}\n{listed.text}", blocks=blocks)

    def _ways_on(
        self, message: Message, filter_: Filter, page: Page[Document]
    ) -> tuple[Button, ...]:
        context, narrowing = self._context, filter_.narrowing

        def turned(number: int) -> ListDocuments:
            return ListDocuments(**narrowing, page=number)

        ways = page.turns(context, message, turned)
        ways.append(context.button("filter", message, FilterDocuments(**narrowing)))
        if narrowing:
            ways.append(context.button("everything", message, ListDocuments()))
        if self._admin(message):
            ways.append(context.button("add", message, AddDocument()))
            if page.items:
                ways.append(context.button("several", message, several_of(filter_, page.number)))
            ways.append(context.button("sources", message, ShowSources()))
            ways.append(context.button("wanted", message, ListRequests()))
            ways.append(context.button("glossary", message, ShowGlossary()))
            ways.append(context.button("audit", message, ShowAudit()))
        else:
            ways.append(context.button("request", message, RequestDocument()))
        return tuple(ways)

    def _cell(self, column: str, document: Document, message: Message, today: str) -> str:
        match column:
            case "title":
                return display(document.metadata.title)
            case "version":
                return f"v{version_in_use(document).number}"
            case "state":
                names = [self._context.say(f"state_{s}", message) for s in states(document)]
                return " · ".join(names)
            case "audience":
                return reader_label(self._context, message, document.metadata.audience)
            case _:
                return review_cell(self._context, message, document, today)

    def _named(self, field: str, option: str, message: Message) -> str:
        match field:
            case "audience":
                return reader_label(self._context, message, option)
            case "due":
                return self._context.say("overdue", message)
            case "kind":
                return self._context.say(f"kind_{option}", message)
            case _:
                return self._context.say(f"state_{option}", message)

    def _narrowed(self, message: Message, filter_: Filter) -> str:
        """Return what the list is narrowed to, in the person's words."""
        known = {"state": STATES, "kind": KINDS, "due": ("yes",)}
        parts = []
        if filter_.q:
            parts.append(self._context.say("quoted", message, words=display(filter_.q)))
        for name in ("state", "kind", "audience", "due"):
            value = filter_.narrowing.get(name)
            if value and (name == "audience" or value in known[name]):
                parts.append(self._named(name, value, message))
        return " · ".join(parts)

    def _admin(self, message: Message) -> bool:
        return message.audience.private and self._context.people.is_admin(message.person)


def several_of(filter_: Filter, page: int = 1) -> ChangeSeveral:
    """Return what changes several of the documents that a filter lets through."""
    return ChangeSeveral(
        filter_.q, filter_.state, filter_.kind, filter_.audience, filter_.due, page
    )


def today_utc() -> str:
    return datetime.now(UTC).date().isoformat()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
