"""A clock that a test moves by hand, where a real one would decide it."""

import asyncio


class StandingClock:
    """
    A clock that stands still until somebody sleeps by it or a test moves it; sleeping takes no time.

    It stands in for the module `time` and, where only `sleep` is used of it, for `asyncio`.
    """

    def __init__(self) -> None:
        self._now = 1_000.0  # seconds

    def monotonic(self) -> float:
        return self._now

    def time(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)
        await asyncio.sleep(0)

    def move(self, seconds: float) -> None:
        self._now += seconds
