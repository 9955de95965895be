"""
Who we are at a service: what stands in the environment variable that a source names.

A bare token is sent as it is. Microsoft's application (`{"tenant": …, "client": …, "secret": …}`)
and Google's service account (the JSON file it hands out) are changed for a token, which is used for
as long as it holds.
"""

import base64
import json
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

import jwt

from knowledge.sources.json_service import Call, Headers, Json, Unanswered, patiently, refused
from knowledge.sources.sentences import unavailable

EARLY = 120  # seconds before its end at which a token is changed
HOUR = 3600  # seconds that a token of Google is asked for
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def bearer(secret: str) -> Headers:
    """Return the headers of a token."""

    async def headers() -> Mapping[str, str]:
        return {"Authorization": f"Bearer {secret}"} if secret else {}

    return headers


def basic_or_bearer(secret: str) -> Headers:
    """Return the headers of "mail:token", or of a token alone."""
    if ":" not in secret:
        return bearer(secret)
    encoded = base64.b64encode(secret.encode()).decode()

    async def headers() -> Mapping[str, str]:
        return {"Authorization": f"Basic {encoded}"}

    return headers


def microsoft(secret: str, login: str, call: Call, name: str) -> Headers:
    """Return the headers of an application of Microsoft Entra, or of a token."""
    known = _parsed(secret)
    if known is None:
        return bearer(secret)
    _need(known, ("tenant", "client", "secret"), name)
    url = f"{login}/{quote(str(known['tenant']), safe='')}/oauth2/v2.0/token"

    def form() -> Mapping[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_id": str(known["client"]),
            "client_secret": str(known["secret"]),
            "scope": "https://graph.microsoft.com/.default",
        }

    return _Changed(url, form, call, name).headers


def google(secret: str, token_url: str, call: Call, name: str) -> Headers:
    """Return the headers of a service account of Google, or of a token."""
    known = _parsed(secret)
    if known is None:
        return bearer(secret)
    _need(known, ("client_email", "private_key"), name)

    def form() -> Mapping[str, str]:
        now = int(time.time())
        claims = {
            "iss": known["client_email"],
            "scope": "https://www.googleapis.com/auth/drive.readonly",
            "aud": token_url,
            "iat": now,
            "exp": now + HOUR,
        }
        try:
            signed = jwt.encode(claims, str(known["private_key"]), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise unavailable("bad_secret", name=name) from error
        return {"grant_type": _GRANT, "assertion": signed}

    return _Changed(token_url, form, call, name).headers


class _Changed:
    """A token that `form` is changed for, until shortly before its end."""

    def __init__(
        self, url: str, form: Callable[[], Mapping[str, str]], call: Call, name: str
    ) -> None:
        self._url = url
        self._form = form
        self._call = call
        self._name = name
        self._token = ""
        self._until = 0.0

    async def headers(self) -> Mapping[str, str]:
        if time.monotonic() >= self._until:
            try:
                form = urlencode(self._form()).encode()
                got = await patiently(self._call, self._url, _FORM, form)
                answer = json.loads(got.content)
                self._token = str(answer["access_token"])
                seconds = float(answer.get("expires_in", HOUR))
            except Unanswered as error:
                if error.status in (400, 401, 403):
                    raise unavailable("denied", name=self._name) from error
                raise refused(error, self._name) from error
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise unavailable("login", name=self._name) from error
            self._until = time.monotonic() + seconds - EARLY
        return {"Authorization": f"Bearer {self._token}"}


def _parsed(secret: str) -> Json | None:
    """Return what a secret in JSON holds; None for a bare token."""
    if not secret.lstrip().startswith("{"):
        return None
    try:
        known: Json = json.loads(secret)
    except ValueError:
        return {}
    return known


def _need(known: Json, names: tuple[str, ...], name: str) -> None:
    if any(not known.get(one) for one in names):
        raise unavailable("bad_secret", name=name)
