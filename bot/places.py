"""
The queue of each thread of talk: questions of one place are answered one after another, over all
processes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from handlers.sessions import Claim, Sessions, SessionsUnavailable

QUEUE = 3  # further questions that may wait in one place
LOOK = 0.05  # seconds between looks at the queue of a thread that another process works on


@dataclass(slots=True)
class _Place:
    """
    The queue of one thread of talk in this process: how many wait or work, and the event that the
    last of them is done.
    """

    last: asyncio.Event
    waiting: int = 0


class Places:
    """The queues of this process, and its place in those of all."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._places: dict[str, _Place] = {}

    @asynccontextmanager
    async def turn(
        self, name: str, claim: Claim | None, waits: Callable[[int], Awaitable[None]]
    ) -> AsyncIterator[bool]:
        """
        Let questions of a place through one at a time; yield False when the queue is full.

        `waits` is told how many come first, where any do.
        """
        place = self._places.setdefault(name, _Place(asyncio.Event()))
        if place.waiting > QUEUE:
            yield False
            return
        # the place in the queue is taken before anything is awaited
        before, first = place.last, place.waiting
        done = asyncio.Event()
        place.last = done
        place.waiting += 1
        try:
            if first:
                await waits(first)
                await before.wait()
            async with self._across_processes(name, claim):
                yield True
        finally:
            done.set()
            place.waiting -= 1
            if not place.waiting:
                self._places.pop(name, None)

    @asynccontextmanager
    async def _across_processes(self, name: str, claim: Claim | None) -> AsyncIterator[None]:
        """
        Wait until no other process works on an earlier question of this place; without Redis nobody
        waits.
        """
        if claim is None:
            yield
            return
        with suppress(SessionsUnavailable):
            await self._sessions.line_up(name, claim)
            while await self._sessions.ahead(name, claim):  # noqa: ASYNC110  # in another process
                await asyncio.sleep(LOOK)
        try:
            yield
        finally:
            with suppress(SessionsUnavailable):
                await self._sessions.leave(name, claim)
