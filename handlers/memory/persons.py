"""
All that is remembered of one person: found wherever their id stands, told, and forgotten.

Found by looking through everything, so that no room has to say where it keeps people. What is a
person's own is deleted; what is shared with others, and the logs, keep a name that leads to nobody.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from redis.asyncio import Redis

from handlers.memory.chains import linked
from handlers.memory.link import Link, State, decoded, key
from handlers.memory.records import PAGE, everything, kind_of

# kinds of state that are one person's own; every other kind may be shared with others
OWN = frozenset(
    {
        *("answer", "asked", "choose", "choose.active", "handover", "language", "said", "screen"),
        *("shared", "signin", "talks", "teams.member", "teams.person", "thread", "web.told"),
    }
)
LISTS = ("choose", "shared", "signin")  # kinds of lists that are one person's own
SECRETS = ("hash", "proof")  # fields that are handed out to nobody
WORDS = ("question", "said", "right")  # fields of a log that hold what somebody wrote or read
TRACE = "trace"  # how an answer was made, under the answer's id
_ID = re.compile(r"[\w-]{16}")  # as answers have it
NAMED = ("person", "by", "asker", "owner", "id", "added_by")  # fields that say whose something is


class Persons:
    """Each method may raise SessionsUnavailable. A look takes about a second a million keys."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def of(self, person: str) -> dict[str, list[State]]:
        """Return what is remembered of a person by kind, as it is stored; logs as "log:NAME"."""
        found: dict[str, list[State]] = {}
        async with self._link.redis() as redis:
            async for name, value in everything(redis):
                states = value if isinstance(value, list) else [_handed_out(value)]
                for state in states:
                    if _mentions(state, person):
                        found.setdefault(kind_of(name), []).append(state)
        return found

    async def forget(self, person: str, instead: str) -> dict[str, int]:
        """
        Delete what is a person's own and write `instead` wherever else they are named; return how
        many records of each kind that changed. Logs are chained anew. What names nobody but was
        written beside a record of theirs (its trace, its row of a journal) goes with it.
        """
        counts: Counter[str] = Counter()
        deleted: set[str] = set()  # every id that stands in what is deleted
        async with self._link.redis() as redis:
            async for name, value in everything(redis):
                if kind_of(name).startswith("log:"):
                    changed = await _rechained(redis, name, person, instead)
                elif not _mentions(value, person):
                    continue
                elif kind_of(name) in OWN and _is_own(value, person):
                    deleted.update(_ids(value))
                    changed = int(await redis.delete(name))
                else:
                    changed = await _renamed(redis, name, value, person, instead)
                counts[kind_of(name)] += changed
            in_platform = person.split(":", 2)[-1]  # by which a platform's own records are kept
            for kind in OWN:
                for id_ in (person, in_platform):
                    counts[kind] += int(await redis.delete(key(kind, id_)))
            for kind in LISTS:
                counts[kind] += int(await redis.delete(key(f"index:{kind}", person)))
            counts["other"] += await _delete_beside(redis, deleted)
        return {kind: count for kind, count in counts.items() if count}


async def _delete_beside(redis: Redis, ids: set[str]) -> int:
    """
    Delete what belongs to one of these ids: traces, whatever stands for their answer, and rows of
    journals. Return how many.
    """
    rows = 0
    traces = {key(TRACE, id_) for id_ in ids}
    async for name, value in everything(redis):
        if name in traces or (isinstance(value, dict) and value.get("answer") in ids):
            rows += int(await redis.delete(name))
    async for name in redis.scan_iter("lc:journal:*", count=PAGE):
        for raw in await redis.lrange(name, 0, -1):
            if json.loads(raw).get("id") in ids:
                rows += int(await redis.lrem(name, 0, decoded(raw)))
    return rows


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
            entry = row["entry"]
            if _mentions(entry, person):
                entry = _emptied(_replaced(entry, person, instead))
            renamed = linked(entry, before)
            pipe.rpush(name, json.dumps(renamed, ensure_ascii=False))
            before = str(renamed["hash"])
        return changed

    return int(await redis.transaction(change, name, value_from_callable=True))


def _mentions(value: Any, person: str) -> bool:
    """Report whether an id stands anywhere in a value, alone or as the beginning of a place."""
    if isinstance(value, str):
        return value == person or value.startswith((f"{person}:", f"{person}/"))
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


def _emptied(entry: State) -> State:
    """Return an entry of a log without the words that were exchanged."""
    return {name: "" if name in WORDS else inner for name, inner in entry.items()}


def _ids(value: Any) -> Iterator[str]:
    """Yield every text in a value that may be the id of something, and no word of a language."""
    if isinstance(value, str) and _ID.fullmatch(value):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)


def _handed_out(value: State) -> State:
    return {name: inner for name, inner in value.items() if name not in SECRETS}


def _is_own(value: Mapping[str, Any], person: str) -> bool:
    """Report whether a state is this person's, by what it says or by the place it stands at."""
    return _whose(value) == person or str(value.get("place", "")).startswith(f"{person}/")


def _whose(value: Mapping[str, Any]) -> str:
    """Return whose a state is, "" where it does not say."""
    for name in NAMED:
        if isinstance(value.get(name), str) and value[name]:
            return str(value[name])
    return ""
