"""
How what is remembered is stored: each record says by which format, and the store says which release
may use it.

`FORMAT` is raised when anything is stored in another way, `NEEDS` only when a release of the format
before could no longer read it.
"""

import json

from handlers.memory.link import Link

FORMAT = 1
NEEDS = 1  # the least format of a release that can read what this one stores
KEY = "lc:format"


class Formats:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def later(self, release: str) -> str | None:
        """
        Return the later release that a store belongs to and that this one is too old for; None, and
        our mark in the store where an earlier one stood, when we may use it.
        """
        async with self._link.redis() as redis:
            raw = await redis.get(KEY)
            found = json.loads(raw) if raw else {"format": 0, "needs": 0}
            if found["needs"] > FORMAT:
                return str(found.get("release", ""))
            if found["format"] < FORMAT:
                mark = {"format": FORMAT, "needs": NEEDS, "release": release}
                await redis.set(KEY, json.dumps(mark))
        return None
