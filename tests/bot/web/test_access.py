"""Who a browser is: the owner of this machine, somebody with a password, or nobody."""

import os
import signal

import pytest

from bot.web.access import Access
from bot.web.settings import Passwords
from bot.web.tries import OWN, SHARED, Tries
from handlers.conversation import Press, Reply, Upload
from handlers.lifetimes import SIGN_IN, SIGN_IN_BLOCK, SIGN_IN_RECALL
from handlers.sessions import Sessions, SessionsUnavailable

PUBLIC = "https://bot.example.com"
PASSWORDS = Passwords("ask-ask-ask-1", "admin-admin-2")


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def access(texts, sessions, clock):
    return Access(PASSWORDS, texts, sessions, local=False, clock=clock)


@pytest.fixture
def tries(sessions, clock):
    return Tries(sessions, clock)


async def entered(access, password, name=""):
    """Sign in and return the cookie."""
    return await access.begin(access.with_password(password, name))


async def who(access, cookie, language="ja"):
    return access.person(await access.session(cookie), language)


async def echo(message):
    match message.content:
        case Upload(files):
            yield Reply(f"{len(files)} {message.person.role}")
        case Press(action):
            yield Reply(f"{action} {message.person.role}")
        case _:
            yield Reply(f"こんにちは {message.person.role} {message.person.name}")


def test_on_this_machine_everybody_is_its_owner(texts, sessions):
    access = Access(Passwords(), texts, sessions, local=True)

    assert access.person(None, "ja").role == "admin"


@pytest.mark.parametrize(
    ("password", "role"), [("ask-ask-ask-1", "member"), ("admin-admin-2", "admin")]
)
async def test_a_password_says_what_one_may(access, password, role):
    person = await who(access, await entered(access, password, "佐藤 美咲"))

    assert (person.role, person.name) == (role, "佐藤 美咲")


@pytest.mark.parametrize(
    "password", ["", "x", "ask-ask-ask-", "ask-ask-ask-11", "ADMIN-ADMIN-2", "\ud800", "あ" * 100]
)
def test_a_wrong_password_opens_nothing(access, password):
    assert access.with_password(password, "") is None


def test_an_empty_password_lets_nobody_in(texts, sessions):
    access = Access(Passwords("", "admin-admin-2"), texts, sessions, local=False)

    assert access.with_password("", "") is None


def test_a_name_and_a_role_are_one_person_every_time_and_no_name_is_nobody_s(access):
    def id_(password, name):
        return access.with_password(password, name).person

    assert id_("ask-ask-ask-1", "佐藤 美咲") == id_("ask-ask-ask-1", " 佐藤  美咲 ")
    assert id_("ask-ask-ask-1", "Ｋｅｎ") == id_("ask-ask-ask-1", "ken")
    assert id_("ask-ask-ask-1", "Ken") != id_("admin-admin-2", "Ken")
    assert id_("ask-ask-ask-1", "Ken") != id_("ask-ask-ask-1", "Aoi")
    assert id_("ask-ask-ask-1", "") != id_("ask-ask-ask-1", "")


@pytest.mark.parametrize("cookie", ["", ".", "admin", "x" * 5000, "\xff", "\ud800", "0" * 64])
async def test_a_made_up_cookie_is_nobody_s(access, cookie):
    await entered(access, "admin-admin-2", "x")

    assert await access.session(cookie) is None


async def test_what_lies_in_redis_is_no_cookie(access, sessions):
    cookie = await entered(access, "admin-admin-2", "x")
    person = access.with_password("admin-admin-2", "x").person

    for id_ in await sessions.index_list(person, "signin"):
        assert id_ != cookie
        assert await access.session(id_) is None


async def test_a_sign_in_ends_after_a_day_and_with_its_password(access, texts, sessions, clock):
    cookie = await entered(access, "ask-ask-ask-1")
    passwords = Passwords("another-password", "admin-admin-2")
    changed = Access(passwords, texts, sessions, local=False, clock=clock)

    assert await access.session(cookie) is not None
    assert await changed.session(cookie) is None
    clock.now += SIGN_IN
    assert await access.session(cookie) is None


async def test_signing_out_ends_a_session_on_every_replica(access, texts, sessions, clock):
    replica = Access(PASSWORDS, texts, sessions, local=False, clock=clock)
    cookie, other = [await entered(access, "ask-ask-ask-1", "Ken") for _ in range(2)]
    seen = await replica.session(cookie)
    await access.end(cookie)

    assert seen is not None and await replica.session(cookie) is None
    assert await replica.session(other) is not None
    assert await access.end_all(seen.person) == 1
    assert await replica.session(other) is None


async def test_while_redis_is_away_only_what_was_seen_lately_is_believed(
    access, own_store, texts, clock
):
    async with Sessions(own_store.connect) as away:
        here = Access(PASSWORDS, texts, away, local=False, clock=clock)
        seen, unseen, gone = [await entered(here, "ask-ask-ask-1", "Ken") for _ in range(3)]
        await here.session(seen)
        await here.session(gone)
        await here.end(gone)
        os.kill(own_store.server.pid, signal.SIGKILL)
        believed = await here.session(seen)
        for cookie in (unseen, gone, "made up"):
            with pytest.raises(SessionsUnavailable):
                await here.session(cookie)
        clock.now += SIGN_IN_RECALL + 1
        with pytest.raises(SessionsUnavailable):
            await here.session(seen)

    assert believed.name == "Ken"


async def test_guessing_is_stopped_and_only_where_it_is_done(tries, clock):
    for n in range(OWN):
        assert not await tries.wait("203.0.113.9", "Ken", "")
        await tries.wrong("203.0.113.9", "Ken", "")

    assert await tries.wait("203.0.113.9", "Ken", "")
    assert not await tries.wait("203.0.113.9", "Aoi", "")  # a colleague behind the same address
    assert not await tries.wait("203.0.113.9", "Ken", "known")  # where Ken signed in before
    assert not await tries.wait("203.0.113.10", "Ken", "")
    clock.now += SIGN_IN_BLOCK - 1
    assert await tries.wait("203.0.113.9", "Ken", "")
    clock.now += 1
    assert not await tries.wait("203.0.113.9", "Ken", "")


async def test_names_made_up_one_after_the_other_are_one_address_in_the_end(tries):
    for n in range(SHARED):
        await tries.wrong("203.0.113.9", f"name {n}", "")

    assert await tries.wait("203.0.113.9", "Aoi", "")
    assert not await tries.wait("203.0.113.9", "Aoi", "known")


async def test_every_address_of_one_network_of_the_sixth_version_is_one(tries):
    for n in range(OWN):
        await tries.wrong(f"2001:db8:1:2:{n:x}::1", "Ken", "")

    assert await tries.wait("2001:db8:1:2:ffff::9", "Ken", "")
    assert not await tries.wait("2001:db8:1:3::1", "Ken", "")


async def test_the_right_password_forgets_the_wrong_ones(tries):
    for _ in range(OWN - 1):
        await tries.wrong("a", "Ken", "")
    await tries.right("a", "Ken", "")
    await tries.wrong("a", "Ken", "")

    assert not await tries.wait("a", "Ken", "")


@pytest.fixture
async def client(page):
    async with page(echo, base=PUBLIC, public_url=PUBLIC, passwords=PASSWORDS) as opened:
        yield opened


async def test_a_public_page_asks_who_is_there(client):
    told = await client.get("/")

    assert told.status_code == 401
    assert 'type="password"' in told.text


@pytest.mark.parametrize("path", ["/ask", "/press", "/form", "/upload"])
async def test_nothing_can_be_sent_before_signing_in(client, path):
    assert (await client.post(path, data={"q": "x"})).status_code == 401


@pytest.mark.parametrize(
    "path", ["/choose", "/demo", "/knowledge", "/decisions", "/health", "/turns/x", "/files/x"]
)
async def test_nothing_can_be_read_before_signing_in(client, path):
    told = await client.get(path)

    assert told.status_code in (401, 404)
    assert "こんにちは" not in told.text


@pytest.mark.parametrize(
    ("password", "role"), [("ask-ask-ask-1", "member"), ("admin-admin-2", "admin")]
)
async def test_signing_in_and_out(client, password, role):
    signed = await client.post("/signin", data={"password": password, "name": "<b>佐藤</b>"})
    told = await client.post("/ask", data={"q": "x"}, follow_redirects=True)
    await client.post("/signout")

    assert signed.status_code == 303
    assert f"こんにちは {role} &lt;b&gt;佐藤" in told.text
    assert (await client.get("/")).status_code == 401


async def test_a_member_s_upload_is_refused_without_reading_it(client):
    await client.post("/signin", data={"password": "ask-ask-ask-1"})
    told = await client.post(
        "/upload", files={"files": ("x.md", b"x" * 100_000)}, follow_redirects=True
    )

    assert "0 member" in told.text


async def test_the_cookies_are_out_of_reach(client):
    told = await client.post("/signin", data={"password": "admin-admin-2"})
    page = await client.get("/?lang=en")

    for cookie in [*told.headers.get_list("set-cookie"), *page.headers.get_list("set-cookie")]:
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Secure"))


async def test_wrong_passwords_are_counted_over_http(client):
    for _ in range(OWN + 1):
        told = await client.post("/signin", data={"password": "guess"})
    right = await client.post("/signin", data={"password": "admin-admin-2"})

    assert told.status_code == right.status_code == 403
    assert "15分" in right.text


async def test_without_passwords_a_public_page_stays_closed(page):
    async with page(echo, base=PUBLIC, public_url=PUBLIC) as client:
        told = await client.get("/")

        assert told.status_code == 401
        assert "WEB_PASSWORD" in told.text
        assert (await client.post("/ask", data={"q": "x"})).status_code == 401
        assert (await client.post("/signin", data={"password": ""})).status_code == 403


async def test_a_proxy_is_welcome_at_the_public_address(client):
    assert (await client.get("/", headers={"X-Forwarded-For": "203.0.113.9"})).status_code == 401


async def test_coming_from_loopback_gives_no_rights_behind_a_public_address(page):
    async with page(
        echo, base="http://127.0.0.1:8080", public_url=PUBLIC, passwords=PASSWORDS
    ) as client:
        assert (await client.get("/")).status_code == 401


async def test_whoever_signs_in_next_sees_nothing_of_the_one_before(client):
    await client.post("/signin", data={"password": "admin-admin-2"})
    before = await client.post("/ask", data={"q": "人事の話"}, follow_redirects=True)
    await client.post("/signin", data={"password": "ask-ask-ask-1"})

    assert "人事の話" in before.text
    assert "人事の話" not in (await client.get("/")).text


async def test_the_page_that_was_wanted_is_kept_over_the_sign_in(client):
    asked = await client.get("/choose?lang=en")
    wanted = "/choose?lang=en"
    wrong = await client.post("/signin", data={"password": "guess", "wanted": wanted})
    signed = await client.post("/signin", data={"password": "ask-ask-ask-1", "wanted": wanted})
    evil = await client.post(
        "/signin", data={"password": "ask-ask-ask-1", "wanted": "//evil.example"}
    )

    assert f'name="wanted" value="{wanted}"' in asked.text
    assert f'name="wanted" value="{wanted}"' in wrong.text
    assert (signed.headers["location"], evil.headers["location"]) == (wanted, "/")


async def test_a_cookie_that_was_copied_is_dead_once_its_person_signed_out(client):
    signed = await client.post("/signin", data={"password": "ask-ask-ask-1", "name": "Ken"})
    copied = client.cookies["signed"]
    await client.post("/signout")
    client.cookies.set("signed", copied, domain="bot.example.com")

    assert signed.status_code == 303
    assert (await client.get("/")).status_code == 401


async def test_signing_out_everywhere_ends_the_other_browser_s_session(page):
    async with page(echo, base=PUBLIC, public_url=PUBLIC, passwords=PASSWORDS) as client:
        cookies = []
        for _ in range(2):
            client.cookies.clear()
            await client.post("/signin", data={"password": "ask-ask-ask-1", "name": "Ken"})
            cookies.append(client.cookies["signed"])
        await client.post("/signout/everywhere")
        seen = []
        for cookie in cookies:
            client.cookies.set("signed", cookie, domain="bot.example.com")
            seen.append((await client.get("/")).status_code)

    assert cookies[0] != cookies[1] and seen == [401, 401]


async def test_a_colleague_s_wrong_passwords_lock_nobody_out_who_was_here_before(client):
    await client.post("/signin", data={"password": "ask-ask-ask-1", "name": "Ken"})
    known = client.cookies["browser"]
    client.cookies.clear()
    for _ in range(OWN + 1):
        guess = await client.post("/signin", data={"password": "guess", "name": "Ken"})
    client.cookies.set("browser", known, domain="bot.example.com")
    right = await client.post("/signin", data={"password": "ask-ask-ask-1", "name": "Ken"})

    assert "15分" in guess.text
    assert right.status_code == 303
