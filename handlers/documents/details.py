"""
What is said about a document: the form to add files with, the form to correct it later, and the
check of what comes back.
"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import cast

from handlers.conversation import Ask, Field, Form, Message, Option, Reply, Values
from handlers.documents.context import Context
from handlers.documents.listing import KINDS, DocumentList, audience
from handlers.documents.names import shown
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.reading.readers.decode import clean
from knowledge.reading.readers.limits import Limits
from knowledge.text.sizes import megabytes
from knowledge.values import DocumentKind, Metadata

FILES = 10  # in one message
TYPES = ("pdf", "pptx", "docx", "xlsx", "csv", "html", "md", "txt")
TITLE = 120  # characters
NONE = "none"  # replaces no document
OTHERS = 20  # documents offered to be replaced
_OWN = re.compile(r"<@(\w+)(?:\|[^>]*)?>")  # a Slack mention


class Invalid(Exception):
    """A field of a form cannot be taken; the name is that of a sentence."""


class Details:
    def __init__(self, context: Context, shelf: DocumentList) -> None:
        self._context = context
        self._shelf = shelf

    async def add(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Ask for files and what is said about them; `w` is the wish they answer."""
        if refused := await self._context.refused(message, "document.add"):
            yield refused
            return
        say = self._context.say
        try:
            known = await (await self._context.library()).documents()
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        hint = say("files_hint", message, limit=megabytes(Limits().file))
        files = Field(
            "files", "files", say("files", message, limit=FILES), types=TYPES, max=FILES, hint=hint
        )
        none = Option(NONE, say("supersedes_none", message))
        options = (none, *(Option(d.id, shown(d.metadata.title)) for d in known[:OTHERS]))
        supersedes = Field(
            "supersedes",
            "choice",
            say("supersedes", message),
            required=False,
            initial=NONE,
            options=options,
        )
        fields = (
            files,
            *self._fields(message, Metadata(owner=message.person.id), "title_hint"),
            supersedes,
        )
        state = {"w": str(given["w"])} if "w" in given else {}
        yield self._ask(message, "add", fields, say("add_text", message), state)

    async def edit(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Ask for corrections of what is said about a document."""
        id_ = str(given.get("d", ""))
        if refused := await self._context.refused(message, "document.details", id_):
            yield refused
            return
        try:
            document = await (await self._context.library()).document(id_)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        title = self._context.say("details_text", message, title=shown(document.metadata.title))
        yield self._ask(
            message,
            "details",
            self._fields(message, document.metadata, ""),
            title,
            {"d": document.id},
        )

    async def save(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Take corrections."""
        id_ = str(form.state.get("d", ""))
        if refused := await self._context.refused(message, "document.details", id_):
            yield refused
            return
        try:
            library = await self._context.library()
            before = await library.document(id_)
            said = self.read(message, form.values)
            changes = {
                name: value
                for name in form.values
                if (value := getattr(said, name, None)) is not None
            }
            changes |= {"title": said.title or before.metadata.title}
            await self._context.write(message, "document.details", id_)
            yield self._shelf.page(
                message,
                await library.edit(id_, changes),
                self._context.say("details_saved", message),
            )
        except Invalid as wrong:
            yield self._context.note(
                str(wrong), message, self._context.button("details", message, "details", d=id_)
            )
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)

    def read(self, message: Message, values: Mapping[str, str]) -> Metadata:
        """
        Return what a form says. An audience is taken only when it can be decided who is in it.

        Raises:
            Invalid
        """
        kind, audience_ = values.get("kind", ""), values.get("audience", "")
        if kind and kind not in KINDS:
            raise Invalid("bad_kind")
        if audience_ and not self._context.people.decides(audience_):
            raise Invalid("bad_audience")
        effective, review = (_date(values.get(name, "")) for name in ("effective", "review"))
        if effective and review and review < effective:
            raise Invalid("bad_order")
        owner = _OWN.sub(r"\1", values.get("owner", "").strip())[:200]
        if owner and ":" not in owner:  # the platform's own id of somebody in the same place
            owner = f"{message.person.id.rpartition(':')[0]}:{owner}"
        title = " ".join(clean(values.get("title", ""))[0].split())[:TITLE]
        replaces = values.get("supersedes", "").replace(NONE, "")
        return Metadata(
            title,
            cast("DocumentKind", kind),
            audience_,
            owner,
            effective,
            review,
            supersedes=replaces,
        )

    def _fields(self, message: Message, said: Metadata, title_hint: str) -> tuple[Field, ...]:
        say = self._context.say
        kinds = tuple(Option(k, say(f"kind_{k}", message)) for k in KINDS)
        readers = tuple(
            Option(a, audience(self._context, message, a)) for a in self._context.people.audiences
        )
        hint = say(title_hint, message) if title_hint else ""
        return (
            Field(
                "title", "text", say("column_title", message), False, said.title, hint, max=TITLE
            ),
            Field(
                "kind",
                "choice",
                say("fact_kind", message),
                initial=said.kind or "guideline",
                options=kinds,
            ),
            Field(
                "audience",
                "choice",
                say("fact_audience", message),
                initial=said.audience or "all",
                options=readers,
            ),
            Field(
                "owner", "person", say("fact_owner", message), False, said.owner.rpartition(":")[2]
            ),
            Field("effective", "date", say("fact_effective", message), False, said.effective),
            Field("review", "date", say("fact_review", message), False, said.review),
        )

    def _ask(
        self, message: Message, form: str, fields: tuple[Field, ...], text: str, state: Values
    ) -> Reply:
        say = self._context.say
        return Reply(
            text,
            private=True,
            ask=Ask(
                form=f"document.{form}",
                title=say(f"{form}_title", message),
                text=text,
                fields=fields,
                submit=say(f"{form}_submit", message),
                stop=say("stop", message),
                state=state,
                intro=say("not_yet_found", message) if form == "add" else "",
                required_error=say("required", message),
            ),
        )


def _date(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise Invalid("bad_date") from error
