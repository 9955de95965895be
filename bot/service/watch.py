"""Everything that looks on while a process serves or works: figures, traces, clocks, memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial

from bot.service.application import Application
from bot.service.figures import watch_loop
from bot.service.machine import Machine
from bot.service.part import stop
from bot.service.tracing import traced, wanted
from bot.troubles import in_english
from knowledge.observation import watching


@asynccontextmanager
async def watched(application: Application) -> AsyncIterator[None]:
    """
    Count, trace and time what is done while this is open.

    Raises:
        InvalidSettings: traces are wanted, and the extra is not installed.
    """
    metrics = application.turns.metrics
    with ExitStack() as stack:
        stack.enter_context(watching(metrics))
        stack.enter_context(traced())
        if wanted():
            await asyncio.to_thread(_attach)
        machine = Machine(partial(in_english, application.texts))
        for part in ("memory", "clock"):
            application.watches[part] = partial(machine.state, part)
        clock = asyncio.create_task(watch_loop(metrics))
        looks = asyncio.create_task(machine.watch())
        try:
            yield
        finally:
            await stop(clock, looks)


def _attach() -> None:
    """Importing LlamaIndex takes a second or two."""
    from knowledge.models.instrumentation import attach

    attach()
