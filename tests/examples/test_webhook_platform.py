"""The example platform as its callers meet it: a token, a question, a guided dialog, a document."""

import base64
from contextlib import AsyncExitStack

import httpx
import pytest

from bot.service.application import Application
from bot.service.asgi import asgi_app
from bot.settings import load

TOKEN = "a-token-of-the-webhook"
SETTINGS = {"PLATFORMS": "examples.webhook_platform:WEBHOOK", "WEBHOOK_TOKEN": TOKEN}
MALFORMED = (
    b"",
    b"[]",
    b"{}",
    b"\xff",
    b"[" * 100_000,
    b'{"person": {}, "text": "x"}',
    b'{"person": {"id": "a"}}',
    b'{"person": {"id": "a"}, "press": "[1]"}',
    b'{"person": {"id": "a"}, "files": [{"name": "x", "content": "?"}]}',
)
QUESTIONS = 50  # more than any guided dialog has


class Caller:
    """Somebody's program that speaks for one person."""

    def __init__(self, client, language):
        self.client = client
        self.speaker = {"id": "aoi", "name": "Aoi", "language": language}

    async def post(self, token=TOKEN, **sent):
        body = {"person": self.speaker, "place": "desk", **sent}
        headers = {"Authorization": f"Bearer {token}"}
        return await self.client.post("/webhook", json=body, headers=headers)

    async def say(self, **sent):
        told = await self.post(**sent)
        assert told.status_code == 200
        return told.json()


def of(reply, kind):
    return next(block for block in reply["blocks"] if block["kind"] == kind)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def caller(data):
    """Return what opens a caller in a language, on an application that is ready."""
    async with AsyncExitStack() as stack:
        application = Application(load(SETTINGS, data=str(data)))
        app, failure = asgi_app(application, lambda: None)
        await stack.enter_async_context(app.router.lifespan_context(app))
        assert failure == []
        await application.answers()
        transport = httpx.ASGITransport(app)
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://bot.example", timeout=60)
        )
        yield lambda language="ja": Caller(client, language)


async def test_nobody_is_heard_without_the_token(caller):
    for token in ("", "a-token-of-the-webhooK", "トークン"):
        headers = {"Authorization": f"Bearer {token}".encode()}
        told = await caller().client.post("/webhook", json={}, headers=headers)

        assert told.status_code == 401


async def test_what_cannot_be_read_is_refused_with_what_can(caller):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for body in MALFORMED:
        told = await caller().client.post("/webhook", content=body, headers=headers)

        assert told.status_code == 400, body
        assert "JSON" in told.json()["error"]["ja"]
        assert "JSON" in told.json()["error"]["en"]


@pytest.mark.parametrize(
    ("question", "language", "place"),
    [
        ("RAGって社内文書を全部覚えてるの?", "ja", "スライド18"),
        ("Does RAG learn all of our documents?", "en", "slide 18"),
    ],
)
async def test_a_question_is_answered_with_citations_that_open(caller, question, language, place):
    one = caller(language)
    answer = await one.say(text=question)
    cited = of(answer, "sources")["items"]
    opened = await one.say(press=cited[0]["press"])

    assert "[1]" in answer["text"]
    assert place in [source["place"] for source in cited]
    assert cited[0]["title"] in opened["text"]
    assert (await one.say(press=of(answer, "feedback")["up"]))["text"]


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_guided_dialog_is_walked_to_its_result(caller, language):
    one = caller(language)
    reply = await one.say(command="llm-choose")
    for _ in range(QUESTIONS):
        if "ask" not in reply:
            break
        values = {}
        for field in reply["ask"]["fields"]:
            if field.get("options"):  # what is written in words may stay empty
                values[field["id"]] = field["options"][0]["id"]
        reply = await one.say(press=reply["ask"]["press"], values=values)

    assert "ask" not in reply
    assert len(of(reply, "chart")["bars"]) > 1
    buttons = []
    for block in reply["blocks"]:
        if block["kind"] == "buttons":
            buttons += block["items"]
    taken = [one for one in buttons if "メモ" in one["label"] or "memo" in one["label"]]
    files = (await one.say(press=taken[0]["press"]))["files"]
    assert base64.b64decode(files[0]["content"])


async def test_a_member_may_not_add_documents(caller):
    whole = base64.b64encode("# 規程\n\n上限は五万円である。\n".encode()).decode()
    told = await caller().say(files=[{"name": "規程.md", "content": whole}])

    assert "管理者" in told["text"]
