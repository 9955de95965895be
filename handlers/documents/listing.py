"""The list of documents with its filters, and the page of one document with its versions."""

import unicodedata
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, get_args

from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Column,
    Confirm,
    Fact,
    Facts,
    Field,
    Heading,
    Message,
    Option,
    Paragraph,
    Press,
    Reply,
    Table,
    Values,
)
from handlers.documents.context import Context
from handlers.documents.names import shown
from knowledge.errors import KnowledgeError
from knowledge.values import Document, DocumentKind, Version

PAGE = 8  # documents at a time: each has a button
ANY = "any"  # a choice that narrows nothing
STATES = ("published", "staged", "withdrawn")
KINDS: tuple[str, ...] = get_args(DocumentKind)


@dataclass(frozen=True, slots=True)
class Filter:
    """
    What of the shelf is asked for; empty fields ask for everything. `due` is "yes" for documents
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
        """Read what a button or form carries; what is off asks for everything."""
        words = {f.name: str(given.get(f.name, ""))[:200] for f in fields(cls) if f.name != "page"}
        words = {name: "" if word == ANY else word for name, word in words.items()}
        page = given.get("page", 1)
        return cls(**words, page=page if isinstance(page, int) and 0 < page < 100_000 else 1)

    def takes(self, document: Document, today: str) -> bool:
        said = document.metadata
        names = (said.title, *(v.name for v in document.versions))
        return (
            (not self.q or any(_plain(self.q) in _plain(name) for name in names))
            and (not self.state or self.state in states(document))
            and (not self.kind or said.kind == self.kind)
            and (not self.audience or said.audience == self.audience)
            and (self.due != "yes" or due(document, today))
        )


class DocumentList:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def browse(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """
        List what the readers of this reply may see: for an admin alone, everything in every state.
        """
        asked, today = Filter.read(given), _today()
        admin = self._admin(message)
        try:
            library = await self._context.library()
            known = await library.documents(
                readers=None if admin else self._context.people.readers(message)
            )
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        found = [d for d in known if (admin or d.current) and asked.takes(d, today)]
        pages = max(1, -(-len(found) // PAGE))
        page = min(asked.page, pages)
        listed = self._listed(message, asked, found, page, pages, today)
        late = sum(due(d, today) for d in known) if admin and asked.due != "yes" else 0
        yield self._reminding(message, listed, late) if late else listed

    async def open(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """
        Open one document for an admin: what is said of it, its versions and what can be done now.
        """
        if refused := await self._context.refused(
            message, "document.open", str(given.get("d", ""))
        ):
            yield refused
            return
        try:
            library = await self._context.library()
            document = await library.document(str(given.get("d", "")))
            lost = (
                "、".join(shown(m.quote) for m in await library.lost_marks(document.id))
                if document.current
                else ""
            )
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        yield self.page(
            message, document, self._context.say("lost", message, quotes=lost) if lost else ""
        )

    def page(self, message: Message, document: Document, note: str = "") -> Reply:
        """Return a document's page, under a sentence about what has just been done."""
        say = self._context.say
        title = shown(document.metadata.title)
        state = " · ".join(say(f"state_{s}", message) for s in states(document))
        text = "\n".join(
            part for part in (note, say("page", message, title=title, state=state)) if part
        )
        blocks: list[Block] = [Paragraph(note, "note")] if note else []
        blocks += [
            Heading(title),
            Facts(self._facts(message, document)),
            self._versions(message, document),
        ]
        blocks += [Buttons(row) for row in self._ways(message, document) if row]
        return Reply(text, tuple(blocks), private=True)

    def filter(self, message: Message, given: Values) -> Reply:
        """Ask what to look for."""
        asked, say = Filter.read(given), self._context.say
        every = Option(ANY, say("any", message))

        def choice(name: str, options: tuple[str, ...]) -> Field:
            rows = tuple(Option(o, self._named(name, o, message)) for o in options)
            return Field(
                name,
                "choice",
                say(f"filter_{name}", message),
                False,
                getattr(asked, name) or ANY,
                options=(every, *rows),
            )

        narrow = [
            Field("q", "text", say("filter_q", message), required=False, initial=asked.q, max=100),
            choice("kind", KINDS),
        ]
        if self._admin(message):
            narrow += [
                choice("state", STATES),
                choice("audience", self._context.people.audiences),
                choice("due", ("yes",)),
            ]
        title = say("filter", message)
        return Reply(
            title,
            private=True,
            ask=Ask(
                "document.filter",
                title,
                title,
                tuple(narrow),
                say("show", message),
                say("stop", message),
            ),
        )

    def _listed(
        self,
        message: Message,
        asked: Filter,
        found: list[Document],
        page: int,
        pages: int,
        today: str,
    ) -> Reply:
        say, admin = self._context.say, self._admin(message)
        here = found[(page - 1) * PAGE : page * PAGE]
        caption = say("caption", message, n=len(found)) + (
            say("of_pages", message, page=page, pages=pages) if pages > 1 else ""
        )
        narrowed = self._narrowed(message, asked)
        names = (
            ("title", "version", "state", "audience", "review")
            if admin
            else ("title", "version", "review")
        )
        rows = tuple(tuple(self._cell(name, d, message, today) for name in names) for d in here)
        blocks: list[Block] = [Heading(say("title", message))]
        if narrowed:
            blocks.append(Paragraph(say("narrowed", message, by=narrowed), "quiet"))
        if rows:
            blocks.append(
                Table(caption, tuple(Column(say(f"column_{c}", message)) for c in names), rows)
            )
        else:
            blocks.append(Paragraph(say("none_found" if narrowed else "none_yet", message)))
        if admin and here:
            opens = tuple(
                Button(shown(d.metadata.title), Press("document.open", {"d": d.id})) for d in here
            )
            blocks.append(Buttons(opens, "open", say("open", message)))
        blocks.append(Buttons(self._ways_on(message, asked, page, pages), "list"))
        blocks.append(Paragraph(say("how" if admin else "how_member", message), "quiet"))
        lines = [f"- {' / '.join(row)}" for row in rows]
        return Reply(
            "\n".join([f"{caption}{f'({narrowed})' if narrowed else ''}", *lines]),
            tuple(blocks),
            private=True,
        )

    def _reminding(self, message: Message, listed: Reply, late: int) -> Reply:
        """
        Put first what is past its review date, for its owner may not be reachable of our own
        accord.
        """
        text = self._context.say("late", message, n=late)
        button = self._context.button("late_show", message, "list", due="yes")
        blocks = (Paragraph(text, "warning"), Buttons((button,), "late"), *listed.blocks)
        return replace(listed, text=f"{text}\n{listed.text}", blocks=blocks)

    def _ways_on(
        self, message: Message, asked: Filter, page: int, pages: int
    ) -> tuple[Button, ...]:
        context, here = self._context, {k: v for k, v in asdict(asked).items() if v and k != "page"}
        admin = self._admin(message)
        ways = (
            [context.button("previous", message, "list", **here, page=page - 1)] if page > 1 else []
        )
        ways += (
            [context.button("next", message, "list", **here, page=page + 1)] if page < pages else []
        )
        ways.append(context.button("filter", message, "filter", **here))
        ways += [context.button("everything", message, "list")] if here else []
        names = ("add", "wanted", "glossary", "audit") if admin else ("request",)
        return (*ways, *(context.button(name, message, name) for name in names))

    def _cell(self, column: str, document: Document, message: Message, today: str) -> str:
        match column:
            case "title":
                return shown(document.metadata.title)
            case "version":
                version = document.published or document.versions[-1]
                return f"v{version.number}"
            case "state":
                return " · ".join(
                    self._context.say(f"state_{s}", message) for s in states(document)
                )
            case "audience":
                return audience(self._context, message, document.metadata.audience)
            case _:
                late = f" ⚠ {self._context.say('overdue', message)}" if due(document, today) else ""
                return (document.metadata.review or "–") + late

    def _facts(self, message: Message, document: Document) -> tuple[Fact, ...]:
        said, say = document.metadata, self._context.say
        rows = {
            "kind": say(f"kind_{said.kind or 'other'}", message),
            "audience": audience(self._context, message, said.audience),
            "owner": shown(said.owner.rpartition(":")[2]) if said.owner else "–",
            "effective": said.effective or "–",
            "review": self._cell("review", document, message, _today()),
        }
        return tuple(Fact(say(f"fact_{name}", message), value) for name, value in rows.items())

    def _versions(self, message: Message, document: Document) -> Table:
        say = self._context.say
        columns = tuple(
            Column(say(f"column_{c}", message))
            for c in ("version", "state", "file", "pages", "added")
        )
        rows = tuple(
            (
                f"v{v.number}",
                say(f"state_{v.state}", message),
                shown(v.name),
                str(v.pages),
                v.added[:10],
            )
            for v in reversed(document.versions)
        )
        return Table(say("versions", message, n=len(rows)), columns, rows)

    def _ways(self, message: Message, document: Document) -> list[tuple[Button, ...]]:
        """The buttons that make sense now; each carries the version it was drawn for."""
        context, now = (
            self._context,
            {"d": document.id, "v": document.current or document.versions[-1].id},
        )
        waiting = [v for v in document.versions if v.state == "staged"]
        first = [
            Button(
                context.say("review_staged", message, number=v.number),
                _press("report", document, v),
            )
            for v in waiting
        ]
        if document.published:
            if before := earlier(document):
                label = context.say("rollback", message, number=before.number)
                sure = sure_of(context, message, "rollback", number=before.number)
                first.append(Button(label, Press("document.rollback", now), confirm=sure))
            sure = sure_of(context, message, "withdraw")
            first.append(
                Button(
                    context.say("withdraw", message), Press("document.withdraw", now), confirm=sure
                )
            )
        elif any(v.state == "withdrawn" for v in document.versions):
            first.append(context.button("republish", message, "rollback", **now))
        sure = sure_of(context, message, "remove")
        second = [
            context.button("details", message, "details", **now),
            context.button("mark", message, "mark", **now),
        ]
        second += (
            [context.button("original", message, "original", **now)]
            if _kept(document, now["v"])
            else []
        )
        second.append(
            Button(context.say("remove", message), Press("document.remove", now), "danger", sure)
        )
        return [tuple(first), (*second, context.button("back_to_list", message, "list"))]

    def _named(self, field: str, option: str, message: Message) -> str:
        match field:
            case "audience":
                return audience(self._context, message, option)
            case "due":
                return self._context.say("overdue", message)
            case _:
                return self._context.say(f"{field}_{option}", message)

    def _narrowed(self, message: Message, asked: Filter) -> str:
        known: dict[str, tuple[str, ...]] = {"state": STATES, "kind": KINDS, "due": ("yes",)}
        parts = [f"「{shown(asked.q)}」"] if asked.q else []
        for name in ("state", "kind", "audience", "due"):
            value: Any = getattr(asked, name)
            if value and (name == "audience" or value in known[name]):
                parts.append(self._named(name, value, message))
        return " · ".join(parts)

    def _admin(self, message: Message) -> bool:
        return message.audience.private and self._context.people.is_admin(message.person)


def audience(context: Context, message: Message, label: str) -> str:
    """Return who reads documents with this label, in the person's words."""
    return context.say(f"audience_{label}", message) if label in ("all", "admins") else shown(label)


def states(document: Document) -> tuple[str, ...]:
    """Return the state people think of, and "staged" beside it when a version waits."""
    own = "published" if document.current else "withdrawn"
    found = {v.state for v in document.versions}
    waits = ("staged",) if "staged" in found else ()
    return waits if not document.current and found == {"staged"} else (own, *waits)


def earlier(document: Document) -> Version | None:
    """Return the version `rollback` would lead to, None when there is none."""
    now = document.published
    before = [v for v in document.versions if v.published and now and v.number < now.number]
    return max(before, key=lambda v: v.number, default=None)


def _kept(document: Document, version: str) -> bool:
    """Report whether the file of this version is there to be taken away."""
    return any(v.id == version and v.original for v in document.versions)


def due(document: Document, today: str) -> bool:
    return bool(document.current and document.metadata.review and document.metadata.review <= today)


def sure_of(context: Context, message: Message, what: str, **values: object) -> Confirm:
    parts = ("title", "text", "ok", "cancel")
    return Confirm(
        *(
            context.say(f"{what}_{part}", message, **(values if part == "text" else {}))
            for part in parts
        )
    )


def _press(action: str, document: Document, version: Version) -> Press:
    return Press(f"document.{action}", {"d": document.id, "v": version.id})


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
