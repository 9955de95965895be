"""The page as a personal tab of Teams: signed in by Teams' own tokens, whose keys a server on loopback publishes."""

import json
import re
import time
from contextlib import asynccontextmanager

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.teams.settings import Teams
from bot.teams.tab import CLIENTS, ENTRA, LIBRARY, TeamsTab
from bot.web.access import Access
from bot.web.settings import Passwords
from handlers.conversation import Reply
from handlers.people import People
from tests.serving import served

APP, TENANT = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
AOI = "aaaaaaaa-2222-3333-4444-555555555555"
PUBLIC = "https://bot.firm.example"
SETTINGS = Teams(APP, "secret", TENANT, local=False, tab=True)
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


async def who(message):
    person = message.person
    yield Reply(f"私は {person.name} {person.role} {person.id}")


@pytest.fixture
async def entra():
    """Publish the keys as Entra does; give the address."""
    public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1"}
    place = f"/{TENANT}/v2.0"

    async def metadata(request):
        return JSONResponse({"jwks_uri": f"{request.base_url}keys"})

    async def keys(_):
        return JSONResponse({"keys": [public]})

    routes = [
        Route(f"{place}/.well-known/openid-configuration", metadata),
        Route("/keys", keys),
    ]
    async with served(Starlette(routes=routes), at_once=True) as port:
        yield f"http://127.0.0.1:{port}"


def token(key=KEY, kid="k1", algorithm="RS256", **lie):
    """Return a token as Teams gives one, but for what it lies about; None leaves a claim out."""
    now = int(time.time())
    claims = {
        "iss": f"{ENTRA}/{TENANT}/v2.0",
        "aud": APP,
        "tid": TENANT,
        "oid": AOI,
        "name": "佐藤  美咲",
        "preferred_username": "aoi@firm.example",
        "scp": "access_as_user",
        "azp": min(CLIENTS),
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "ver": "2.0",
    }
    told = {name: value for name, value in (claims | lie).items() if value is not None}
    return jwt.encode(told, key, algorithm, {"kid": kid})


@pytest.fixture
def inside(page, entra):
    """Open a browser on a page that is a tab of Teams."""

    @asynccontextmanager
    async def opened(admins=frozenset(), **words):
        tab = TeamsTab(SETTINGS, PUBLIC, entra=entra)
        people = People(admins, {}, ["web", "teams"])
        words = {"tab": tab, "people": people} | words
        async with page(who, base=PUBLIC, public_url=PUBLIC, **words) as client:
            yield client

    return opened


async def signs_in(client, word):
    answer = await client.post("/tab/signin", data={"token": word})
    trouble = answer.json()["trouble"] if answer.content else ""
    return answer.status_code, trouble


async def asks(client):
    """Ask as the form of the page does; return what is shown."""
    return (await client.post("/ask", data={"q": "誰?"}, follow_redirects=True)).text


async def test_a_person_of_the_company_is_in_the_tab_who_they_are_in_the_chat(inside):
    async with inside() as client:
        assert (await client.get("/tab/there")).status_code == 401
        assert await signs_in(client, token()) == (204, "")

        assert (await client.get("/tab/there")).status_code == 204
        shown = await asks(client)
        assert f"佐藤 美咲 member teams:{TENANT}:{AOI}" in shown


async def test_an_admin_of_teams_is_one_in_the_tab(inside):
    async with inside(admins=frozenset({f"teams:{TENANT}:{AOI}"})) as client:
        await signs_in(client, token())

        assert "佐藤 美咲 admin" in await asks(client)


async def test_the_app_by_its_address_is_the_same_audience(inside):
    async with inside() as client:
        address = f"api://bot.firm.example/{APP}"
        assert await signs_in(client, token(aud=address)) == (204, "")


LIES = {
    "another app": {"aud": "22222222-2222-3333-4444-555555555555"},
    "the app of another address": {"aud": f"api://evil.example/{APP}"},
    "several audiences": {"aud": [APP, "x"]},
    "no audience": {"aud": None},
    "another tenant": {"tid": "88888888-2222-3333-4444-555555555555"},
    "no tenant": {"tid": None},
    "the issuer of another tenant": {"iss": f"{ENTRA}/88888888-2222-3333-4444-555555555555/v2.0"},
    "an issuer elsewhere": {"iss": f"https://evil.example/{TENANT}/v2.0"},
    "the tokens of a bot's channel": {"iss": "https://api.botframework.com"},
    "another client": {"azp": "33333333-2222-3333-4444-555555555555"},
    "no client": {"azp": None},
    "another scope": {"scp": "User.Read"},
    "no scope, as an app has": {"scp": None, "idtyp": "app"},
    "no person": {"oid": None},
    "a person that is none": {"oid": "../aoi"},
    "no end": {"exp": None},
    "over": {"exp": 1_700_000_000},
    "not yet": {"nbf": 4_000_000_000},
    "another key under a known name": {"key": OTHER},
    "an unsigned token": {"key": "", "algorithm": "none"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_a_token_that_is_not_quite_ours_signs_nobody_in(inside, lie):
    async with inside() as client:
        status, trouble = await signs_in(client, token(**lie))

        assert (status, trouble) == (403, "untrusted")
        assert (await client.get("/tab/there")).status_code == 401


@pytest.mark.parametrize(
    ("lie", "trouble", "status"),
    [
        ({"iss": f"https://sts.windows.net/{TENANT}/", "ver": "1.0"}, "version", 403),
        ({"acct": 1}, "guest", 403),
        ({"idp": "https://sts.windows.net/88888888-2222-3333-4444-555555555555/"}, "guest", 403),
        ({"preferred_username": "mei_other.example#EXT#@firm.example"}, "guest", 403),
        ({"kid": "unknown"}, "away", 503),
    ],
    ids=["a token of version 1", "a guest", "a guest by home", "a guest by name", "an unknown key"],
)
async def test_why_nobody_is_signed_in_is_told_apart(inside, lie, trouble, status):
    async with inside() as client:
        assert await signs_in(client, token(**lie)) == (status, trouble)
        page = (await client.get("/tab")).text
        assert f'data-trouble="{trouble}"' in page


@pytest.mark.parametrize("word", ["", "x", "a.b.c", "é" * 20, "a" * 20_000])
async def test_what_is_no_token_is_refused(inside, word):
    async with inside() as client:
        assert await signs_in(client, word) == (403, "untrusted")


async def test_the_cookie_is_for_this_frame_alone(inside):
    async with inside() as client:
        answer = await client.post("/tab/signin", data={"token": token()})
        [cookie] = answer.headers.get_list("set-cookie")
        assert {"HttpOnly", "Secure", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))

        kept = (await client.get("/?lang=en")).headers.get_list("set-cookie")
        assert {one.partition("=")[0] for one in kept} == {"conversation", "lang"}
        assert all("SameSite=None; Partitioned" in one for one in kept)


async def test_signing_out_ends_the_session_in_the_tab(inside):
    async with inside() as client:
        await signs_in(client, token())
        word = client.cookies["framed"]
        await client.post("/signout")

        client.cookies.clear()
        client.cookies.set("framed", word)
        assert (await client.get("/tab/there")).status_code == 401


async def test_sessions_end_with_the_tab_they_came_by(sessions, texts):
    on = TeamsTab(SETTINGS, PUBLIC).proof
    began = Access(Passwords(), texts, sessions, local=False, tab=on)
    cookie = await began.begin(began.with_tab("teams:t:o", ""))
    off = Access(Passwords(), texts, sessions, local=False)

    assert await began.session(cookie) is not None
    assert await off.session(cookie) is None


async def test_pages_of_teams_alone_may_show_it_in_a_frame(inside):
    async with inside() as client:
        for path in ("/", "/tab"):
            told = (await client.get(path)).headers["content-security-policy"]
            [ancestors] = re.findall(r"frame-ancestors ([^;]+)", told)
            assert ancestors.split() == ["'self'", *TeamsTab.origins]
        assert f"script-src 'self' {LIBRARY}" in told
        assert LIBRARY not in (await client.get("/")).headers["content-security-policy"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ja", "Teams の個人用タブは設定されていません"), ("en", "tab in Teams is not set up")],
)
async def test_where_it_is_not_set_up_the_page_says_so(page, language, sentence):
    async with page(who, base=PUBLIC, public_url=PUBLIC) as client:
        answer = await client.get("/tab", params={"lang": language})
        shown = re.findall(r"<p data-trouble=\"\w+\" role=\"\w+\">([^<]+)", answer.text)

        assert len(shown) == 1
        assert sentence in shown[0]
        assert "cdn" not in answer.text
        assert "'none'" in answer.headers["content-security-policy"]
        assert (await signs_in(client, token()))[0] == 404


@pytest.mark.parametrize("origin", ["https://evil.example", "https://teams.microsoft.com", ""])
async def test_a_token_from_another_page_is_refused(inside, origin):
    async with inside() as client:
        headers = {"Origin": origin}
        answer = await client.post("/tab/signin", data={"token": token()}, headers=headers)

        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
