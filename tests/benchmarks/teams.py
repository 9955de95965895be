"""
What the Teams door costs: judging a token and drawing an answer, beside the SDK's own check.

    python tests/benchmarks/teams.py
"""

import asyncio
import json
import time
import warnings

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.teams import render
from bot.teams.auth import ISSUER, TokenVerifier
from handlers.conversation import Paragraph, Reply, Source, Sources
from handlers.texts import Texts

ROUNDS = 2_000
SERVICE = "https://smba.trafficmanager.net/emea/"


class OneKey:
    def __init__(self, public):
        self._public = public

    async def key(self, kid):
        return self._public


async def doors():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {
        "kid": "k",
        "endorsements": ["msteams"],
    }
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "app",
        "exp": now + 9_000,
        "nbf": now - 5,
        "serviceurl": SERVICE,
    }
    token = "Bearer " + jwt.encode(claims, key, "RS256", {"kid": "k"})
    return token, public


async def ours(token, public):
    verifier = TokenVerifier("app", "tenant", OneKey(public))
    start = time.perf_counter()
    for _ in range(ROUNDS):
        await verifier.admit([token], channel="msteams", service=SERVICE, tenant="tenant")
    return (time.perf_counter() - start) / ROUNDS


async def theirs(token, public):
    """The SDK's extractor with its key cache filled in advance, so that no network is measured."""
    from datetime import datetime

    from botframework.connector.auth import JwtTokenExtractor, VerifyOptions
    from botframework.connector.auth.jwt_token_extractor import _OpenIdMetadata

    url = "https://local.test/metadata"
    metadata = _OpenIdMetadata(url)
    metadata.keys, metadata.last_updated = [public], datetime.now()  # noqa: DTZ005  # as the SDK keeps it
    JwtTokenExtractor.metadataCache[url] = metadata
    options = VerifyOptions(
        issuer=[ISSUER], audience="app", clock_tolerance=300, ignore_expiration=False
    )
    extractor = JwtTokenExtractor(options, url, ["RS256"])
    start = time.perf_counter()
    for _ in range(ROUNDS):
        await extractor.get_identity_from_auth_header(token, "msteams", ["msteams"])
    return (time.perf_counter() - start) / ROUNDS


def drawing():
    texts = Texts.load()
    sources = tuple(
        Source(n, f"s{n}", "規程", f"p{n}", "v1", "2026-01-01", "本文" * 40) for n in range(1, 4)
    )
    reply = Reply(
        "答え",
        (Paragraph("答えです。[1]\n- ひとつ[2]\n- ふたつ[3]", "answer"), Sources(sources, "a1")),
    )
    start = time.perf_counter()
    for _ in range(ROUNDS):
        render.activities(reply, "ja", texts)
    return (time.perf_counter() - start) / ROUNDS


async def main():
    token, public = await doors()
    mine = await ours(token, public)
    peer = await theirs(token, public)
    print(
        f"judge a token: ours {mine * 1e6:.0f} us, botframework-connector {peer * 1e6:.0f} us, ratio {mine / peer:.2f}"
    )
    print(f"draw an answer with 3 sources: {drawing() * 1e6:.0f} us")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asyncio.run(main())
