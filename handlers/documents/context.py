"""
What every ability of this room works with: the library, the store, who may, and the audit trail.

An admin's act is written into the audit trail before it is done, so that nothing happens that the
trail does not know; when the trail cannot be written, nothing is changed.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from handlers.actions.action import Action
from handlers.actions.documents import ListDocuments, OpenDocument, RequestDocument
from handlers.actions.questions import OpenOriginal
from handlers.conversation import Block, Button, Buttons, Message, Paragraph, Reply
from handlers.documents.names import display
from handlers.events import Tell, nobody_is_told
from handlers.people import People, page_base
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.reading.reading import Limits
from knowledge.sources.json_service import Call, Reaching
from knowledge.sources.sentences import unavailable
from knowledge.sources.website import Fetch

AUDIT = "audit"  # the log's name
PANELS = (ListDocuments, OpenDocument)  # lead to a panel; a note with one of them is a panel itself
REFUSED = "refused"
REFUSALS = 20  # of one person a day that the log keeps


def no_way_out(address: str) -> Fetch:
    """Refuse to leave the house: where nobody gave a way out there is none."""
    raise unavailable("away", name=address)


def no_service(origin: str, files: tuple[str, ...]) -> Call:
    """Refuse to ask a service, for the same reason."""
    raise unavailable("away", name=origin)


@dataclass(frozen=True, slots=True)
class Context:
    """
    `library` waits until the library is open. With `by_two` nobody publishes what they added
    themselves.

    `limits` are those of reading a document. `public_url` is where people open the web page, empty
    where there is no such address. `fetching` makes the way out to one website, `reaching` that to
    one service; `alone` says that no other process works in this house. `happened` tells others of
    what was done. `nights` is for how many days a backup of the night is kept, 0 without any. An
    audit trail that cannot be written is tried again for `patience` seconds.
    """

    library: Callable[[], Awaitable[Library]]
    sessions: Sessions
    people: People
    texts: Texts
    by_two: bool = False
    limits: Limits = field(default_factory=Limits)
    public_url: str = ""
    fetching: Callable[[str], Fetch] = no_way_out
    reaching: Reaching = no_service
    alone: bool = False
    happened: Tell = nobody_is_told
    nights: int = 0
    patience: float = 0.0

    def say(self, name: str, message: Message, /, **values: object) -> str:
        """Return a sentence of this room in the person's language."""
        return self.texts.say(f"documents.{name}", message.person.language, **values)

    def note(self, name: str, message: Message, /, *buttons: Button, **values: object) -> Reply:
        """Return one sentence for the asker alone, with ways on."""
        text = self.say(name, message, **values)
        blocks: list[Block] = [Paragraph(text, "note")]
        if buttons:
            blocks.append(Buttons(buttons))
        leads_to_one = any(isinstance(button.action, PANELS) for button in buttons)
        return Reply(text, tuple(blocks), private=True, panel=leads_to_one)

    def failure(self, message: Message, error: KnowledgeError) -> Reply:
        """Return why the library could not do it, for the asker alone."""
        return Reply(error.reason.to(message.person.language), private=True)

    def button(self, name: str, message: Message, action: Action) -> Button:
        """Return a button with a sentence of this room as its label."""
        return Button(self.say(name, message), action)

    def seen(self, message: Message, document: str, version: int) -> tuple[Button, ...]:
        """Offer a version as it was read, on the web page; nothing where people reach none."""
        base = page_base(self.public_url, message.person)
        if base is None:
            return ()
        address = f"{base}/documents/{document}/v/{version}/page/1"
        return (Button(self.say("view", message), OpenOriginal(), url=address),)

    def back(self, message: Message) -> Button:
        """Return the button back to the list of documents."""
        return self.button("back_to_list", message, ListDocuments())

    async def refused(self, message: Message, action: str, document: str = "") -> Reply | None:
        """
        Return why this person may not do this here and now, or None when they may.

        Rights are asked of the platform at this moment: what a button or form says about them is a
        claim. Admin work is done where the admin alone reads along.
        """
        person = await self.people.now(message.person)
        if not self.people.is_admin(person):
            with suppress(SessionsUnavailable):
                await self.record(message, action, document, outcome=REFUSED)
            request = self.button("request", message, RequestDocument())
            return self.note("not_admin", message, request)
        if not message.audience.private:
            return self.note("only_alone", message)
        return None

    async def record(
        self,
        message: Message,
        action: str,
        document: str = "",
        version: str = "",
        *,
        name: str = "",
        outcome: str = "",
    ) -> None:
        """
        Write one line of the audit trail. `name` is what people call the thing now; `outcome` is
        empty for "done", else "refused" or the code of what went wrong. Of one person's refusals a
        day, the first few are written.

        Raises:
            SessionsUnavailable
        """
        entry = {
            "action": action,
            "document": document,
            "version": version,
            "person": message.person.id,
            "who": display(message.person.name),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "name": display(name) if name else "",
            "outcome": outcome,
        }
        if outcome == REFUSED:
            by = message.person.id
            await self.sessions.append_rarely(AUDIT, entry, by=by, most=REFUSALS)
            return
        append = partial(self.sessions.append, AUDIT, entry)
        await self.sessions.patiently(append, self.patience)
