"""
What people miss: questions the documents did not answer, and documents they asked for.

Anybody may wish; admins see the list, equal wishes counted as one, and add a document for it. A
wish is granted when a document that was added for it is published, or when an admin says so.
"""

import hashlib
import unicodedata
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

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
    Press,
    Reply,
    Table,
    Values,
)
from handlers.documents.context import Context
from handlers.documents.names import shown
from handlers.sessions import DAY, Sessions, SessionsUnavailable
from knowledge.errors import KnowledgeError

KEPT = 90 * DAY  # seconds a wish is kept
TEXT = 300  # characters
PAGE = 8  # wishes at a time: each has a button


@dataclass(frozen=True, slots=True)
class Request:
    """
    `asked` counts how often it came up, `people` how many asked for a document in so many words;
    `at` is the latest time.
    """

    id: str
    text: str
    asked: int
    people: tuple[str, ...]
    at: str
    document: str = ""


async def missed(sessions: Sessions, text: str, person: str = "") -> bool:
    """
    Note what was not answered; with `person`, that they asked for a document. False when this
    person has done so before.

    Raises:
        SessionsUnavailable
    """
    words = " ".join(unicodedata.normalize("NFKC", text).split())[:TEXT]
    id_ = hashlib.blake2b(words.casefold().rstrip("?!。.").encode(), digest_size=9).hexdigest()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    while True:
        kept = await sessions.load("wish", id_)
        wish = kept or {"text": words, "asked": 0, "people": [], "document": ""}
        if person and person in wish["people"]:
            return False
        people = [*wish["people"], *([person] if person else [])]
        fresh = {**wish, "asked": wish["asked"] + (not person), "people": people, "at": at}
        if await sessions.save(
            "wish", id_, fresh, expected=kept["rev"] if kept else 0, seconds=KEPT
        ):
            await sessions.index_add("library", "wishes", id_)
            return True


class Requests:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def request(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """
        Ask for a document: for the question just asked when the button knows it, else in words of
        one's own.
        """
        say = self._context.say
        if message.person.role in ("external", "bot"):
            yield self._context.note("not_here", message)
            return
        try:
            kept = (
                await self._context.sessions.load("answer", str(given["aid"]))
                if given.get("aid")
                else None
            )
            if kept and kept.get("question"):
                yield await self._noted(message, str(kept["question"]))
                return
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        text = say("request_text", message)
        yield Reply(
            text,
            private=True,
            ask=Ask(
                form="document.request",
                title=say("request_title", message),
                text=text,
                fields=(
                    Field(
                        "q",
                        "text",
                        say("request_field", message),
                        hint=say("request_hint", message),
                        max=TEXT,
                    ),
                ),
                submit=say("request_submit", message),
                stop=say("stop", message),
                required_error=say("required", message),
            ),
        )

    async def take(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Take a wish in words."""
        text = form.values.get("q", "").strip()
        if message.person.role in ("external", "bot"):
            yield self._context.note("not_here", message)
        elif not text:
            yield self._context.note(
                "required", message, self._context.button("request", message, "request")
            )
        else:
            yield await self._noted(message, text)

    async def _noted(self, message: Message, text: str) -> Reply:
        try:
            first = await missed(self._context.sessions, text, message.person.id)
        except SessionsUnavailable:
            return self._context.note("no_book", message)
        return self._context.note(
            "requested" if first else "requested_before", message, text=shown(text)
        )

    async def browse(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Show admins what is missed, the most wanted first."""
        if refused := await self._context.refused(message, "document.wanted"):
            yield refused
            return
        try:
            open_ = sorted(await self._open(), key=lambda w: (-len(w.people), -w.asked, w.at))
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        page = given.get("page", 1)
        yield self._listed(message, open_, page if isinstance(page, int) and page > 0 else 1)

    async def settle(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Take a wish off the list."""
        if refused := await self._context.refused(message, "document.settle"):
            yield refused
            return
        try:
            await self._context.write(message, "document.settle")
            await self._context.sessions.delete("wish", str(given.get("w", "")))
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        async for reply in self.browse(message, {}):
            yield reply

    async def answered_by(self, wish: str, document: str) -> None:
        """Remember which document was added for a wish."""
        with suppress(SessionsUnavailable):
            await self._context.sessions.change(
                "wish",
                wish,
                lambda kept: kept | {"document": document} if kept else None,
                seconds=KEPT,
            )

    async def _open(self) -> list[Request]:
        found = []
        for id_ in await self._context.sessions.index_list("library", "wishes"):
            kept = await self._context.sessions.load("wish", id_)
            if kept is None:
                continue
            wish = Request(
                id_,
                kept["text"],
                kept["asked"],
                tuple(kept["people"]),
                kept["at"],
                kept["document"],
            )
            if not (wish.document and await self._published(wish.document)):
                found.append(wish)
        return found

    async def _published(self, document: str) -> bool:
        try:
            return bool((await (await self._context.library()).document(document)).current)
        except KnowledgeError:
            return False

    def _listed(self, message: Message, wishes: list[Request], page: int) -> Reply:
        context, say = self._context, self._context.say
        pages = max(1, -(-len(wishes) // PAGE))
        page = min(page, pages)
        here = wishes[(page - 1) * PAGE : page * PAGE]
        title = say("wanted_title", message, n=len(wishes))
        columns = tuple(
            Column(say(f"column_{c}", message)) for c in ("question", "asked", "people", "last")
        )
        rows = tuple(
            (shown(w.text), str(w.asked), str(len(w.people)), self._last(message, w)) for w in here
        )
        blocks: list[Block] = [Heading(title)]
        if not rows:
            blocks.append(Paragraph(say("wanted_none", message)))
        else:
            blocks.append(Table(say("wanted_caption", message), columns, rows))
            adds = tuple(
                Button(f"{n}. {shown(w.text)}", Press("document.add", {"w": w.id}))
                for n, w in enumerate(here, 1)
            )
            blocks.append(Buttons(adds, "adds", say("add_for", message)))
            done = tuple(
                Button(f"{n}. {say('settle', message)}", Press("document.settle", {"w": w.id}))
                for n, w in enumerate(here, 1)
            )
            blocks.append(Buttons(done, "settles", say("settle_label", message)))
        ways = [context.button("previous", message, "wanted", page=page - 1)] if page > 1 else []
        ways += [context.button("next", message, "wanted", page=page + 1)] if page < pages else []
        blocks.append(Buttons((*ways, context.button("back_to_list", message, "list")), "list"))
        lines = [f"{n}. {' / '.join(row)}" for n, row in enumerate(rows, 1)]
        return Reply(
            "\n".join([title, *(lines or [say("wanted_none", message)])]),
            tuple(blocks),
            private=True,
        )

    def _last(self, message: Message, wish: Request) -> str:
        return (
            f"{wish.at[:10]} ({self._context.say('being_added', message)})"
            if wish.document
            else wish.at[:10]
        )
