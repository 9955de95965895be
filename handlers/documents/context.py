"""
What every ability of this room works with: the shelf, the store, who may, and the book of what was
done.

An admin's act is written into the book before it is done, so that nothing happens that the book
does not know; when the book cannot be written, nothing is changed.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from handlers.conversation import Button, Buttons, Message, Paragraph, Press, Reply
from handlers.documents.names import shown
from handlers.people import People
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.reading.reading import Limits

BOOK = "audit"


@dataclass(frozen=True, slots=True)
class Context:
    """
    `library` waits until the shelf is open. With `by_two` nobody publishes what they added
    themselves.

    `limits` are those of reading a document.
    """

    library: Callable[[], Awaitable[Library]]
    sessions: Sessions
    people: People
    texts: Texts
    by_two: bool = False
    limits: Limits = field(default_factory=Limits)

    def say(self, name: str, message: Message, /, **values: object) -> str:
        """Return a sentence of this room in the person's language."""
        return self.texts.say(f"documents.{name}", message.person.language, **values)

    def note(self, name: str, message: Message, /, *buttons: Button, **values: object) -> Reply:
        """Return one sentence for the asker alone, with ways on."""
        text = self.say(name, message, **values)
        return Reply(
            text, (Paragraph(text, "note"), *((Buttons(buttons),) if buttons else ())), private=True
        )

    def button(self, name: str, message: Message, action: str, /, **data: str | int) -> Button:
        return Button(self.say(name, message), Press(f"document.{action}", data))

    async def refused(self, message: Message, action: str, document: str = "") -> Reply | None:
        """
        Return why this person may not do this here and now, or None when they may.

        Rights are asked of the platform at this moment: what a button or form says about them is a
        claim. Admin work is done where the admin alone reads along.
        """
        person = await self.people.now(message.person)
        if not self.people.is_admin(person):
            with suppress(SessionsUnavailable):
                await self.write(message, action, document, outcome="refused")
            return self.note("not_admin", message, self.button("request", message, "request"))
        return None if message.audience.private else self.note("only_alone", message)

    async def write(
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
        Write one line into the book. `name` is what people call the thing now; `outcome` is empty
        for "done", else "refused" or the code of what went wrong.

        Raises:
            SessionsUnavailable
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        entry = {
            "action": action,
            "document": document,
            "version": version,
            "person": message.person.id,
            "at": at,
        }
        await self.sessions.append(
            BOOK, entry | {"name": shown(name) if name else "", "outcome": outcome}
        )
