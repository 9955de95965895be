"""
The one policy for calls that leave the house and may be made again: how often, after how long, and
which failures.

Who was told to come back later does so then; who was told nothing waits a random time ("full
jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that not all
return at once.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity
from tenacity.stop import stop_base

LONGEST = 60.0  # seconds one random wait may take
SPREAD = 0.3  # seconds by which those who were told the same moment come later than it
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Retry:
    """
    At most `tries` tries, each after a failure that `again` takes; the last failure is raised.

    `named` returns the seconds a failure asks to wait, None where it asks for none: then the wait
    is random, at most `pause` seconds before the second try and twice as much before each further
    one.
    No wait begins that would end `budget` seconds after the first try, or later.
    """

    tries: int
    pause: float  # seconds
    again: Callable[[BaseException], bool]
    named: Callable[[BaseException], float | None] | None = None
    budget: float | None = None  # seconds; None sets no end
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def call(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Return what `attempt` returns. Raises its last failure, as it is."""
        stop: stop_base = tenacity.stop_after_attempt(self.tries)
        if self.budget is not None:
            stop = stop | tenacity.stop_before_delay(self.budget)
        again = tenacity.retry_if_exception(self.again)
        retrying = tenacity.AsyncRetrying(
            retry=again, wait=self._wait, stop=stop, sleep=self.sleep, reraise=True
        )
        return await retrying(attempt)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        seconds = self.named(failure) if self.named and failure else None
        if seconds is None:
            return tenacity.wait_random_exponential(self.pause, LONGEST)(state)
        return seconds + random.uniform(0, SPREAD)  # noqa: S311  # nobody's secret
