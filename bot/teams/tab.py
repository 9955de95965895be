"""
The web page as a tab of Teams: who sits there, by the token Teams gives the tab.

Such a token is one of Microsoft Entra for this app
(https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). It is believed
once its signature, issuer, audience, tenant, time, scope and the client that asked for it have been
checked; who somebody is, is their object id, as in a chat.
"""

from typing import Any
from urllib.parse import urlsplit

from bot.platform import NotVouched, Vouched
from bot.readers import GUID
from bot.teams.auth import Fetch, PublishedKeys, Unauthorized, decoded, key_id
from bot.teams.settings import Teams as Settings

ENTRA = "https://login.microsoftonline.com"
SCOPE = "access_as_user"  # what the app exposes to Teams
# Teams itself asks for the token: on desktop and phones, and in a browser
CLIENTS = frozenset(
    {"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "5e3ce6c0-2b1b-4285-8d4b-75ee78787346"}
)
# pages that may show ours in a frame
# (https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/tab-requirements)
ORIGINS = (
    "https://teams.microsoft.com",
    "https://*.teams.microsoft.com",
    "https://teams.cloud.microsoft",
    "https://*.cloud.microsoft",
)
LIBRARY = "https://res.cdn.office.net/teams-js/2.58.0/js/MicrosoftTeams.min.js"
# as its package says: https://www.npmjs.com/package/@microsoft/teams-js
INTEGRITY = "sha384-sMo/EOqQPa1OCup2/VBRum7oFeOS22kvs8WGDc45xK53tUVZzFR5WwFYDUYN1LO4"
NAME = 80  # characters
GUEST = 1  # the claim "acct" of somebody from another company


class TeamsTab:
    """`public_url` is the address of the page. `entra` is where keys are fetched."""

    origins: tuple[str, ...] = ORIGINS
    library = LIBRARY
    integrity = INTEGRITY

    def __init__(
        self, settings: Settings, public_url: str, fetch: Fetch | None = None, entra: str = ENTRA
    ) -> None:
        self._app = settings.app_id.lower()
        self._tenant = settings.tenant_id.lower()
        host = urlsplit(public_url).netloc
        self._audiences = (self._app, f"api://{host}/{self._app}")
        self._issuer = f"{ENTRA}/{self._tenant}/v2.0"
        metadata = f"{entra}/{self._tenant}/v2.0/.well-known/openid-configuration"
        self._keys = PublishedKeys(fetch, metadata)

    @property
    def proof(self) -> str:
        """What a session that began with a token is checked against."""
        return f"teams {self._tenant} {self._app}"

    async def vouch(self, token: str) -> Vouched:
        """
        Return whom a token names.

        Raises:
            NotVouched
        """
        claims = await self._claims(token)
        object_id = str(claims.get("oid", "")).lower()
        if str(claims.get("tid", "")).lower() != self._tenant:
            raise NotVouched("untrusted", "another tenant")
        if claims.get("azp") not in CLIENTS:
            raise NotVouched("untrusted", "not asked for by Teams")
        if SCOPE not in str(claims.get("scp", "")).split():
            raise NotVouched("untrusted", "without the scope access_as_user")
        if not GUID.fullmatch(object_id):
            raise NotVouched("untrusted", "no person")
        if _is_guest(claims, self._tenant):
            raise NotVouched("guest", "a guest of the tenant")
        name = " ".join(str(claims.get("name") or "").split())[:NAME]
        return Vouched(f"teams:{self._tenant}:{object_id}", name)

    async def _claims(self, token: str) -> dict[str, Any]:
        """Return what a token claims that is signed, for us and still good."""
        try:
            key = await self._keys.key(key_id(token))
            if key is None:
                raise NotVouched("away", "unknown signing key")
            claims = decoded(
                token,
                key,
                audience=self._audiences,
                options={"require": ["exp", "iat", "iss", "aud", "tid", "oid"]},
            )
        except Unauthorized as error:
            raise NotVouched("untrusted", str(error)) from error
        if claims["iss"] == f"https://sts.windows.net/{self._tenant}/":
            # an app whose tokens are of the first version is the likeliest slip in Entra
            raise NotVouched("version", "a token of version 1")
        if claims["iss"] != self._issuer or not isinstance(claims["aud"], str):
            raise NotVouched("untrusted", "another issuer, or several audiences")
        return claims


def _is_guest(claims: dict[str, Any], tenant: str) -> bool:
    """Report whether the person's account is another company's."""
    home = str(claims.get("idp") or tenant)
    named = str(claims.get("preferred_username") or "").upper()
    return claims.get("acct") == GUEST or tenant not in home or "#EXT#" in named
