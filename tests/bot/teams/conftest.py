"""A Teams connector on this machine, and the bot in front of it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class Service:
    """What a connector received; `answers` are statuses it gives before it takes anything."""

    url: str = ""
    calls: list[tuple[str, str, dict[str, Any], str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        raw = await request.body()
        body = await request.json() if raw else {}
        if self.answers:
            status = self.answers.pop(0)
            return JSONResponse({"error": {"code": "x", "message": "y"}}, status, {"Retry-After": "0"})
        bearer = request.headers.get("authorization", "")
        self.calls.append((request.method, request.url.path, body, bearer))
        return JSONResponse({"id": f"m{len(self.calls)}"}, 201 if request.method == "POST" else 200)

    async def wait(self, count: int) -> list[tuple[str, str, dict[str, Any], str]]:
        async with asyncio.timeout(10):
            while len(self.calls) < count:
                await asyncio.sleep(0.01)
        return self.calls


@contextlib.asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[int]:
    """Serve an application on a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield port
        server.should_exit = True
        await task


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    methods = ["POST", "PUT", "DELETE"]
    async with served(Starlette(routes=[Route("/{path:path}", service.take, methods=methods)])) as port:
        service.url = f"http://127.0.0.1:{port}/"
        yield service
