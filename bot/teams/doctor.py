"""
What the doctor finds of Teams: whether Entra lets the bot sign in, else which setting is wrong.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from bot.environment import InvalidSettings
from bot.teams.kits import sign_in
from bot.teams.settings import Teams as Settings

READY, SILENT = "ready", "Microsoft Entra does not answer at login.microsoftonline.com"
PATIENCE = 20  # seconds for signing in
WHERE = "Azure portal, Azure Bot, Configuration"
# what Entra says by number:
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_REASONS = {
    "AADSTS700016": f"TEAMS_APP_ID is no app of this tenant; copy it again from {WHERE}",
    "AADSTS7000215": "TEAMS_APP_PASSWORD is refused; copy the secret's value, not its id",
    "AADSTS7000222": "TEAMS_APP_PASSWORD has expired; make a new client secret",
    "AADSTS7000216": "TEAMS_APP_PASSWORD is empty or is none; make a client secret",
    "AADSTS90002": f"TEAMS_TENANT_ID is no tenant; copy it again from {WHERE}",
    "AADSTS900023": f"TEAMS_TENANT_ID is no tenant; copy it again from {WHERE}",
    "AADSTS700027": "TEAMS_CERTIFICATE is not the one uploaded for this app; upload it there",
    "AADSTS7000112": "the app is disabled in Microsoft Entra; let an administrator enable it",
}


async def diagnose(settings: Settings, signing_in: Callable[[Settings], Any] = sign_in) -> str:
    """Return "ready", or what is wrong and where to mend it. Fetches one token."""
    if settings.local:
        return "on"
    try:
        async with asyncio.timeout(PATIENCE):
            credentials = signing_in(settings)
            await asyncio.to_thread(credentials.get_access_token)
    except InvalidSettings as error:
        return error.reason.to("en")
    except (PermissionError, ValueError) as error:
        return _reason(str(error))
    except (TimeoutError, OSError, KeyError):
        return _unanswered(settings)
    return READY


def _reason(told: str) -> str:
    """Return the setting that is wrong by what Entra says, else its own number alone."""
    for code, reason in _REASONS.items():
        if f"{code}:" in told or f"{code} " in told:
            return reason
    if "Unable to get authority configuration" in told or "tenant" in told.lower():
        return _REASONS["AADSTS90002"]
    number = told.partition("AADSTS")[2].partition(":")[0]
    if number.isdigit():
        return f"Microsoft Entra refuses to sign the bot in (AADSTS{number})"
    return "Microsoft Entra refuses to sign the bot in"


def _unanswered(settings: Settings) -> str:
    if settings.managed_identity:
        return "TEAMS_MANAGED_IDENTITY: this machine has no such identity, or it does not answer"
    return SILENT
