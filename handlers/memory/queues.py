"""The queue of each place of talk: turns of one thread are handled one after the other."""

from handlers.lifetimes import QUEUE
from handlers.memory.claims import PENDING, Claim, turn_key
from handlers.memory.clock import Clock
from handlers.memory.link import Link, decoded, key


class Queues:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def line_up(self, place: str, claim: Claim) -> None:
        """Join the queue of one place, behind everybody already there."""
        queue = _queue(place)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            joined = await self._clock.ask(redis)  # exactly: it is the order of the queue
            pipe.zadd(queue, {turn_key(claim.id): joined}, nx=True)
            pipe.expire(queue, QUEUE)
            await pipe.execute()

    async def ahead(self, place: str, claim: Claim) -> int:
        """
        Return how many turns of this place come first; those whose process died, or that are over,
        leave the queue.
        """
        queue, member = _queue(place), turn_key(claim.id)
        async with self._link.redis() as redis:
            turns = [decoded(row) for row in await redis.zrange(queue, 0, -1)]
            if member not in turns:
                return 0
            earlier = turns[: turns.index(member)]
            now = await self._clock.now(redis)
            gone = []
            for turn in earlier:
                lease_ends = float(await redis.zscore(PENDING, turn) or 0)
                if lease_ends < now:
                    gone.append(turn)
            if gone:
                await redis.zrem(queue, *gone)
            return len(earlier) - len(gone)

    async def leave(self, place: str, claim: Claim) -> None:
        """Leave the queue of one place."""
        async with self._link.redis() as redis:
            await redis.zrem(_queue(place), turn_key(claim.id))


def _queue(place: str) -> str:
    return key("queue", place)
