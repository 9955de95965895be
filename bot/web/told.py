"""
What people of the page are told of our own accord: it waits on their first page, in both languages,
until they take it away or it is too old.
"""

from dataclasses import dataclass

from bot.web import reply_record
from handlers.conversation import Paragraph, Reply
from handlers.lifetimes import TOLD
from handlers.sessions import Sessions, State
from knowledge.values import Language

KIND = "web.told"
MOST = 5  # things that wait for one person, the latest


@dataclass(frozen=True, slots=True)
class Told:
    """Each method may raise SessionsUnavailable."""

    sessions: Sessions

    async def add(self, person: str, said: dict[Language, Reply]) -> None:
        """Keep what is said to a person, in each language; the same words wait once."""
        replies = {language: reply_record.written(reply) for language, reply in said.items()}

        def added(stored: State | None) -> State:
            waiting = list(stored.get("replies", ())) if stored else []
            others = [one for one in waiting if one != replies]
            former = list(stored.get("texts", ())) if stored else []  # kept by an earlier version
            return {"person": person, "replies": [replies, *others][:MOST], "texts": former}

        await self.sessions.change(KIND, person, added, seconds=TOLD)

    async def to(self, person: str, language: Language) -> tuple[Reply, ...]:
        """Return what waits for a person, latest first."""
        stored = await self.sessions.load(KIND, person)
        if stored is None:
            return ()
        former = [Reply(texts[language]) for texts in stored.get("texts", ())]
        replies = [_read(said[language]) for said in stored.get("replies", ())]
        return (*replies, *former)

    async def clear(self, person: str) -> None:
        """Take away what waits."""
        await self.sessions.delete(KIND, person)


def _read(record: State) -> Reply:
    """Return a reply as it was kept; only its words where another version wrote it."""
    try:
        reply = reply_record.read(record)
    except ValueError:
        return Reply(str(record.get("text", "")))
    if reply.blocks:
        return reply
    return Reply(reply.text, (Paragraph(reply.text, "note"),))
