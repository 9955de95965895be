"""
Claims on turns: each message is handled by exactly one process, and taken over when that one dies.
"""

import json
import secrets
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import WatchError

from handlers.lifetimes import TURN
from handlers.memory.clock import Clock, seconds
from handlers.memory.formats import FORMAT
from handlers.memory.link import TIMEOUT, Link, SessionsUnavailable, State, decoded, key

LEASE = 15.0  # seconds a claimed turn may go without a sign of life
FEW = 4  # turns taken over in one go
PENDING = "lc:turns"  # sorted set of open turns by the time their lease ends


@dataclass(frozen=True, slots=True)
class Claim:
    """
    An open turn: `payload` as first heard, `memory` as its screen last left it, `tries` how many
    processes have begun to handle it; `taken` says that this one has not yet, and took it over.

    `token` says whose it is; the caller makes it, so that a claim whose reply was lost can still be
    settled.
    """

    id: str
    token: str
    platform: str
    payload: State
    memory: dict[str, str] = field(default_factory=dict)
    tries: int = 1
    taken: bool = False


class Claims:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def claim(self, claim: Claim) -> bool:
        """
        Store a turn with what is needed to finish it; False when it was claimed before.

        The turn and its place among the open ones are written in one transaction. Where the
        connection broke, the write is repeated once: it may have arrived, and the token tells
        whether it did.

        Raises:
            SessionsUnavailable: it may or may not have been stored; `finish` settles it either way.
        """
        try:
            return await self._claim(claim)
        except SessionsUnavailable as error:
            if not isinstance(error.__cause__, RedisConnectionError):
                raise
        return await self._claim(claim)

    async def _claim(self, claim: Claim) -> bool:
        turn = turn_key(claim.id)
        async with self._link.redis() as redis:
            now = await self._clock.now(redis)
            record = _record(claim, until=now + TIMEOUT)  # nobody waits for it any longer
            sent = time.monotonic()
            async with redis.pipeline(transaction=True) as pipe:
                pipe.set(turn, record, nx=True, ex=TURN)
                pipe.zadd(PENDING, {turn: now + LEASE}, nx=True)
                pipe.get(turn)
                pipe.pttl(turn)
                pipe.time()
                first, _, raw, left, time_ = await pipe.execute()
            stored = _Stored(raw, left, self._clock.learn(sent, time_))
            if not stored.void and (first or stored.token != claim.token):
                return bool(first)
            return await self._confirm(redis, turn, claim)

    async def _confirm(self, redis: Redis, turn: str, claim: Claim) -> bool:
        """
        Make a claim good for as long as its process lives: this very one that was stored late, or
        before its reply was lost, or in place of another that is void.
        """
        async with redis.pipeline(transaction=True) as pipe:
            try:
                await pipe.watch(turn)
                stored, now = await self._stored(pipe, turn), await self._clock.now(redis)
                if stored.token != claim.token and not stored.void:
                    return False
                pipe.multi()
                pipe.set(turn, _record(claim), ex=TURN)
                pipe.zadd(PENDING, {turn: now + LEASE})
                await pipe.execute()
            except WatchError:
                return False
        return True

    async def renew(self, claim: Claim) -> bool:
        """Extend the lease; False when another process has taken the turn over or finished it."""
        turn = turn_key(claim.id)
        async with self._link.redis() as redis:
            raw = await redis.get(turn)
            if raw is None:  # claimed while Redis was away: nobody else can have it
                return True
            stored = json.loads(raw)
            if stored.get("token") != claim.token:
                return False
            await redis.zadd(PENDING, {turn: await self._clock.now(redis) + LEASE}, xx=True)
            return True

    async def remember_screen(self, claim: Claim) -> None:
        """
        Keep what another process needs to go on with this turn's screen, unless one already has.
        """
        turn = turn_key(claim.id)
        async with self._link.redis() as redis:
            if json.loads(await redis.get(turn) or "{}").get("token") == claim.token:
                await redis.set(turn, _record(claim), ex=TURN, xx=True)

    async def finish(self, *claims: Claim) -> None:
        """Close turns, all at once: the claims stay for a day, so that a repeat stays one."""
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            for claim in claims:
                turn = turn_key(claim.id)
                pipe.set(turn, _over(claim), ex=TURN)
                pipe.zrem(PENDING, turn)
            await pipe.execute()

    async def over(self, turn: str) -> bool:
        """Report whether a turn with this id was finished."""
        async with self._link.redis() as redis:
            raw = await redis.get(turn_key(turn))
        return raw is not None and "payload" not in json.loads(raw)

    async def abandoned(self, but: Collection[str] = ()) -> list[Claim]:
        """
        Take over open turns whose lease has ended, `FEW` at most; each goes to exactly one caller.

        With a slow Redis one takes seconds: of many, the first would be abandoned anew before
        anybody works on it. `but` are the ids of turns that are not taken.
        """
        kept = {turn_key(id_) for id_ in but}
        taken: list[Claim] = []
        async with self._link.redis() as redis:
            now = await self._clock.ask(redis)
            for raw in await redis.zrangebyscore(PENDING, 0, now):
                turn = decoded(raw)
                claim = None if turn in kept else await self._take_over(redis, turn, now)
                if claim is not None:
                    taken.append(claim)
                if len(taken) == FEW:
                    break
        return taken

    async def _take_over(self, redis: Redis, turn: str, now: float) -> Claim | None:
        async with redis.pipeline(transaction=True) as pipe:
            try:
                await pipe.watch(turn, PENDING)
                stored = await self._stored(pipe, turn)
                score = await pipe.zscore(PENDING, turn)
                if score is None or float(score) > now:
                    return None
                pipe.multi()
                if stored.claim is None or stored.void:
                    pipe.zrem(PENDING, turn)
                    if stored.void:  # so that the platform's repeat can be claimed
                        pipe.delete(turn)
                    await pipe.execute()
                    return None
                claim = replace(stored.claim, token=secrets.token_hex(8), taken=True)
                pipe.set(turn, _record(claim), ex=TURN)
                pipe.zadd(PENDING, {turn: now + LEASE})
                await pipe.execute()
            except WatchError:
                return None
        return claim

    async def _stored(self, pipe: Any, turn: str) -> "_Stored":
        """Return what is stored of a turn, on a connection that watches it."""
        raw, left = await pipe.get(turn), await pipe.pttl(turn)
        return _Stored(raw, left, seconds(await pipe.time()))


def turn_key(id_: str) -> str:
    """Return the key of a turn, which stands for it in sets and queues, too."""
    return key("turn", id_)


class _Stored:
    """
    What is stored of a turn: its `claim` while it is open, else None.

    It is `void` when Redis carried it out after whoever claimed had given up waiting (`until`), and
    nobody has worked on it since: then that process answered without it, or the platform was told
    to send it again.
    """

    def __init__(self, raw: bytes | str | None, left: int, now: float) -> None:
        """
        `left` are the milliseconds until Redis forgets it, which is a day after it was stored.
        """
        record: State = json.loads(raw or "{}")
        self.token = record.get("token")
        self.claim = _claim(record) if "payload" in record else None
        stored = now + left / 1000 - TURN
        late = 0 < record.get("until", 0) < stored
        self.void = late and self.claim is not None and _untouched(self.claim)


def _claim(record: State) -> Claim:
    known = {field.name for field in fields(Claim)}
    return Claim(**{name: value for name, value in record.items() if name in known})


def _untouched(claim: Claim) -> bool:
    """Report whether nobody has worked on a turn since it was claimed."""
    return not claim.memory and not claim.taken and claim.tries == 1


def _record(claim: Claim, *, until: float = 0) -> str:
    return json.dumps(asdict(claim) | {"until": until, "format": FORMAT})


def _over(claim: Claim) -> str:
    """Return what is left of a turn once it is over."""
    return json.dumps({"id": claim.id, "token": claim.token, "format": FORMAT})
