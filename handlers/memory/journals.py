"""Journals: rows of one day or kind, oldest first, that end by themselves."""

import json

from handlers.memory.link import Link, State, key

MOST = 20_000  # rows of one journal; the oldest go first


class Journals:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def add(self, journal: str, row: State, seconds: int) -> None:
        """Add a row; the journal ends `seconds` after its last one."""
        name = key("journal", journal)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.rpush(name, json.dumps(row, ensure_ascii=False))
            pipe.ltrim(name, -MOST, -1)
            pipe.expire(name, seconds)
            await pipe.execute()

    async def rows(self, journal: str) -> list[State]:
        """Return the rows of a journal, oldest first; none where there is no such journal."""
        async with self._link.redis() as redis:
            rows = await redis.lrange(key("journal", journal), 0, -1)
        return [json.loads(row) for row in rows]
