"""
kill -9 at random points of replacing a document: the old or the new version is wholly visible, never a mix, never neither.

    python tests/soak/replace_killed.py [kills] [seed]

Embedded: the process that is killed holds the index. Server protocol: `AsyncQdrantClient` lives in a process of its own, as a
server would; the process that replaces reaches it over a socket and is killed, while another one keeps searching.
"""

import asyncio
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.protocol import Index
from knowledge.index.server import ServerIndex
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Page, Place
from tests.soak.evidence import keep

ROOT = Path(__file__).resolve().parents[2]
PASSAGES = 20
ALL = frozenset({"all"})
PROBE = 0.02  # seconds between searches
GONE = 60.0  # seconds leftovers may stay
POINTS = {"shelf": ["staged", "live", "old"]}


class Away:
    """The calls of an `AsyncQdrantClient` that lives in another process."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._local = threading.local()

    def __getattr__(self, name: str) -> Any:
        async def call(*words: Any, **named: Any) -> Any:
            return await asyncio.to_thread(self._call, name, words, named)

        return call

    async def close(self) -> None: ...

    def _call(self, name: str, words: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if not hasattr(self._local, "line"):
            self._local.line = Client(self._address)
        self._local.line.send((name, words, named))
        answer = self._local.line.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def serve(address: str) -> None:
    """Hold the client and do what is asked, one call at a time."""
    from qdrant_client import AsyncQdrantClient

    warnings.filterwarnings("ignore", message="Payload indexes have no effect")
    client = AsyncQdrantClient(":memory:")
    loop = asyncio.new_event_loop()
    turn = threading.Lock()

    def answer(line: Any) -> None:
        with suppress(EOFError, OSError):
            while True:
                name, words, named = line.recv()
                with turn:
                    try:
                        said = loop.run_until_complete(getattr(client, name)(*words, **named))
                    except Exception as error:
                        said = error
                line.send(said)

    with Listener(address) as listener:
        print("open", flush=True)
        while True:
            with suppress(EOFError, OSError):
                threading.Thread(target=answer, args=(listener.accept(),), daemon=True).start()


def index_at(kind: str, place: str) -> Index:
    return (
        EmbeddedIndex(Path(place), version=VERSION)
        if kind == "embedded"
        else ServerIndex("away", client=Away(place), version=VERSION)
    )


def reading() -> Reading:
    """Return a file whose every passage names its version."""
    name = uuid.uuid4().hex
    pages = tuple(
        Page(n, Place("page", n), f"規則の第{n}項。版は{name}である。")
        for n in range(1, PASSAGES + 1)
    )
    return Reading(
        "規則.txt", hashlib.sha256(name.encode()).hexdigest(), 1, "規則", "text", pages, (), "ja"
    )


async def seen(library: Library) -> str:
    """Return how a search sees the document: "whole", "mix" or "neither"."""
    hits = await library.search("規則の項", readers=ALL, limit=2 * PASSAGES)
    versions = {hit.passage.version for hit in hits}
    if not versions:
        return "neither"
    return "whole" if len(versions) == 1 and len(hits) == PASSAGES else "mix"


async def replace_for_ever(kind: str, place: str) -> None:
    async with Library(index_at(kind, place)) as library:

        async def once() -> None:
            document, version, _ = await library.stage(reading(), Metadata(), by="soak")
            await library.publish(document.id, version.id)

        async def probe() -> None:
            while True:
                print(await seen(library), flush=True)
                await asyncio.sleep(PROBE)

        await once()
        print("ready", flush=True)
        probing = asyncio.create_task(probe())
        while not probing.done():
            await once()
        await probing


def start(*words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, __file__, *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


@contextmanager
def place_for(kind: str, folder: Path) -> Iterator[str]:
    if kind == "embedded":
        yield str(folder / "index")
        return
    address = str(folder / "socket")
    server = start("serve", address)
    try:
        server.stdout.readline()
        yield address
    finally:
        server.kill()
        server.stdout.close()
        server.wait()


def kill_once(kind: str, place: str, delay: float) -> list[str]:
    """Replace until a moment comes, kill, look again; return everything that was seen."""
    process = start("replace", kind, place)
    try:
        for line in process.stdout:
            if line.strip() == "ready":
                break
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        observed = process.stdout.read().split("\n")[:-1]  # the last line may be torn
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    return observed


async def watch(index: Index, killing: "asyncio.Task[list[str]]", *, first: bool) -> list[str]:
    """Keep searching from a process of our own while another one replaces and is killed."""
    observed: list[str] = []
    async with Library(index) as library:
        while not killing.done():
            if not first or any(d.current for d in await library.documents()):
                observed.append(await seen(library))
            await asyncio.sleep(PROBE)
        return [*observed, await seen(library), *await killing]


async def leftovers(index: Index, library: Library) -> int:
    """Return how many passages there are beyond those of whole versions, or on a shelf they should have left."""
    whole = [v for d in await library.documents() for v in d.versions]
    kept = sum(v.passages for v in whole)
    live = await index.count({"shelf": ["live"]})
    return (
        abs(await index.count(POINTS) - kept)
        + abs(live - PASSAGES)
        + sum(not d.whole for d in library._registry.drafts.values())
    )


async def soak(kind: str, kills: int, seed: int, folder: Path) -> dict[str, float]:
    """Return how often each thing was seen, and how long leftovers stayed in seconds."""
    chance = random.Random(seed)
    counts: dict[str, float] = {"kills": kills, "whole": 0, "mix": 0, "neither": 0, "seconds": 0.0}
    with place_for(kind, folder) as place:
        for number in range(kills):
            killing = asyncio.to_thread(kill_once, kind, place, chance.uniform(0.0, 0.25))
            if kind == "embedded":  # the folder opens again only after the kill
                observed = await killing
                began = time.monotonic()
                index = index_at(kind, place)
                async with Library(index) as library:
                    observed.append(await seen(library))
                    assert await leftovers(index, library) == 0
                counts["seconds"] = max(counts["seconds"], time.monotonic() - began)
            else:
                observed = await watch(
                    index_at(kind, place), asyncio.create_task(killing), first=number == 0
                )
            for word in observed:
                counts[word] = counts.get(word, 0) + 1
        if kind == "server" and kills > 5:
            began = time.monotonic()
            index = index_at(kind, place)
            async with Library(index) as library:
                while await leftovers(index, library) and time.monotonic() - began < GONE:
                    counts[await seen(library)] += 1
                    await asyncio.sleep(PROBE)
                    await library._registry.refresh()
                assert await leftovers(index, library) == 0
            counts["seconds"] = time.monotonic() - began
    return counts


def main() -> None:
    match sys.argv[1:]:
        case ["serve", address]:
            serve(address)
        case ["replace", kind, place]:
            asyncio.run(replace_for_ever(kind, place))
        case words:
            kills, seed = (
                (*(int(word) for word in words), 20, 7)[:2]
                if len(words) != 1
                else (int(words[0]), 7)
            )
            for kind in ("embedded", "server"):
                with tempfile.TemporaryDirectory() as folder:
                    told = asyncio.run(soak(kind, kills, seed, Path(folder)))
                print(kind, {name: round(value, 1) for name, value in told.items()}, flush=True)
                figures = {"mixed": told["mix"], "neither": told["neither"], "whole": told["whole"]}
                figures["leftovers_s"] = told["seconds"]
                keep(f"replace_killed_{kind}", size={"kills": kills}, figures=figures)


if __name__ == "__main__":
    main()
