"""
Where workspaces install us: one address that leads to Slack's own question, and one that Slack
leads back to. Bolt's flow stands behind them, imported with the first visit, once Bolt itself is.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.slack.about import HEADERS, Outcome, outcome
from bot.slack.installations import Installations
from bot.slack.settings import Slack as Settings
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.oauth import Flow

log = logging.getLogger(__name__)
INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
QUERY = 4_000  # characters a query may have; Slack's has some 300
UNREACHABLE, UNAVAILABLE, TOO_LONG = 502, 503, 414  # HTTP status


class InstallationDoor:
    """
    `client` gives Slack's client, which opens with its first use; `loaded` waits for the SDK.
    """

    def __init__(
        self,
        settings: Settings,
        client: "Callable[[], AsyncWebClient]",
        loaded: Callable[[], Awaitable[object]],
        installations: Installations,
        texts: Texts,
        public_url: str,
    ) -> None:
        self._settings = settings
        self._client = client
        self._loaded = loaded
        self._installations = installations
        self._texts = texts
        self._back = public_url + REDIRECT if public_url.startswith("https://") else ""
        self._flow: Flow | None = None

    def routes(self) -> list[Route]:
        return [
            Route(INSTALL, self._install, methods=["GET"]),
            Route(REDIRECT, self._installed, methods=["GET"]),
        ]

    async def _install(self, request: Request) -> Response:
        if len(request.url.query) > QUERY:
            return Response(status_code=TOO_LONG)
        try:
            return await (await self._opened()).begin(request)
        except SessionsUnavailable:
            return self._page("later", UNAVAILABLE)

    async def _installed(self, request: Request) -> Response:
        if len(request.url.query) > QUERY:
            return Response(status_code=TOO_LONG)
        from aiohttp import ClientError
        from slack_sdk.errors import SlackClientError

        try:
            return await (await self._opened()).end(request)
        except SessionsUnavailable:
            return self._page("later", UNAVAILABLE)
        except (SlackClientError, ClientError, TimeoutError, OSError) as error:
            reason = {"reason": type(error).__name__}
            log.warning("Slack did not answer while a workspace installed the app", extra=reason)
            return self._page("later", UNREACHABLE)

    async def _opened(self) -> "Flow":
        if self._flow is None:
            await self._loaded()
            from bot.slack.oauth import Flow

            self._flow = Flow(
                self._settings,
                self._client(),
                self._installations,
                self._texts,
                self._back,
            )
        return self._flow

    def _page(self, name: Outcome, status: int) -> Response:
        return HTMLResponse(outcome(self._texts, name), status, HEADERS)
