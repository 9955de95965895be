"""
Socket Mode: Slack's deliveries over a connection we open, for houses nobody may call from outside.

The SDK reconnects by itself, but is known to sit on a dead connection now and then, so a watchdog
starts it anew.
"""

import asyncio
import logging
from contextlib import suppress

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.slack.api import Api
from bot.slack.refusals import Refused, Unanswered

log = logging.getLogger(__name__)
PING = 2.0  # seconds between pings; a silent connection is left after four of them
WATCH = 30.0  # seconds between looks at the connection
CONNECT = 30.0  # seconds connecting may take
CLOSE = 5.0  # seconds closing may take
AGAIN = 5.0  # seconds before the next try after Slack did not answer
REFUSED = 300.0  # seconds before the next try with a token Slack refused


class Socket:
    """One connection to Slack for each process, opened anew whenever it is dead."""

    def __init__(self, app: AsyncApp, api: Api, app_token: str) -> None:
        self._app = app
        self._api = api
        self._token = app_token
        self._handler: AsyncSocketModeHandler | None = None

    async def connected(self) -> bool:
        return self._handler is not None and bool(await self._handler.client.is_connected())

    async def run(self) -> None:
        """Stay connected until cancelled."""
        try:
            while True:
                if not await self.connected():
                    await self._close()
                    await self._connect()
                await asyncio.sleep(WATCH)
        finally:
            await self._close()

    async def _connect(self) -> None:
        while True:
            try:
                answer = await self._api.call("apps.connections.open", app_token=self._token)
                break
            except Refused as refused:
                refusal = {"code": refused.code}
                message = "Slack refuses SLACK_APP_TOKEN; it needs connections:write"
                log.error(message, extra=refusal)  # noqa: TRY400
                await asyncio.sleep(REFUSED)
            except Unanswered as error:
                log.warning("Slack does not open a socket", extra={"reason": str(error)})
                await asyncio.sleep(AGAIN)
        self._handler = AsyncSocketModeHandler(self._app, app_token=self._token, ping_interval=PING)
        self._handler.client.wss_uri = str(answer["url"])
        with suppress(TimeoutError):  # the watchdog looks again
            async with asyncio.timeout(CONNECT):
                await self._handler.connect_async()

    async def _close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        with suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(CLOSE):
                await handler.close_async()
