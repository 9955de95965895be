"""
What a person stops while it is worked on ends at once: the work, and with it the call of a model
that nobody waits for any more.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, runtime_checkable


class Stopped(Exception):
    """
    The person told the platform to stop this turn: a screen raises it, and nothing more is shown.
    """


@runtime_checkable
class Stoppable(Protocol):
    """A screen whose person can stop the turn while nothing is shown."""

    async def stopped(self) -> None:
        """Return once the person has stopped the turn; as long as they have not, never."""


@asynccontextmanager
async def stoppable(screen: object) -> AsyncIterator[None]:
    """
    Cancel what is done inside once the person stops it.

    Raises:
        Stopped: they did.
    """
    turn = asyncio.current_task()
    if turn is None or not isinstance(screen, Stoppable):
        yield
        return
    watching = asyncio.create_task(_cancelled(turn, screen))
    try:
        yield
    except asyncio.CancelledError:
        pressed = watching.done() and not watching.cancelled()
        if pressed and watching.exception() is None and not turn.uncancel():
            raise Stopped from None
        raise
    finally:
        watching.cancel()


async def _cancelled(turn: asyncio.Task[None], screen: Stoppable) -> None:
    """Wait for the person's stop, and cancel the turn then."""
    await screen.stopped()
    turn.cancel()
