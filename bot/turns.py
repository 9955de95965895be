"""
One turn of talk, the same on every platform: claim once, handle, show each reply, turn a bug into an apology.

A delivery is safe once `hear` returns: it is claimed and stored with a lease. The turn runs on in the background; when its
process dies, another one (or the restarted one) takes it over after the lease and goes on with the same screen.
"""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, Self

from handlers.conversation import Edited, Handler, Message, Reply, Text
from handlers.sessions import LEASE, Claim, Sessions, SessionsUnavailable
from handlers.texts import Texts

log = logging.getLogger(__name__)
TURN = 180  # seconds one turn may take
QUEUE = 3  # further questions that may wait in one place
SWEEP = 3.0  # seconds between looks for abandoned turns
DRAIN = 25  # seconds turns in flight get at shutdown
SEEN = 10_000  # deliveries remembered by this process while Redis is away


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something a platform delivered. `id` is what repeats share; `payload` is JSON, enough to answer it elsewhere."""

    id: str
    platform: str
    payload: dict[str, Any]


class Screen(Protocol):
    """Where a turn's reply appears. Showing again replaces what was shown. `memory` survives the process."""

    memory: dict[str, str]

    async def show(self, reply: Reply) -> None: ...


class Platform(Protocol):
    name: str

    async def read(self, payload: dict[str, Any]) -> Message | None:
        """Turn their payload into our message; None when it is nothing to us."""

    def screen(self, payload: dict[str, Any], message: Message, memory: dict[str, str]) -> Screen: ...


@dataclass(slots=True)
class _Place:
    """The queue of one thread of talk."""

    lock: asyncio.Lock
    waiting: int = 0


class Turns:
    def __init__(self, handle: Handler, sessions: Sessions, texts: Texts) -> None:
        self._handle = handle
        self._sessions = sessions
        self._texts = texts
        self._platforms: dict[str, Platform] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._places: dict[str, _Place] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._sweeper: asyncio.Task[None] | None = None

    def register(self, platform: Platform) -> None:
        self._platforms[platform.name] = platform

    async def __aenter__(self) -> Self:
        self._sweeper = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN)
        for task in self._running:
            task.cancel()

    async def hear(self, delivery: Delivery) -> bool:
        """
        Make a delivery safe and start its turn; False when it was heard before. Costs one round trip to Redis.

        While Redis is away the turn still runs, and repeats are known to this process only.
        """
        claim: Claim | None
        try:
            claim = await self._sessions.claim(delivery.id, delivery.platform, delivery.payload)
            if claim is None:
                return False
        except SessionsUnavailable:
            claim = Claim(delivery.id, "", delivery.platform, delivery.payload, {})
        if delivery.id in self._seen:
            return False
        self._seen[delivery.id] = None
        while len(self._seen) > SEEN:
            self._seen.popitem(last=False)
        self._start(claim)
        return True

    async def take(self, message: Message, screen: Screen) -> None:
        """Run one turn to its end; web and terminal wait for it."""
        await self._turn(message, screen, None)

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._answer(claim))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, claim: Claim) -> None:
        platform = self._platforms[claim.platform]
        async with self._lease(claim):
            try:
                message = await platform.read(claim.payload)
                if message is not None:
                    await self._turn(message, platform.screen(claim.payload, message, dict(claim.memory)), claim)
            except Exception:  # the platform itself failed us: nothing can be shown, so the operator is told
                log.exception("delivery failed", extra={"platform": claim.platform})
        with suppress(SessionsUnavailable):
            await self._sessions.finish(claim)

    async def _turn(self, message: Message, screen: Screen, claim: Claim | None) -> None:
        try:
            async with self._in_order(message) as position, asyncio.timeout(TURN):
                if position is None:
                    await screen.show(Reply(self._texts.say("turns.busy", message.person.language), private=True))
                    return
                async for reply in self._handle(message):
                    await screen.show(reply)
                    await self._keep(claim, screen)
        except Exception:  # the one place where a bug becomes a sentence
            incident = secrets.token_hex(3)
            log.exception("turn failed", extra={"incident": incident})
            text = self._texts.say("turns.apology", message.person.language, incident=incident)
            await screen.show(Reply(text, private=True))

    async def _keep(self, claim: Claim | None, screen: Screen) -> None:
        if claim is not None and claim.token and screen.memory != claim.memory:
            claim.memory.clear()
            claim.memory.update(screen.memory)
            with suppress(SessionsUnavailable):
                await self._sessions.remember_screen(claim, dict(screen.memory))

    @asynccontextmanager
    async def _in_order(self, message: Message) -> AsyncIterator[int | None]:
        """Let questions of one place through one at a time; yield the place in the queue, None when it is full."""
        if not isinstance(message.content, Text | Edited):
            yield 0
            return
        place = self._places.setdefault(message.place, _Place(asyncio.Lock()))
        if place.waiting > QUEUE:
            yield None
            return
        position = place.waiting
        place.waiting += 1
        try:
            async with place.lock:
                yield position
        finally:
            place.waiting -= 1
            if not place.waiting:
                self._places.pop(message.place, None)

    @asynccontextmanager
    async def _lease(self, claim: Claim) -> AsyncIterator[None]:
        """Show signs of life while the turn runs."""
        if not claim.token:
            yield
            return
        heart = asyncio.create_task(_every(LEASE / 3, lambda: self._sessions.renew(claim)))
        try:
            yield
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart

    async def _sweep(self) -> None:
        async def once() -> bool:
            for claim in await self._sessions.abandoned():
                if claim.platform in self._platforms:
                    self._start(claim)
            return True

        await _every(SWEEP, once)


async def _every(seconds: float, do: Callable[[], Awaitable[bool]]) -> None:
    """Do it every so often until it says False; an absent Redis is tried again next time."""
    go_on = True
    while go_on:
        await asyncio.sleep(seconds)
        with suppress(SessionsUnavailable):
            go_on = await do()
