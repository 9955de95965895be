"""
All that is remembered of one person: found wherever their id stands, told, and forgotten.

Found by looking through everything, so that no room has to say where it keeps people. What is a
person's own is deleted; what is shared with others, and the logs, keep a name that leads to nobody.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any

from redis.asyncio import Redis

from handlers.memory.chains import linked
from handlers.memory.link import Link, State, decoded, key

PAGE = 500  # keys looked at in one round trip
# kinds of state that are one person's own; every other kind may be shared with others
OWN = frozenset(
    {"answer", "asked", "choose", "choose.active", "handover", "screen", "teams.member", "thread"}
)
LISTS = ("choose",)  # kinds of lists that are one person's own
NAMED = ("person", "by", "asker", "owner", "id", "added_by")  # fields that say whose something is


class Persons:
    """Each method may raise SessionsUnavailable. A look takes about a second a million keys."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def of(self, person: str) -> dict[str, list[State]]:
        """Return what is remembered of a person by kind, as it is stored; logs as "log:NAME"."""
        found: dict[str, list[State]] = {}
        async with self._link.redis() as redis:
            async for name, value in _everything(redis):
                for state in value if isinstance(value, list) else [value]:
                    if _mentions(state, person):
                        found.setdefault(_kind(name), []).append(state)
        return found

    async def forget(self, person: str, instead: str) -> dict[str, int]:
        """
        Delete what is a person's own and write `instead` wherever else they are named; return how
        many records of each kind that changed. Logs are chained anew.
        """
        counts: Counter[str] = Counter()
        async with self._link.redis() as redis:
            async for name, value in _everything(redis):
                if _kind(name).startswith("log:"):
                    changed = await _rechained(redis, name, person, instead)
                elif not _mentions(value, person):
                    continue
                elif _kind(name) in OWN and _whose(value) == person:
                    changed = int(await redis.delete(name))
                else:
                    changed = await _renamed(redis, name, value, person, instead)
                counts[_kind(name)] += changed
            for kind in OWN:
                counts[kind] += int(await redis.delete(key(kind, person)))
            for kind in LISTS:
                counts[kind] += int(await redis.delete(key(f"index:{kind}", person)))
        return {kind: count for kind, count in counts.items() if count}


async def _everything(redis: Redis) -> AsyncIterator[tuple[str, Any]]:
    """Yield every key of ours with its states: one, or those of a log."""
    async for raw in redis.scan_iter("lc:*", count=PAGE):
        name = decoded(raw)
        if name.startswith("lc:log:"):
            yield name, [json.loads(row) for row in await redis.lrange(name, 0, -1)]
        elif await redis.type(name) in (b"string", "string"):
            value = json.loads(await redis.get(name) or b"null")
            if isinstance(value, dict):
                yield name, value


async def _renamed(redis: Redis, name: str, value: State, person: str, instead: str) -> int:
    """Write another name into a state; its revision goes on, so that no older copy is saved."""
    renamed = _replaced(value, person, instead)
    if "rev" in renamed:
        renamed["rev"] += 1
    await redis.set(name, json.dumps(renamed, ensure_ascii=False), keepttl=True)
    return 1


async def _rechained(redis: Redis, name: str, person: str, instead: str) -> int:
    """Write another name into a log and chain it anew, unless an entry comes in between."""

    async def change(pipe: Any) -> int:
        rows = [json.loads(row) for row in await pipe.lrange(name, 0, -1)]
        changed = sum(_mentions(row["entry"], person) for row in rows)
        pipe.multi()
        if not changed:
            return 0
        pipe.delete(name)
        before = ""
        for row in rows:
            renamed = linked(_replaced(row["entry"], person, instead), before)
            pipe.rpush(name, json.dumps(renamed, ensure_ascii=False))
            before = str(renamed["hash"])
        return changed

    return int(await redis.transaction(change, name, value_from_callable=True))


def _mentions(value: Any, person: str) -> bool:
    """Report whether an id stands anywhere in a value, alone or as the beginning of a place."""
    if isinstance(value, str):
        return value == person or value.startswith(f"{person}:")
    if isinstance(value, Mapping):
        return any(_mentions(one, person) for one in (*value.keys(), *value.values()))
    if isinstance(value, list):
        return any(_mentions(one, person) for one in value)
    return False


def _replaced(value: Any, person: str, instead: str) -> Any:
    """Return a value with another id wherever one stands, and without the name beside it."""
    if isinstance(value, str) and _mentions(value, person):
        return instead + value[len(person) :]
    if isinstance(value, Mapping):
        renamed = {}
        for name, inner in value.items():
            renamed[_replaced(name, person, instead)] = _replaced(inner, person, instead)
        if person in (value.get("person"), value.get("id")) and "name" in value:
            renamed["name"] = instead
        return renamed
    if isinstance(value, list):
        return [_replaced(one, person, instead) for one in value]
    return value


def _whose(value: Mapping[str, Any]) -> str:
    """Return whose a state is, "" where it does not say."""
    for name in NAMED:
        if isinstance(value.get(name), str) and value[name]:
            return str(value[name])
    return ""


def _kind(name: str) -> str:
    """Return the kind of what stands under a key."""
    kind = name.removeprefix("lc:")
    return kind if kind.startswith("log:") else kind.rpartition(":")[0]
