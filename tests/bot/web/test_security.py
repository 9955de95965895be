"""What the page refuses: foreign hosts and origins, proxies nobody announced, and everything that is too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import parse
from bot.web.security import BODY, FORM, HEADERS
from bot.web.settings import Passwords
from handlers.conversation import Reply, Upload

HERE = "http://127.0.0.1:8080"
POSTS = ("/ask", "/press", "/form", "/upload", "/signin", "/signout")
HOSTS = (
    *(
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "10.0.0.1",
        "localhost.evil.example",
        "0.0.0.0",
    ),
    *(
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::ffff:127.0.0.1]",
        "127.0.0.1\\@evil.example",
        "evil.example:8080",
        "",
        "[",
        "xn--9n8h.ws",
    ),
)
ORIGINS = (
    *(
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1:9",
        "https://127.0.0.1:8080",
        "http://localhost:8080",
        "file://",
    ),
    *(
        "http://127.0.0.1:8080.evil.example",
        "http://127.0.0.1:8080@evil.example",
        "http://[",
        "HTTP://127.0.0.1:8080/x",
        "data:text/html",
    ),
)


async def echo(message):
    match message.content:
        case Upload(files):
            yield Reply(f"{len(files)} {message.person.role}")
        case _:
            yield Reply(f"こんにちは {message.person.role}")


@pytest.fixture
async def client(page):
    async with page(echo) as opened:
        yield opened


async def test_every_response_carries_the_headers(client):
    for told in [
        await client.get("/"),
        await client.get("/static/page.js"),
        await client.get("/nowhere"),
        await client.post("/ask"),
    ]:
        assert all(name.lower() in told.headers for name in HEADERS)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


async def test_the_origin_of_a_form_is_not_hidden_from_us(client):
    """With "no-referrer" browsers send forms with the origin "null", and nothing works without a script."""
    assert (await client.get("/")).headers["referrer-policy"] == "same-origin"


async def test_foreign_hosts_are_refused(client):
    told = {
        (host, method): (await client.request(method, "/ask", headers={"Host": host})).status_code
        for host in HOSTS
        for method in ("GET", "POST")
    }

    assert set(told.values()) == {403}, told


async def test_foreign_origins_are_refused_at_every_address_that_takes_something(client):
    told = {
        (path, origin): (
            await client.post(path, data={"q": "x"}, headers={"Origin": origin})
        ).status_code
        for path in POSTS
        for origin in ORIGINS
    }

    assert len(told) >= 40
    assert set(told.values()) == {403}, told


async def test_what_a_browser_calls_foreign_is_refused(client):
    told = {
        (path, site): (
            await client.post(path, data={"q": "x"}, headers={"Sec-Fetch-Site": site})
        ).status_code
        for path in POSTS
        for site in ("cross-site", "same-site", "none")
    }

    assert set(told.values()) == {403}, told


async def test_a_form_without_an_origin_is_refused(page):
    async with page(echo, headers={}) as client:
        assert {(await client.post(path, data={"q": "x"})).status_code for path in POSTS} == {403}


async def test_a_page_of_this_machine_is_not_opened_through_a_proxy(client):
    for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host"):
        told = await client.get("/", headers={name: "203.0.113.9"})

        assert told.status_code == 403
        assert "PUBLIC_URL" in told.text


@pytest.mark.parametrize(("path", "limit"), [("/ask", FORM), ("/press", FORM), ("/upload", BODY)])
async def test_what_is_too_large_is_refused_by_its_length(client, path, limit):
    for length in (str(limit + 1), "9" * 30, "-1", "1e3", "²"):
        told = await client.post(path, content=b"q=x", headers={"Content-Length": length.encode()})
        assert told.status_code == 413


async def test_a_body_that_does_not_say_its_length_is_cut_off(client):
    async def endless():
        for _ in range(30):
            yield b"x" * 100_000

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    told = await client.post("/ask", content=endless(), headers=kind)

    assert told.status_code == 413


MALFORMED = (
    ("/press", b"action=a.b&data=[[[[", "application/x-www-form-urlencoded"),
    ("/press", b"action=a.b&data=" + b"[" * 100_000, "application/x-www-form-urlencoded"),
    ("/form", b"_state={", "application/x-www-form-urlencoded"),
    ("/form", b"&".join(b"f%d=1" % n for n in range(5000)), "application/x-www-form-urlencoded"),
    ("/ask", b"", "application/x-www-form-urlencoded"),
    ("/ask", b"\xff\xfe%%%&&==q=", "application/x-www-form-urlencoded"),
    ("/ask", b'{"q": "x"}', "application/json"),
    ("/ask", b"q=x", "text/plain; charset=\xff"),
    ("/upload", b"", "multipart/form-data"),
    ("/upload", b"--b\r\n", "multipart/form-data; boundary=b"),
    (
        "/upload",
        b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        "multipart/form-data; boundary=b",
    ),
    (
        "/upload",
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n\r\n' for _ in range(10_000)
        )
        + b"--b--",
        "multipart/form-data; boundary=b",
    ),
    (
        "/upload",
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="%d.md"\r\n\r\nx\r\n'
            % n
            for n in range(11)
        )
        + b"--b--\r\n",
        "multipart/form-data; boundary=b",
    ),
    (
        "/upload",
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="../../etc/passwd"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    ("/signin", b"password=" + b"x" * 900_000, "application/x-www-form-urlencoded"),
)


async def test_malformed_requests_never_fail(client):
    for path, body, kind in MALFORMED:
        told = await client.post(
            path, content=body, headers={"Content-Type": kind.encode("latin-1")}
        )

        assert told.status_code < 500, (path, body[:80], kind)


async def test_paths_that_climb_find_nothing(client):
    for path in (
        *(
            "/static/../adapter.py",
            "/static/%2e%2e/adapter.py",
            "/static/..%2f..%2fapp.py",
            "/files/../x",
            "/turns/%00",
        ),
        *(
            "/files/" + "x" * 5000,
            "/static//etc/passwd",
            "/static/",
            "/data/originals",
            "/originals/x",
        ),
    ):
        assert (await client.get(path)).status_code in (400, 404), path


async def test_other_methods_are_refused(client):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        for path in ("/", "/ask", "/upload", "/files/x"):
            assert 400 <= (await client.request(method, path)).status_code < 500, (method, path)


@given(
    st.dictionaries(
        st.sampled_from(
            ["q", "action", "data", "label", "_form", "_state", "_page", "_turn", "_press", "x"]
        ),
        st.text(),
        max_size=5,
    ),
)
def test_no_form_makes_the_page_fail(form):
    """The translators are pure, so the forms of this property need no server."""
    for read in (parse.question, parse.press, parse.form):
        content, label = read(form)

        assert len(label) <= parse.LABEL or label == "…"
        assert isinstance(parse.action(content), str)


async def test_only_pages_that_are_named_may_embed_it(page):
    named = Passwords(embed=("https://intranet.example.com",))
    async with page(echo) as client:
        closed = await client.get("/")
        assert "frame-ancestors 'none'" in closed.headers["content-security-policy"]
        assert (await client.get("/embed.js")).status_code == 404
    async with page(echo, passwords=named) as client:
        policy = (await client.get("/")).headers["content-security-policy"]
        assert "frame-ancestors 'self' https://intranet.example.com;" in policy
        script = await client.get("/embed.js")
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.headers["cross-origin-resource-policy"] == "cross-origin"
