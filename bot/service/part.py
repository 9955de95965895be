"""
A part of the house, opened in the background as often as it takes: what is late once is not lost.

The operator reads one line when it first fails, with the cause, and one when it is there.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from handlers.sessions import SessionsUnavailable, trouble_of
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)
# seconds between tries, doubled each time; cut by up to a half at random
FIRST, LONGEST = 0.5, 10.0
FAULTS = (KnowledgeError, SessionsUnavailable, OSError)

T = TypeVar("T")
INSIST = 2.0  # seconds until a task that goes on is cancelled again


class Part(Generic[T]):
    """
    `open_` opens the part once. One that is not `patient` fails with its first fault. `advise` says
    the way out of a part's cause, for the log.
    """

    def __init__(
        self,
        name: str,
        open_: Callable[[], Awaitable[T]],
        advise: Callable[[str, str], str] | None = None,
        *,
        patient: bool,
    ) -> None:
        self._advise = advise
        self._name = name
        self._open = open_
        self._patient = patient
        self._task: asyncio.Task[T] | None = None
        self._tried = asyncio.Event()
        self._fault: Exception | None = None

    def start(self) -> None:
        """Begin to open the part, unless that was begun before."""
        if self._task is not None:
            return
        self._task = asyncio.create_task(self._until_open())
        self._task.add_done_callback(lambda _: self._tried.set())

    async def get(self) -> T:
        """Wait for the first try and return the part. Raises what the last try ran into."""
        task = self._started()
        await self._tried.wait()
        if self._fault is not None:
            raise self._fault.with_traceback(None)
        return await asyncio.shield(task)

    async def opened(self) -> T:
        """Wait until the part is open, however long that takes."""
        return await asyncio.shield(self._started())

    @property
    def state(self) -> str:
        """Return "ready", "starting", "stopped" or what it waits for."""
        if self._fault is not None:
            return cause(self._fault)
        if self._task is None or not self._task.done():
            return "starting"
        if self._task.cancelled():
            return "stopped"
        error = self._task.exception()
        return cause(error) if error else "ready"

    async def stop(self) -> None:
        await stop(self._task)

    def _started(self) -> "asyncio.Task[T]":
        if self._task is None:
            raise RuntimeError("the house is not open")
        return self._task

    async def _until_open(self) -> T:
        pause = FIRST
        while True:
            try:
                part = await self._open()
            except FAULTS as fault:
                if not self._patient:
                    raise
                self._failed(fault)
            else:
                self._succeeded()
                return part
            share = random.uniform(0.5, 1.0)  # noqa: S311  # no secret hangs on it
            await asyncio.sleep(share * pause)
            pause = min(2 * pause, LONGEST)

    def _failed(self, fault: Exception) -> None:
        if self._fault is None:
            told = {"part": self._name, "cause": cause(fault)}
            if self._advise is not None:
                told["repair"] = self._advise(self._name, told["cause"])
            log.error("a part cannot be opened yet and is tried again", extra=told)
        self._fault = fault
        self._tried.set()

    def _succeeded(self) -> None:
        if self._fault is not None:
            log.warning("a part is open now", extra={"part": self._name})
        self._fault = None


async def stop(*tasks: "asyncio.Task[Any] | None") -> None:
    """
    Cancel the tasks there are, and wait for their end.

    They are cancelled until they end, since redis-py may swallow a cancellation that meets its own
    time-out.
    """
    begun = [task for task in tasks if task is not None]
    left = set(begun)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=INSIST)
    await asyncio.gather(*begun, return_exceptions=True)


def cause(error: BaseException) -> str:
    """Name an error by code, kinds and status; never by its text, which may hold a password."""
    match error:
        case KnowledgeError():
            words = [error.code]
        case SessionsUnavailable():
            return trouble_of(error.__cause__) if error.__cause__ else str(error)
        case _:
            words = [type(error).__name__]
    chain: list[BaseException] = []
    under: object = error.__cause__
    while isinstance(under, BaseException):
        chain.append(under)
        words.append(type(under).__name__)
        status = getattr(under, "status_code", None)
        words += [str(status)] if isinstance(status, int) else []
        under = getattr(under, "source", None) or under.__cause__
    if "CERTIFICATE_VERIFY_FAILED" in "".join(map(str, chain)):
        words.append("certificate")
    first, *rest = dict.fromkeys(words)  # a client's error often has its transport's name
    return f"{first}: {' '.join(rest)}" if rest else first
