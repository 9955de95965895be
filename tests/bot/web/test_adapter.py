"""The page over HTTP, without a browser: asking, pressing, and everything that is refused."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.turns import Turns
from bot.web.adapter import Web
from handlers.conversation import Attachment, Button, Buttons, Form, Paragraph, Press, Reply, Text, Upload

HERE = "http://127.0.0.1:8080"
OWN = {"Origin": HERE}


async def handler(message):
    yield Reply("…", final=False)
    match message.content:
        case Text(text):
            yield Reply(f"答え {text}", (Paragraph(f"答え {text}"), Buttons((Button("続き", Press("a.b", {"n": 1})),))))
        case Press(action, data):
            yield Reply(
                f"{action} {data['n']} {message.person.role}", attachments=(Attachment("メモ.md", "text/markdown", b"# x"),)
            )
        case Form(name, state, values):
            yield Reply(f"{name} {state} {values}")
        case Upload(files):
            yield Reply(f"{files[0].name} {len(await files[0].fetch())}")
        case _:
            yield Reply("ほか")


@pytest.fixture
async def client(sessions, texts):
    async with Turns(handler, sessions, texts) as turns:
        web = Web(turns, texts, host="127.0.0.1", port=8080, public_url=None)
        app = Starlette(routes=web.routes(), middleware=web.middleware(), exception_handlers=web.errors())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE, headers=OWN) as opened:
            yield opened


async def test_asking_works_without_javascript(client):
    told = await client.post("/ask", data={"q": "RAGとは"}, follow_redirects=True)

    assert told.status_code == 200
    assert "答え RAGとは" in told.text
    assert 'name="action" value="a.b"' in told.text


async def test_with_javascript_replies_stream_in_order(client):
    told = await client.post("/ask", data={"q": "RAGとは"}, headers={"Accept": "application/x-ndjson"})

    rows = told.text.strip().split("\n")
    assert len(rows) == 2
    assert 'aria-busy=\\"true\\"' in rows[0]
    assert "答え RAGとは" in rows[1]


async def test_a_press_and_its_file(client):
    told = await client.post("/press", data={"action": "a.b", "data": '{"n": 1}', "label": "続き"}, follow_redirects=True)
    path = told.text.split('href="/files/')[1].split('"')[0]
    file = await client.get(f"/files/{path}")

    assert "a.b 1 admin" in told.text
    assert file.content == b"# x"
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"


async def test_a_file_is_taken_in(client):
    told = await client.post("/upload", files={"files": ("規程.md", b"12345")}, follow_redirects=True)

    assert "規程.md 5" in told.text


async def test_the_page_speaks_both_languages(client):
    assert "何でも聞いてください" in (await client.get("/")).text
    assert "Ask anything" in (await client.get("/?lang=en")).text
    assert "Ask anything" in (await client.get("/")).text


async def test_every_page_carries_a_strict_policy(client):
    headers = (await client.get("/")).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1@evil.example", "10.0.0.1"])
async def test_a_foreign_host_is_refused(client, host):
    assert (await client.get("/", headers={"Host": host})).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/ask", "/press", "/form", "/upload"])
async def test_a_foreign_origin_is_refused(client, path, headers):
    assert (await client.post(path, data={"q": "x"}, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [("/press", {"action": "a.b", "data": "[[[["}), ("/form", {"_state": "{"}), ("/ask", {}), ("/press", {}), ("/upload", {})],
)
async def test_malformed_forms_never_fail(client, path, body):
    told = await client.post(path, data=body, follow_redirects=True)

    assert told.status_code < 500


async def test_an_unknown_page_says_the_way_on(client):
    told = await client.get("/nowhere")

    assert told.status_code == 404
    assert "そのページはありません" in told.text


async def test_a_chosen_option_heads_the_turn_in_words(client):
    told = await client.post("/form", data={"_form": "a", "o": "ns", "_said:o:ns": "わからない"}, follow_redirects=True)

    assert ">わからない</h2>" in told.text


async def test_half_characters_do_no_harm(client):
    told = await client.post("/press", data={"action": "a.b", "data": '{"n": "\\ud800"}'}, follow_redirects=True)

    assert told.status_code == 200
    assert "a.b ? admin" in told.text


@pytest.mark.parametrize(("public", "role"), [(None, "admin"), ("https://bot.example.com", "member")])
async def test_behind_a_public_address_nobody_is_an_admin_by_coming_from_loopback(sessions, texts, public, role):
    heard = []

    async def listen(message):
        heard.append(message)
        yield Reply("x")

    async with Turns(listen, sessions, texts) as turns:
        web = Web(turns, texts, host="127.0.0.1", port=8080, public_url=public)
        app = Starlette(routes=web.routes(), middleware=web.middleware(), exception_handlers=web.errors())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE, headers=OWN) as opened:
            await opened.post("/ask", data={"q": "x"})

    assert [message.person.role for message in heard] == [role]
