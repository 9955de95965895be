"""Everything that looks on while a process serves or works: figures, traces, the loop's clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from bot.service.application import Application
from bot.service.figures import watch_loop
from bot.service.part import stop
from bot.service.tracing import traced, wanted
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
        clock = asyncio.create_task(watch_loop(metrics))
        try:
            yield
        finally:
            await stop(clock)


def _attach() -> None:
    """Importing LlamaIndex takes a second or two."""
    from knowledge.models.instrumentation import attach

    attach()
