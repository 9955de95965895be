"""Redis's own clock, so that no machine's clock can end another one's lease."""

import time
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis


class Clock:
    """
    Redis's time, reckoned from its words on the monotonic clock, and never behind it: a busy moment
    does not shorten a lease.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None  # seconds before our monotonic clock

    def learn(self, sent: float, answer: Sequence[Any]) -> float:
        """
        Take what Redis told of its time to a question sent at `sent`, and return it in seconds.
        """
        now = seconds(answer)
        most, least = now - sent, now - time.monotonic()  # it was told somewhere between
        if self._ahead is None:
            self._ahead = most
        else:
            self._ahead = min(max(self._ahead, least), most)
        return now

    async def ask(self, redis: Redis) -> float:
        """Return the time in seconds as Redis tells it now."""
        sent = time.monotonic()
        return self.learn(sent, await redis.time())

    async def now(self, redis: Redis) -> float:
        """Return the time in seconds; Redis is asked the first time only."""
        if self._ahead is None:
            return await self.ask(redis)
        return time.monotonic() + self._ahead


def seconds(answer: Sequence[Any]) -> float:
    """Return what Redis told of its time in seconds."""
    whole, micros = answer
    return int(whole) + int(micros) / 1e6
