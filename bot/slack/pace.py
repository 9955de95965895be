"""
How fast Slack lets us speak, kept before it has to refuse us: one budget a method and channel, in
Redis, so that all processes share it (https://docs.slack.dev/apis/web-api/rate-limits).

Calls of one budget go in the order they came. Whoever waits longer than a moment is told how many
come first.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from handlers.lifetimes import LINE
from handlers.sessions import Grant, Rate, Sessions, SessionsUnavailable

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]  # seconds from anywhere
Waits = Callable[
    [int, float], Awaitable[None]
]  # told how many come first, and for how many seconds
TIER_2 = Rate(60 / 20, 10)
TIER_3 = Rate(60 / 50, 10)
TIER_4 = Rate(60 / 100, 20)
POSTS = "chat.postMessage"
# a channel takes about one message a second and short bursts above that; what is not here is
# never held back, since nobody would wait for it (windows) or it is asked rarely
RATES: Mapping[str, Rate] = {
    POSTS: Rate(1.02, 10),
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "chat.postEphemeral": TIER_4,
    "chat.startStream": TIER_2,
    "chat.appendStream": TIER_4,
    "chat.stopStream": TIER_2,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "assistant.threads.setStatus": Rate(60 / 600, 50),
    "agents.sessions.setStatus": TIER_3,
}
NOTICED = 3.0  # seconds of waiting that a person is told of
SAY_AGAIN = 60.0  # seconds between two words on that; a status ends after two minutes
LOOK = 1.0  # seconds between looks at a budget that other processes share, at most
SHAKEN = 120.0  # seconds after Redis was away in which a repeat is looked for all the same


class TooLate(Exception):
    """A call waited for its budget as long as anything waits."""


@dataclass(frozen=True, slots=True)
class Call:
    """
    A call as its budget knows it: `mark` is what tells a message from all others, `since` when it
    was asked for (seconds since 1970), `waits` whom to tell of a wait. `workspace` is "" where
    there is only one.
    """

    method: str
    channel: str = ""
    mark: str = ""
    since: float = 0.0
    waits: Waits | None = None
    workspace: str = ""

    @property
    def budget(self) -> str:
        """Return the name of the budget it is counted in: messages count by channel."""
        parts = ["slack", self.workspace, self.method]
        if self.method == POSTS:
            parts.append(self.channel)
        return ":".join([part for part in parts if part])


@dataclass(slots=True)
class _Lane:
    """Calls of one budget in this process, one behind the other."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    calls: int = 0


class Pace:
    """`sessions` None counts for this process alone."""

    def __init__(
        self,
        sessions: Sessions | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
    ) -> None:
        self._sessions = sessions
        self._sleep = sleep
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._own: dict[str, float] = {}  # budgets while there is no Redis: when each is empty
        self._unnoted: set[str] = set()  # marks let through while Redis was away
        self._away_at = -math.inf  # when Redis was last found away

    async def begin(self) -> None:
        """
        Remember from now on which messages were let through: what is asked later needs no look
        for an earlier answer. The sessions are open by now.
        """
        if self._sessions is not None:
            with suppress(SessionsUnavailable):
                await self._sessions.remember_marks()

    @property
    def may_lack_marks(self) -> bool:
        """Whether Redis was away a moment ago, so that what was let through may not stand there."""
        return self._clock() - self._away_at < SHAKEN

    async def admitted(self, call: Call) -> bool:
        """
        Wait until Slack takes this call; report whether it may have been made before.

        Raises:
            TooLate: after a quarter of an hour.
        """
        rate = RATES.get(call.method)
        if rate is None:
            return False
        lane = self._lanes.setdefault(call.budget, _Lane())
        lane.calls += 1
        try:
            async with asyncio.timeout(LINE):
                if lane.calls == 1:
                    grant = await self._take(call, rate)
                    if not grant.wait:
                        return grant.again
                async with self._told(call, rate), lane.turn:
                    return await self._in_turn(call, rate)
        except TimeoutError as error:
            raise TooLate(call.method) from error
        finally:
            lane.calls -= 1
            if not lane.calls:
                self._lanes.pop(call.budget, None)

    async def at_once(self, call: Call) -> Grant | None:
        """Return what lets this call through now, for what need not be said at all; else None."""
        rate = RATES.get(call.method)
        if rate is None:
            return Grant(0.0)
        if call.budget in self._lanes:
            return None
        grant = await self._take(call, rate)
        return None if grant.wait else grant

    async def refused(self, call: Call, seconds: float) -> None:
        """Take Slack's word that it wants nothing of this kind for so many seconds."""
        rate = RATES.get(call.method, Rate(0.0))
        # nor does it allow a burst then
        empty_in = seconds + (rate.burst - 1) * rate.interval
        self._own[call.budget] = self._clock() + empty_in
        if self._sessions is not None:
            with suppress(SessionsUnavailable):
                await self._sessions.hold(call.budget, empty_in)

    async def _in_turn(self, call: Call, rate: Rate) -> bool:
        while True:
            grant = await self._take(call, rate)
            if not grant.wait:
                return grant.again
            await self._sleep(min(grant.wait, LOOK))

    async def _take(self, call: Call, rate: Rate) -> Grant:
        if self._sessions is not None:
            with suppress(SessionsUnavailable):
                await self._note(self._sessions)
                return await self._sessions.take(call.budget, rate, call.mark, call.since)
            self._away_at = self._clock()
        return self._take_own(call, rate)

    async def _note(self, sessions: Sessions) -> None:
        """Note what was let through while Redis was away, for whoever gets it again."""
        marks, self._unnoted = self._unnoted, set()
        if not marks:
            return
        try:
            await sessions.note_marks(marks)
        except SessionsUnavailable:
            self._unnoted |= marks
            raise

    def _take_own(self, call: Call, rate: Rate) -> Grant:
        """Take from a budget of this process; what others did is not known here."""
        now = self._clock()
        empty_at = self._own.get(call.budget, 0.0)
        wait = empty_at - now - (rate.burst - 1) * rate.interval
        if wait > 0:
            return Grant(wait)
        self._own[call.budget] = max(now, empty_at) + rate.interval
        shared = bool(call.mark) and self._sessions is not None
        if shared:
            self._unnoted.add(call.mark)
        return Grant(0.0, again=shared)

    @asynccontextmanager
    async def _told(self, call: Call, rate: Rate) -> AsyncIterator[None]:
        """Tell whoever waits how many come first, for as long as they wait."""
        if call.waits is None or not call.mark:
            yield
            return
        over = asyncio.Event()
        telling = asyncio.create_task(self._tell(call, rate, call.waits, over))
        try:
            yield
        finally:
            over.set()  # since a cancellation may be swallowed on its way
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            if self._sessions is not None:
                with suppress(SessionsUnavailable):
                    await self._sessions.leave_line(call.budget, call.mark)

    async def _tell(self, call: Call, rate: Rate, waits: Waits, over: asyncio.Event) -> None:
        while not over.is_set():
            first = await self._ahead(call)
            seconds = first * rate.interval
            if seconds >= NOTICED:
                await waits(first, seconds)
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), SAY_AGAIN)

    async def _ahead(self, call: Call) -> int:
        """Return how many calls come before this one, as far as that is known."""
        if self._sessions is not None:
            with suppress(SessionsUnavailable):
                return await self._sessions.join_line(call.budget, call.mark)
        lane = self._lanes.get(call.budget)
        return lane.calls - 1 if lane else 0
