"""A provider of identities on loopback that keeps to OpenID Connect, unless it is told to lie."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from tests.ports import free_port

CLIENT, SECRET = "our-client", "our-secret"


class OidcProvider:
    """
    `lie` changes what it claims of the next person, `algorithm` how it signs; `said` adds to what it says of itself.
    `person` is who signs in next.
    """

    port = 0

    def __init__(self):
        self.person = {"sub": "aoi|1", "name": "佐藤 美咲", "groups": ["g-hr"]}
        self.lie = {}
        self.said = {}
        self.about = None
        self.algorithm = "ES256"
        self.down = False
        self.key = self.other = None
        self.turn_keys()
        self.codes = {}
        self.looks = 0
        routes = [
            Route("/.well-known/openid-configuration", self.metadata),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
            Route("/userinfo", self.userinfo),
            Route("/keys", self.keys),
        ]
        self.app = Starlette(routes=routes)

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.port}"

    def turn_keys(self):
        """Sign with another key from now on, and show no other."""
        self.key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4)})

    async def metadata(self, _):
        if self.down:
            return JSONResponse({}, 503)
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
            }
            | self.said
        )

    async def keys(self, _):
        self.looks += 1
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request):
        query = request.query_params
        assert query["client_id"] == CLIENT and query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"]
        code = f"code-{len(self.codes)}"
        self.codes[code] = dict(query)
        return RedirectResponse(
            f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
        )

    async def token(self, request):
        form = await request.form()
        asked = self.codes.pop(form["code"], None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = text(digest)
        right = request.headers.get("authorization") == f"Basic {basic}"
        if asked is None or not right or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
        }
        claims |= self.person | self.lie
        return JSONResponse(
            {"access_token": "at", "token_type": "Bearer", "id_token": self.signed(claims)}
        )

    def signed(self, claims):
        if self.algorithm == "none":
            return f"{packed({'alg': 'none'})}.{packed(claims)}."
        if self.algorithm == "HS256":  # the public key, taken for a shared secret
            whole = f"{packed({'alg': 'HS256', 'kid': self.key.kid})}.{packed(claims)}"
            pem = self.key.as_pem(private=False)
            return f"{whole}.{text(hmac.digest(pem, whole.encode(), 'sha256'))}"
        key = self.key
        if self.algorithm == "stranger":
            key = ECKey.generate_key("P-256", {"kid": self.key.kid})
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, key)

    async def userinfo(self, request):
        assert request.headers["authorization"] == "Bearer at"
        return JSONResponse(self.about or {"sub": self.person["sub"]})


def text(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def packed(claims):
    return text(json.dumps(claims).encode())


@asynccontextmanager
async def others(claims):
    """Run the provider from PyPI, which knows one person, as a process of its own; give its port."""
    port = free_port()
    words = ["-m", "oidc_provider_mock", "-p", str(port), "--user-claims", json.dumps(claims)]
    process = subprocess.Popen([sys.executable, *words], stderr=subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(60):
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{port}/jwks")
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()
