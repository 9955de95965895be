"""Who a browser is: the owner of this machine, somebody with a password, or nobody."""

import pytest

from bot.web.access import TRIES, Access
from bot.web.settings import Passwords
from handlers.conversation import Press, Reply, Upload
from handlers.lifetimes import SIGN_IN, SIGN_IN_BLOCK

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
def access(texts, clock):
    return Access(PASSWORDS, texts, local=False, clock=clock)


async def echo(message):
    match message.content:
        case Upload(files):
            yield Reply(f"{len(files)} {message.person.role}")
        case Press(action):
            yield Reply(f"{action} {message.person.role}")
        case _:
            yield Reply(f"こんにちは {message.person.role} {message.person.name}")


def test_on_this_machine_everybody_is_its_owner(texts):
    assert Access(Passwords(), texts, local=True).person("", "ja").role == "admin"


@pytest.mark.parametrize(
    ("password", "role"), [("ask-ask-ask-1", "member"), ("admin-admin-2", "admin")]
)
def test_a_password_says_what_one_may(access, password, role):
    cookie = access.sign_in(password, "佐藤 美咲", "a")

    assert (access.person(cookie, "ja").role, access.person(cookie, "ja").name) == (
        role,
        "佐藤 美咲",
    )


@pytest.mark.parametrize(
    "password", ["", "x", "ask-ask-ask-", "ask-ask-ask-11", "ADMIN-ADMIN-2", "\ud800", "あ" * 100]
)
def test_a_wrong_password_opens_nothing(access, password):
    assert access.sign_in(password, "", "a") is None


def test_an_empty_password_lets_nobody_in(texts):
    access = Access(Passwords("", "admin-admin-2"), texts, local=False)

    assert access.sign_in("", "", "a") is None


@pytest.mark.parametrize("part", range(5))
def test_a_changed_cookie_is_nobody_s(access, part):
    parts = access.sign_in("ask-ask-ask-1", "x", "a").split(".")
    parts[part] = {0: "admin", 2: "99999999999"}.get(
        part, parts[part][:-1] + ("0" if parts[part][-1] != "0" else "1")
    )

    assert access.person(".".join(parts), "ja") is None


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        ".",
        "....",
        "admin",
        "admin.x.99999999999..",
        "admin.x.²..y",
        "x" * 5000,
        "admin.a.99999999999.zz.\xff",
    ],
)
def test_a_made_up_cookie_is_nobody_s(access, cookie):
    assert access.person(cookie, "ja") is None


def test_a_sign_in_ends_after_a_day_and_with_its_password(access, texts, clock):
    cookie = access.sign_in("ask-ask-ask-1", "", "a")
    changed = Access(
        Passwords("another-password", "admin-admin-2"), texts, local=False, clock=clock
    )

    assert access.person(cookie, "ja") is not None
    assert changed.person(cookie, "ja") is None
    clock.now += SIGN_IN
    assert access.person(cookie, "ja") is None


def test_guessing_is_stopped_after_ten_tries_and_only_there(access, clock):
    guesses = [access.sign_in(f"guess-{n}", "", "203.0.113.9") for n in range(1000)]

    assert guesses == [None] * 1000
    assert access.waits("203.0.113.9")
    assert access.sign_in("admin-admin-2", "", "203.0.113.9") is None
    assert access.sign_in("admin-admin-2", "", "203.0.113.10") is not None
    clock.now += SIGN_IN_BLOCK + 1
    assert access.sign_in("admin-admin-2", "", "203.0.113.9") is not None


def test_ten_tries_are_free(access):
    for _ in range(TRIES - 1):
        access.sign_in("wrong", "", "a")

    assert access.sign_in("ask-ask-ask-1", "", "a") is not None


def test_after_the_tenth_wrong_password_an_address_waits_a_quarter_of_an_hour(access, clock):
    for _ in range(10):
        assert not access.waits("a")
        access.sign_in("wrong", "", "a")

    assert access.waits("a")
    clock.now += 15 * 60 - 1
    assert access.waits("a")
    clock.now += 1
    assert not access.waits("a")


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
    for _ in range(TRIES):
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
