"""
How often something may be done outside, counted over all processes, and who is in line for it.

A budget is a leaky bucket kept as one figure: the moment at which it will be empty again (the
generic cell rate algorithm). What was let through is noted under a mark of its own, so that whoever
takes the work over knows whether it may have been done already.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from redis.exceptions import WatchError

from handlers.lifetimes import BUDGET, LINE, TURN
from handlers.memory.clock import Clock, seconds
from handlers.memory.link import Link, key

SINCE = "lc:marks:since"  # when the first mark was noted; what is older may have been forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """One every `interval` seconds, and `burst` of them at once after a rest."""

    interval: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Grant:
    """
    `wait` are the seconds until it may be asked again; 0 means that it may be done now.

    `again` says that it may have been done before: its mark was let through already, or is older
    than all that is remembered.
    """

    wait: float
    again: bool = False


class Budgets:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def take(self, name: str, rate: Rate, mark: str = "", since: float = 0.0) -> Grant:
        """
        Take one of what this budget allows, where it allows one now.

        `mark` tells what is done from everything else, "" for what may be done twice; `since` is
        when it was asked for, in seconds since 1970, 0 when that is not known.
        """
        budget = key("budget", name)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            while True:
                try:
                    return await self._take(pipe, budget, rate, (mark, since))
                except WatchError:
                    continue  # another process took one at the same moment

    async def _take(self, pipe: Any, budget: str, rate: Rate, what: tuple[str, float]) -> Grant:
        mark, since = what
        await pipe.watch(budget)
        empty_at = float(await pipe.get(budget) or 0)
        now = seconds(await pipe.time())
        wait = empty_at - now - (rate.burst - 1) * rate.interval
        if wait > 0:
            await pipe.reset()
            return Grant(wait)
        pipe.multi()
        empty_at = max(now, empty_at) + rate.interval
        pipe.set(budget, repr(empty_at), ex=BUDGET)
        if not mark:
            await pipe.execute()
            return Grant(0.0)
        pipe.set(SINCE, repr(now), nx=True)
        pipe.get(SINCE)
        pipe.set(key("mark", mark), 1, nx=True, ex=TURN)
        _, _, remembered, first = await pipe.execute()
        forgotten = 0 < since < float(remembered)
        return Grant(0.0, again=forgotten or not first)

    async def remember(self) -> None:
        """Say that marks are noted from now on, where that has not been said before."""
        async with self._link.redis() as redis:
            await redis.set(SINCE, repr(await self._clock.ask(redis)), nx=True)

    async def note(self, marks: Collection[str]) -> None:
        """Note marks of what was let through without asking here; there is at least one."""
        async with self._link.redis() as redis, redis.pipeline(transaction=False) as pipe:
            for mark in marks:
                pipe.set(key("mark", mark), 1, nx=True, ex=TURN)
            await pipe.execute()

    async def hold(self, name: str, length: float) -> None:
        """Allow nothing more for `length` seconds: whoever counts outside said so."""
        budget = key("budget", name)
        async with self._link.redis() as redis:
            now = await self._clock.ask(redis)
            await redis.set(budget, repr(now + length), ex=BUDGET)

    async def line_up(self, name: str, mark: str) -> int:
        """
        Join the line for a budget, behind everybody there, and return how many come first.

        Whoever died in it is forgotten with time, and keeps the place when taken over before.
        """
        line = key("line", name)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            now = await self._clock.ask(redis)
            pipe.zremrangebyscore(line, 0, now - LINE)
            pipe.zadd(line, {mark: now}, nx=True)
            pipe.expire(line, LINE)
            pipe.zrank(line, mark)
            *_, rank = await pipe.execute()
        return int(rank or 0)

    async def leave_line(self, name: str, mark: str) -> None:
        """Leave the line for a budget."""
        async with self._link.redis() as redis:
            await redis.zrem(key("line", name), mark)
