"""
The month's budget for the language model: tokens or money, over all processes.

At four fifths the operator is told, at the end the model is left alone until the next month and
answers are quotes, which says so. While the store is away, this process counts on from what it knew
last. Costs are counted in millionths, so that sums of integers are exact.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from bot.settings import Settings
from handlers.lifetimes import BUDGET
from handlers.sessions import Sessions, SessionsUnavailable

log = logging.getLogger(__name__)
WARNING = 0.8  # of the budget
MILLION = 1_000_000


def _now() -> datetime:
    return datetime.now(UTC)


class Budget:
    """A purse that is filled anew each month (UTC)."""

    def __init__(
        self, sessions: Sessions, settings: Settings, clock: Callable[[], datetime] = _now
    ) -> None:
        self._sessions = sessions
        self._limits = {
            "tokens": settings.llm_tokens,
            "cost": settings.llm_cost * MILLION,
        }
        self._prices = settings.llm_prices
        self._clock = clock
        self._month = ""
        self._spent = dict.fromkeys(self._limits, 0)
        self._told = 0.0

    async def open(self) -> bool:
        """Report whether another call may be made this month."""
        await self._add(0, 0)
        return self._share() < 1

    async def pay(self, tokens_in: int, tokens_out: int) -> None:
        """Take in what a call took, and warn the operator once at four fifths and at the end."""
        price_in, price_out = self._prices
        cost = round(tokens_in * price_in + tokens_out * price_out)
        await self._add(tokens_in + tokens_out, cost)
        share = self._share()
        for step in (1.0, WARNING):
            if share >= step > self._told:
                self._told = step
                log.error("the budget of the language model", extra={"percent": int(share * 100)})
                break

    @property
    def state(self) -> str:
        """Return "ready", or in a few words how much of the month's budget is used."""
        share = self._share()
        if share < WARNING:
            return "ready"
        if share < 1:
            return f"{int(share * 100)} % of the month is used"
        return "used up until the next month; answers are quotes"

    async def _add(self, tokens: int, cost: int) -> None:
        month = f"{self._clock():%Y-%m}"
        if month != self._month:
            self._month, self._told = month, 0.0
            self._spent = dict.fromkeys(self._limits, 0)
        for name, amount in (("tokens", tokens), ("cost", cost)):
            if not self._limits[name]:
                continue
            try:
                counted = await self._sessions.add(f"budget.{name}", month, amount, BUDGET)
                self._spent[name] = counted
            except SessionsUnavailable:
                self._spent[name] += amount

    def _share(self) -> float:
        """Return how much of the tighter budget is used, 0 where there is none."""
        shares = [0.0]
        for name, limit in self._limits.items():
            if limit:
                shares.append(self._spent[name] / limit)
        return max(shares)
