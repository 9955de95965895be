"""
State by kind and id, saved with a revision under "rev" that is counted up by each save, so that a
save can be made to depend on what was loaded (compare-and-set), and with its format under "format".
"""

import asyncio
import json
from collections.abc import Callable
from weakref import WeakValueDictionary

from redis.exceptions import WatchError

from handlers.lifetimes import STATE
from handlers.memory.formats import FORMAT
from handlers.memory.link import Link, SessionsUnavailable, State, key

FORMAT_KEY = "format"


class States:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link
        # who waits for a change or makes one holds its lock; then it is forgotten
        self._changing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def load(self, kind: str, id_: str) -> State | None:
        """
        Return the state saved under this kind and id, or None when there is none or it has expired.
        """
        async with self._link.redis() as redis:
            raw = await redis.get(key(kind, id_))
        return None if raw is None else _read(raw)

    async def save(
        self,
        kind: str,
        id_: str,
        state: State,
        *,
        expected: int | None = None,
        seconds: int | None = STATE,
    ) -> bool:
        """
        Save `state` with its revision counted up; False, and nothing written, when the stored
        revision is not `expected`.

        `expected` 0 means "not there yet"; None writes whatever is there and is always True.
        `seconds` None keeps it for good.
        """
        if not expected and await self._begin(kind, id_, state, seconds):
            return True
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
        seconds: int | None = STATE,
    ) -> State | None:
        """
        Save what `edit` makes of the stored state (None: there is none) and return it, so that no
        other change is lost.

        `edit` is called again where another process changed it in between; changes of this process
        wait for each other, since a hundred at once would each be made a hundred times. Where it
        returns None nothing is written.
        """
        async with self._changing.setdefault(key(kind, id_), asyncio.Lock()):
            while True:
                stored = await self.load(kind, id_)
                changed = edit(stored)
                if changed is None:
                    return None
                revision = int(stored["rev"]) if stored else 0
                if await self.save(kind, id_, changed, expected=revision, seconds=seconds):
                    return changed

    async def delete(self, kind: str, id_: str) -> None:
        """Forget the state saved under this kind and id."""
        async with self._link.redis() as redis:
            await redis.delete(key(kind, id_))

    async def _begin(self, kind: str, id_: str, state: State, seconds: int | None) -> bool:
        """Write what is not there yet, in one round trip; False, and nothing written, if it is."""
        async with self._link.redis() as redis:
            return bool(await redis.set(key(kind, id_), _written(state, 1), ex=seconds, nx=True))

    async def _save(
        self, kind: str, id_: str, state: State, expected: int | None, seconds: int | None
    ) -> bool:
        """
        Write once; False when the stored revision is not `expected`, or another write came in
        between.
        """
        key_ = key(kind, id_)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            try:
                await pipe.watch(key_)
                raw = await pipe.get(key_)
                revision = int(_read(raw).get("rev", 0)) if raw else 0
                if expected is not None and revision != expected:
                    return False
                pipe.multi()
                pipe.set(key_, _written(state, revision + 1), ex=seconds)
                await pipe.execute()
            except WatchError:
                return False
        return True


def _written(state: State, revision: int) -> str:
    """Return a state as it is stored."""
    return json.dumps(state | {"rev": revision, FORMAT_KEY: FORMAT}, ensure_ascii=False)


def _read(raw: bytes | str) -> State:
    """
    Return a stored state without its format, which is nobody else's business.

    Raises:
        SessionsUnavailable: a later release stored it, in a way that is not known here.
    """
    state: State = json.loads(raw)
    if state.pop(FORMAT_KEY, 0) > FORMAT:
        raise SessionsUnavailable("stored by a later release")
    return state
