"""
What was answered to which question, for a day: whoever deletes a question takes its answer along.
"""

from contextlib import suppress

from bot.teams.activity import Activity
from bot.teams.connector import Connector
from bot.teams.refusal import Undelivered
from handlers.lifetimes import ANSWER
from handlers.sessions import Sessions, SessionsUnavailable

KIND = "teams.shown"


class Withdrawal:
    """The messages that answer a question, by the question."""

    def __init__(self, connector: Connector, sessions: Sessions) -> None:
        self._connector = connector
        self._sessions = sessions

    async def note(self, activity: Activity, shown: str) -> None:
        """Note the ids of the messages that answer what somebody typed, with spaces between."""
        if activity.type != "message" or activity.data is not None or not shown:
            return
        record = {"person": activity.sender, "ids": shown}
        with suppress(SessionsUnavailable):
            await self._sessions.save(KIND, _key(activity), record, seconds=ANSWER)

    async def withdraw(self, activity: Activity) -> None:
        """Delete the answer to a question that its own asker deleted."""
        try:
            record = await self._sessions.load(KIND, _key(activity))
        except SessionsUnavailable:
            return
        if record is None or record["person"] != activity.sender:
            return
        for id_ in str(record["ids"]).split():
            with suppress(Undelivered):
                await self._connector.delete(activity.destination, id_)
        with suppress(SessionsUnavailable):
            await self._sessions.delete(KIND, _key(activity))


def _key(activity: Activity) -> str:
    return f"{activity.destination.conversation}:{activity.id}"
