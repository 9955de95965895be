"""
What is said about a document: the form to add files with, the form to correct it later, and the
check of what comes back.
"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Literal, cast
from urllib.parse import urlsplit

from handlers.actions.documents import AddDocument, EditDetails
from handlers.conversation import Ask, Field, Form, Message, Option, Reply
from handlers.documents.changes import Changes
from handlers.documents.context import Context
from handlers.documents.listing import KINDS, DocumentList
from handlers.documents.names import display
from handlers.documents.page import reader_label
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.formats import endings
from knowledge.reading.readers.decode import clean
from knowledge.reading.readers.limits import Limits
from knowledge.text.sizes import megabytes
from knowledge.values import Document, DocumentKind, Metadata

FILES = 10  # in one message
TITLE = 120  # characters
OWNER = 200  # characters
NONE = "none"  # replaces no document
OTHERS = 20  # documents offered to be replaced
_ADDRESS = re.compile(r"https://[^\s<>\"'`|\\]{4,1000}")
_OWN = re.compile(r"<@(\w+)(?:\|[^>]*)?>")  # a Slack mention


def is_address(text: str) -> bool:
    """Report whether this is an address on the web where a document can lie."""
    return bool(_ADDRESS.fullmatch(text))


class Invalid(Exception):
    """A field of a form cannot be taken, as a sentence says."""

    def __init__(
        self, sentence: Literal["bad_kind", "bad_audience", "bad_order", "bad_date"]
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Details:
    def __init__(self, context: Context, list_: DocumentList, changes: Changes) -> None:
        self._context = context
        self._list = list_
        self._changes = changes

    async def add(self, message: Message, action: AddDocument) -> AsyncIterator[Reply]:
        """Ask for files and what is said about them."""
        context, say = self._context, self._context.say
        if refused := await context.refused(message, action.name):
            yield refused
            return
        try:
            library = await context.library()
            documents = await library.documents()
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        label = say("files", message, limit=FILES)
        hint = say("files_hint", message, limit=megabytes(Limits().file))
        files = Field("files", "files", label, types=endings(), max=FILES, hint=hint)
        owned = Metadata(owner=message.person.id)
        about = self._fields(message, owned, say("title_hint", message))
        text = say("add_text", message)
        intro = say("not_yet_found", message)
        if is_address(action.address):
            host = urlsplit(action.address).hostname or ""
            intro = say("add_linked", message, host=display(host))
        ask = Ask(
            form=action.name,
            title=say("add_title", message),
            text=text,
            fields=(files, *about, self._superseding(message, documents)),
            submit=say("add_submit", message),
            stop=say("stop", message),
            state=action.data,
            intro=intro,
            required_error=say("required", message),
        )
        yield Reply(text, private=True, ask=ask)

    async def edit(self, message: Message, action: EditDetails) -> AsyncIterator[Reply]:
        """Ask for corrections of what is said about a document."""
        context, say = self._context, self._context.say
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        try:
            library = await context.library()
            document = await library.document(action.document)
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        text = say("details_text", message, title=display(document.metadata.title))
        ask = Ask(
            form=action.name,
            title=say("details_title", message),
            text=text,
            fields=self._fields(message, document.metadata),
            submit=say("details_submit", message),
            stop=say("stop", message),
            state=EditDetails(document.id).data,
            required_error=say("required", message),
        )
        yield Reply(text, private=True, ask=ask)

    async def save(self, message: Message, action: EditDetails, form: Form) -> AsyncIterator[Reply]:
        """Take corrections."""
        context = self._context
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        try:
            library = await context.library()
            before = await library.document(action.document)
            metadata = self.read(message, form.values)
            changes: dict[str, object] = {}
            for name in form.values:
                value = getattr(metadata, name, None)
                if value is not None:
                    changes[name] = value
            changes["title"] = metadata.title or before.metadata.title
            outcome = await self._changes.edit(message, action.document, changes)
            after = await library.document(action.document)
            note = context.say("details_saved", message)
            note += self._changes.answered(message, outcome.met)
            yield self._list.page(message, after, note)
        except Invalid as wrong:
            again = context.button("details", message, action)
            yield context.note(wrong.sentence, message, again)
        except KnowledgeError as error:
            yield context.failure(message, error)
        except SessionsUnavailable:
            yield context.note("no_book", message)

    def read(self, message: Message, values: Mapping[str, str]) -> Metadata:
        """
        Return what a form says. An audience is taken only when it can be decided who is in it.

        Raises:
            Invalid
        """
        kind, audience = values.get("kind", ""), values.get("audience", "")
        if kind and kind not in KINDS:
            raise Invalid("bad_kind")
        if audience and not self._context.people.decides(audience):
            raise Invalid("bad_audience")
        effective = _date(values.get("effective", ""))
        review = _date(values.get("review", ""))
        if effective and review and review < effective:
            raise Invalid("bad_order")
        title = " ".join(clean(values.get("title", ""))[0].split())[:TITLE]
        return Metadata(
            title,
            cast("DocumentKind", kind),
            audience,
            _owner(message, values.get("owner", "")),
            effective,
            review,
            supersedes=values.get("supersedes", "").replace(NONE, ""),
        )

    def _superseding(self, message: Message, documents: list[Document]) -> Field:
        """Ask which document the files replace, if any."""
        say = self._context.say
        options = [Option(NONE, say("supersedes_none", message))]
        offered = documents[:OTHERS]
        options += [Option(other.id, display(other.metadata.title)) for other in offered]
        return Field(
            "supersedes",
            "choice",
            say("supersedes", message),
            required=False,
            initial=NONE,
            options=tuple(options),
        )

    def _fields(
        self, message: Message, metadata: Metadata, title_hint: str = ""
    ) -> tuple[Field, ...]:
        """Return what can be said about a document, filled in with what is said now."""
        context, say = self._context, self._context.say
        kinds = tuple(Option(kind, say(f"kind_{kind}", message)) for kind in KINDS)
        audiences = context.people.audiences
        readers = tuple(Option(a, reader_label(context, message, a)) for a in audiences)
        title = Field(
            "title",
            "text",
            say("column_title", message),
            required=False,
            initial=metadata.title,
            hint=title_hint,
            max=TITLE,
        )
        kind = Field(
            "kind",
            "choice",
            say("fact_kind", message),
            initial=metadata.kind or "guideline",
            options=kinds,
        )
        audience_ = Field(
            "audience",
            "choice",
            say("fact_audience", message),
            initial=metadata.audience or "all",
            options=readers,
        )
        name = metadata.owner.rpartition(":")[2]
        owner = Field("owner", "person", say("fact_owner", message), required=False, initial=name)
        dates = []
        for id_, day in (("effective", metadata.effective), ("review", metadata.review)):
            label = say(f"fact_{id_}", message)
            dates.append(Field(id_, "date", label, required=False, initial=day))
        return (title, kind, audience_, owner, *dates)


def _owner(message: Message, text: str) -> str:
    """Return the id of an owner as a form names them: a whole one, or the platform's own."""
    owner = _OWN.sub(r"\1", text.strip())[:OWNER]
    if not owner or ":" in owner:
        return owner
    # the platform's own id of somebody in the same place
    return f"{message.person.id.rpartition(':')[0]}:{owner}"


def _date(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise Invalid("bad_date") from error
