"""Sums that many processes add to."""

from handlers.memory.link import Link, key


class Counters:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def add(self, kind: str, id_: str, amount: int, seconds: int) -> int:
        """Add to a sum that lives for so long since it was last added to, and return it."""
        name = key(kind, id_)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.incrby(name, amount)
            pipe.expire(name, seconds)
            total, _ = await pipe.execute()
        return int(total)
