"""The page of one document for admins: what is said of it, its versions, what can be done now."""

from handlers.actions.documents import (
    EditDetails,
    MarkRule,
    Publish,
    Remove,
    RollBack,
    ShowReport,
    TakeOriginal,
    Withdraw,
)
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Confirm,
    Fact,
    Facts,
    Heading,
    Message,
    Paragraph,
    Reply,
    Table,
)
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.documents.waiting import draft
from handlers.people import MACHINE
from knowledge.values import Document, Version

COLUMNS = ("version", "state", "file", "pages", "added")


class DocumentPage:
    def __init__(self, context: Context) -> None:
        self._context = context

    def reply(self, message: Message, document: Document, today: str, note: str = "") -> Reply:
        """Return the page, under a sentence about what has just been done."""
        say = self._context.say
        title = display(document.metadata.title)
        state = " · ".join(say(f"state_{name}", message) for name in states(document))
        spoken = say("page", message, title=title, state=state)
        blocks: list[Block] = []
        if note:
            spoken = f"{note}\n{spoken}"
            blocks.append(Paragraph(note, "note"))
        blocks.append(Heading(title))
        blocks.append(Facts(self._facts(message, document, today)))
        blocks.append(self._versions(message, document))
        publishing = self._publishing(message, document)
        if publishing:
            blocks.append(Buttons(tuple(publishing)))
        blocks.append(Buttons(self._others(message, document)))
        return Reply(spoken, tuple(blocks), private=True, panel=True)

    def _facts(self, message: Message, document: Document, today: str) -> tuple[Fact, ...]:
        context, metadata = self._context, document.metadata
        rows = {
            "kind": context.say(f"kind_{metadata.kind or 'other'}", message),
            "audience": reader_label(context, message, metadata.audience),
            "owner": owner_name(context, message, metadata.owner),
            "effective": metadata.effective or "–",
            "review": review_cell(context, message, document, today),
        }
        return tuple(
            Fact(context.say(f"fact_{name}", message), value) for name, value in rows.items()
        )

    def _versions(self, message: Message, document: Document) -> Table:
        """Return the versions, the newest first."""
        say = self._context.say
        columns = tuple(Column(say(f"column_{name}", message)) for name in COLUMNS)
        rows = []
        for version in reversed(document.versions):
            state = say(f"state_{version.state}", message)
            name, pages, added = display(version.name), str(version.pages), version.added[:10]
            rows.append((f"v{version.number}", state, name, pages, added))
        return Table(say("versions", message, n=len(rows)), columns, tuple(rows))

    def _publishing(self, message: Message, document: Document) -> list[Button]:
        """
        Offer what changes which version is found; each button carries the version it was drawn for.
        """
        context, now = self._context, _now(document)
        buttons = []
        for version in document.versions:
            if version.state == "staged":
                label = context.say("review_staged", message, number=version.number)
                buttons.append(Button(label, ShowReport(document.id, version.id)))
        ahead = later(document)
        if ahead:
            label = context.say("forward", message, number=ahead.number)
            sure = sure_of(context, message, "forward", number=ahead.number)
            buttons.append(Button(label, Publish(document.id, ahead.id), confirm=sure))
        if document.published:
            before = earlier(document)
            if before:
                label = context.say("rollback", message, number=before.number)
                sure = sure_of(context, message, "rollback", number=before.number)
                buttons.append(Button(label, RollBack(document.id, now), confirm=sure))
            label, sure = context.say("withdraw", message), sure_of(context, message, "withdraw")
            buttons.append(Button(label, Withdraw(document.id, now), confirm=sure))
        elif any(version.state == "withdrawn" for version in document.versions):
            buttons.append(context.button("republish", message, RollBack(document.id, now)))
        return buttons

    def _others(self, message: Message, document: Document) -> tuple[Button, ...]:
        context, now = self._context, _now(document)
        buttons = [
            context.button("details", message, EditDetails(document.id)),
            context.button("mark", message, MarkRule(document.id)),
        ]
        newest = document.version(now)
        if newest and newest.original:
            buttons.append(context.button("original", message, TakeOriginal(document.id, now)))
        if newest:
            buttons += context.seen(message, document.id, newest.number)
        label, sure = context.say("remove", message), sure_of(context, message, "remove")
        buttons.append(Button(label, Remove(document.id, now), "danger", sure))
        buttons.append(context.back(message))
        return tuple(buttons)


def reader_label(context: Context, message: Message, audience: str) -> str:
    """Return who reads documents with this audience, in the person's words."""
    if audience in ("all", "admins"):
        return context.say(f"audience_{audience}", message)
    if ":" in audience:  # one person alone
        return owner_name(context, message, audience)
    return display(audience)


def owner_name(context: Context, message: Message, owner: str) -> str:
    """
    Return what an owner is called, "–" where a document has none; who was not looked up lately is
    nobody's name, and never an id.
    """
    if not owner:
        return "–"
    name = context.people.names.known(owner)
    if name:
        return display(name)
    at_the_machine = context.people.identity(owner) == MACHINE
    return context.say("person_at_machine" if at_the_machine else "person_unknown", message)


def review_cell(context: Context, message: Message, document: Document, today: str) -> str:
    """Return the review date, marked when it has come."""
    review = document.metadata.review or "–"
    if due(document, today):
        return f"{review} ⚠ {context.say('overdue', message)}"
    return review


def states(document: Document) -> tuple[str, ...]:
    """Return the state people think of, and "staged" beside it when a version waits."""
    of_versions = {version.state for version in document.versions}
    if not document.current and of_versions == {"staged"}:
        return ("staged",)
    own = "published" if document.current else "withdrawn"
    return (own, "staged") if draft(document) else (own,)


def version_in_use(document: Document) -> Version:
    """Return the published version, the newest where none is."""
    return document.published or document.versions[-1]


def earlier(document: Document) -> Version | None:
    """Return the version `rollback` would lead to, None when there is none."""
    now = document.published
    if now is None:
        return None
    before = None
    for version in document.versions:
        older = version.published and version.number < now.number
        if older and (before is None or version.number > before.number):
            before = version
    return before


def later(document: Document) -> Version | None:
    """Return the newest version that was published once and is newer than the present one."""
    now = document.published
    if now is None:
        return None
    newest = document.versions[-1]
    newer = newest.published and newest.number > now.number
    return newest if newer else None


def due(document: Document, today: str) -> bool:
    """Report whether a published document is past its review date."""
    review = document.metadata.review
    return bool(document.current and review and review <= today)


def sure_of(context: Context, message: Message, what: str, **values: object) -> Confirm:
    """Return the question before a change; `values` are those of its text."""
    return Confirm(
        context.say(f"{what}_title", message),
        context.say(f"{what}_text", message, **values),
        context.say(f"{what}_ok", message),
        context.say(f"{what}_cancel", message),
    )


def _now(document: Document) -> str:
    return document.current or document.versions[-1].id
