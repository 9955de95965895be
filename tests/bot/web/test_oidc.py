"""Signing in with an account of the company, at a real provider on loopback that may be down, lie or change its keys."""

import re
import time
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.environment import InvalidSettings
from bot.settings import load
from bot.web.settings import SignIn
from handlers.conversation import Reply
from handlers.people import People
from tests.oidc_provider import CLIENT, SECRET, OidcProvider, others
from tests.serving import served

LONG_AGO, FAR_AHEAD = 1_000_000_000, 10_000_000_000  # seconds since 1970
PUBLIC = "http://bot.example.com"  # TLS is the proxy's


async def who(message):
    person = message.person
    yield Reply(f"私は {person.name} {person.role} {person.id} {' '.join(sorted(person.groups))}")


@pytest.fixture
async def provider():
    one = OidcProvider()
    async with served(one.app) as one.port:
        yield one


@pytest.fixture
def browser(page, provider):
    """Open a browser on a page that takes accounts of `provider`."""

    @asynccontextmanager
    async def opened(admins=frozenset(), issuer="", **more):
        people = People(admins, {"hr": frozenset({"g-hr"})}, ["web"])
        words = {"client_id": CLIENT, "client_secret": SECRET} | more
        settings = SignIn(issuer=issuer or provider.issuer, **words)
        async with page(
            who, base=PUBLIC, public_url=PUBLIC, passwords=settings, people=people
        ) as client:
            yield client

    return opened


async def signed_in(client, wanted="/"):
    """Walk through the sign-in as a browser does; return the last answer."""
    leaving = await client.get("/signin/account", params={"wanted": wanted})
    if leaving.status_code != 303:
        return leaving
    async with httpx.AsyncClient() as outside:
        back = await outside.get(leaving.headers["location"])
    return await client.get(back.headers["location"].removeprefix(PUBLIC))


async def said(client):
    answer = await client.post("/ask", data={"q": "だれ?"}, follow_redirects=True)
    found = re.search(r"私は ([^<]+)", answer.text)
    return found[1] if found else answer.status_code


async def test_a_person_of_the_company_is_the_same_person_every_time(browser, provider):
    async with browser() as client:
        first = await client.get("/choose?lang=ja")
        back = await signed_in(client, "/choose?lang=ja")
        told = await said(client)
        await client.post("/signout")
        gone = await client.get("/")
        await signed_in(client)
        again = await said(client)

    assert first.status_code == 401 and "会社のアカウントでサインイン" in first.text
    assert "/signin/account?wanted=%2Fchoose%3Flang%3Dja" in first.text
    assert back.status_code == 200 and 'url=/choose?lang=ja"' in back.text
    assert told == f"佐藤 美咲 member web:oidc:127.0.0.1:{provider.port}#aoi|1 g-hr"
    assert gone.status_code == 401
    assert again == told


@pytest.mark.parametrize("named", ["person", "group", "nobody"])
async def test_admins_are_named_by_person_or_group(browser, provider, named):
    ids = {
        "person": f"web:oidc:127.0.0.1:{provider.port}#aoi|1",
        "group": "g-hr",
        "nobody": "aoi|1",
    }
    async with browser(frozenset({ids[named]})) as client:
        await signed_in(client)

        assert (await said(client)).split()[2] == ("member" if named == "nobody" else "admin")


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"nonce": "another-nonce"},
        {"nonce": None},
        {"exp": LONG_AGO},
        {"iat": FAR_AHEAD},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
async def test_a_provider_that_lies_lets_nobody_in(browser, provider, lie):
    provider.lie = lie
    async with browser() as client:
        back = await signed_in(client)

        assert back.status_code == 403 and "サインインできませんでした" in back.text
        assert (await client.get("/")).status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256", "stranger"])
async def test_a_signature_that_proves_nothing_lets_nobody_in(browser, provider, algorithm):
    provider.algorithm = algorithm
    async with browser() as client:
        assert (await signed_in(client)).status_code == 403
        assert (await client.get("/")).status_code == 401


@pytest.mark.parametrize(
    "said_of_itself",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": ""},
    ],
    ids=str,
)
async def test_a_provider_that_is_another_is_not_left_for(browser, provider, said_of_itself):
    provider.said = said_of_itself
    async with browser() as client:
        assert (await client.get("/signin/account")).status_code == 403


async def test_new_keys_are_found_and_invented_ones_looked_for_twice_a_minute(browser, provider):
    async with browser() as client:
        await signed_in(client)
        provider.turn_keys()
        turned = await signed_in(client)
        provider.algorithm = "stranger"
        for _ in range(4):
            refused = await signed_in(client)

    assert (turned.status_code, refused.status_code) == (200, 403)
    assert provider.looks == 2


async def test_clocks_may_differ_by_two_minutes(browser, provider):
    now = int(time.time())
    provider.lie = {"iat": now + 100, "exp": now - 100}
    async with browser() as client:
        assert (await signed_in(client)).status_code == 200


async def test_a_provider_that_is_away_is_said(browser, provider):
    provider.down = True
    async with browser() as client:
        away = await client.get("/signin/account", headers={"Accept-Language": "en"})
        provider.down = False
        back = await signed_in(client)
        provider.down = True  # whoever is signed in stays so, and what it said goes on holding
        told = await said(client)

    assert away.status_code == 503 and "is not responding" in away.text
    assert back.status_code == 200 and "佐藤 美咲" in told


async def test_what_came_back_is_used_once_and_in_its_own_browser(browser, provider):
    async with browser() as client:
        leaving = await client.get("/signin/account")
        async with httpx.AsyncClient() as outside:
            back = (await outside.get(leaving.headers["location"])).headers["location"]
        path = back.removeprefix(PUBLIC)
        kept = client.cookies.get("signing", path="/signin")
        client.cookies.delete("signing", path="/signin", domain="bot.example.com")
        stolen = await client.get(path)
        client.cookies.set("signing", kept, path="/signin", domain="bot.example.com")
        forged = await client.get(f"{path}x")
        twice = await client.get(path)

    assert (stolen.status_code, forged.status_code, twice.status_code) == (400, 403, 400)


async def test_whoever_declines_is_told_how_to_go_on(browser):
    async with browser() as client:
        await client.get("/signin/account")
        back = await client.get("/signin/back?error=access_denied&error_description=<b>x</b>")

    assert back.status_code == 403 and "<b>x" not in back.text


async def test_names_and_groups_may_come_from_userinfo_of_the_same_person_alone(browser, provider):
    provider.person = {"sub": "aoi|1"}
    provider.about = {"sub": "aoi|1", "name": "Aoi", "groups": ["g-hr"], "iss": "x"}
    async with browser(frozenset({"g-hr"})) as client:
        await signed_in(client)
        told = await said(client)
        provider.about = {"sub": "ken|2", "groups": ["g-hr"]}
        other = await signed_in(client)

    assert told.startswith("Aoi admin") and told.endswith("g-hr")
    assert other.status_code == 403


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:x",
        "/signout",
        "x",
        "/\n//evil",
        "/" + "x" * 600,
    ],
)
async def test_the_page_one_wanted_is_a_page_of_ours(browser, wanted):
    async with browser() as client:
        assert 'url=/"' in (await signed_in(client, wanted)).text


async def test_cookies_of_the_way_there_are_lax_and_all_else_is_strict(browser):
    async with browser() as client:
        leaving = await client.get("/signin/account")
        async with httpx.AsyncClient() as outside:
            back = (await outside.get(leaving.headers["location"])).headers["location"]
        arrived = await client.get(back.removeprefix(PUBLIC))

    assert "SameSite=lax" in leaving.headers["set-cookie"]
    cookies = [one for one in arrived.headers.get_list("set-cookie") if "signing=" not in one]
    assert cookies and all("SameSite=strict" in one and "HttpOnly" in one for one in cookies)


async def test_a_provider_of_others_signs_people_in(page):
    """The independent one from PyPI, as a process of its own."""
    async with others({"sub": "ken", "name": "Ken", "groups": ["g-it"]}) as port:
        settings = SignIn(issuer=f"http://127.0.0.1:{port}", client_id="x", client_secret="y")
        people = People(frozenset({"g-it"}), {}, ["web"])
        async with page(
            who, base=PUBLIC, public_url=PUBLIC, passwords=settings, people=people
        ) as client:
            leaving = await client.get("/signin/account")
            async with httpx.AsyncClient() as outside:
                form = {"sub": "ken"}
                back = await outside.post(leaving.headers["location"], data=form)
            arrived = await client.get(back.headers["location"].removeprefix(PUBLIC))
            told = await said(client)

    assert arrived.status_code == 200
    assert told == f"Ken admin web:oidc:127.0.0.1:{port}#ken g-it"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("OIDC_CLIENT_ID", {"OIDC_ISSUER": "https://id.example.com"}),
        ("OIDC_ISSUER", {"OIDC_CLIENT_ID": "x"}),
        ("OIDC_ISSUER", {"OIDC_ISSUER": "http://id.example.com", "OIDC_CLIENT_ID": "x"}),
        ("OIDC_ISSUER", {"OIDC_ISSUER": "id.example.com", "OIDC_CLIENT_ID": "x"}),
    ],
)
def test_half_a_provider_stops_the_start_and_is_named(tmp_path, name, given):
    with pytest.raises(InvalidSettings) as stopped:
        load(given, data=str(tmp_path))

    assert name in stopped.value.reason.ja and name in stopped.value.reason.en
