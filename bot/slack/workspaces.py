"""
The calls of each workspace, with its own token: one of the settings, or as many as installed us.

A token that expires is exchanged two hours before its end, by one process for all.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.slack.api import Api
from bot.slack.installations import Installation, Installations
from bot.slack.refusals import NOT_INSTALLED, Refused, Unanswered
from bot.slack.settings import Slack as Settings
from handlers.lifetimes import TOKEN_EXCHANGE
from handlers.sessions import Sessions, SessionsUnavailable

log = logging.getLogger(__name__)
EARLY = 2 * 60 * 60  # seconds before its end at which a token is exchanged
TRIES = 20  # looks for a token that another process is exchanging
PAUSE = 0.25  # seconds between two
EXCHANGED = "slack.exchange"  # who exchanges the token of an installation now
Clock = Callable[[], float]  # seconds since 1970


class Workspaces:
    """`installations` None: there is one workspace, whose token stands in the settings."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._apis: dict[str, Api] = {}

    def of(self, workspace: str) -> Api:
        """Return the calls of a workspace."""
        return self._api

    async def meet(self, workspace: str, organisation: str) -> bool:
        """Take note of where a delivery comes from; False where we are not installed there."""
        return True

    async def leave(self, workspace: str, organisation: str, at: float) -> None:
        """Take note that we were removed from a workspace at a moment (seconds since 1970)."""
        log.warning("Slack: the app was removed", extra={"workspace": workspace})

    async def count(self) -> int:
        """Return how many workspaces and organisations we are installed in."""
        return 1


class InstalledWorkspaces(Workspaces):
    """Those that installed us by themselves."""

    def __init__(
        self,
        api: Api,
        settings: Settings,
        sessions: Sessions,
        installations: Installations,
        clock: Clock = time.time,
    ) -> None:
        super().__init__(api)
        self._settings = settings
        self._sessions = sessions
        self._installations = installations
        self._clock = clock

    def of(self, workspace: str) -> Api:
        """Return the calls of a workspace; each fails with "not_installed" where we are not."""
        if workspace not in self._apis:
            self._apis[workspace] = self._api.at(workspace, partial(self._token, workspace))
        return self._apis[workspace]

    async def meet(self, workspace: str, organisation: str) -> bool:
        await self._installations.belongs(workspace, organisation)
        try:
            installation = await self._installations.of(workspace)
        except SessionsUnavailable:
            return True  # nobody can say; its calls will tell
        if installation is None:
            return False
        api = self.of(workspace)
        api.granted = api.granted or frozenset(installation.scopes)
        return True

    async def leave(self, workspace: str, organisation: str, at: float) -> None:
        await self._installations.forget(workspace, organisation, at)

    async def count(self) -> int:
        return len(await self._installations.all())

    async def _token(self, workspace: str) -> str:
        """
        Return a workspace's token.

        Raises:
            Refused: we are not installed there, or Slack exchanges the token no more.
            Unanswered: the store is away, or Slack does not answer and the token has expired.
        """
        try:
            installation = await self._installations.of(workspace)
            if installation is None:
                raise Refused("token", NOT_INSTALLED)
            if not self._ends_soon(installation):
                return installation.token
            return await self._exchanged(installation, workspace)
        except SessionsUnavailable as error:
            raise Unanswered("token: the store is away") from error

    def _ends_soon(self, installation: Installation) -> bool:
        expires = bool(installation.refresh and installation.expires_at)
        return expires and installation.expires_at - self._clock() < EARLY

    async def _exchanged(self, installation: Installation, workspace: str) -> str:
        """Return a new token, or the old one while it holds and another process is at it."""
        if not await self._is_mine(installation):
            return await self._exchanged_elsewhere(installation, workspace)
        self._installations.doubt()
        stored = await self._installations.of(workspace)
        if stored is None or not self._ends_soon(stored):  # exchanged a moment ago
            return stored.token if stored else installation.token
        try:
            new = await self._exchange(stored)
        except (Refused, Unanswered):
            if stored.expires_at > self._clock():
                return stored.token
            raise
        await self._installations.keep(new)
        await self._sessions.delete(EXCHANGED, installation.id)
        return new.token

    async def _is_mine(self, installation: Installation) -> bool:
        """Report whether it falls to this process to exchange a token now."""
        return await self._sessions.save(
            EXCHANGED, installation.id, {}, expected=0, seconds=TOKEN_EXCHANGE
        )

    async def _exchanged_elsewhere(self, installation: Installation, workspace: str) -> str:
        """Return the old token while it holds, else the new one as soon as it is there."""
        for _ in range(TRIES):
            if installation.expires_at > self._clock():
                return installation.token
            await asyncio.sleep(PAUSE)
            self._installations.doubt()
            stored = await self._installations.of(workspace)
            if stored is not None:
                installation = stored
        raise Unanswered("token: not exchanged yet")

    async def _exchange(self, installation: Installation) -> Installation:
        """Give Slack a refresh token for a new token. Raises Refused, Unanswered."""
        answer = await self._api.call(
            "oauth.v2.access",
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            grant_type="refresh_token",
            refresh_token=installation.refresh,
        )
        return replace(
            installation,
            token=str(answer["access_token"]),
            refresh=str(answer.get("refresh_token") or installation.refresh),
            expires_at=int(self._clock() + float(answer["expires_in"])),
        )
