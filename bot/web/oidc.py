"""
Signing in with the company's own accounts: OpenID Connect, by the authorization code with PKCE.

What the provider says of itself is fetched once a day, its keys again as soon as a token names one
that is not known. Nothing it says is believed before its signature, issuer, audience, time and
nonce have been checked; who somebody is, is its issuer and the subject there, never a name or mail.
"""

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.environment import LOOPBACK
from bot.web.identity import Attempt, Identity, NotSignedIn
from bot.web.settings import SignIn
from handlers.lifetimes import SIGNING_KEYS
from handlers.people import PROVEN

log = logging.getLogger(__name__)
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY = 120  # seconds two clocks may differ
TIMEOUT = 5.0  # seconds for each word with the provider
AGAIN = 60.0  # seconds within which unknown keys make us look at most so often:
LOOKS = 2
WHOLE = "/.well-known/openid-configuration"
GROUPS = 500  # of one person
NAME = 80  # characters
Json = dict[str, Any]


class OpenID:
    """One provider of identities. `comes_back` is the address of ours it sends people back to."""

    def __init__(
        self, settings: SignIn, comes_back: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._issuer = settings.issuer.rstrip("/")
        self._comes_back = comes_back
        self._clock = clock
        self._said: Json = {}
        self._asked = 0.0  # when, by the clock
        self._keys: KeySet | None = None
        self._looks: deque[float] = deque(maxlen=LOOKS)
        self._lock = asyncio.Lock()

    @property
    def host(self) -> str:
        """The provider's host, as people know it from their browser."""
        return urlsplit(self._issuer).hostname or ""

    async def begin(self) -> tuple[str, Attempt]:
        """
        Return the address at the provider where a person signs in, and what to remember until then.

        Raises:
            NotSignedIn
        """
        said = await self._metadata()
        attempt = Attempt(
            secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        )
        async with self._client(said) as client:
            address, _ = client.create_authorization_url(
                said["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(address), attempt

    async def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> Identity:
        """
        Return who came back; `answer` is what the provider added to our address.

        Raises:
            NotSignedIn
        """
        if answer.get("error"):
            raise NotSignedIn("refused", "the provider refused")
        code = answer.get("code", "")
        if not code or not secrets.compare_digest(answer.get("state", ""), attempt.state):
            raise NotSignedIn("untrusted", "no code, or another state")
        said = await self._metadata()
        token = await self._token(said, code, attempt)
        claims = await self._claims(said, str(token.get("id_token", "")), attempt)
        about = claims | await self._more(said, token, claims)
        return Identity(self._id(claims), _name(about), self._groups(about))

    async def _token(self, said: Json, code: str, attempt: Attempt) -> Json:
        """Exchange the code for the provider's tokens."""
        try:
            async with asyncio.timeout(TIMEOUT), self._client(said) as client:
                token: Json = await client.fetch_token(
                    said["token_endpoint"],
                    code=code,
                    code_verifier=attempt.verifier,
                    grant_type="authorization_code",
                )
        except OAuthError as error:
            raise NotSignedIn("refused", "the code was refused") from error
        except (httpx2.HTTPError, OSError, TimeoutError) as error:
            raise NotSignedIn("away", type(error).__name__) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise NotSignedIn("untrusted", "its answer is no token") from error
        return token

    async def _claims(self, said: Json, id_token: str, attempt: Attempt) -> Json:
        """Return what the id token claims, once everything about it has been checked."""
        try:
            keys = await self._key_set(said, fresh=False)
            try:
                token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                # signed with a key we do not know yet, perhaps: the provider may have changed them
                keys = await self._key_set(said, fresh=True)
                token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            self._check(token.claims, attempt)
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            raise NotSignedIn("untrusted", type(error).__name__) from error
        return dict(token.claims)

    def _check(self, claims: Json, attempt: Attempt) -> None:
        client = self._settings.client_id
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._said["issuer"]},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        registry.validate(claims)
        audience = claims["aud"]
        shared = isinstance(audience, list) and len(audience) > 1
        if shared and claims.get("azp") != client:
            raise ValueError("made for another client")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise ValueError("no subject")

    async def _more(self, said: Json, token: Json, claims: Json) -> Json:
        """
        Return what only the provider's userinfo tells: some put neither name nor groups into the
        token itself.
        """
        wanted = {"name", self._settings.groups_claim}
        address = said.get("userinfo_endpoint")
        if wanted <= claims.keys() or not address or not self._safe(str(address)):
            return {}
        bearer = {"Authorization": f"Bearer {token.get('access_token', '')}"}
        try:
            about = await self._fetched(str(address), bearer)
        except NotSignedIn:
            log.warning("a provider of identities tells nothing more of a person")
            return {}
        if about.get("sub") != claims["sub"]:
            raise NotSignedIn("untrusted", "its userinfo is about somebody else")
        return {name: value for name, value in about.items() if name not in claims}

    def _id(self, claims: Json) -> str:
        """Return the id of a person here: settings may name it, so it holds no space or comma."""
        issuer = str(self._said["issuer"]).partition("://")[2].rstrip("/")
        subject = quote(claims["sub"], safe="|@.-_~:")
        return f"{PROVEN}{issuer}#{subject}"

    def _groups(self, about: Json) -> frozenset[str]:
        """Return the ids of the person's groups, whichever shape the provider gives them."""
        told = about.get(self._settings.groups_claim, ())
        if isinstance(told, str):
            told = told.split()
        if not isinstance(told, list | tuple):
            return frozenset()
        if "_claim_names" in about and not told:
            log.warning("a provider of identities leaves the groups of a person out: too many")
        return frozenset(str(group) for group in told[:GROUPS])

    # ----------------------------------------------------------------- what it says of itself

    async def _metadata(self) -> Json:
        """Return what the provider says of itself, asked anew once a day."""
        if self._said and self._clock() - self._asked < SIGNING_KEYS:
            return self._said
        try:
            said = await self._fetched(f"{self._issuer}{WHOLE}")
        except NotSignedIn:
            if self._said:  # what it said before goes on holding while it is away
                return self._said
            raise
        if str(said.get("issuer", "")).rstrip("/") != self._issuer:
            raise NotSignedIn("untrusted", "it calls itself by another name")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not self._safe(str(said.get(name, ""))):
                raise NotSignedIn("untrusted", f"its {name} is not https")
        self._said, self._asked = said, self._clock()
        return said

    async def _key_set(self, said: Json, *, fresh: bool) -> KeySet:
        """Return the provider's keys; `fresh` ones are looked for at most twice a minute."""
        async with self._lock:
            if self._keys is None or (fresh and self._may_look()):
                self._looks.append(self._clock())
                self._keys = KeySet.import_key_set(_public(await self._fetched(said["jwks_uri"])))
            return self._keys

    def _may_look(self) -> bool:
        return len(self._looks) < LOOKS or self._clock() - self._looks[0] > AGAIN

    async def _fetched(self, address: str, headers: Mapping[str, str] | None = None) -> Json:
        """Return the JSON object at one of the provider's addresses."""
        try:
            async with asyncio.timeout(TIMEOUT), httpx2.AsyncClient(timeout=TIMEOUT) as client:
                answer = await client.get(address, headers=headers)
                answer.raise_for_status()
                told = answer.json()
        except (httpx2.HTTPError, OSError, TimeoutError, ValueError) as error:
            raise NotSignedIn("away", type(error).__name__) from error
        if not isinstance(told, dict):
            raise NotSignedIn("untrusted", "it tells nothing that can be read")
        return told

    def _safe(self, address: str) -> bool:
        """Report whether an address is by TLS, or like the issuer on this machine itself."""
        place = urlsplit(address)
        if place.scheme == "https":
            return bool(place.hostname)
        own = urlsplit(self._issuer)
        here = own.scheme == "http" and own.hostname in LOOPBACK
        return here and place.scheme == "http" and place.hostname in LOOPBACK

    def _client(self, said: Json) -> AsyncOAuth2Client:
        settings = self._settings
        return AsyncOAuth2Client(
            settings.client_id,
            settings.client_secret or None,
            scope=settings.scopes,
            redirect_uri=self._comes_back,
            code_challenge_method="S256",
            token_endpoint_auth_method=_proof(said, settings.client_secret),
            timeout=TIMEOUT,
        )


def _proof(said: Json, secret: str) -> str:
    """Return how we prove to the provider who we are."""
    if not secret:
        return "none"
    taken = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in taken else "client_secret_post"


def _public(told: Json) -> Any:
    """Return the keys of a key set that can only check, never sign: a shared secret is none."""
    rows = told.get("keys")
    if not isinstance(rows, list):
        raise NotSignedIn("untrusted", "it shows no keys")
    keys = []
    for row in rows:
        known = isinstance(row, dict) and row.get("kty") in ("RSA", "EC", "OKP")
        if known and row.get("use", "sig") == "sig":
            keys.append(row)
    return {"keys": keys}


def _name(about: Json) -> str:
    """Return what to call a person; never empty."""
    for claim in ("name", "preferred_username", "email", "sub"):
        told = about.get(claim)
        if isinstance(told, str) and told.strip():
            return " ".join(told.split())[:NAME]
    return "?"
