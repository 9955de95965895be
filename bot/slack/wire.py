"""
The way out to Slack: its own client and the connections under it, kept between calls.

The SDK is imported with the first call, so that a start without Slack does not pay for it.
"""

from typing import TYPE_CHECKING

from bot.download import Download, Hosts, proxy_to
from bot.download import Refused as NotSent
from bot.hosts import host_of
from bot.slack.payload import Json
from bot.slack.refusals import Refused, Unanswered
from bot.slack.settings import Slack as Settings

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from slack_sdk.web.async_client import AsyncWebClient

CALL = 20  # seconds one try may take
HOOKS = frozenset({"hooks.slack.com"})  # the host of every response_url


class Wire:
    """One for all workspaces; opens with the first call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: AsyncWebClient | None = None
        self._session: ClientSession | None = None
        self._hooks = Download(Hosts(HOOKS, own=settings.api_base, beside=True), seconds=CALL)

    async def close(self) -> None:
        session, self._session, self._client = self._session, None, None
        if session is not None:
            await session.close()

    def client(self) -> "AsyncWebClient":
        """Return the client itself; its own token is the one workspace's of the settings."""
        if self._client is None:
            from aiohttp import ClientSession
            from slack_sdk.web.async_client import AsyncWebClient

            self._session = ClientSession()
            token, base = self._settings.bot_token or None, self._settings.api_base
            self._client = AsyncWebClient(
                token=token, base_url=base, timeout=CALL, session=self._session, retry_handlers=[]
            )
            self._client.proxy = proxy_to(host_of(base))  # the SDK knows no NO_PROXY
        return self._client

    async def respond(self, url: str, body: Json) -> None:
        """
        Answer by the address that came with a command or click: it works where the bot is no
        member, and needs no token.

        Raises:
            Refused: the address is not Slack's, or Slack said no.
            Unanswered: no answer.
        """
        try:
            await self._hooks.post(url, body)
        except NotSent as error:
            if error.why in ("elsewhere", "status"):
                raise Refused("response_url", error.why) from error
            raise Unanswered("response_url") from error
