"""
A process that only takes documents in, for a service whose Redis and Qdrant are servers. As many as
wanted may run.
"""

import asyncio
import signal

from bot.service.application import Application
from bot.service.logs import to_stderr
from bot.settings import InvalidSettings, Settings
from handlers.texts import Texts
from knowledge.reading.sandbox import missing
from knowledge.values import Language

THREADS = 2  # documents at once: the sandbox reads no more than two


async def work(settings: Settings, language: Language) -> int:
    """
    Work until told to stop.

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
    async with Application(settings, threads=THREADS, talks=False, patient=True) as application:
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
