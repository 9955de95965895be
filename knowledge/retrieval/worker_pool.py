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
WATCH = 1.0  # seconds between two looks of a process for its parent
_NICE = 15  # nearly nothing while somebody is being answered, everything otherwise


class WorkerPool:
    """Encodes with one encoder; `close` ends the processes, if there are any."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._pool: ProcessPoolExecutor | None = None
        self._ending: asyncio.TimerHandle | None = None
        self._busy = 0  # documents under way in the processes

    async def points(self, passages: Sequence[Passage], shelf: str) -> AsyncIterator[list[Point]]:
        """Yield the points of `passages` in order, at most `BUNCH` at a time."""
        done = 0
        if len(passages) >= LARGE:
            try:
                async for bunch in self._in_processes(passages, shelf):
                    done += len(bunch)
                    yield bunch
            except BrokenProcessPool:
                # a system that allows no processes, or one was killed: the thread goes on from here
                self.close()

        for start in range(done, len(passages), BUNCH):
            yield await self._in_thread(passages[start : start + BUNCH], shelf)

    def close(self) -> None:
        """End the processes at once."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def _in_thread(self, bunch: Sequence[Passage], shelf: str) -> list[Point]:
        points: list[Point] = []
        for start in range(0, len(bunch), TURN):
            turn = bunch[start : start + TURN]
            points += await asyncio.to_thread(_points, turn, shelf, self._encoder)
        return points

    async def _in_processes(
        self, passages: Sequence[Passage], shelf: str
    ) -> AsyncIterator[list[Point]]:
        """Yield bunches in order. Raises BrokenProcessPool when a process is gone."""
        loop = asyncio.get_running_loop()
        pool = await self._started()
        under_way = deque[asyncio.Future[list[Point]]]()
        self._busy += 1
        try:
            for start in range(0, len(passages), BUNCH):
                bunch = passages[start : start + BUNCH]
                under_way.append(loop.run_in_executor(pool, _points_by_process, bunch, shelf))
                if len(under_way) == AHEAD:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
        except BrokenProcessPool:
            # the pool fails each of them, and trips over one that is cancelled meanwhile
            if under_way:
                await asyncio.wait(under_way)
            raise
        finally:
            for future in under_way:
                future.cancel()
            self._busy -= 1
            if not self._busy:
                self._ending = loop.call_later(IDLE, self.close)

    async def _started(self) -> ProcessPoolExecutor:
        """Return the pool, which does not end before the next document is done."""
        if self._ending is not None:
            self._ending.cancel()
        if self._pool is not None:
            return self._pool

        cores = os.cpu_count() or 1
        count = max(1, min(MOST, cores - 1))  # one stays free for whoever is being answered
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(os.getpid(),))
        self._pool = pool
        # starting processes takes a while, and this is the loop
        await asyncio.to_thread(pool.submit, os.getpid)
        return pool


def _points(passages: Sequence[Passage], shelf: str, encoder: Encoder) -> list[Point]:
    return [point(passage, shelf, encoder) for passage in passages]


# ------------------------------------------------------------------- in a process of the pool

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
        time.sleep(WATCH)
    os._exit(0)


def _points_by_process(passages: Sequence[Passage], shelf: str) -> list[Point]:
    return _points(passages, shelf, _own[0])
