"""
Which SDK of Microsoft's speaks to Teams: the Bot Framework's, or its successor, the Agents SDK.
Each is one file that is imported when the first message is sent.
"""

import importlib
from dataclasses import dataclass
from importlib import util
from typing import Any

from bot.environment import InvalidSettings
from handlers.texts import Texts

BOT_FRAMEWORK, AGENTS = "botbuilder", "agents"


@dataclass(frozen=True, slots=True)
class Kit:
    """
    Modules by their names: `adapter` holds the class `Adapter`, `credentials` the functions
    `sign_in` and `renew`; `package` is what has to be installed.
    """

    adapter: str
    credentials: str
    package: str

    def adapter_of(self, credentials: Any) -> Any:
        """Return what sends, with credentials of the same SDK."""
        return importlib.import_module(self.adapter).Adapter(credentials)

    def sign_in(self, settings: Any) -> Any:
        """
        Return the SDK's credentials for the settings of Teams; nothing is fetched yet.

        Raises:
            InvalidSettings: the certificate's file holds no private key with its certificate.
        """
        return importlib.import_module(self.credentials).sign_in(settings)

    def renew(self, credentials: Any) -> None:
        """Forget the token, so that the next call fetches a new one."""
        importlib.import_module(self.credentials).renew(credentials)


KITS = {
    BOT_FRAMEWORK: Kit("bot.teams.sdk", "bot.teams.credentials", "botbuilder.core"),
    AGENTS: Kit("bot.teams.agents", "bot.teams.agents", "microsoft_agents.authentication.msal"),
}


def kit(name: str) -> Kit:
    """Return an SDK by its name in the settings, "" for the usual one."""
    return KITS[name or BOT_FRAMEWORK]


def sign_in(settings: Any) -> Any:
    """Return the credentials of the SDK that the settings of Teams name: see `Kit.sign_in`."""
    return kit(settings.sdk).sign_in(settings)


def named(name: str, value: str) -> str:
    """Read the name of an SDK that is installed. Raises InvalidSettings."""
    if value and value not in KITS:
        listed = ", ".join(KITS)
        reason = Texts.load().phrase("settings.bad_teams_sdk", name=name, known=listed)
        raise InvalidSettings("bad_value", reason)
    if value and not _installed(KITS[value].package):
        reason = Texts.load().phrase("settings.missing_teams_sdk", name=name)
        raise InvalidSettings("missing_extra", reason)
    return value


def _installed(module: str) -> bool:
    try:
        return util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it would be in
        return False
