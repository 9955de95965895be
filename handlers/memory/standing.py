"""
What admins set for good, beside documents and decision models: which sources are followed, in which
channels files are taken in and machines answered, which workspaces of Slack installed the app
(their tokens encrypted). It goes into backups as it is stored.
"""

import json
from collections.abc import Mapping
from typing import Any

from handlers.memory.link import Link, State, decoded
from handlers.memory.lists import Lists

KINDS = ("automations", "slack.installed", "slack.organisation", "sync", "takein")
NOTED = ("slack.installed", "syncs")  # lists of ids that go with them


class Standing:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._lists = Lists(link)

    async def export(self) -> dict[str, Any]:
        """Return the states by the keys they are stored under, and the lists of their ids."""
        states: dict[str, State] = {}
        async with self._link.redis() as redis:
            for kind in KINDS:
                async for raw in redis.scan_iter(f"lc:{kind}:*"):
                    value = await redis.get(raw)
                    if value is not None:
                        states[decoded(raw)] = json.loads(value)
        lists = {name: await self._lists.noted(name) for name in NOTED}
        return {"states": states, "lists": lists}

    async def put_back(self, exported: Mapping[str, Any]) -> None:
        """Store what was exported again, but nothing over what has been set since."""
        async with self._link.redis() as redis:
            for name, state in exported["states"].items():
                if name.split(":")[1] in KINDS:
                    await redis.set(name, json.dumps(state, ensure_ascii=False), nx=True)
        for name in NOTED:
            for id_ in exported["lists"].get(name, ()):
                await self._lists.note(name, id_)
