"""
Bolt's flow of OAuth over our own stores: which workspaces installed us, and who left to do so.

Only workspaces that the settings allow are kept; the token of any other is given back at once.
"""

import logging
import secrets
from contextlib import suppress
from urllib.parse import urlsplit

from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as SdkInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response

from bot.slack.about import HEADERS, Outcome, installed, outcome
from bot.slack.doctor import SCOPES
from bot.slack.installations import Installation, Installations
from bot.slack.settings import API
from bot.slack.settings import Slack as Settings
from handlers.lifetimes import INSTALLATION_STATE
from handlers.sessions import Sessions
from handlers.texts import Texts

log = logging.getLogger(__name__)
STATE = "slack.state"
HTML = {"Content-Type": "text/html; charset=utf-8"}
OK, FORBIDDEN = 200, 403  # HTTP status
# what a failure is called → the sentence about it; any other one is "failed"
SENTENCES: dict[str, Outcome] = {
    "access_denied": "cancelled",
    "invalid_browser": "stale",
    "invalid_state": "stale",
    "missing_code": "stale",
    "invalid_code": "stale",
}


class NotAllowed(Exception):
    """A workspace that the settings do not name."""


class InstallationStore(AsyncInstallationStore):
    """
    Bolt's view of what is installed: the bot alone, one record a workspace or organisation. Each
    method may raise SessionsUnavailable.
    """

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: SdkInstallation) -> None:
        await self.async_save_bot(installation.to_bot())

    async def async_save_bot(self, bot: Bot) -> None:
        await self._installations.keep(_kept(bot))

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        workspace = "" if is_enterprise_install else team_id or ""
        installation = await self._installations.of(workspace or enterprise_id or "")
        return _as_bot(installation) if installation else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.async_delete_all(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._installations.forget(team_id or "", enterprise_id or "", float("inf"))


class StateStore(AsyncOAuthStateStore):
    """Who left for Slack to install us, each for ten minutes and for one way back."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        state = secrets.token_urlsafe(32)
        await self._sessions.save(STATE, state, {"used": False}, seconds=INSTALLATION_STATE)
        return state

    async def async_consume(self, state: str) -> bool:
        """Report whether this state was issued and not yet used; only the first one hears yes."""
        issued = await self._sessions.load(STATE, state)
        if issued is None or issued["used"]:
            return False
        return await self._sessions.save(
            STATE, state, {"used": True}, expected=int(issued["rev"]), seconds=INSTALLATION_STATE
        )


class _OnlyAllowed(AsyncOAuthFlow):
    """Bolt's flow, which gives back what a workspace that is not allowed granted."""

    def __init__(
        self, client: AsyncWebClient, settings: AsyncOAuthSettings, installations: Installations
    ) -> None:
        super().__init__(client=client, settings=settings, logger=log)
        self._installations = installations

    async def run_installation(self, code: str) -> SdkInstallation | None:
        installation = await super().run_installation(code)
        if installation is None or not installation.bot_token:
            return None
        workspace = "" if installation.is_enterprise_install else installation.team_id or ""
        organisation = installation.enterprise_id or ""
        if self._installations.may_install(workspace, organisation):
            return installation
        with suppress(SlackClientError):
            await self.client.auth_revoke(token=installation.bot_token)
        refused = {"workspace": workspace or organisation}
        log.warning(
            "Slack: a workspace that SLACK_WORKSPACES does not name was refused", extra=refused
        )
        raise NotAllowed


class Flow:
    """`back` is the address Slack leads back to, "" for the one in the app's settings."""

    def __init__(  # each is one thing that Bolt's flow works with
        self,
        settings: Settings,
        client: AsyncWebClient,
        installations: Installations,
        texts: Texts,
        back: str,
    ) -> None:
        self._texts = texts
        options = AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=sorted(SCOPES),
            redirect_uri=back or None,
            install_page_rendering_enabled=False,
            callback_options=AsyncCallbackOptions(self._succeeded, self._failed),
            authorization_url=_question(settings.api_base),
            installation_store=InstallationStore(installations),
            installation_store_bot_only=True,
            state_store=StateStore(installations.sessions),
            state_expiration_seconds=INSTALLATION_STATE,
            logger=log,
        )
        self._flow = _OnlyAllowed(client, options, installations)

    async def begin(self, request: Request) -> Response:
        """Lead to Slack's question whether to install us. Raises SessionsUnavailable."""
        return _answered(await self._flow.handle_installation(_asked(request)))

    async def end(self, request: Request) -> Response:
        """
        Keep what Slack granted, and say how it went.

        Raises:
            SessionsUnavailable, SlackClientError, OSError, aiohttp.ClientError
        """
        try:
            return _answered(await self._flow.handle_callback(_asked(request)))
        except NotAllowed:
            return _answered(self._page("not_allowed", FORBIDDEN))

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        installation = args.installation
        whole = installation.is_enterprise_install
        name = installation.enterprise_name if whole else installation.team_name
        log.info(
            "Slack: the app was installed",
            extra={"workspace": installation.team_id or installation.enterprise_id},
        )
        answer = _page(installed(self._texts, name or ""), OK)
        answer.headers["set-cookie"] = [args.settings.state_utils.build_set_cookie_for_deletion()]
        return answer

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        log.warning("Slack: the app was not installed", extra={"reason": _word(args.reason)})
        name = SENTENCES.get(args.reason, "failed")
        return self._page(name, args.suggested_status_code)

    def _page(self, name: Outcome, status: int) -> BoltResponse:
        return _page(outcome(self._texts, name), status)


def _page(body: str, status: int) -> BoltResponse:
    return BoltResponse(status=status, body=body, headers={**HTML, **HEADERS})


def _question(api_base: str) -> str:
    """Return where Slack asks whether to install us; a Slack for tests asks on its own host."""
    if api_base == API:
        return "https://slack.com/oauth/v2/authorize"
    place = urlsplit(api_base)
    return f"{place.scheme}://{place.netloc}/oauth/v2/authorize"


def _asked(request: Request) -> AsyncBoltRequest:
    return AsyncBoltRequest(
        body="", query=request.url.query, headers=dict(request.headers), mode="http"
    )


def _answered(answer: BoltResponse) -> Response:
    response = Response(answer.body, answer.status)
    for name, values in answer.headers.items():
        for value in [values] if isinstance(values, str) else values:
            response.headers.append(name, value)
    return response


def _word(reason: str) -> str:
    """Return what a failure is called, as far as it is a word; an address may hold anything."""
    return reason if reason.isidentifier() and len(reason) < 60 else "unknown"


def _kept(bot: Bot) -> Installation:
    return Installation(
        workspace="" if bot.is_enterprise_install else bot.team_id or "",
        organisation=bot.enterprise_id or "",
        name=(bot.enterprise_name if bot.is_enterprise_install else bot.team_name) or "",
        app=bot.app_id or "",
        token=bot.bot_token,
        refresh=bot.bot_refresh_token or "",
        expires_at=int(bot.bot_token_expires_at or 0),
        bot=bot.bot_user_id or "",
        bot_id=bot.bot_id or "",
        scopes=tuple(bot.bot_scopes or ()),
        installed_at=float(bot.installed_at),
    )


def _as_bot(installation: Installation) -> Bot:
    whole = not installation.workspace
    return Bot(
        app_id=installation.app,
        enterprise_id=installation.organisation or None,
        enterprise_name=installation.name if whole else None,
        team_id=installation.workspace or None,
        team_name=None if whole else installation.name,
        bot_token=installation.token,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot,
        bot_scopes=installation.scopes,
        bot_refresh_token=installation.refresh or None,
        bot_token_expires_at=installation.expires_at or None,
        is_enterprise_install=whole,
        installed_at=installation.installed_at,
    )
