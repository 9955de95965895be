"""
What other systems may want to hear of: a document was published, a question was not answered, an
answer was voted on. Each is kept until it was delivered to every address that is wanted, or is too
old; who did it is not told.
"""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal

from handlers.lifetimes import EVENT
from handlers.sessions import Sessions, SessionsUnavailable

KIND = "event"
Happened = Literal["document.published", "question.refused", "answer.voted"]
Tell = Callable[[Happened, dict[str, Any]], Awaitable[None]]
LONGEST = 300  # characters of a text that is told


async def nobody_is_told(happened: Happened, data: dict[str, Any]) -> None:
    """Keep no event: where nobody wants to be told of any."""


class Events:
    """Nothing is kept before `wanted` names the addresses to be told."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._addresses: tuple[str, ...] = ()

    def wanted(self, addresses: tuple[str, ...]) -> None:
        """Keep what happens from now on for these addresses."""
        self._addresses = addresses

    async def note(self, happened: Happened, data: dict[str, Any]) -> None:
        """Keep one event; while the store is away, the thing itself goes on untold."""
        if not self._addresses:
            return
        told = {}
        for name, value in data.items():
            told[name] = value[:LONGEST] if isinstance(value, str) else value
        event = {
            "type": happened,
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "data": told,
            "left": list(self._addresses),
            "tries": 0,
            "next": 0.0,
        }
        id_ = f"evt_{secrets.token_hex(12)}"
        with suppress(SessionsUnavailable):
            await self._sessions.save(KIND, id_, event, expected=0, seconds=EVENT)
            await self._sessions.note(KIND, id_)
