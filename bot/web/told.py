"""
What people of the page are told of our own accord: it waits on their first page, in both languages,
until they take it away or it is too old.
"""

from dataclasses import dataclass

from handlers.conversation import Reply
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
        texts = {language: reply.text for language, reply in said.items()}

        def added(stored: State | None) -> State:
            waiting = list(stored["texts"]) if stored else []
            others = [one for one in waiting if one != texts]
            return {"person": person, "texts": [texts, *others][:MOST]}

        await self.sessions.change(KIND, person, added, seconds=TOLD)

    async def to(self, person: str, language: Language) -> tuple[str, ...]:
        """Return what waits for a person, latest first."""
        stored = await self.sessions.load(KIND, person)
        if stored is None:
            return ()
        return tuple(texts[language] for texts in stored["texts"])

    async def clear(self, person: str) -> None:
        """Take away what waits."""
        await self.sessions.delete(KIND, person)
