"""What the session store says of itself: for the doctor and the figures, never for people."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.exceptions import NoPermissionError

from bot.service.store import Store
from handlers.memory.clock import seconds


@dataclass(frozen=True, slots=True)
class About:
    """
    A Redis server. `delay` is how long it took to answer and `ahead` how far its clock is before
    ours, both in seconds. `used` and `most` are bytes of memory, `most` 0 where nothing bounds it.
    What it may not tell is "" or 0.
    """

    version: str
    delay: float
    ahead: float
    role: str
    used: int
    most: int
    policy: str
    appends: bool

    @property
    def full(self) -> float:
        """The share of its memory that is used, 0 where it has no bound."""
        return self.used / self.most if self.most else 0.0


async def about(store: Store) -> About:
    """Ask the store. Raises RedisError, OSError or TimeoutError as its client does."""
    client = store.connect()
    try:
        sent = time.time()
        began = time.perf_counter()
        answer = await client.time()
        delay = time.perf_counter() - began
        middle = sent + delay / 2
        try:
            info: Mapping[str, Any] = await client.info()
        except NoPermissionError:
            info = {}
        return About(
            version=str(info.get("redis_version", "")),
            delay=delay,
            ahead=seconds(answer) - middle,
            role=str(info.get("role", "")),
            used=int(info.get("used_memory", 0)),
            most=int(info.get("maxmemory", 0)),
            policy=str(info.get("maxmemory_policy", "")),
            appends=bool(int(info.get("aof_enabled", 1))),
        )
    finally:
        await client.aclose()
