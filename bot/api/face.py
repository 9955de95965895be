"""The face for machines: every address, and who may come to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import Scope

from bot.api.asking import Asking
from bot.api.cors import Cors
from bot.api.door import Door
from bot.api.mcp import OverHttp
from bot.api.openai import Completions
from bot.api.settings import Machines
from bot.api.tools import Tools
from bot.api.version1 import Version1
from bot.api.webhooks import Webhooks
from bot.platform import Face, Host
from handlers.people import TOKENS


class Api(Face):
    name = TOKENS

    def __init__(self, section: Machines, host: Host) -> None:
        own = urlsplit(host.public_url)
        origins = {*section.origins}
        if own.netloc:
            origins.add(f"{own.scheme}://{own.netloc}")
        door = Door(host.rooms.tokens, host.texts, frozenset(origins))
        asking = Asking(host.turns, host.rooms, host.rooms.tokens)
        self._version1 = Version1(door, asking, host.rooms, host.people, host.texts)
        self._completions = Completions(door, asking, host.texts)
        self._origins = frozenset(section.origins)
        host.rooms.events.wanted(section.webhooks)
        self._webhooks = Webhooks(host.sessions, section.webhooks, section.webhook_secret)
        self._hooked = bool(section.webhooks)
        tools = Tools(asking, host.rooms, host.people, host.texts)
        self._mcp = OverHttp(door, tools, host.texts)

    async def __aexit__(self, *_: object) -> None:
        """End what the Model Context Protocol left open."""
        await self._mcp.close()

    def middleware(self, elsewhere: Callable[[Scope], bool]) -> list[Middleware]:
        """Return what lets browsers of the named origins call."""
        if not self._origins:
            return []
        return [Middleware(Cors, origins=self._origins)]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Deliver events for as long as this is open, where an address wants them."""
        if not self._hooked:
            yield
            return
        delivering = asyncio.create_task(self._webhooks.watch())
        try:
            yield
        finally:
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering

    def routes(self) -> list[BaseRoute]:
        """Return the addresses for machines."""
        return [
            *self._version1.routes(),
            *self._completions.routes(),
            *self._mcp.routes(),
        ]
