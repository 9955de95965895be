"""The turns that this process has in hand: until Redis knows that they are over."""

import asyncio
from contextlib import suppress

from handlers.sessions import Claim, Sessions, SessionsUnavailable


class InHand:
    """What stands here is abandoned by nobody, however slow Redis is."""

    def __init__(self, sessions: Sessions) -> None:
        self.ids: set[str] = set()
        self._sessions = sessions
        self._over: dict[str, Claim] = {}
        self._telling = asyncio.Lock()

    def take(self, claim: Claim) -> None:
        self.ids.add(claim.id)

    def leave(self, claim: Claim) -> None:
        """Leave a turn to whoever takes it over."""
        self.ids.discard(claim.id)

    def end(self, claim: Claim) -> None:
        """Note that a turn is over, for `settle` to write down."""
        self._over[claim.id] = claim

    async def settle(self) -> None:
        """
        Write down which turns are over, all at once, so that a slow Redis does not make a queue of
        them; what cannot be written now is for the next time.
        """
        async with self._telling:
            over = list(self._over.values())
            if not over:
                return
            with suppress(SessionsUnavailable):
                await self._sessions.finish(*over)
                for claim in over:
                    self._over.pop(claim.id, None)
                    self.ids.discard(claim.id)
