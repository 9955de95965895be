"""
The work of one turn, and no waiting: how long it may still take, and whether its process may have
died of it.

A turn waits where somebody comes first and where its platform takes no more for a while. Such
waiting takes none of its time, and a process that dies meanwhile dies of something else.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Protocol

from bot.stopping import stoppable
from handlers.conversation import Reply

MOMENT = 2.0  # seconds of waiting that need not be written down: few processes die in them


class Note(Protocol):
    """Writes down whether a turn is worked on from now on, or only waits."""

    def __call__(self, *, works: bool) -> Awaitable[None]: ...


class Work:
    """`seconds` is what the work may take; `note` is told of a wait that is no moment."""

    def __init__(self, seconds: float, note: Note) -> None:
        self._left = seconds
        self._note = note
        self._limit: asyncio.Timeout | None = None  # of the step that is being worked on

    @asynccontextmanager
    async def step(self) -> AsyncIterator[None]:
        """
        Work on one step, in the time that is left.

        Raises:
            TimeoutError: the work took too long.
        """
        loop = asyncio.get_running_loop()
        token = _current.set(self)
        try:
            async with asyncio.timeout(self._left) as self._limit:
                yield
                self._left = (self._limit.when() or 0.0) - loop.time()
        finally:
            self._limit = None
            _current.reset(token)

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait for somebody else: no time of the turn passes."""
        noting = asyncio.create_task(self._note_later())
        try:
            async with _stopped(self._limit):
                yield
        finally:
            noted = noting.done()
            noting.cancel()
            await asyncio.gather(noting, return_exceptions=True)
        if noted:
            await self._note(works=True)

    async def _note_later(self) -> None:
        await asyncio.sleep(MOMENT)
        await self._note(works=False)


_current: ContextVar[Work | None] = ContextVar("work", default=None)


@asynccontextmanager
async def waiting() -> AsyncIterator[None]:
    """Wait for somebody else inside the work of whichever turn is being worked on here."""
    work = _current.get()
    if work is None:
        yield
        return
    async with work.waiting():
        yield


async def replies(
    handled: AsyncIterator[Reply], screen: object, work: Work, room: asyncio.Semaphore
) -> AsyncGenerator[Reply, None]:
    """
    Yield what a handler says. Its own work alone takes room: a platform that takes no more for a
    while holds up nobody but those who wait for it. Whoever looks no further ends the work.

    Raises:
        TimeoutError: the work took too long.
        Stopped: its person stopped it while it was being worked on.
    """
    try:
        while True:
            async with room, stoppable(screen), work.step():
                reply = await anext(handled, None)
            if reply is None:
                return
            yield reply
    finally:
        if isinstance(handled, AsyncGenerator):
            await handled.aclose()


@asynccontextmanager
async def _stopped(limit: asyncio.Timeout | None) -> AsyncIterator[None]:
    """Stop the clock of a limit meanwhile."""
    ends = limit.when() if limit is not None else None
    if limit is None or ends is None:
        yield
        return
    loop = asyncio.get_running_loop()
    began = loop.time()
    limit.reschedule(None)
    try:
        yield
    finally:
        limit.reschedule(ends + loop.time() - began)
