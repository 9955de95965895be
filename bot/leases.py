"""Whose a running turn is: signs of life while it is ours, its end when somebody else has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.deliveries import Deliveries
from handlers.sessions import LEASE, Claim, Sessions, SessionsUnavailable

SETTLE = 0.2  # seconds between tries to write down that a turn is ours, or over


class TakenOver(Exception):
    """Another process goes on with this turn: this one must not show anything more."""


class Leases:
    """Keeps the claims of this process."""

    def __init__(self, sessions: Sessions, deliveries: Deliveries) -> None:
        self._sessions = sessions
        self._deliveries = deliveries

    @asynccontextmanager
    async def held(self, claim: Claim) -> AsyncIterator[None]:
        """
        Show signs of life while the turn runs, and store what is not yet.

        Raises:
            TakenOver: another process has it.
        """
        heart = _Heart(self._sessions, self._deliveries, claim)
        beating = asyncio.create_task(heart.beat())
        try:
            yield
        except asyncio.CancelledError:
            if heart.taken_over():
                raise TakenOver from None
            raise
        finally:
            heart.over = True
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)


class _Heart:
    """Beats for the task that made it; `over` ends it, since a cancellation may be swallowed."""

    def __init__(self, sessions: Sessions, deliveries: Deliveries, claim: Claim) -> None:
        self.over = False
        self._sessions = sessions
        self._deliveries = deliveries
        self._claim = claim
        self._turn = asyncio.current_task()
        self._lost = False

    def taken_over(self) -> bool:
        """Report whether the turn was cancelled by us, because somebody else has it."""
        if not self._lost or self._turn is None:
            return False
        self._turn.uncancel()
        return True

    async def beat(self) -> None:
        """Renew the claim, or store it first, until the turn is over or no longer ours."""
        while not self.over:  # redis-py may swallow a cancellation that meets its own time-out
            stored = self._deliveries.safe(self._claim.id)
            await asyncio.sleep(LEASE / 3 if stored else SETTLE)
            with suppress(SessionsUnavailable):
                if not await self._ours(stored=stored):
                    return

    async def _ours(self, *, stored: bool) -> bool:
        claim = self._claim
        held = await (self._sessions.renew(claim) if stored else self._sessions.claim(claim))
        if held:
            self._deliveries.tell(claim.id, "ours")
            return True
        if not stored and await self._sessions.over(claim.id):
            # two show one turn: what we have begun to show must not be the last word
            self._deliveries.tell(claim.id, "elsewhere")
            return False
        self._lost = True
        if self._turn is not None:
            self._turn.cancel()
        return False
