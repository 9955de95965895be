"""
Slack's SDK at work: Bolt dispatches what comes by HTTP, its socket brings the rest.

Both are imported in the background, after the process listens (0.3 s); who comes earlier waits.
"""

import asyncio
import importlib
from typing import TYPE_CHECKING

from bot.slack.api import Api
from bot.slack.settings import Slack as Settings

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack.listeners import Hear
    from bot.slack.socket import Socket

SDK = ("bot.slack.listeners", "bot.slack.socket")


class Bolt:
    """`hear` makes a delivery safe and returns what its acknowledgement says."""

    def __init__(self, settings: Settings, api: Api, hear: "Hear") -> None:
        self._settings = settings
        self._api = api
        self._hear = hear
        self._app: asyncio.Task[AsyncApp] | None = None
        self._socket: Socket | None = None

    def open(self) -> None:
        self._app = asyncio.create_task(self._load())

    async def close(self) -> None:
        if self._app is not None:
            self._app.cancel()
            await asyncio.gather(self._app, return_exceptions=True)

    async def state(self) -> str:
        """Return "ready", "starting" or what is wrong, for the page of health."""
        if self._app is None or not self._app.done():
            return "starting"
        if self._app.cancelled() or self._app.exception() is not None:
            return "stopped"
        if self._socket is not None and not await self._socket.connected():
            return "socket not connected"
        return "ready"

    async def dispatch(self, body: str, headers: dict[str, str]) -> tuple[int, str, dict[str, str]]:
        """Give Bolt a request whose signature held; return status, body and headers to answer."""
        app = await self.loaded()
        from bot.slack.listeners import dispatch

        return await dispatch(app, body, headers)

    async def listen(self) -> None:
        """Take deliveries by the socket, until cancelled."""
        app = await self.loaded()
        from bot.slack.socket import Socket

        self._socket = Socket(app, self._api, self._settings.app_token)
        await self._socket.run()

    async def loaded(self) -> "AsyncApp":
        """Return Bolt's app once its SDK is imported, which no second thread may do meanwhile."""
        if self._app is None:
            raise RuntimeError("Slack is not open")
        return await asyncio.shield(self._app)

    async def _load(self) -> "AsyncApp":
        for module in SDK:
            await asyncio.to_thread(importlib.import_module, module)
        from bot.slack.listeners import build

        return build(self._api.client(), self._hear)
