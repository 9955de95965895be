"""
A process that only takes documents in, for a service whose Redis and Qdrant are servers. As many as
wanted may run.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from bot.service.application import THREADS, Application
from bot.service.logs import to_stderr
from bot.service.probes import Probes
from bot.service.serve import listen
from bot.service.watch import watched
from bot.settings import InvalidSettings, Settings
from handlers.texts import Texts
from knowledge.reading.sandbox import missing
from knowledge.values import Language


async def work(settings: Settings, language: Language, host: str = "", port: int = 0) -> int:
    """
    Work until told to stop. With a `port` the process tells there how it is doing.

    Raises:
        InvalidSettings: something is embedded, so that only the serving process can work on it, or
        there is no sandbox.
    """
    texts = Texts.load()
    to_stderr()
    if settings.embedded:
        said = texts.phrase("cli.embedded_worker")
        raise InvalidSettings("embedded_worker", said)
    if settings.sandbox == "required" and await missing():
        lacking = texts.phrase("cli.no_sandbox")
        raise InvalidSettings("no_sandbox", lacking)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with (
        Application(settings, threads=THREADS, talks=False, patient=True) as application,
        watched(application),
        _probed(application, host, port),
    ):
        opened = asyncio.create_task(application.opened())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({opened, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if opened.done():
            opened.result()
            line = texts.say("cli.working", language)
            print(line, flush=True)  # noqa: T201  # the one line people look for
        await stopped
        opened.cancel()
    return 0


@asynccontextmanager
async def _probed(application: Application, host: str, port: int) -> AsyncIterator[None]:
    """Answer at /live, /ready and /metrics while this is open; without a port nowhere."""
    if not port:
        yield
        return
    from starlette.applications import Starlette

    app = Starlette(routes=Probes(application, ()).routes())
    listener = listen(host, port, application.texts)
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        listener.close()


class _Server(uvicorn.Server):
    """Leaves the signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
