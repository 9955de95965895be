"""
Where we are installed: one record for each workspace or whole organisation, in the store that all
processes share, its tokens encrypted by keys that are not in it.

What is read is believed for a minute, and for as long as the store is away.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from handlers.lifetimes import INSTALLATION_BELIEVED
from handlers.sessions import Sessions, SessionsUnavailable, State

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

log = logging.getLogger(__name__)
KIND = "slack.installed"  # a record by the id of its workspace or organisation
NOTED = "slack.installed"  # the ids of all of them
ORGANISATION = "slack.organisation"  # the organisation of a workspace, by the workspace's id
SEALED = ("token", "refresh")  # fields that are kept encrypted
Clock = Callable[[], float]  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Installation:
    """
    `workspace` is "" for a whole organisation, `organisation` "" for a workspace without one.
    `expires_at` and `installed_at` are seconds since 1970; a token that never expires has 0 and no
    `refresh`.
    """

    workspace: str
    organisation: str
    name: str
    app: str
    token: str
    refresh: str
    expires_at: int
    bot: str  # our user id there
    bot_id: str
    scopes: tuple[str, ...]
    installed_at: float

    @property
    def id(self) -> str:
        """Return what it is kept under: ids of workspaces begin with T, of organisations with E."""
        return self.workspace or self.organisation


class Installations:
    """
    `keys` encrypt tokens, the first one what is written from now on; each may decrypt. `allowed`
    are the workspaces and organisations that may install us, None lets everybody.
    """

    def __init__(
        self,
        sessions: Sessions,
        keys: Sequence[str],
        allowed: frozenset[str] | None,
        clock: Clock = time.time,
    ) -> None:
        self.sessions = sessions
        self._keys = tuple(keys)
        self._allowed = allowed
        self._clock = clock
        # by workspace: since when what was read is known, and what it was
        self._known: dict[str, tuple[float, Installation | None]] = {}
        self._organisations: dict[str, str] = {}  # by workspace

    def may_install(self, workspace: str, organisation: str) -> bool:
        """Report whether a workspace, or a whole organisation, may install us."""
        return self._allowed is None or bool(self._allowed & {workspace, organisation})

    async def keep(self, installation: Installation) -> None:
        """
        Keep an installation, in place of an earlier one.

        Raises:
            SessionsUnavailable
        """
        state = asdict(installation)
        secrets = {name: state.pop(name) for name in SEALED}
        state["sealed"] = self._box.encrypt(json.dumps(secrets).encode()).decode()
        await self.sessions.save(KIND, installation.id, state, seconds=None)
        await self.sessions.note(NOTED, installation.id)
        self.doubt()

    async def forget(self, workspace: str, organisation: str, before: float) -> None:
        """
        Forget what was installed before a moment (seconds since 1970): a message that we were
        removed may come late, after we were installed again.

        Raises:
            SessionsUnavailable
        """
        for id_ in filter(None, (workspace, organisation)):
            kept = await self._kept(id_)
            theirs = kept is not None and id_ == (workspace or organisation)
            if kept is None or not theirs or kept.installed_at > before:
                continue
            await self.sessions.delete(KIND, id_)
            await self.sessions.unnote(NOTED, id_)
            log.warning("Slack: the app was removed", extra={"workspace": id_})
        self.doubt()

    def doubt(self) -> None:
        """Look again at the next question for every installation."""
        self._known.clear()

    async def belongs(self, workspace: str, organisation: str) -> None:
        """Note whose workspace it is, so that its organisation's installation serves it."""
        if not organisation or self._organisations.get(workspace) == organisation:
            return
        self._organisations[workspace] = organisation
        with suppress(SessionsUnavailable):
            state = {"organisation": organisation}
            await self.sessions.save(ORGANISATION, workspace, state, seconds=None)

    async def of(self, workspace: str) -> Installation | None:
        """
        Return the installation that serves a workspace, its own before its organisation's; None
        where there is none.

        Raises:
            SessionsUnavailable: the store is away, and nothing is known of it yet.
        """
        since, installation = self._known.get(workspace, (float("-inf"), None))
        if self._clock() - since < INSTALLATION_BELIEVED:
            return installation
        try:
            installation = await self._kept(workspace)
            if installation is None:
                organisation = await self._organisation(workspace)
                installation = await self._kept(organisation) if organisation else None
        except SessionsUnavailable:
            if workspace in self._known:
                return installation
            raise
        self._known[workspace] = (self._clock(), installation)
        return installation

    async def all(self) -> list[Installation]:
        """
        Return every installation, by name.

        Raises:
            SessionsUnavailable
        """
        installations = []
        for id_ in await self.sessions.noted(NOTED):
            installation = await self._kept(id_)
            if installation is not None:
                installations.append(installation)
        return sorted(installations, key=_called)

    async def _organisation(self, workspace: str) -> str:
        """Return the organisation a workspace belongs to, "" where none is known."""
        if workspace not in self._organisations:
            state = await self.sessions.load(ORGANISATION, workspace)
            self._organisations[workspace] = str(state["organisation"]) if state else ""
        return self._organisations[workspace]

    async def _kept(self, id_: str) -> Installation | None:
        state = await self.sessions.load(KIND, id_)
        if state is None:
            return None
        secrets = self._opened(state, id_)
        if secrets is None:
            return None
        return Installation(
            workspace=str(state["workspace"]),
            organisation=str(state["organisation"]),
            name=str(state["name"]),
            app=str(state["app"]),
            token=secrets["token"],
            refresh=secrets["refresh"],
            expires_at=int(state["expires_at"]),
            bot=str(state["bot"]),
            bot_id=str(state["bot_id"]),
            scopes=tuple(map(str, state["scopes"])),
            installed_at=float(state["installed_at"]),
        )

    def _opened(self, state: State, id_: str) -> dict[str, str] | None:
        """Return the tokens of a record, None where no key of ours fits."""
        from cryptography.fernet import InvalidToken

        try:
            secrets = json.loads(self._box.decrypt(state["sealed"].encode()))
        except InvalidToken:
            log.exception(
                "no key in SLACK_TOKEN_KEY opens the tokens of a workspace: install the app again",
                extra={"workspace": id_},
            )
            return None
        return {name: str(secrets[name]) for name in SEALED}

    @cached_property
    def _box(self) -> "MultiFernet":
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(key) for key in self._keys])


def _called(installation: Installation) -> str:
    return installation.name.casefold()
