"""A person who is forgotten leaves nothing on the web page: no talk, no link, no sign-in, no token's maker."""

import asyncio
import json

import httpx
import pytest

from bot.service.application import Application
from bot.service.asgi import asgi_app
from bot.settings import load

BASE = "https://bot.example.com"
WORD = "クワガタムシ"  # stands in what she asks, and nowhere else
NAME = "鈴木ミオ"
PASSWORDS = {
    "PUBLIC_URL": BASE,
    "WEB_PASSWORD": "member-password",
    "WEB_ADMIN_PASSWORD": "admin-password",
}


@pytest.fixture
def application(house):
    return Application(load(PASSWORDS, data=str(house)), threads=1)


@pytest.fixture
async def browsers(application):
    """Return what opens a browser, signed in under a name as an admin."""
    app, _ = asgi_app(application, lambda: None)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    async def signed_in(name):
        headers = {"Origin": BASE, "Accept-Language": "ja"}
        client = httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)
        await client.post("/signin", data={"password": "admin-password", "name": name})
        return client

    async with app.router.lifespan_context(app):
        yield signed_in


async def everything(application):
    """Return all that is remembered, as one text."""
    texts = []
    async with application.sessions.link.redis() as redis:
        async for name in redis.scan_iter("*"):
            kind = await redis.type(name)
            if kind == b"string":
                texts.append(name.decode() + (await redis.get(name)).decode())
            elif kind == b"list":
                texts += [row.decode() for row in await redis.lrange(name, 0, -1)]
            elif kind == b"set":
                texts += [row.decode() for row in await redis.smembers(name)]
    return "\n".join(texts)


async def whose(application, name):
    async with application.sessions.link.redis() as redis:
        async for key in redis.scan_iter("lc:signin:*"):
            session = json.loads(await redis.get(key))
            if session["name"] == name:
                return session["person"]
    raise AssertionError(name)


async def shared(client, talk):
    """Share a talk once its answer stands there."""
    async with asyncio.timeout(60):
        while (await client.post(f"{talk}/share")).status_code != 303:
            await asyncio.sleep(0.05)


async def test_a_forgotten_person_leaves_no_talk_no_link_and_no_sign_in(application, browsers):
    await application.answers()
    mio, ken = await browsers(NAME), await browsers("Ken")
    person = await whose(application, NAME)
    for client, question in ((mio, f"RAGとは何ですか。{WORD}より"), (ken, "RAGとは何ですか?")):
        told = await client.post("/ask", data={"q": question})
        talk = told.headers["location"].partition("#")[0]
        await shared(client, talk)
    links = await application.sessions.index_list(person, "shared")
    assert len(links) == 1
    await application.tokens.make("CI", ["ask"], [], days=30, by=person)
    before = await application.personal.records(person)
    assert {"said", "talks", "shared", "signin", "token"} <= before.keys()
    assert "proof" not in json.dumps(before)
    assert "hash" not in json.dumps(before["token"])

    await application.personal.erase(person)

    left = await everything(application)
    for trace in (person, NAME, WORD):
        assert [row[:60] for row in left.split("\n") if trace in row] == []
    assert (await mio.get("/talks")).status_code == 401  # to sign in again
    assert (await ken.get("/talks")).status_code == 200
    assert "RAGとは何ですか" in (await ken.get("/talks")).text
    assert await application.sessions.load("shared", links[0]) is None
    assert [token.by.partition(":")[0] for token in await application.tokens.all()] == ["erased"]
    assert await application.personal.records(person) == {}
    for client in (mio, ken):
        await client.aclose()
