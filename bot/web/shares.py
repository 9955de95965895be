"""
Answers shared as read-only pages: copies of turns under an address that cannot be guessed.

A link expires, and whoever made it can end it before. What a reader may see of it is asked anew
whenever it is opened.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.web.conversations import Article, read, written
from handlers.lifetimes import SHARED_TALK
from handlers.sessions import Sessions

STATE = "shared"  # the kind of state a link is
LIST = "shared"  # the list of a person's links
NAME = 200  # characters


@dataclass(frozen=True, slots=True)
class Share:
    """
    What one link opens. `person` is the id of whoever made it and `by` their name; `talk` is where
    it stands; `until` is the day it ends (ISO).
    """

    token: str
    person: str
    by: str
    title: str
    talk: str
    until: str
    articles: tuple[Article, ...]


class Shares:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def make(
        self, person: str, by: str, title: str, talk: str, articles: Sequence[Article]
    ) -> str:
        """Share turns of a talk; return the token of the link."""
        token = secrets.token_urlsafe(24)
        until = datetime.now(UTC) + timedelta(seconds=SHARED_TALK)
        state = {
            "person": person,
            "by": by[:NAME],
            "title": title[:NAME],
            "talk": talk,
            "until": until.date().isoformat(),
            "articles": written(list(articles)),
        }
        await self._sessions.save(STATE, token, state, seconds=SHARED_TALK)
        await self._sessions.index_add(person, LIST, token)
        return token

    async def open(self, token: str) -> Share | None:
        """Return what a link opens; None once it has ended, or where there never was one."""
        state = await self._sessions.load(STATE, token)
        if state is None:
            return None
        return Share(
            token,
            state["person"],
            state["by"],
            state["title"],
            state["talk"],
            state["until"],
            tuple(read(state["articles"])),
        )

    async def of(self, person: str) -> list[Share]:
        """Return a person's links that still open something, latest first."""
        shares = []
        for token in await self._sessions.index_list(person, LIST):
            share = await self.open(token)
            if share is not None:
                shares.append(share)
        return shares

    async def end(self, person: str, token: str) -> bool:
        """End a link; False where it is not this person's."""
        share = await self.open(token)
        if share is None or share.person != person:
            return False
        await self._sessions.delete(STATE, token)
        return True
