"""
One turn of talk, the same on every platform: claim once, handle, show each reply, turn a bug into
an apology.

A delivery is safe once `hear` returns: it is claimed and stored with a lease, or answered. The turn
runs on in the background; when its process dies, another one (or the restarted one) takes it over
after the lease and goes on with the same screen. While Redis is away the turn runs at once, and its
claim is stored as soon as Redis is back, before anybody may take it over.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Self

from bot.deliveries import Deliveries
from bot.endpoint import NOT_TAKEN, UNCLAIMED, Delivery, Endpoint, NotNow, Screen
from bot.in_hand import InHand
from bot.leases import SETTLE, Leases, TakenOver
from bot.metrics import Metrics
from bot.places import Places
from bot.stopping import Stopped
from bot.work import Work, replies
from handlers.conversation import Edited, Handler, Message, Reply, Text
from handlers.languages import Languages
from handlers.lifetimes import PRESSED
from handlers.sessions import Claim, Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.observation import observed, request

log = logging.getLogger(__name__)
TURN = 180  # seconds the work of one turn may take, unless a model needs more; showing is extra
SWEEP = 3.0  # seconds between looks for abandoned turns
# seconds without a look after Redis was away: whoever ran a turn meanwhile says so first
CALM = 5.0
PATIENCE = 2.0  # seconds a delivery may wait until it is safe; Slack gives three
RUNNING = 1000  # turns in hand at once; how many of them work is for bot/fairness.py to say
AGAIN = (0.15, 0.25, 0.6)  # seconds between further tries of a claim that Redis did not answer
GONE = 1.0  # seconds after which an absent Redis is not just a busy moment
TRIES = 3  # processes that may die while they work on one turn, and looks at one delivery
# times a platform takes no last word of a turn before it is given up: five minutes at least, since
# a lease lies between two of them
CALLS = 20
DRAIN = 25  # seconds turns in flight get at shutdown


class Turns:
    """`seconds` are what the work of one turn may take."""

    def __init__(
        self,
        handle: Handler,
        sessions: Sessions,
        texts: Texts,
        metrics: Metrics | None = None,
        *,
        seconds: float = TURN,
    ) -> None:
        self.metrics = metrics or Metrics()
        self._handle = handle
        self._seconds = seconds
        self._sessions = sessions
        self._texts = texts
        self._languages = Languages(sessions)
        self._platforms: dict[str, Endpoint] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._places = Places(sessions)
        self._deliveries = Deliveries()
        self._leases = Leases(sessions, self._deliveries)
        self._in_hand = InHand(sessions)
        self._chores: list[asyncio.Task[None]] = []
        self._closed = False
        self._room = asyncio.Semaphore(RUNNING)

    def register(self, platform: Endpoint) -> None:
        self._platforms[platform.name] = platform

    async def __aenter__(self) -> Self:
        self._chores = [asyncio.create_task(self._sweep()), asyncio.create_task(self._settle())]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN)
        for task in (*self._running, *self._chores):
            task.cancel()
        await asyncio.gather(*self._running, *self._chores, return_exceptions=True)

    async def hear(self, delivery: Delivery, *, patience: float | None = None) -> bool:
        """
        Make a delivery safe and start its turn; False when it was heard before. Costs one round
        trip to Redis.

        While Redis is away the turn runs all the same, and its end is waited for, `patience`
        seconds at most (None: `PATIENCE`). A repeat that comes meanwhile waits for the same turn.

        Raises:
            NotSafe: it is neither stored nor answered by then; the turn runs on.
        """
        first = self._deliveries.add(delivery.id)
        if first:
            claim = Claim(delivery.id, secrets.token_hex(8), delivery.platform, delivery.payload)
            self._start(self._begin(claim, delivery.once))
        else:
            self.metrics.repeats.labels(delivery.platform).inc()
        waits = PATIENCE if patience is None else patience
        return await self._deliveries.fate(delivery.id, waits) == "ours" and first

    async def take(self, message: Message, screen: Screen) -> None:
        """Run one turn to its end; web and terminal wait for it."""
        await self._turn(message, screen, None, message.person.id.partition(":")[0])

    def _start(self, turn: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(turn)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _begin(self, claim: Claim, once: str) -> None:
        """
        Claim a turn and run it; where Redis is away it runs without, and is claimed as soon as it
        can be.
        """
        if once and await self._pressed_before(once):
            self._deliveries.tell(claim.id, "elsewhere")
            self.metrics.repeats.labels(claim.platform).inc()
            return
        claimed = await self._claimed(claim)
        if claimed is None:
            self.metrics.unclaimed.inc()
            log.warning("a turn runs without a claim: Redis is away")
        elif claimed:
            self._deliveries.tell(claim.id, "ours")
        else:
            self._deliveries.tell(claim.id, "elsewhere")
            self.metrics.repeats.labels(claim.platform).inc()
            return
        await self._answer(claim)

    async def _pressed_before(self, once: str) -> bool:
        """Report whether somebody pressed the same a moment ago, as far as that is known."""
        with suppress(SessionsUnavailable):
            first = await self._sessions.save("pressed", once, {}, expected=0, seconds=PRESSED)
            return not first
        return False

    async def _claimed(self, claim: Claim) -> bool | None:
        """
        Claim with a few tries, since a busy moment looks like an absent Redis; None when it is
        absent.
        """
        for pause in (0.0, *AGAIN):
            if self._sessions.away > GONE:
                break
            if pause:
                await asyncio.sleep(pause)
            with suppress(SessionsUnavailable):
                return await self._sessions.claim(claim)
        return None

    async def _answer(self, claim: Claim) -> None:
        platform = self._platforms[claim.platform]
        self._in_hand.take(claim)
        try:
            async with self._leases.held(claim):
                claim = await self._begun(claim)
                async with self._room:
                    message = await platform.read(claim.payload)
                if message is not None:
                    message = await self._languages.speaking(message)
                    screen = platform.screen(claim.payload, message, self._memory(claim))
                    await self._turn(message, screen, claim, platform.name)
        except TakenOver:
            self.metrics.turns.labels(claim.platform, "taken_over").inc()
            self._in_hand.leave(claim)
            self._deliveries.tell(claim.id, "elsewhere")
            return
        except NotNow as error:
            self.metrics.turns.labels(claim.platform, "undelivered").inc()
            log.warning("not delivered yet", extra={"reason": str(error)})
            if int(claim.memory.get(NOT_TAKEN, "0")) < CALLS:
                await self._note(claim, works=False)
                self._in_hand.leave(claim)
                self._deliveries.tell(claim.id, "failed")
                return
        except Exception:
            # the platform itself failed us: nothing can be shown now, so it is tried again after
            # the lease; where nobody else can take it over, the platform sends it again
            self.metrics.turns.labels(claim.platform, "undelivered").inc()
            failed = {"platform": claim.platform, "tries": claim.tries}
            log.exception("delivery failed", extra=failed)
            if claim.tries < TRIES:
                self._in_hand.leave(claim)
                self._deliveries.tell(claim.id, "failed")
                return
        self._in_hand.end(claim)
        self._deliveries.tell(claim.id, "ours")
        await self._in_hand.settle()

    def _memory(self, claim: Claim) -> dict[str, str]:
        """
        Return what a screen knows of its turn: also whether another process may show the same one
        at this moment.
        """
        if self._deliveries.safe(claim.id):
            return dict(claim.memory)
        return claim.memory | {UNCLAIMED: "yes"}

    async def _begun(self, claim: Claim) -> Claim:
        """
        Count that this process handles a turn it took over; one that died while the turn waited its
        turn does not count.

        Raises:
            TakenOver: whoever had it before has ended it since, or another process has it.
        """
        if not claim.taken:
            return claim
        begun = replace(claim, tries=claim.tries + 1, taken=False)
        with suppress(SessionsUnavailable):
            if not await self._sessions.renew(begun):
                raise TakenOver
            await self._sessions.remember_screen(begun)
        return begun

    async def _turn(
        self, message: Message, screen: Screen, claim: Claim | None, platform: str
    ) -> None:
        if claim is not None and claim.tries > TRIES:
            # every process that began it died: it may well be the cause
            await self._apologise(message, screen, None)
            self.metrics.turns.labels(platform, "given_up").inc()
            return
        request.set(_short(message.id))
        with (
            self.metrics.seconds.labels(platform).time(),
            observed("turn", platform=platform, request=request.get()) as turn,
        ):
            try:
                outcome = await self._handled(message, screen, claim)
            except Stopped:
                outcome = "stopped"
            except NotNow:
                raise
            except Exception as error:  # noqa: BLE001  # where a bug becomes a sentence
                outcome = "apologised"
                await self._apologise(message, screen, error)
            turn.outcome = outcome
        self.metrics.turns.labels(platform, outcome).inc()

    async def _handled(self, message: Message, screen: Screen, claim: Claim | None) -> str:
        """Show every reply, and return how it ended."""
        work = Work(self._seconds, partial(self._note, claim))
        async with self._in_order(message, screen, claim, work) as admitted:
            if not admitted:
                busy = self._texts.say("turns.busy", message.person.language)
                await screen.show(Reply(busy, private=True))
                return "busy"
            handled = self._handle(message)
            async with aclosing(replies(handled, screen, work, self._room)) as shown:
                async for reply in shown:
                    await self._show(reply, screen, claim, work)
        return "answered"

    async def _show(self, reply: Reply, screen: Screen, claim: Claim | None, work: Work) -> None:
        """
        Show a reply and keep where it stands; a last word may wait long for its platform.

        Raises:
            NotNow: the platform does not take it.
        """
        if not reply.final:
            await screen.show(reply)
            await self._keep(claim, screen)
            return
        try:
            async with work.waiting():
                await screen.show(reply)
        except NotNow:
            screen.memory[NOT_TAKEN] = str(int(screen.memory.get(NOT_TAKEN, "0")) + 1)
            await self._keep(claim, screen)
            raise
        await self._keep(claim, screen)

    async def _note(self, claim: Claim | None, *, works: bool) -> None:
        """
        Write down that a process that dies from now on dies of this turn, or, while the turn only
        waits, that it does not.
        """
        if claim is None:
            return
        tries = claim.tries if works else claim.tries - 1
        with suppress(SessionsUnavailable):
            await self._sessions.remember_screen(replace(claim, tries=tries))

    async def _apologise(self, message: Message, screen: Screen, error: Exception | None) -> None:
        """
        Tell the person, and the operator with the same number; the exception goes to the log alone.
        """
        incident = secrets.token_hex(3)
        log.error("turn failed", extra={"incident": incident}, exc_info=error)
        reason = self._texts.phrase("turns.apology", incident=incident)
        fault = KnowledgeError("apology", reason)
        await screen.show(Reply(reason.to(message.person.language), private=True, fault=fault))

    async def _keep(self, claim: Claim | None, screen: Screen) -> None:
        if claim is not None and screen.memory != claim.memory:
            claim.memory.clear()
            claim.memory.update(screen.memory)
            with suppress(SessionsUnavailable):
                await self._sessions.remember_screen(claim)

    @asynccontextmanager
    async def _in_order(
        self, message: Message, screen: Screen, claim: Claim | None, work: Work
    ) -> AsyncIterator[bool]:
        """Let questions wait for each other; presses and forms never do."""
        if not isinstance(message.content, Text | Edited):
            yield True
            return

        async def waits(first: int) -> None:
            queued = self._texts.say("turns.queued", message.person.language, n=first)
            await screen.show(Reply(queued, final=False))
            await self._keep(claim, screen)

        async with AsyncExitStack() as stack:
            queue = self._places.turn(message.place, claim, waits)
            async with work.waiting():
                admitted = await stack.enter_async_context(queue)
            yield admitted

    async def _settle(self) -> None:
        while not self._closed:
            await asyncio.sleep(SETTLE)
            await self._in_hand.settle()

    async def _sweep(self) -> None:
        while not self._closed:
            await asyncio.sleep(SWEEP)
            try:
                if self._sessions.trouble:
                    await self._sessions.alive()
                # what this process has in hand is not abandoned, however slow Redis is
                while claims := await self._sessions.abandoned(self._in_hand.ids):
                    for claim in claims:
                        if claim.platform in self._platforms:
                            self._start(self._answer(claim))
            except SessionsUnavailable:
                await self._back()
                await asyncio.sleep(CALM)

    async def _back(self) -> None:
        """Wait until Redis answers again: it sends no word when it is back."""
        while not self._closed and not await self._sessions.alive():  # noqa: ASYNC110  # silent
            await asyncio.sleep(SWEEP)


def _short(id_: str) -> str:
    """Return what stands for a turn in the log: a platform's own id may name people and places."""
    return hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
