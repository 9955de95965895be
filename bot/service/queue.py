"""
The queue of jobs: dramatiq over the same Redis, or within this process where there is no Redis at
all.

A job that a dead worker held is handed to another one once its heartbeat has stopped. The threads
only wait: the work itself runs in the event loop of whoever opened the queue.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from redis.exceptions import RedisError

from bot.service.part import stop
from bot.service.redis_server import QUEUE
from bot.service.store import Store
from handlers.documents.job import JobTaken
from handlers.sessions import SessionsUnavailable
from knowledge.errors import LibraryUnavailable

log = logging.getLogger(__name__)
NAME = "documents"
HEARTBEAT = 15_000  # milliseconds without one after which a worker is dead
POLL = 250  # milliseconds between looks for work
RETRIES = 1_000  # no real bound: a job itself counts its tries and its time
FIRST_RETRY, LAST_RETRY = 1_000, 30_000  # milliseconds, after a fault of ours
LATER = 3_000  # milliseconds until a job is tried again that cannot be done now
STOP = 10_000  # milliseconds a stopping worker gets
# seconds a thread keeps the interpreter: at Python's own 5 ms each answer waits for it several
# times
SWITCH = 0.0005
ALWAYS = 1_000_000  # of a million: every look also looks for dead workers

T = TypeVar("T")
Run = Callable[[str], Awaitable[object]]  # as `Jobs.run` raises what means "later"


class Queue:
    """
    Opens with `async with`, and connects when first needed. With `threads` it also works, that many
    jobs at once.

    `alone` says that no other process can hold a job, so that those of the process before are taken
    up at once.
    """

    def __init__(
        self,
        store: Store,
        run: Run,
        *,
        threads: int = 0,
        alone: bool = False,
        heartbeat: int = HEARTBEAT,
    ) -> None:
        self._store = store
        self._run = run
        self._threads = threads
        self._alone = alone
        self._heartbeat = heartbeat
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening: asyncio.Task[None] | None = None
        self._broker: Any = None
        self._worker: Any = None
        self._send: Any = None
        self._running: set[Future[None]] = set()
        self._working: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._opening is not None:
            await asyncio.gather(self._opening, return_exceptions=True)
        for future in list(self._running):
            future.cancel()
        if self._worker is not None:
            await asyncio.to_thread(self._worker.stop, STOP)
        await stop(*self._working)  # they still say that they were stopped
        client = getattr(self._broker, "client", None)
        if client is not None:  # a broker leaves its connections open
            await asyncio.to_thread(client.close)

    async def open(self) -> None:
        """
        Connect, and begin to work where there are threads. Cheap after the first time. Raises
        SessionsUnavailable.
        """
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.create_task(asyncio.to_thread(self._open))
        await self._talk(asyncio.shield(self._opening))

    async def enqueue(self, job: str) -> None:
        """Hand a job to the workers. Raises SessionsUnavailable."""
        await self.open()
        await self._talk(asyncio.to_thread(self._send, job))

    async def workers(self) -> int:
        """Return how many workers showed life lately. Raises SessionsUnavailable."""
        await self.open()
        return await self._talk(asyncio.to_thread(self._workers))

    async def depth(self) -> int:
        """Return how many jobs wait or are being worked on. Raises SessionsUnavailable."""
        await self.open()
        return await self._talk(asyncio.to_thread(self._depth))

    async def _talk(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except (RedisError, OSError) as error:
            raise SessionsUnavailable(type(error).__name__) from error

    def _depth(self) -> int:
        if getattr(self._broker, "client", None) is None:
            return int(self._broker.queues[NAME].qsize())
        return int(self._broker.do_qsize(NAME)) + int(self._broker.do_qsize(f"{NAME}.DQ"))

    def _workers(self) -> int:
        client = getattr(self._broker, "client", None)
        if client is None:
            return self._threads
        seconds, _ = client.time()
        return int(
            client.zcount(f"{QUEUE}:__heartbeats__", seconds * 1000 - self._heartbeat, "+inf")
        )

    def _open(self) -> None:
        import dramatiq
        from dramatiq.brokers.redis import RedisBroker
        from dramatiq.brokers.stub import StubBroker
        from dramatiq.middleware import Retries

        logging.getLogger("dramatiq").setLevel(logging.ERROR)
        retries: list[dramatiq.Middleware] = [
            Retries(max_retries=RETRIES, min_backoff=FIRST_RETRY, max_backoff=LAST_RETRY)
        ]
        client = self._store.broker()
        if client is None:
            self._broker = StubBroker(middleware=retries)
        else:
            self._broker = RedisBroker(
                client=client,
                namespace=QUEUE,
                middleware=retries,
                maintenance_chance=ALWAYS,
                heartbeat_timeout=self._heartbeat,
            )
        actor = dramatiq.actor(broker=self._broker, actor_name="take", queue_name=NAME)(self._take)
        self._send = actor.send
        if self._alone and client is not None:
            self._broker.heartbeat_timeout = 0
            for queue in (NAME, f"{NAME}.DQ"):
                self._broker.do_qsize(queue)
            self._broker.heartbeat_timeout = self._heartbeat
        if self._threads:
            sys.setswitchinterval(SWITCH)
            self._worker = dramatiq.Worker(
                self._broker, worker_threads=self._threads, worker_timeout=POLL
            )
            self._worker.queue_prefetch = (
                self._threads
            )  # what waits here would wait for us while another worker is idle
            self._worker.start()

    def _take(self, job: str) -> None:
        """Run a job in the loop and wait for it, in one of the worker's threads."""
        from dramatiq.errors import Retry

        if self._loop is None:
            raise RuntimeError("the queue is not open")

        async def run() -> None:
            task = asyncio.current_task()
            if task is not None:
                self._working.add(task)
                task.add_done_callback(self._working.discard)
            await self._run(job)

        future = asyncio.run_coroutine_threadsafe(run(), self._loop)
        self._running.add(future)
        try:
            future.result()
        except (LibraryUnavailable, SessionsUnavailable, JobTaken) as error:
            raise Retry("later", delay=LATER) from error
        finally:
            self._running.discard(future)
