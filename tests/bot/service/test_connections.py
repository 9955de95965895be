"""Whoever never finishes a request's headers is hung up on; everybody else is served."""

import asyncio

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.service import connections
from bot.service.connections import Connection


async def _slow(request: Request) -> PlainTextResponse:
    body = await request.body()
    return PlainTextResponse(f"{len(body)}")


@pytest.fixture
async def address(monkeypatch):
    monkeypatch.setattr(connections, "HEADERS", 0.5)
    app = Starlette(routes=[Route("/", _slow, methods=["GET", "POST"])])
    config = uvicorn.Config(app, port=0, http=Connection, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    await task


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A:"])
async def test_unfinished_headers_are_hung_up_on(address, begun):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(begun)
    assert await reader.read() == b""  # the server closed it
    writer.close()


async def test_a_second_request_on_one_connection_has_its_bound_too(address):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(b"GET / HTTP/1.1\r\nHost:")
    assert await reader.read() in (b"0", b"")
    writer.close()


async def test_a_body_that_comes_slowly_is_waited_for(address):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\n")
    for _ in range(4):
        await asyncio.sleep(0.25)  # longer than headers may take, all together
        writer.write(b"x")
    assert (await reader.read()).endswith(b"4")
    writer.close()
