"""
Passages made ready for the index, out of the way of whoever is being answered.

A few are done in a thread, in short turns. A large document goes to processes of their own, on
other cores and with less priority; they start with the first one and end when there has been
nothing to do for a while.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from knowledge.index.protocol import Point
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.points import point
from knowledge.text.analysis import Analysis
from knowledge.values import Passage

LARGE = 500  # passages; starting processes costs about as much time as this many passages
TURN = 8  # passages a thread does before it asks for its next turn
BUNCH = 64  # passages a process is given at once
AHEAD = 4  # bunches under way
MOST = 2  # processes
IDLE = 20.0  # seconds the processes outlive their last document
_NICE = 15  # nearly nothing while somebody is being answered, everything otherwise


class WorkerPool:
    """Encodes with one encoder; `close` ends the processes, if there are any."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._pool: ProcessPoolExecutor | None = None
        self._ending: asyncio.TimerHandle | None = None
        self._busy = 0

    async def points(self, passages: Sequence[Passage], shelf: str) -> AsyncIterator[list[Point]]:
        """Yield the points of `passages` in order, a bunch at a time."""
        if len(passages) >= LARGE:
            done = 0
            try:
                async for bunch in self._apart(passages, shelf):
                    done += len(bunch)
                    yield bunch
                return
            except BrokenProcessPool:  # a system that allows no processes, or one was killed: the thread goes on from there
                self.close()
                passages = passages[done:]
        for start in range(0, len(passages), BUNCH):
            bunch = []
            for turn in range(start, min(start + BUNCH, len(passages)), TURN):
                bunch += await asyncio.to_thread(
                    _points, passages[turn : min(turn + TURN, start + BUNCH)], shelf, self._encoder
                )
            yield bunch

    def close(self) -> None:
        """End the processes at once."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def _apart(self, passages: Sequence[Passage], shelf: str) -> AsyncIterator[list[Point]]:
        loop = asyncio.get_running_loop()
        if self._ending is not None:
            self._ending.cancel()
        if self._pool is None:
            count = max(
                1, min(MOST, (os.cpu_count() or 1) - 1)
            )  # a core stays free for whoever is being answered
            context = multiprocessing.get_context("spawn")
            self._pool = starting = ProcessPoolExecutor(
                count, context, initializer=_begin, initargs=(os.getpid(),)
            )
            await asyncio.to_thread(
                starting.submit, os.getpid
            )  # starting processes takes a while, and this is the loop
        self._busy += 1
        pool, under_way = self._pool, deque[asyncio.Future[list[Point]]]()
        try:
            for start in range(0, len(passages), BUNCH):
                under_way.append(
                    loop.run_in_executor(pool, _apart, passages[start : start + BUNCH], shelf)
                )
                if len(under_way) == AHEAD:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
        except BrokenProcessPool:
            if (
                under_way
            ):  # the pool fails each of them, and trips over one that is cancelled meanwhile
                await asyncio.wait(under_way)
            raise
        finally:
            for future in under_way:
                future.cancel()
            self._busy -= 1
            if not self._busy:
                self._ending = loop.call_later(IDLE, self.close)


def _points(passages: Sequence[Passage], shelf: str, encoder: Encoder) -> list[Point]:
    return [point(passage, shelf, encoder) for passage in passages]


# ------------------------------------------------------------------- in a process of the crew

_own: list[Encoder] = []  # made once in each process, never in the one that serves


def _begin(parent: int) -> None:
    """
    Take less priority, leave Ctrl-C to the parent, and end when it has ended, however that
    happened.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    _own.append(Encoder(Analysis()))


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def _apart(passages: Sequence[Passage], shelf: str) -> list[Point]:
    return _points(passages, shelf, _own[0])
