"""Everything that is remembered, one record after another, for whoever looks through all of it."""

import json
from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis

from handlers.memory.link import decoded

PAGE = 500  # keys looked at in one round trip


async def everything(redis: Redis) -> AsyncIterator[tuple[str, Any]]:
    """Yield every key of ours with its states: one, or those of a log."""
    async for raw in redis.scan_iter("lc:*", count=PAGE):
        name = decoded(raw)
        if name.startswith("lc:log:"):
            yield name, [json.loads(row) for row in await redis.lrange(name, 0, -1)]
        elif await redis.type(name) in (b"string", "string"):
            value = json.loads(await redis.get(name) or b"null")
            if isinstance(value, dict):
                yield name, value


def kind_of(name: str) -> str:
    """Return the kind of what stands under a key."""
    kind = name.removeprefix("lc:")
    return kind if kind.startswith("log:") else kind.rpartition(":")[0]
