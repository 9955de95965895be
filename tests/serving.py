"""Serving an application of a test's own on a free port of this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def served(app: ASGIApp, *, at_once: bool = False) -> AsyncIterator[int]:
    """Give the port it listens on. `at_once` does not wait for clients that keep their connections open."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        )
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
        if at_once:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        else:
            server.should_exit = True
            await task
