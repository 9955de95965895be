"""Lists of an owner's latest things, and sets of what is open."""

from handlers.lifetimes import LIST
from handlers.memory.link import Link, decoded, key

LONGEST = 100  # things of one kind that one owner's list keeps


class Lists:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def add(self, owner: str, kind: str, id_: str, seconds: int = LIST) -> None:
        """
        Put `id_` first among this owner's things of this kind; the latest 100 are kept for
        `seconds` since the last was added.
        """
        list_ = _list(owner, kind)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.lrem(list_, 0, id_)
            pipe.lpush(list_, id_)
            pipe.ltrim(list_, 0, LONGEST - 1)
            pipe.expire(list_, seconds)
            await pipe.execute()

    async def latest(self, owner: str, kind: str) -> list[str]:
        """Return this owner's ids of this kind, latest first."""
        async with self._link.redis() as redis:
            rows = await redis.lrange(_list(owner, kind), 0, -1)
        return [decoded(row) for row in rows]

    async def note(self, kind: str, id_: str) -> None:
        """Add `id_` to what is open of this kind, until `unnote` takes it off."""
        async with self._link.redis() as redis:
            await redis.sadd(_set(kind), id_)

    async def unnote(self, kind: str, id_: str) -> None:
        """Take `id_` off what is open of this kind."""
        async with self._link.redis() as redis:
            await redis.srem(_set(kind), id_)

    async def noted(self, kind: str) -> list[str]:
        """Return what is open of this kind, in no order."""
        async with self._link.redis() as redis:
            return [decoded(row) for row in await redis.smembers(_set(kind))]


def _list(owner: str, kind: str) -> str:
    return key(f"index:{kind}", owner)


def _set(kind: str) -> str:
    return f"lc:open:{kind}"
