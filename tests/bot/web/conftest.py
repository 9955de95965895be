"""The page over HTTP, without a browser, on a handler of the test's own and a real Redis."""

from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette

from bot.platform import Health
from bot.turns import Turns
from bot.web.adapter import Web

HERE = "http://127.0.0.1:8080"


@pytest.fixture
def page(sessions, texts):
    """Open a client on a page that answers with `handler`, and keeps its sessions `within`; further words go to `Web`."""

    @asynccontextmanager
    async def open_page(handler, *, base=HERE, headers=None, within=sessions, **words):
        async def doctor():
            return Health(
                {"sessions": "ready", "library": "starting", "answers": "library_unavailable"},
                votes=("up", "wrong"),
            )

        async with Turns(handler, within, texts) as turns:
            web = Web(turns, within, texts, doctor, **words)
            app = Starlette(
                routes=web.routes(),
                middleware=web.middleware(lambda _: False),
                exception_handlers=web.errors(),
            )
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            own = {"Origin": base} if headers is None else headers
            async with httpx.AsyncClient(transport=transport, base_url=base, headers=own) as client:
                yield client

    return open_page
