"""
The link to Redis: opened once, each use bounded by a short time-out.

After a use that failed slowly Redis counts as away, and uses fail at once, until a try of our own
in the background is answered: a frozen Redis costs the turns that meet it first a second, and the
others nothing. Identifiers that come from outside are hashed into keys, so that no name can reach
another person's state.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self, TypeVar

from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    AuthorizationError,
    BusyLoadingError,
    ClusterError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)

from handlers.lifetimes import PROBE
from knowledge.observation import happened

TIMEOUT = 1.0  # seconds for one command
SLOW = 0.3  # seconds after which a failed command means that Redis is away
AWAY = 0.2  # seconds between tries while Redis is away
USES = 40  # at once; the client opens up to two connections for each, and has a hundred
LAST = 2.0  # seconds that whoever uses the client at the end may still need
State = dict[str, Any]
T = TypeVar("T")
TROUBLES: tuple[tuple[type[Exception], str], ...] = (  # the narrower class first
    (AuthenticationError, "wrong user or password"),
    (AuthorizationError, "wrong user or password"),
    (AuthenticationWrongNumberOfArgsError, "wrong user or password"),
    (NoPermissionError, "the user lacks a permission"),
    (BusyLoadingError, "still loading its file"),
    (ReadOnlyError, "a read-only replica"),
    (OutOfMemoryError, "out of memory"),
    (MasterDownError, "a replica without its master"),
    (ClusterError, "a cluster, which is not supported"),
    (MovedError, "a cluster, which is not supported"),
)
# what Redis's answer begins with, or holds where a script of ours met it; it tells no value
CODES: tuple[tuple[str, str], ...] = (
    ("MISCONF", "its disk is full or cannot be written"),
    ("READONLY", "a read-only replica"),
    ("OOM ", "out of memory"),
    ("NOPERM", "the user lacks a permission"),
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted or has ended"),
)
log = logging.getLogger(__name__)


class SessionsUnavailable(Exception):
    """Redis did not answer in time, or refused; what was asked for may or may not have happened."""


class Link:
    """One Redis client, made by `connect` so that nothing opens before it is needed."""

    def __init__(self, connect: Callable[[], Redis]) -> None:
        self._connect = connect
        self._client: Redis | None = None
        # waits for a Redis that is away; None while it answers
        self._return: asyncio.Task[None] | None = None
        self._left = 0.0  # when it went away, on the monotonic clock
        self._trouble = ""
        self.advise: Callable[[str, str], str] | None = None  # the way out, for the log
        self._failing = 0.0  # when that trouble began, on the monotonic clock
        self._room = asyncio.Semaphore(USES)
        self._lent = 0  # how many use the client now
        self._returned = asyncio.Event()  # nobody does
        self._returned.set()

    async def __aenter__(self) -> Self:
        self._client = self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._return is not None:
            self._return.cancel()
            await asyncio.gather(self._return, return_exceptions=True)
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await self._returned.wait()  # a command under way would open a connection anew
        await client.aclose()

    @property
    def away(self) -> float:
        """Seconds for which Redis has not answered; 0 while it does."""
        return 0.0 if self._return is None else time.monotonic() - self._left

    @property
    def trouble(self) -> str:
        """Why the last use failed, until one of `alive` succeeds; empty while all is well."""
        return self._trouble

    async def alive(self) -> bool:
        """Report whether Redis answers and takes writes."""
        try:
            async with self.redis() as redis:
                await redis.set("lc:alive", 1, ex=PROBE)
        except SessionsUnavailable:
            return False
        if self._trouble:
            log.warning("the session store answers again")
        self._trouble = ""
        return True

    async def patiently(self, step: Callable[[], Awaitable[T]], seconds: float) -> T:
        """
        Return what `step` gives; while Redis fails it is tried again, once at least.

        `seconds` count from when Redis began to fail: many steps that meet one outage wait no
        longer than one of them. A step may be carried out more than once, because an answer of
        Redis can be lost.

        Raises:
            SessionsUnavailable
        """
        if self._trouble and not self.away:
            await self.alive()  # it may have answered again long since
        waited = time.monotonic() - self._failing if self._trouble else 0.0
        end = time.monotonic() + seconds - waited
        while True:
            try:
                return await step()
            except SessionsUnavailable:
                if time.monotonic() >= end:
                    raise
            await asyncio.sleep(AWAY)

    @asynccontextmanager
    async def redis(self) -> AsyncIterator[Redis]:
        """
        Lend the client; of very many uses at once, some wait for others to end.

        Raises:
            SessionsUnavailable: what is done with it failed, or Redis counts as away.
        """
        async with self._room:
            if self._client is None:
                raise SessionsUnavailable("sessions are not open")
            if self._return is not None:
                raise SessionsUnavailable("away")
            began = time.monotonic()
            outcome = "done"
            self._lent += 1
            self._returned.clear()
            try:
                yield self._client
            except (RedisError, OSError, TimeoutError) as error:
                outcome = type(error).__name__
                self._remember(error, began)
                if time.monotonic() - began > SLOW and self._return is None:
                    self._left = began
                    self._return = asyncio.create_task(self._wait_for(self._client))
                raise SessionsUnavailable(type(error).__name__) from error
            finally:
                happened("store", time.monotonic() - began, outcome=outcome)
                self._lent -= 1
                if not self._lent:
                    self._returned.set()

    def _remember(self, error: Exception, began: float) -> None:
        """Remember the trouble and log it, the first time only."""
        if self._trouble:
            return
        self._trouble = trouble_of(error)
        self._failing = began
        told = {"cause": self._trouble}
        if self.advise is not None:
            told["repair"] = self.advise("sessions", self._trouble)
        # the error's own text may hold an address
        log.error("the session store fails and is tried again", extra=told)

    async def _wait_for(self, redis: Redis) -> None:
        """Try Redis until it answers, so that no turn has to."""
        while True:
            await asyncio.sleep(AWAY)
            with suppress(RedisError, OSError, TimeoutError):
                await redis.ping()
                break
        self._return = None
        await self.alive()


def key(kind: str, id_: str) -> str:
    """Return the key of what has this kind and id."""
    raw = id_.encode("utf-8", "surrogatepass")
    return f"lc:{kind}:{hashlib.blake2b(raw, digest_size=16).hexdigest()}"


def decoded(raw: object) -> str:
    """Return a text of Redis, which clients give as bytes or as text."""
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def trouble_of(error: BaseException) -> str:
    """
    Name what is wrong for the operator; never in Redis's words, which may hold a name or an
    address.
    """
    for kind, words in TROUBLES:
        if isinstance(error, kind):
            return words
    text = str(error)
    for code, words in CODES:
        if code in text:
            return words
    return f"not answering ({type(error).__name__})"
