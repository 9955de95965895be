"""Only what Microsoft signed for us comes in, and a bearer only ever goes to Teams."""

import asyncio
import json
import time

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.teams.activity import Destination
from bot.teams.auth import ISSUER, METADATA, PublishedKeys, TokenVerifier, Unauthorized, trusted
from bot.teams.connector import Connector
from bot.teams.refusal import Undelivered
from bot.teams.settings import Teams as Settings
from tests.bot.teams.talk import Query, activity, door_of
from tests.serving import served

APP = "11111111-2222-3333-4444-555555555555"
TENANT = "99999999-2222-3333-4444-555555555555"
SERVICE = "https://smba.trafficmanager.net/emea/"


def pair(kid: str, endorsements: tuple[str, ...] = ("msteams",)):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return key, public | {"kid": kid, "use": "sig", "endorsements": list(endorsements)}


KEY, PUBLIC = pair("k1")
OTHER, OTHER_PUBLIC = pair("k2")


class LocalKeys:
    async def key(self, kid):
        return {"k1": PUBLIC}.get(kid)


def token(key=KEY, kid="k1", algorithm="RS256", drop=(), **changes):
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": APP,
        "iat": now,
        "nbf": now - 5,
        "exp": now + 600,
        "serviceurl": SERVICE,
    } | changes
    for name in drop:
        del claims[name]
    return "Bearer " + jwt.encode(
        claims, key, algorithm=algorithm, headers={"kid": kid} if kid else {}
    )


async def admit(*headers, channel="msteams", service=SERVICE, tenant=TENANT):
    await TokenVerifier(APP, TENANT, LocalKeys()).admit(
        headers, channel=channel, service=service, tenant=tenant
    )


async def admitted(*headers):
    """Report whether the doorman lets these headers in."""
    try:
        await admit(*headers)
    except Unauthorized:
        return False
    return True


NOW = int(time.time())
REFUSED = {
    "no header": [],
    "empty": [""],
    "garbage": ["Bearer x.y.z"],
    "basic": ["Basic abc"],
    "two headers": [token(), token()],
    "expired": [token(exp=NOW - 600)],
    "not yet": [token(nbf=NOW + 900)],
    "wrong audience": [token(aud="other")],
    "one of two audiences": [token(aud=[APP, "other"])],
    "no audience": [token(drop=["aud"])],
    "no expiry": [token(drop=["exp"])],
    "expiry of another kind": [
        "Bearer "
        + jwt.encode({"iss": ISSUER, "aud": APP, "exp": "soon"}, KEY, "RS256", {"kid": "k1"})
    ],
    "wrong issuer": [token(iss="https://login.microsoftonline.com/x/v2.0")],
    "no issuer": [token(drop=["iss"])],
    "unknown kid": [token(kid="k9")],
    "no kid": [token(kid=None)],
    "shared secret": [token(key="k" * 64, algorithm="HS256")],
    "unsigned": [token(key=None, algorithm="none")],
    "another key with our kid": [token(key=OTHER)],
    "service differs": [token(serviceurl="https://smba.trafficmanager.net/amer/")],
    "service not signed": [token(drop=["serviceurl"])],
    "not ascii": ["Bearer é.é.é"],
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_token_that_is_not_whole_is_refused(case):
    with pytest.raises(Unauthorized):
        await admit(*REFUSED[case])


@pytest.fixture
def connector():
    """The way out with a bearer that may go nowhere in these stories."""
    return Connector(Bearer, local=False)


class Bearer:
    app = None

    def get_access_token(self):
        return "hush"

    def signed_session(self, session):
        session.headers["Authorization"] = "Bearer hush"
        return session


@pytest.fixture
async def guarded(sessions, texts, connector):
    asked = Query()
    settings = Settings(APP, "secret", TENANT, local=False)
    async with door_of(
        asked, sessions, texts, settings, keys=LocalKeys(), connector=connector
    ) as client:
        yield client, asked


def arriving(service, **more):
    place = {"id": "a:1", "conversationType": "personal", "tenantId": TENANT}
    return activity(service, conversation=place) | {"serviceUrl": SERVICE} | more


async def test_behind_the_door_nothing_happens_for_a_token_that_is_not_whole(
    guarded, service, caplog
):
    client, asked = guarded
    for headers in REFUSED.values():
        sent = [(b"authorization", h.encode("latin-1", "replace")) for h in headers]
        answer = await client.post("/api/messages", json=arriving(service), headers=sent)
        assert answer.status_code == 401
    assert asked.messages == []
    assert "eyJ" not in caplog.text


async def test_another_company_is_refused_and_noted_and_reads_nothing(guarded, sessions, service):
    client, asked = guarded
    stranger = arriving(
        service, conversation={"id": "a:1", "conversationType": "personal", "tenantId": "other"}
    )
    answer = await client.post("/api/messages", json=stranger, headers={"authorization": token()})
    assert (answer.status_code, asked.messages) == (401, [])
    [row] = await sessions.entries("audit")
    assert (row["entry"]["action"], row["entry"]["person"]) == ("teams.refused", "teams:other:u1")


async def test_the_bearer_is_never_sent_to_a_forged_service(guarded, connector, service):
    client, asked = guarded
    for forged in [*FORGED, service.url]:
        answer = await client.post(
            "/api/messages",
            json=arriving(service, serviceUrl=forged),
            headers={"authorization": token(serviceurl=forged)},
        )
        assert answer.status_code in (400, 401)
        with pytest.raises(Undelivered):
            await connector.send(
                Destination(forged, "c1", "28:bot", "29:u"), {"type": "message", "text": "x"}
            )
    assert (service.calls, asked.messages) == ([], [])


@pytest.mark.parametrize("left", [600, -120])
async def test_a_whole_token_is_let_in_even_when_clocks_differ_by_two_minutes(left):
    assert await admitted(token(exp=int(time.time()) + left))


@pytest.mark.parametrize(("ago", "let_in"), [(290, True), (310, False)])
async def test_an_expired_token_is_let_in_for_five_minutes(ago, let_in):
    assert await admitted(token(exp=int(time.time()) - ago)) is let_in


@pytest.mark.parametrize("change", [{"channel": "slack"}, {"tenant": "other"}, {"tenant": ""}])
async def test_a_whole_token_for_another_channel_or_tenant_is_refused(change):
    with pytest.raises(Unauthorized):
        await admit(token(), **change)


FORGED = [
    "https://evil.example/",
    "https://x.trafficmanager.net/",
    "https://smba.trafficmanager.net.evil/",
    "https://evil.smba.trafficmanager.net/",
    "https://user@smba.trafficmanager.net/",
    "https://smba.trafficmanager.net@evil/",
    "https://smba.trafficmanager.net:8443/",
    "https://smba.trafficmanager.net:99999/",
    "http://smba.trafficmanager.net/",
    "ftp://smba.trafficmanager.net/",
    "//smba.trafficmanager.net/",
    "smba.trafficmanager.net",
    "https://10.0.0.1/",
    "https://169.254.169.254/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://localhost/",
    "https://xn--smba-.trafficmanager.net/",
    "https://smbа.trafficmanager.net/",
    "https://smba。trafficmanager。net/",
    "https://smba.trafficmanager.net\\@evil/",
    "https://evil\\smba.trafficmanager.net/",
    "https://smba.trafficmanager.net/\n",
    " https://smba.trafficmanager.net/",
    "https://evil#smba.trafficmanager.net/",
    "https://evil?smba.trafficmanager.net/",
    "https://smba.trafficmanager.net./",
    "https://smba.trafficmanager.net%00.evil/",
    "https://[smba.trafficmanager.net]/",
    "",
]


@pytest.mark.parametrize("service", FORGED)
async def test_a_forged_service_address_is_refused_though_it_is_signed(service):
    assert not trusted(service, local=False)
    with pytest.raises(Unauthorized):
        await admit(token(serviceurl=service), service=service)


def test_government_clouds_are_teams_and_loopback_only_where_nobody_is_checked():
    assert trusted("https://smba.infra.gcc.teams.microsoft.com/teams/", local=False)
    assert trusted("http://127.0.0.1:5000/_connector", local=True)
    assert not trusted(SERVICE, local=True)


class KeyServer:
    """Stands for Microsoft's key server."""

    def __init__(self):
        self.keys, self.asked, self.down, self.now = [PUBLIC], 0, False, 0.0

    async def fetch(self, url):
        if self.down:
            raise httpx.ConnectError("down")
        if url == METADATA:
            self.asked += 1
            return {"jwks_uri": "https://login.botframework.com/v1/.well-known/keys"}
        return {"keys": self.keys}


async def test_keys_are_fetched_once_and_serve_on_while_the_key_server_is_away():
    server = KeyServer()
    keys = PublishedKeys(server.fetch, clock=lambda: server.now)
    assert await keys.key("k1") == PUBLIC
    server.down, server.now = True, 25 * 60 * 60.0
    assert await keys.key("k1") == PUBLIC
    assert server.asked == 1


@pytest.mark.parametrize(("hours", "looks"), [(24.0, 1), (24.1, 2)])
async def test_known_keys_are_looked_at_anew_after_a_day(hours, looks):
    server = KeyServer()
    keys = PublishedKeys(server.fetch, clock=lambda: server.now)
    await keys.key("k1")
    server.now = hours * 60 * 60
    await keys.key("k1")
    await asyncio.sleep(0)  # nobody waits for the look
    assert server.asked == looks


async def test_a_flood_of_unknown_keys_asks_twice_a_minute_and_a_new_key_is_found_at_once():
    server = KeyServer()
    keys = PublishedKeys(server.fetch, clock=lambda: server.now)
    assert await keys.key("k1") == PUBLIC
    server.keys = [PUBLIC, OTHER_PUBLIC]
    assert await keys.key("k2") == OTHER_PUBLIC
    for n in range(1000):
        assert await keys.key(f"x{n}") is None
    assert server.asked == 2
    server.keys, server.now = [OTHER_PUBLIC], 61.0
    assert await keys.key("x") is None
    assert await keys.key("k1") is None
    assert server.asked == 4


async def test_a_key_server_that_hangs_holds_up_nobody_whose_key_is_known(monkeypatch):
    server = KeyServer()
    keys = PublishedKeys(server.fetch, clock=lambda: server.now)
    assert await keys.key("k1") == PUBLIC
    hanging, began = asyncio.Event(), asyncio.Event()

    async def hang(url):
        began.set()
        await hanging.wait()

    keys._fetch, server.now = hang, 25 * 60 * 60.0
    for _ in range(100):
        assert await keys.key("k1") == PUBLIC
    await began.wait()
    hanging.set()


@pytest.mark.parametrize("behaviour", ["500", "not json", "cut", "redirect", "hangs"])
async def test_a_real_key_server_that_fails_gives_no_keys_and_no_error(behaviour, monkeypatch):
    monkeypatch.setattr("bot.teams.auth.TIMEOUT", 0.3)

    async def answer(request):
        match behaviour:
            case "500":
                return Response("oops", 500)
            case "not json":
                return Response("<html>")
            case "cut":
                return Response("{", headers={"content-length": "1"})
            case "redirect":
                return Response(status_code=302, headers={"location": "/elsewhere"})
            case _:
                await asyncio.sleep(1)
                return Response("{}")

    async with served(Starlette(routes=[Route("/{path:path}", answer)])) as port:
        assert await PublishedKeys(metadata=f"http://127.0.0.1:{port}/config").key("k1") is None


@pytest.mark.parametrize(
    "bad", [[], {}, {"jwks_uri": "https://evil.example/keys"}, {"jwks_uri": 5}, None]
)
async def test_a_key_server_that_says_something_else_gives_no_keys(bad):
    async def fetch(url):
        return bad if url == METADATA else {"keys": [PUBLIC]}

    assert await PublishedKeys(fetch).key("k1") is None
