"""The whole application on loopback, as machines reach it, with a few rules on its shelf."""

import asyncio
import socket
from dataclasses import dataclass

import httpx
import pytest_asyncio
import uvicorn

from bot.service.application import Application
from bot.service.asgi import asgi_app
from bot.settings import load
from tests.copying import copy_folder

PUBLIC = "http://bot.example.com"
TRIPS = "# 出張規程\n\n## 日当\n\n国内出張の日当は1日3,500円とする。\n\n## 宿泊費\n\n宿泊費の上限は1泊12,000円とする。\n"
PAY = "# 役員報酬規程\n\n## 賞与\n\n役員の賞与は年2回、6月と12月に支給する。\n"


@dataclass
class Machine:
    """A server and its application; `client` asks it without a token."""

    application: Application
    base: str
    client: httpx.AsyncClient

    async def token(self, *scopes, audiences=(), days=30, name="test"):
        """Return a new token as it is shown."""
        made = await self.application.tokens.make(
            name, scopes, audiences, days=days, by="web:oidc:id.example#aoi"
        )
        return made.secret

    async def asks(self, method, path, token="", **more):
        """Return the answer to one request with this token."""
        headers = more.pop("headers", {})
        if token:
            headers |= {"Authorization": f"Bearer {token}"}
        return await self.client.request(method, path, headers=headers, **more)

    async def added(self, text, name, **form):
        """Add a file and publish it; return its document."""
        token = await self.token("admin", "documents")
        files = {"file": (name, text.encode())}
        job = await self.asks(
            "POST", "/api/v1/documents?wait=60", token, files=files, data=form, timeout=90
        )
        document = job.json()["document"]
        published = await self.asks("POST", f"/api/v1/documents/{document}/publish", token)
        assert published.status_code == 200, (job.text, published.text)
        return document


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machine(furnished, tmp_path_factory, sandbox_known):
    folder = tmp_path_factory.mktemp("machine") / "data"
    copy_folder(furnished, folder)
    settings = load(
        {"API_ORIGINS": "https://intranet.example.com", "AUDIENCES": "board=g-board"},
        data=str(folder),
    )
    application = Application(settings, threads=1, patient=True)
    app, _ = asgi_app(application, lambda: None)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=base, timeout=60) as client:
            one = Machine(application, base, client)
            await application.answers()
            await application.opened()
            await one.added(TRIPS, "trips.md")
            await one.added(PAY, "pay.md", audience="board")
            yield one
        server.should_exit = True
        await task
