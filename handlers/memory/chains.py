"""Logs that are never trimmed, each entry chained to the one before: no change goes unseen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from redis.exceptions import WatchError

from handlers.memory.formats import FORMAT
from handlers.memory.link import Link, State

Entry = dict[str, Any]


class Chains:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def append(self, log: str, entry: State) -> str:
        """Append to a log and return the hash of its new last entry."""
        key = _log(log)
        async with self._link.redis() as redis:
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

    async def entries(self, log: str, last: int = 100) -> list[Entry]:
        """
        Return the last entries of a log (0: all), oldest first, each with "entry", "before" and
        "hash".
        """
        async with self._link.redis() as redis:
            rows = await redis.lrange(_log(log), -last, -1)
        return [json.loads(row) for row in rows]

    async def put_back(self, log: str, entries: Sequence[Entry]) -> None:
        """Write a whole log as it was kept in a backup, in place of what is there."""
        key = _log(log)
        async with self._link.redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.delete(key)
            for entry in entries:
                pipe.rpush(key, json.dumps(entry, ensure_ascii=False))
            await pipe.execute()


def linked(entry: Mapping[str, Any], before: str) -> Entry:
    """Return an entry as a log keeps it, chained to the hash of the one `before` ("" for none)."""
    digest = _digest(entry, before)
    return {"entry": entry, "before": before, "hash": digest, "format": FORMAT}


def gap(rows: Sequence[Mapping[str, Any]]) -> int | None:
    """
    Return the 1-based place of the first row, oldest first, that breaks the chain; None when it is
    whole.
    """
    before = ""
    for place, row in enumerate(rows, 1):
        if row["before"] != before or row["hash"] != _digest(row["entry"], before):
            return place
        before = row["hash"]
    return None


def _digest(entry: Mapping[str, Any], before: str) -> str:
    body = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{before}{body}".encode()).hexdigest()


def _log(name: str) -> str:
    return f"lc:log:{name}"
