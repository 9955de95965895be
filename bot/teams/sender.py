"""
What every screen works with: the way out, the sentences, and what is remembered of a message once
it is shown.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.teams.activity import Destination, Json
from bot.teams.base_cards import BaseCards
from bot.teams.connector import Connector
from bot.teams.feedback import FeedbackTargets
from bot.teams.file_consent import FileConsent
from bot.teams.live import Live
from bot.teams.refusal import Undelivered
from bot.teams.withdrawal import Withdrawal
from handlers.conversation import Feedback, Reply
from handlers.sessions import Sessions
from handlers.texts import Texts

log = logging.getLogger(__name__)
TAKEN = 201  # what the service answers to a new message
# what the service answers for a message that was deleted, or that it lets nobody change any more
UNCHANGEABLE = frozenset({403, 404, 405})
# seconds before the last word of a turn is sent again, when nobody knows whether it arrived
ONCE_MORE = 2.0


@dataclass(frozen=True, slots=True)
class Sender:
    """Brings activities into conversations, one message after another."""

    connector: Connector
    texts: Texts
    file_consent: FileConsent
    base_cards: BaseCards
    feedback_targets: FeedbackTargets
    withdrawal: Withdrawal
    live: Live

    @classmethod
    def over(
        cls, connector: Connector, texts: Texts, sessions: Sessions, *, local: bool
    ) -> "Sender":
        """Return a sender with what it keeps in the sessions."""
        base_cards = BaseCards(sessions)
        return cls(
            connector,
            texts,
            FileConsent(connector, sessions, texts, local=local),
            base_cards,
            FeedbackTargets(sessions),
            Withdrawal(connector, sessions),
            Live(connector, texts, sessions, base_cards),
        )

    async def send(self, to: Destination, activity: Json, *, last: bool) -> str:
        """
        Send a new message and return its id. When nobody knows whether it arrived, only a last word
        is sent again, once: twice beats never.

        Raises:
            Undelivered: it was refused, or did not arrive the second time, either.
        """
        try:
            return await self.connector.send(to, activity)
        except Undelivered as error:
            if not (error.unsure and last):
                raise
        await asyncio.sleep(ONCE_MORE)
        return await self.connector.send(to, activity)

    async def update(self, to: Destination, id_: str, activity: Json) -> bool:
        """Put an activity in the place of another; False where that can no longer be changed."""
        try:
            await self.connector.update(to, id_, activity)
        except Undelivered as error:
            if error.status not in UNCHANGEABLE:
                raise
            return False
        return True

    async def delete(self, to: Destination, id_: str) -> None:
        """Delete a placeholder; what cannot be deleted held nothing of the reply."""
        try:
            await self.connector.delete(to, id_)
        except Undelivered as error:
            log.warning("a placeholder stays", extra={"status": error.status})

    async def whisper(self, to: Destination, activities: Sequence[Json], reply: Reply) -> int:
        """
        Send these activities to the person alone; return TAKEN, or what the service answered to the
        first it refused.
        """
        first = ""
        try:
            for activity in activities:
                id_ = await self.connector.whisper(to, activity)
                first = first or id_
        except Undelivered as error:
            log.warning(
                "a message to one person among others was not taken", extra={"status": error.status}
            )
            return error.status
        await self.remember(to, first, reply)
        return TAKEN

    async def remember(self, to: Destination, id_: str, reply: Reply) -> None:
        """
        Note which answer the thumbs under a message are about; Teams names only the message when
        one is pressed.
        """
        answers = [block.answer for block in reply.blocks if isinstance(block, Feedback)]
        if answers and answers[0] and id_:
            place = f"teams:{to.conversation}"
            await self.feedback_targets.remember(place, id_, answers[0])
