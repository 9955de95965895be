"""
Questions as they were asked, kept for ten minutes by their message's id in case they are changed.
"""

import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import Self

from handlers.conversation import Audience, Message, Person
from handlers.lifetimes import CHANGED_QUESTION
from handlers.sessions import Sessions

KIND = "asked"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """Whose question it is; `channel` is the audience where everybody read it, empty elsewhere."""

    question: str
    person: str = ""
    place: str = ""
    channel: str = ""

    @classmethod
    def of(cls, message: Message, question: str) -> Self:
        channel = "" if message.audience.private else message.audience.id
        return cls(question, message.person.id, message.place, channel)

    def reads_like(self, text: str) -> bool:
        """Report whether a text asks the same but for its spaces and widths."""
        return _plain(self.question) == _plain(text)

    def may_be_repeated_by(self, person: Person) -> bool:
        """Report whether it is this person's own, or one that everybody read."""
        return bool(self.channel) or self.person in ("", person.id)

    def where_it_stands(self, message: Message) -> Message:
        """Return the message as if it had been sent where the question was."""
        if not self.channel:
            return message
        return replace(message, place=self.place, audience=Audience(self.channel, private=False))


class AskedQuestions:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def load(self, message: str) -> AskedQuestion | None:
        """Return the question of a message, None once it is too late to change it."""
        stored = await self._sessions.load(KIND, message)
        if stored is None:
            return None
        return AskedQuestion(
            str(stored["question"]),
            str(stored.get("person", "")),
            str(stored.get("place", "")),
            str(stored.get("channel", "")),
        )

    async def keep(self, message: str, asked: AskedQuestion) -> None:
        stored = {name: value for name, value in asdict(asked).items() if value}
        await self._sessions.save(KIND, message, stored, seconds=CHANGED_QUESTION)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
