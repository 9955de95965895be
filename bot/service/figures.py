"""
The figures that are only known when somebody asks: how long the queue is, how full the store and
the disk are; and the clock that shows how late the event loop is.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

from bot.metrics import Metrics
from bot.service.application import Application
from bot.service.store_about import about
from handlers.sessions import SessionsUnavailable

TICK = 0.5  # seconds between looks at the loop
PATIENCE = 2.0  # seconds the store may take to tell its figures


async def measure(application: Application) -> None:
    """Ask every part for its figures; one that does not tell them counts as a failure."""
    metrics = application.turns.metrics
    failures = 0
    for ask in (_queue, _store, _disk):
        if not await _told(ask, application, metrics):
            failures += 1
    metrics.gauge("scrape_failures", failures)


async def _told(
    ask: Callable[[Application, Metrics], Awaitable[None]],
    application: Application,
    metrics: Metrics,
) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await ask(application, metrics)
    except (SessionsUnavailable, RedisError, OSError, TimeoutError):
        return False
    return True


async def _queue(application: Application, metrics: Metrics) -> None:
    metrics.gauge("queue_depth", await application.queue.depth())
    metrics.gauge("workers", await application.queue.workers())
    waiting = [job.at for job in await application.jobs.waiting()]
    oldest = 0.0
    if waiting:
        oldest = max(0.0, time.time() - min(waiting))
    metrics.gauge("queue_oldest_seconds", oldest)


async def _store(application: Application, metrics: Metrics) -> None:
    if not application.store.durable:
        return
    store = await about(application.store)
    metrics.gauge("store_memory_bytes", store.used)
    metrics.gauge("store_memory_limit_bytes", store.most)
    metrics.gauge("store_clock_seconds", store.ahead)


async def _disk(application: Application, metrics: Metrics) -> None:
    usage = await asyncio.to_thread(shutil.disk_usage, application.settings.data)
    metrics.gauge("disk_free_bytes", usage.free)


async def watch_loop(metrics: Metrics) -> None:
    """Look again and again how late the event loop is, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + TICK
        await asyncio.sleep(TICK)
        metrics.loop_lag.observe(max(0.0, loop.time() - due))
