"""
Who may knock: every activity carries a signed token, and this is where it is judged.

The Bot Framework SDK takes tokens without an expiry and fetches keys without a time-out while
everything waits, so we judge ourselves: RS256 only, our app as audience, an expiry, a known key
endorsed for the channel, the service address as signed.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import jwt

from bot.download import Hosts
from handlers.lifetimes import SIGNING_KEYS

ISSUER = "https://api.botframework.com"
METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"
LEEWAY = 300  # seconds two clocks may differ
TIMEOUT = 5.0  # seconds to fetch the keys
AGAIN = 60  # seconds within which unknown key ids make us look at most so often:
LOOKS = 2

# Where a bearer may be sent: Teams for everyone, and for the US government's clouds.
SERVICE_HOSTS = frozenset(
    {
        "smba.trafficmanager.net",
        "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
    }
)

# Where a message to one person among others is known to stay with them; a service that does not
# know it would show it to all.
DISCREET_HOSTS = frozenset({"smba.trafficmanager.net"})

Fetch = Callable[[str], Awaitable[Any]]  # an address in, its JSON out


class Unauthorized(Exception):
    """
    The caller did not show that Teams sent it; the text is for the log and never holds the token.
    """


class AnotherTenant(Unauthorized):
    """Teams did send it, but from a company this bot does not serve."""


class Keys(Protocol):
    async def key(self, kid: str) -> dict[str, Any] | None:
        """Return the public key (a JWK with "endorsements") of this id, None when there is none."""


async def fetched(url: str) -> Any:
    """Return the JSON at this address."""
    # reading them takes a quarter of a second
    certificates = await asyncio.to_thread(httpx.create_ssl_context)
    async with httpx.AsyncClient(timeout=TIMEOUT, verify=certificates) as client:
        answer = await client.get(url)
        answer.raise_for_status()
        return answer.json()


class PublishedKeys:
    """
    The signing keys Microsoft publishes, remembered.

    Known keys go on serving while new ones are fetched or the key server is away. An unknown id
    waits for a look, of which there are two a minute: a new key is found at once, and a flood of
    invented ids asks no more than that.
    """

    def __init__(
        self,
        fetch: Fetch | None = None,
        metadata: str = METADATA,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch or fetched
        self._metadata = metadata
        self._clock = clock
        self._keys: dict[str, dict[str, Any]] = {}
        self._looks: deque[float] = deque(maxlen=LOOKS)
        self._lock = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> dict[str, Any] | None:
        if kid not in self._keys:
            async with self._lock:
                if kid not in self._keys and self._may_look():
                    await self._look()
        elif self._is_stale() and not self._is_looking():
            self._looking = asyncio.create_task(self._look())  # nobody waits for it
        return self._keys.get(kid)

    def _is_stale(self) -> bool:
        return self._clock() - self._looks[-1] > SIGNING_KEYS

    def _is_looking(self) -> bool:
        return self._looking is not None and not self._looking.done()

    def _may_look(self) -> bool:
        return len(self._looks) < LOOKS or self._clock() - self._looks[0] > AGAIN

    async def _look(self) -> None:
        self._looks.append(self._clock())
        try:
            async with asyncio.timeout(TIMEOUT):
                address = (await self._fetch(self._metadata))["jwks_uri"]
                if urlsplit(address)[:2] != urlsplit(self._metadata)[:2]:
                    return
                rows = (await self._fetch(address))["keys"]
                signing = [row for row in rows if row.get("kid") and row.get("kty") == "RSA"]
                if signing:
                    self._keys = {row["kid"]: row for row in signing}
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, AttributeError):
            return  # the keys we have go on serving; a stranger's key stays a stranger's


class TokenVerifier:
    """
    Judges each activity. `local` lets everyone in and is only for a server that listens on this
    machine alone.
    """

    def __init__(self, app_id: str, tenant_id: str, keys: Keys, *, local: bool = False) -> None:
        if not local and not (app_id and tenant_id):
            raise ValueError("Teams needs an app id and a tenant id")
        self._app_id = app_id
        self._tenant = tenant_id
        self._keys = keys
        self._local = local

    async def admit(
        self, headers: Sequence[str], *, channel: str, service: str, tenant: str
    ) -> None:
        """
        Let the activity in, or raise. `headers` are all Authorization headers of the request.

        Raises:
            Unauthorized: no token, a wrong one, another tenant, or a service we do not talk to.
        """
        if not trusted(service, local=self._local):
            raise Unauthorized("service address not on the list")
        if self._local:
            return
        claims = await self._claims(headers, channel)
        if claims.get("serviceurl") != service:
            raise Unauthorized("service address differs from the signed one")
        if tenant != self._tenant:
            raise AnotherTenant("another tenant")

    async def _claims(self, headers: Sequence[str], channel: str) -> dict[str, Any]:
        token = _bearer(headers)
        key = await self._keys.key(key_id(token))
        if key is None:
            raise Unauthorized("unknown signing key")
        if channel not in (key.get("endorsements") or ()):
            raise Unauthorized("key not endorsed for the channel")
        return decoded(
            token,
            key,
            audience=self._app_id,
            issuer=ISSUER,
            options={"require": ["exp", "iss", "aud"], "strict_aud": True},
        )


def _bearer(headers: Sequence[str]) -> str:
    """Return the token of the one Authorization header."""
    if len(headers) != 1:
        raise Unauthorized("no single bearer token")
    scheme, _, token = headers[0].partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("no single bearer token")
    return token


def decoded(token: str, key: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    """
    Return what a token claims that is signed by the key and still good; `wanted` is what else it
    has to say, as `jwt.decode` takes it.

    Raises:
        Unauthorized
    """
    try:
        claims = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm="RS256"),
            algorithms=["RS256"],
            leeway=LEEWAY,
            **wanted,
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unauthorized(type(error).__name__) from error
    return dict(claims)


def key_id(token: str) -> str:
    """Return the id of the key that is said to have signed the token."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise Unauthorized("not a token") from error
    id_ = header.get("kid")
    if not isinstance(id_, str) or not id_:
        raise Unauthorized("unknown signing key")
    return id_


def trusted(service: str, *, local: bool) -> bool:
    """
    Report whether a bearer may go to this address: https to exactly a Teams host, no port, no user;
    loopback when local.
    """
    if "?" in service or "#" in service:
        return False
    return Hosts(SERVICE_HOSTS, loopback=local).judge(service) is not None


def discreet(service: str, *, local: bool) -> bool:
    """
    Report whether this service is known to show a targeted message to its person alone; loopback
    when local.
    """
    return Hosts(DISCREET_HOSTS, loopback=local).judge(service) is not None
