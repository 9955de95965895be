"""Which answer the thumbs under a message are about, known to every process."""

import logging
from contextlib import suppress

from handlers.lifetimes import FEEDBACK_TARGET
from handlers.sessions import Sessions, SessionsUnavailable

log = logging.getLogger(__name__)


class FeedbackTargets:
    """The answers, by the message they stand in and by their place."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def remember(self, place: str, message: str, answer: str) -> None:
        """
        Note the answer a message shows, and that it is the latest of its place: some clients do not
        name the message.
        """
        with suppress(SessionsUnavailable):
            for key in (f"{place}:{message}", place):
                await self._sessions.save(
                    "teams.answer", key, {"answer": answer}, seconds=FEEDBACK_TARGET
                )

    async def answer(self, place: str, message: str) -> str:
        """Return the answer of a message, "" when it is not known any more."""
        key = f"{place}:{message}" if message else place
        try:
            record = await self._sessions.load("teams.answer", key)
        except SessionsUnavailable:
            return ""
        if record is None:
            return ""
        return str(record["answer"])
