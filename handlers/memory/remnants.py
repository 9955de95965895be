"""
What is remembered of texts that are no more: of documents that were deleted.

Found by looking through everything for their ids, so that no room has to say where it keeps quotes.
What is made of them goes; a page of a talk keeps its questions, and says why an answer is gone.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from handlers.memory.link import Link, State
from handlers.memory.records import everything, kind_of

WHOLE = frozenset({"answer", "trace", "job", "shown", "teams.card"})  # go as one
PARTS = frozenset({"said", "shared", "thread"})  # lists, of which the parts that quote go
# an id of a document, version, passage or answer
_ID = re.compile(r"(?<![\w-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w-]{16})(?![\w-])")
REWRITING = 20.0  # seconds after which a file that is still being written is left to it
LOOK = 0.05  # seconds between looks whether it is written
Instead = Callable[[str], State]  # a language to the reply that stands for one that is gone


class Remnants:
    """Each method may raise SessionsUnavailable. A look takes about a second a million keys."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def forget(self, ids: frozenset[str], instead: Instead) -> int:
        """
        Forget whatever was made of the texts with these ids (of documents, versions and passages);
        return how many records that were. What was answered by them is found by its own words, too,
        since a talk keeps no more of an answer. Logs stay: they hold names of documents, no text.
        """
        count = 0
        async with self._link.redis() as redis:
            marks = ids | await _answered(redis, ids)
            async for name, value in everything(redis):
                kind = kind_of(name)
                if kind not in WHOLE | PARTS or not _names(value, marks):
                    continue
                count += 1
                if kind in WHOLE:
                    await redis.delete(name)
                else:
                    await _rewrite(redis, name, _without(value, marks, instead))
        return count

    async def rewrite(self) -> bool:
        """
        Have Redis write its append-only file anew, so that nothing deleted stands in it, and wait
        until it has; False where it may not be asked, as with one that others keep.
        """
        try:
            async with asyncio.timeout(REWRITING):
                await self._while_written()  # what is being written may have begun before
                async with self._link.redis() as redis:
                    try:
                        await redis.execute_command("BGREWRITEAOF")
                    except ResponseError:
                        return False
                await self._while_written()
        except TimeoutError:
            return False
        return True

    async def _while_written(self) -> None:
        """Wait while Redis writes its file."""
        while True:
            async with self._link.redis() as redis:
                try:
                    known = await redis.info("persistence")
                except ResponseError:
                    return
            if not (known.get("aof_rewrite_in_progress") or known.get("aof_rewrite_scheduled")):
                return
            await asyncio.sleep(LOOK)


async def _answered(redis: Redis, ids: frozenset[str]) -> frozenset[str]:
    """Return what marks the answers that cite one of these: their ids and their texts."""
    marks = set()
    async for name, value in everything(redis):
        if kind_of(name) == "answer" and _names(value, ids):
            marks.update([str(value.get("text", "")), str(value.get("trace", ""))])
    return frozenset(marks - {""})


async def _rewrite(redis: Redis, name: str, value: State) -> None:
    """Write a state in place of itself; its revision goes on, so that no older copy is saved."""
    if "rev" in value:
        value["rev"] += 1
    await redis.set(name, json.dumps(value, ensure_ascii=False), keepttl=True)


def _without(value: State, ids: frozenset[str], instead: Instead) -> State:
    """Return a state whose lists hold nothing that names an id, and replies that say so."""
    changed: State = {}
    for name, inner in value.items():
        if isinstance(inner, list):
            changed[name] = _kept(inner, ids, instead)
        else:
            changed[name] = inner
    return changed


def _kept(parts: list[Any], ids: frozenset[str], instead: Instead) -> list[Any]:
    kept = []
    for part in parts:
        if not _names(part, ids):
            kept.append(part)
        elif isinstance(part, Mapping) and "reply" in part:
            kept.append({**part, "reply": instead(str(part.get("language", "ja")))})
    return kept


def _names(value: Any, ids: frozenset[str]) -> bool:
    """Report whether one of these ids stands anywhere in a value, in packed texts among others."""
    if isinstance(value, str):
        return value in ids or not ids.isdisjoint(_ID.findall(value))
    if isinstance(value, Mapping):
        return any(_names(one, ids) for one in (*value.keys(), *value.values()))
    if isinstance(value, list):
        return any(_names(one, ids) for one in value)
    return False
