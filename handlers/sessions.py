"""
What is remembered between turns: claims, dialogs, threads, answers and traces. The only file of
handlers that knows Redis.

Every call is bounded by a short time-out. After one, Redis counts as away and calls fail at once,
until one of our own tries in the background is answered: a frozen Redis costs the turns that meet
it first a second, and the others nothing. Identifiers that come from outside are hashed into keys,
so that no name can reach another person's state.
"""

import asyncio
import hashlib
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self, TypeVar

from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    AuthorizationError,
    BusyLoadingError,
    ClusterError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    WatchError,
)
from redis.exceptions import ConnectionError as RedisConnectionError

from handlers.lifetimes import DAY
from handlers.memory.chains import gap, linked

LEASE = 15.0  # seconds a claimed turn may go without a sign of life
TIMEOUT = 1.0  # seconds for one command
SLOW = 0.3  # seconds after which a failed command means that Redis is away
AWAY = 0.2  # seconds between tries while Redis is away
# seconds beyond its time-out after which a claim that Redis carries out is void: nobody waits for
# it
LATE = 1.0
_PENDING = "lc:turns"  # sorted set of open turns by the time their lease ends
State = dict[str, Any]
T = TypeVar("T")
TROUBLES: tuple[tuple[type[Exception], str], ...] = (  # the narrower class first
    (AuthenticationError, "wrong user or password"),
    (AuthorizationError, "wrong user or password"),
    (AuthenticationWrongNumberOfArgsError, "wrong user or password"),
    (NoPermissionError, "the user lacks a permission"),
    (BusyLoadingError, "still loading its file"),
    (ReadOnlyError, "a read-only replica"),
    (OutOfMemoryError, "out of memory"),
    (MasterDownError, "a replica without its master"),
    (ClusterError, "a cluster, which is not supported"),
    (MovedError, "a cluster, which is not supported"),
)
log = logging.getLogger(__name__)


class SessionsUnavailable(Exception):
    """Redis did not answer in time, or refused; what was asked for may or may not have happened."""


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


class Sessions:
    """
    State over one Redis client, made by `connect` so that nothing opens before it is needed.

    State saved with `save` carries a revision under "rev", counted by this class; `expected` makes
    it compare-and-set.
    """

    def __init__(self, connect: Callable[[], Redis]) -> None:
        self._connect = connect
        self._client: Redis | None = None
        self._return: asyncio.Task[None] | None = (
            None  # waits for a Redis that is away; None while it answers
        )
        self._left = 0.0  # when it went away, on the monotonic clock
        self._clock = _Clock()
        self._trouble = ""
        self._failing = 0.0  # when that trouble began, on the monotonic clock

    async def __aenter__(self) -> Self:
        self._client = self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._return is not None:
            self._return.cancel()
            await asyncio.gather(self._return, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    @property
    def away(self) -> float:
        """Seconds for which Redis has not answered; 0 while it does."""
        return time.monotonic() - self._left if self._return is not None else 0.0

    async def alive(self) -> bool:
        """Report whether Redis answers and takes writes."""
        try:
            async with self._redis() as redis:
                await redis.set("lc:alive", 1, ex=60)
        except SessionsUnavailable:
            return False
        if self._trouble:
            log.warning("the session store answers again")
        self._trouble = ""
        return True

    async def state(self) -> str:
        """Return "ready", or in a few words why Redis does not answer or takes no writes."""
        return "ready" if await self.alive() else self._trouble or "not answering"

    @property
    def trouble(self) -> str:
        """Why the last call failed, until one of `alive` succeeds; empty while all is well."""
        return self._trouble

    async def patiently(self, step: Callable[[], Awaitable[T]], seconds: float) -> T:
        """
        Return what `step` gives; while Redis fails it is tried again, once at least.

        `seconds` count from when Redis began to fail: many steps that meet one outage wait no
        longer than one of them. A step may be carried out more than once, because an answer of
        Redis can be lost.

        Raises:
            SessionsUnavailable
        """
        waited = time.monotonic() - self._failing if self._trouble else 0.0
        end = time.monotonic() + seconds - waited
        while True:
            try:
                return await step()
            except SessionsUnavailable:
                if time.monotonic() >= end:
                    raise
            await asyncio.sleep(AWAY)

    # ----------------------------------------------------------------- claims

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
        key = _key("turn", claim.id)
        async with self._redis() as redis:
            now = await self._clock.now(redis)
            record = _record(claim, until=now + TIMEOUT + LATE)
            sent = time.monotonic()
            async with redis.pipeline(transaction=True) as pipe:
                pipe.set(key, record, nx=True, ex=DAY)
                pipe.zadd(_PENDING, {key: now + LEASE}, nx=True)
                pipe.get(key)
                pipe.pttl(key)
                pipe.time()
                first, _, raw, left, told = await pipe.execute()
            found = _Found(raw, left, self._clock.learn(sent, told))
            if not found.void and (first or found.token != claim.token):
                return bool(first)
            return await self._confirm(redis, key, claim)

    async def _confirm(self, redis: Redis, key: str, claim: Claim) -> bool:
        """
        Make a claim good for as long as its process lives: this very one that was stored late, or
        before its reply was lost, or in place of another that is void.
        """
        async with redis.pipeline(transaction=True) as pipe:
            try:
                await pipe.watch(key)
                found, now = await self._found(pipe, key), await self._clock.now(redis)
                if found.token != claim.token and not found.void:
                    return False
                pipe.multi()
                pipe.set(key, _record(claim), ex=DAY)
                pipe.zadd(_PENDING, {key: now + LEASE})
                await pipe.execute()
            except WatchError:
                return False
        return True

    async def renew(self, claim: Claim) -> bool:
        """Extend the lease; False when another process has taken the turn over or finished it."""
        key = _key("turn", claim.id)
        async with self._redis() as redis:
            raw = await redis.get(key)
            if raw is None:  # claimed while Redis was away: nobody else can have it
                return True
            found = json.loads(raw)
            if found.get("token") != claim.token:
                return False
            await redis.zadd(_PENDING, {key: await self._clock.now(redis) + LEASE}, xx=True)
            return True

    async def remember_screen(self, claim: Claim) -> None:
        """
        Keep what another process needs to go on with this turn's screen, unless one already has.
        """
        key = _key("turn", claim.id)
        async with self._redis() as redis:
            if json.loads(await redis.get(key) or "{}").get("token") == claim.token:
                await redis.set(key, _record(claim), ex=DAY, xx=True)

    async def finish(self, claim: Claim) -> None:
        """Close a turn: the claim stays for a day, so that a repeat stays one."""
        key = _key("turn", claim.id)
        async with self._redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.set(key, json.dumps({"id": claim.id, "token": claim.token}), ex=DAY)
            pipe.zrem(_PENDING, key)
            await pipe.execute()

    async def over(self, turn: str) -> bool:
        """Report whether a turn with this id was finished."""
        async with self._redis() as redis:
            raw = await redis.get(_key("turn", turn))
        return raw is not None and "payload" not in json.loads(raw)

    async def abandoned(self) -> list[Claim]:
        """Take over every open turn whose lease has ended; each goes to exactly one caller."""
        taken: list[Claim] = []
        async with self._redis() as redis:
            now = await self._clock.ask(redis)
            for raw in await redis.zrangebyscore(_PENDING, 0, now):
                claim = await self._take_over(redis, _text(raw), now)
                if claim is not None:
                    taken.append(claim)
        return taken

    async def _take_over(self, redis: Redis, key: str, now: float) -> Claim | None:
        async with redis.pipeline(transaction=True) as pipe:
            try:
                await pipe.watch(key, _PENDING)
                found = await self._found(pipe, key)
                score = await pipe.zscore(_PENDING, key)
                if score is None or float(score) > now:
                    return None
                pipe.multi()
                if found.claim is None or found.void:
                    pipe.zrem(_PENDING, key)
                    if found.void:  # so that the platform's repeat can be claimed
                        pipe.delete(key)
                    await pipe.execute()
                    return None
                claim = replace(found.claim, token=secrets.token_hex(8), taken=True)
                pipe.set(key, _record(claim), ex=DAY)
                pipe.zadd(_PENDING, {key: now + LEASE})
                await pipe.execute()
            except WatchError:
                return None
        return claim

    async def _found(self, pipe: Any, key: str) -> "_Found":
        """Return what is stored of a turn, on a connection that watches it."""
        raw, left = await pipe.get(key), await pipe.pttl(key)
        return _Found(raw, left, _seconds(await pipe.time()))

    # ----------------------------------------------------------------- queues

    async def line_up(self, place: str, claim: Claim) -> None:
        """Join the queue of one place, behind everybody already there."""
        key, member = _key("queue", place), _key("turn", claim.id)
        async with self._redis() as redis, redis.pipeline(transaction=True) as pipe:
            joined = await self._clock.ask(redis)  # exactly: it is the order of the queue
            pipe.zadd(key, {member: joined}, nx=True)
            pipe.expire(key, DAY)
            await pipe.execute()

    async def ahead(self, place: str, claim: Claim) -> int:
        """
        Return how many turns of this place come first; those whose process died, or that are over,
        leave the queue.
        """
        key, member = _key("queue", place), _key("turn", claim.id)
        async with self._redis() as redis:
            rows = [_text(row) for row in await redis.zrange(key, 0, -1)]
            earlier = rows[: rows.index(member)] if member in rows else []
            now = await self._clock.now(redis)
            gone = [row for row in earlier if float(await redis.zscore(_PENDING, row) or 0) < now]
            if gone:
                await redis.zrem(key, *gone)
            return len(earlier) - len(gone)

    async def leave(self, place: str, claim: Claim) -> None:
        async with self._redis() as redis:
            await redis.zrem(_key("queue", place), _key("turn", claim.id))

    # ----------------------------------------------------------------- state

    async def load(self, kind: str, id_: str) -> State | None:
        """
        Return the state saved under this kind and id, or None when there is none or it has expired.
        """
        async with self._redis() as redis:
            raw = await redis.get(_key(kind, id_))
        return None if raw is None else json.loads(raw)

    async def save(
        self,
        kind: str,
        id_: str,
        state: State,
        *,
        expected: int | None = None,
        seconds: int | None = DAY,
    ) -> bool:
        """
        Save `state` with its revision counted up; False, and nothing written, when the stored
        revision is not `expected`.

        `expected` 0 means "not there yet"; None writes whatever is there and is always True.
        `seconds` None keeps it for good.
        """
        while True:
            saved = await self._save(kind, id_, state, expected, seconds)
            if saved or expected is not None:
                return saved

    async def change(
        self,
        kind: str,
        id_: str,
        edit: Callable[[State | None], State | None],
        *,
        seconds: int | None = DAY,
    ) -> State | None:
        """
        Save what `edit` makes of the stored state (None: there is none) and return it, so that no
        other change is lost.

        `edit` is called again where another change came in between. Where it returns None nothing
        is written.
        """
        while True:
            kept = await self.load(kind, id_)
            changed = edit(kept)
            if changed is None:
                return None
            if await self.save(
                kind, id_, changed, expected=int(kept["rev"]) if kept else 0, seconds=seconds
            ):
                return changed

    async def _save(
        self, kind: str, id_: str, state: State, expected: int | None, seconds: int | None
    ) -> bool:
        """
        Write once; False when the stored revision is not `expected`, or another write came in
        between.
        """
        key = _key(kind, id_)
        async with self._redis() as redis, redis.pipeline(transaction=True) as pipe:
            try:
                await pipe.watch(key)
                raw = await pipe.get(key)
                revision = int(json.loads(raw).get("rev", 0)) if raw else 0
                if expected is not None and revision != expected:
                    return False
                pipe.multi()
                pipe.set(
                    key, json.dumps(state | {"rev": revision + 1}, ensure_ascii=False), ex=seconds
                )
                await pipe.execute()
            except WatchError:
                return False
        return True

    async def delete(self, kind: str, id_: str) -> None:
        async with self._redis() as redis:
            await redis.delete(_key(kind, id_))

    async def index_add(self, owner: str, kind: str, id_: str) -> None:
        """
        Put `id_` first among this owner's things of this kind; the latest 100 are kept for 90 days.
        """
        key = _key(f"index:{kind}", owner)
        async with self._redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.lrem(key, 0, id_)
            pipe.lpush(key, id_)
            pipe.ltrim(key, 0, 99)
            pipe.expire(key, 90 * DAY)
            await pipe.execute()

    async def index_list(self, owner: str, kind: str) -> list[str]:
        """Return this owner's ids of this kind, latest first."""
        async with self._redis() as redis:
            rows = await redis.lrange(_key(f"index:{kind}", owner), 0, -1)
        return [_text(row) for row in rows]

    async def note(self, kind: str, id_: str) -> None:
        """Add `id_` to what is open of this kind, until `unnote` takes it off."""
        async with self._redis() as redis:
            await redis.sadd(f"lc:open:{kind}", id_)

    async def unnote(self, kind: str, id_: str) -> None:
        async with self._redis() as redis:
            await redis.srem(f"lc:open:{kind}", id_)

    async def noted(self, kind: str) -> list[str]:
        """Return what is open of this kind, in no order."""
        async with self._redis() as redis:
            return [_text(row) for row in await redis.smembers(f"lc:open:{kind}")]

    async def append(self, log: str, entry: State) -> str:
        """
        Append to a log that is never trimmed and chain it to the entry before by hash; return the
        new hash.
        """
        key = f"lc:log:{log}"
        async with self._redis() as redis:
            while True:
                async with redis.pipeline(transaction=True) as pipe:
                    await pipe.watch(key)
                    last = await pipe.lindex(key, -1)
                    before = json.loads(last)["hash"] if last else ""
                    row = linked(entry, before)
                    pipe.multi()
                    pipe.rpush(key, json.dumps(row, ensure_ascii=False))
                    try:
                        await pipe.execute()
                    except WatchError:
                        continue
                    return str(row["hash"])

    async def entries(self, log: str, last: int = 100) -> list[State]:
        """
        Return the last entries of a log (0: all), oldest first, each with "entry", "before" and
        "hash".
        """
        async with self._redis() as redis:
            return [json.loads(row) for row in await redis.lrange(f"lc:log:{log}", -last, -1)]

    async def put_back(self, log: str, entries: Sequence[State]) -> None:
        """Write a whole log as it was kept in a backup, in place of what is there."""
        key = f"lc:log:{log}"
        async with self._redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.delete(key)
            for entry in entries:
                pipe.rpush(key, json.dumps(entry, ensure_ascii=False))
            await pipe.execute()

    async def gap(self, log: str) -> int | None:
        """
        Return the 1-based place of the first entry that breaks a log's chain of hashes; None when
        it is whole.
        """
        return gap(await self.entries(log, last=0))

    @asynccontextmanager
    async def _redis(self) -> AsyncIterator[Redis]:
        if self._client is None:
            raise SessionsUnavailable("sessions are not open")
        if self._return is not None:
            raise SessionsUnavailable("away")
        began = time.monotonic()
        try:
            yield self._client
        except (RedisError, OSError, TimeoutError) as error:
            if not self._trouble:
                self._trouble = _trouble(error)
                self._failing = began
                cause = {"cause": self._trouble}
                # the error's own text may hold an address
                log.error("the session store fails and is tried again", extra=cause)  # noqa: TRY400
            if time.monotonic() - began > SLOW and self._return is None:
                self._left = began
                self._return = asyncio.create_task(self._wait_for(self._client))
            raise SessionsUnavailable(type(error).__name__) from error

    async def _wait_for(self, redis: Redis) -> None:
        """Try Redis until it answers, so that no turn has to."""
        while True:
            await asyncio.sleep(AWAY)
            with suppress(RedisError, OSError, TimeoutError):
                await redis.ping()
                break
        self._return = None
        await self.alive()


def _trouble(error: Exception) -> str:
    """
    Name what is wrong for the operator; never in Redis's words, which may hold a name or an
    address.
    """
    known = next((words for kind, words in TROUBLES if isinstance(error, kind)), "")
    return known or f"not answering ({type(error).__name__})"


def _key(kind: str, id_: str) -> str:
    return f"lc:{kind}:{hashlib.blake2b(id_.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


class _Clock:
    """
    Redis's own clock, which leases are counted by, so that no machine's clock can end another
    one's.

    It is reckoned from its words on the monotonic clock, and never behind it: a busy moment does
    not shorten a lease.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None  # seconds before our monotonic clock

    def learn(self, sent: float, told: Sequence[Any]) -> float:
        """
        Take what Redis told of its time to a question sent at `sent`, and return it in seconds.
        """
        now = _seconds(told)
        most, least = now - sent, now - time.monotonic()  # it was told somewhere between
        self._ahead = most if self._ahead is None else min(max(self._ahead, least), most)
        return now

    async def ask(self, redis: Redis) -> float:
        sent = time.monotonic()
        return self.learn(sent, await redis.time())

    async def now(self, redis: Redis) -> float:
        """Return the time in seconds; Redis is asked the first time only."""
        return await self.ask(redis) if self._ahead is None else time.monotonic() + self._ahead


class _Found:
    """
    What is stored of a turn: its `claim` while it is open, else None.

    It is `void` when Redis carried it out after whoever claimed had given up waiting (`until`), and
    nobody has worked on it
    since: then that process answered without it, or the platform was told to send it again.
    """

    def __init__(self, raw: bytes | str | None, left: int, now: float) -> None:
        """
        `left` are the milliseconds until Redis forgets it, which is a day after it was stored.
        """
        record: State = json.loads(raw or "{}")
        stored = now + left / 1000 - DAY
        known = {f.name for f in fields(Claim)}
        self.token = record.get("token")
        self.claim = (
            Claim(**{k: v for k, v in record.items() if k in known})
            if "payload" in record
            else None
        )
        untouched = (
            self.claim is not None
            and not self.claim.memory
            and not self.claim.taken
            and self.claim.tries == 1
        )
        self.void = untouched and 0 < record.get("until", 0) < stored


def _seconds(told: Sequence[Any]) -> float:
    """Return what Redis told of its time in seconds."""
    seconds, micros = told
    return int(seconds) + int(micros) / 1e6


def _record(claim: Claim, *, until: float = 0) -> str:
    return json.dumps(asdict(claim) | {"until": until})


def _text(raw: object) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)
