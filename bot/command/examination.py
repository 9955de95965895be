"""
What the doctor tries beyond whether parts answer: it asks the model once, writes and reads a file,
compares clocks and versions, and looks at memory, disk, queue and the address people open.

Each finding that is bad comes with the way out, as a command where there is one. Nothing that is
said holds an address, a name of a bucket or a secret.
"""

import asyncio
import shutil
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import httpx
from redis.exceptions import RedisError

from bot.command.finding import Finding, bad
from bot.command.model_trial import model_tried
from bot.command.parser import PROGRAM
from bot.command.wholeness import files, records
from bot.service.application import Application
from bot.service.part import cause
from bot.service.store_about import About, about
from bot.troubles import advice
from handlers.documents.jobs import WATCHDOG
from handlers.sessions import SessionsUnavailable, trouble_of
from handlers.texts import Texts
from knowledge.errors import LibraryUnavailable
from knowledge.index.about import about as about_index
from knowledge.index.server_version import oldest
from knowledge.values import Phrase

SLOW = 5.0  # seconds for one answer of the network
CLOCKS = 2.0  # seconds two clocks may differ: leases last 15
FREE = 1_000_000_000  # bytes of disk that must be free
FULL = 0.9  # of the session store's memory
OLD_REDIS = (7, 0)  # what is older gets no corrections any more
AFTER = "files"  # what is tried last: another try keeps a file for a moment
DAYS = 21  # before the end of a certificate


Try = Callable[[Application], Awaitable[Finding | None]]


async def examine(application: Application, *only: str) -> list[Finding]:
    """
    Try these parts at once, or all of them; what the settings leave out is left out here.

    What touches neither Redis nor the queue may be tried of an application that is not open.
    """
    tries: dict[str, Try] = {
        "program": _program,
        "redis": _redis,
        "qdrant": _qdrant,
        "model": model_tried,
        "originals": _originals,
        "files": files,
        "records": records,
        "disk": _disk,
        "queue": _queue,
        "page": _page,
    }
    wanted = only or tuple(tries)
    at_once = [tries[part](application) for part in wanted if part != AFTER]
    findings = await asyncio.gather(*at_once)
    if AFTER in wanted:
        findings.append(await tries[AFTER](application))
    return [finding for finding in findings if finding is not None]


async def _program(_: Application) -> Finding:
    return Finding("program", "good", f"{PROGRAM} {version(PROGRAM)}, Python {python_version()}")


# ----------------------------------------------------------------- Redis


async def _redis(application: Application) -> Finding:
    say = application.texts.phrase
    try:
        async with asyncio.timeout(SLOW):
            store = await about(application.store)
    except (RedisError, OSError, TimeoutError) as error:
        trouble = application.store.whose(trouble_of(error))
        way = advice(application.texts, "sessions", trouble)
        return bad("redis", trouble, way or say("check.redis"))
    told = f"{store.version or 'version not told'}, {store.delay * 1000:.1f} ms"
    repair = _of_redis(store, application.texts)
    if repair is not None:
        return bad("redis", f"{told}, {_amiss(store)}", repair)
    if _is_old(store.version):
        ours = application.store.server is not None
        hint = "apt-get install redis-server" if ours else "upgrade the server"
        return Finding("redis", "neutral", f"{told}, past its end of life: {hint}")
    return Finding("redis", "good", f"{told}, clocks agree to {abs(store.ahead):.1f} s")


def _of_redis(store: About, texts: Texts) -> Phrase | None:
    """Return the way out of what is amiss with a store that answers."""
    if store.role in ("slave", "replica"):
        return texts.phrase("check.redis_replica")
    if abs(store.ahead) > CLOCKS:
        return texts.phrase("check.clock", seconds=round(abs(store.ahead)))
    if store.full > FULL:
        return texts.phrase("check.redis_full", percent=round(100 * store.full))
    if store.most and store.policy and store.policy != "noeviction":
        return texts.phrase("check.redis_policy", policy=store.policy)
    if not store.appends:
        return texts.phrase("check.redis_aof")
    return None


def _amiss(store: About) -> str:
    if store.role in ("slave", "replica"):
        return "a replica that takes no writes"
    if abs(store.ahead) > CLOCKS:
        return f"its clock differs by {store.ahead:+.1f} s"
    if store.full > FULL:
        return f"memory {store.full:.0%} full"
    if store.appends:
        return f"forgets under {store.policy}"
    return "no append-only file"


def _is_old(version_: str) -> bool:
    numbers = version_.split(".")[:2]
    if not all(number.isdecimal() for number in numbers) or len(numbers) < len(OLD_REDIS):
        return False
    return tuple(map(int, numbers)) < OLD_REDIS


# ----------------------------------------------------------------- Qdrant, the model, the files


async def _qdrant(application: Application) -> Finding:
    settings = application.settings
    if not settings.qdrant_url:
        embedded = f"embedded, qdrant-edge {version('qdrant-edge-py')}"
        return Finding("qdrant", "good", embedded)
    try:
        server = await about_index(settings.qdrant_url, settings.qdrant_api_key or None)
    except LibraryUnavailable as away:
        if getattr(away.__cause__, "status_code", None) in (401, 403):
            wrong = application.texts.phrase("check.qdrant_key")
            return bad("qdrant", "refuses the key", wrong)
        state = cause(away)
        way = advice(application.texts, "library", state)
        return bad("qdrant", state, way or application.texts.phrase("check.qdrant"))
    told = f"{server.version}, {server.seconds * 1000:.1f} ms"
    if not server.new_enough:
        old = application.texts.phrase("check.qdrant_old", version=server.version, oldest=oldest())
        return bad("qdrant", f"{told}, too old", old)
    return Finding("qdrant", "good", told)


async def _originals(application: Application) -> Finding:
    """Keep a small file, read it back and delete it."""
    content = f"{PROGRAM} check {time.time_ns()}".encode()
    began = time.perf_counter()
    try:
        id_ = await application.originals.put(content)
        same = await application.originals.get(id_) == content
        await application.originals.delete(id_)
    except LibraryUnavailable:
        return bad("originals", "cannot be written", application.texts.phrase("check.originals"))
    if not same:
        return bad(
            "originals", "reads what was not written", application.texts.phrase("check.originals")
        )
    return Finding("originals", "good", f"kept and read in {time.perf_counter() - began:.2f} s")


# ----------------------------------------------------------------- the machine, the work, the page


async def _disk(application: Application) -> Finding:
    """Look at the disk of the data folder, or at its nearest parent while there is none."""
    left = await asyncio.to_thread(_free, application.settings.data)
    free = f"{left / 1e9:.1f} GB free"
    if left < FREE:
        least = round(FREE / 1e9)
        return bad("disk", free, application.texts.phrase("check.disk", least=least))
    return Finding("disk", "good", free)


def _free(folder: Path) -> int:
    """Return the bytes that are free where a folder is, or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


async def _queue(application: Application) -> Finding:
    """Look for documents that wait too long, and for work nobody does."""
    try:
        waiting = await application.queue.depth()
        jobs = await application.jobs.recent()
    except SessionsUnavailable as error:
        trouble = application.store.whose(trouble_of(error.__cause__ or error))
        way = advice(application.texts, "sessions", trouble)
        return bad("queue", trouble, way or application.texts.phrase("check.redis"))
    open_ = [job for job in jobs if not job.outcome]
    now = time.time()
    stuck = [job for job in open_ if now - max(job.at, job.touched) > WATCHDOG]
    state = f"{waiting} waiting, {len(open_)} open"
    if stuck:
        repair = application.texts.phrase("check.stuck", n=len(stuck))
        return bad("queue", f"{state}, {len(stuck)} stuck", repair)
    return Finding("queue", "good", state)


async def _page(application: Application) -> Finding | None:
    """Open the address people open, as they would."""
    url = application.settings.public_url
    if not url:
        return None
    say = application.texts.phrase
    try:
        async with httpx.AsyncClient(timeout=SLOW) as client:
            answer = await client.get(f"{url.rstrip('/')}/live")
            days = _days_left(answer)
    except (httpx.HTTPError, OSError) as error:
        if "CERTIFICATE" in str(error).upper():
            return bad("page", "its certificate is not trusted", say("check.certificate"))
        return bad("page", "PUBLIC_URL does not answer", say("check.page"))
    if answer.status_code != httpx.codes.OK or '"live"' not in answer.text:
        state = f"PUBLIC_URL leads elsewhere ({answer.status_code})"
        return bad("page", state, say("check.page_elsewhere"))
    if days is not None and days < DAYS:
        return bad("page", f"its certificate ends in {days} days", say("check.certificate"))
    return Finding("page", "good", "PUBLIC_URL answers")


def _days_left(answer: httpx.Response) -> int | None:
    """Return the days until the certificate ends that an answer came under, None without one."""
    stream = answer.extensions.get("network_stream")
    if stream is None:
        return None
    under = stream.get_extra_info("ssl_object")
    if under is None:
        return None
    shown = under.getpeercert()
    if not shown:
        return None
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
    return (ends - datetime.now(UTC)).days
