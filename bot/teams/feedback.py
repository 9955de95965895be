"""Which answer the thumbs under a message are about, known to every process."""

import logging
from contextlib import suppress

from handlers.lifetimes import DAY
from handlers.sessions import Sessions, SessionsUnavailable

log = logging.getLogger(__name__)
KEPT = 7 * DAY  # seconds a vote still finds its answer


class FeedbackTargets:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def remember(self, place: str, message: str, answer: str) -> None:
        """
        Note the answer a message shows, and that it is the latest of its place: some clients do not
        name the message.
        """
        with suppress(SessionsUnavailable):
            for key in (f"{place}:{message}", place):
                await self._sessions.save("teams.answer", key, {"answer": answer}, seconds=KEPT)

    async def answer(self, place: str, message: str) -> str:
        """Return the answer of a message, "" when it is not known any more."""
        try:
            kept = await self._sessions.load(
                "teams.answer", f"{place}:{message}" if message else place
            )
        except SessionsUnavailable:
            return ""
        return str(kept["answer"]) if kept else ""
