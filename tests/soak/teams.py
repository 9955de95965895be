"""
Teams under load and under fire, with two real processes over one Redis. Run by hand: `python -m tests.soak.teams [NAME…]`.

repeats  2,000 questions, 30 % of them delivered again and to the other process: how many are answered exactly once.
acks     presses and questions while a model takes 60 s: how long Teams waits for our response.
killed   the process that works on an answer is killed (-9): how long until another one gives it, and how often.
keys     a key server that hangs, fails and floods of unknown keys: how long the event loop stood still, how often it was asked.
"""

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.service.redis_server import binary
from bot.teams.auth import PublishedKeys
from tests.soak.evidence import keep
from tests.stub_model import StubModel

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = 2_000
AT_ONCE = 10  # deliveries on their way
SLOW = 60  # seconds the model takes
PENDING = 20  # seconds an answer is pending when its process is killed


class Service:
    """Stands for Teams' connector and counts what people would see: the answers in each conversation."""

    def __init__(self) -> None:
        self.answers: dict[str, set[str]] = defaultdict(set)
        self.placeholders: Counter[str] = Counter()
        self.first: dict[str, float] = {}
        self.calls = 0
        self.port = 0

    async def take(self, request: Request) -> Response:
        self.calls += 1
        body = json.loads(await request.body() or b"{}")
        room, id_ = request.path_params["room"], request.path_params.get("id") or f"m{self.calls}"
        if any("citation" in entity for entity in body.get("entities") or ()):
            self.answers[room].add(id_)
            self.first.setdefault(room, time.monotonic())
        elif body.get("text"):
            self.placeholders[room] += request.method == "POST"
        return JSONResponse({"id": id_}, 201 if request.method == "POST" else 200)

    def app(self) -> Starlette:
        path = "/v3/conversations/{room:str}/activities"
        methods = ["POST", "PUT", "DELETE"]
        return Starlette(
            routes=[
                Route(path, self.take, methods=methods),
                Route(path + "/{id}", self.take, methods=methods),
            ]
        )


class Bot:
    """One process of the bot, as people run it but for the token's check."""

    def __init__(self, folder: Path, redis: str, model: str = "") -> None:
        llm = (
            {"LLM": "openai:fact", "LLM_BASE_URL": model, "LLM_API_KEY": "x"}
            if model
            else {"LLM": ""}
        )
        self._environment = (
            os.environ | {"REDIS_URL": redis, "TEAMS_LOCAL": "1", "LANG": "en_US.UTF-8"} | llm
        )
        self._folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    async def start(self) -> None:
        words = [
            sys.executable,
            "-m",
            "bot.command.cli",
            "serve",
            "--port",
            "0",
            "--data",
            str(self._folder),
        ]
        self.process = subprocess.Popen(
            words,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        line = await asyncio.to_thread(self.process.stdout.readline) if self.process.stdout else b""
        found = re.search(rb":(\d+)/", line)
        self.url = f"http://127.0.0.1:{int(found[1]) if found else 0}"
        async with httpx.AsyncClient() as client, asyncio.timeout(90):
            while True:
                try:
                    if (await client.get(f"{self.url}/ready")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.2)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


@asynccontextmanager
async def two(model: str = "") -> AsyncIterator[tuple[list[Bot], Service, httpx.AsyncClient]]:
    """Two processes over one Redis, with a connector at the far end."""
    service = Service()
    with tempfile.TemporaryDirectory() as name:
        words = [
            binary() or "redis-server",
            "--port",
            "0",
            "--unixsocket",
            f"{name}/s",
            "--dir",
            name,
            "--appendonly",
            "yes",
        ]
        database = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        async with served(service.app()) as service.port, httpx.AsyncClient(timeout=30) as client:
            bots = [Bot(Path(name) / f"data{n}", f"unix://{name}/s", model) for n in (1, 2)]
            try:
                for bot in bots:
                    await bot.start()
                yield bots, service, client
            finally:
                for bot in bots:
                    bot.kill()
                database.kill()
                database.wait()


def question(service: Service, room: str, **more: Any) -> dict[str, Any]:
    mention = {"type": "mention", "mentioned": {"id": "28:bot", "name": "b"}, "text": "<at>b</at>"}
    return {
        "type": "message",
        "id": f"q-{room}",
        "channelId": "msteams",
        "serviceUrl": f"http://127.0.0.1:{service.port}/",
        "from": {"id": "29:u", "aadObjectId": "u1"},
        "recipient": {"id": "28:bot"},
        "conversation": {"id": room, "conversationType": "groupChat", "tenantId": "t1"},
        "entities": [mention],
        "text": "<at>b</at> RAGは社内文書を全部学習しますか?",
    } | more


async def repeats() -> None:
    async with two() as (bots, service, client):
        rows = [(question(service, f"19:{n}"), n % 2) for n in range(QUESTIONS)]
        chance = random.Random(7)
        again = [(row, 1 - side) for row, side in chance.sample(rows, QUESTIONS * 3 // 10)]
        rows += again
        chance.shuffle(rows)
        gate, began, acks = asyncio.Semaphore(AT_ONCE), time.perf_counter(), []

        async def send(row: dict[str, Any], side: int) -> None:
            async with gate:
                begun = time.perf_counter()
                answer = await client.post(f"{bots[side].url}/api/messages", json=row)
                acks.append(time.perf_counter() - begun)
                assert answer.status_code == 202, answer.status_code

        await asyncio.gather(*(send(row, side) for row, side in rows))
        end = time.monotonic() + 240
        while len(service.answers) < QUESTIONS and time.monotonic() < end:
            await asyncio.sleep(0.5)
        await asyncio.sleep(3)
        once = sum(len(ids) == 1 for ids in service.answers.values())
        twice = sum(len(ids) > 1 for ids in service.answers.values())
        print(
            f"repeats  {len(rows)} deliveries of {QUESTIONS}: {once} answered once, {twice} twice (asked: {QUESTIONS}, 0)"
        )
        print(f"         all after {time.perf_counter() - began:.0f} s; ack {_spread(acks)}")
        figures = {"missing": QUESTIONS - once - twice, "double": twice}
        keep("teams_repeats", size={"activities": len(rows)}, figures=figures)


async def acks() -> None:
    model = StubModel()
    model.delay = SLOW
    async with (
        served(model.app) as port,
        two(f"http://127.0.0.1:{port}/v1") as (bots, service, client),
    ):
        times: list[float] = []

        async def send(row: dict[str, Any]) -> None:
            begun = time.perf_counter()
            answer = await client.post(f"{bots[0].url}/api/messages", json=row)
            times.append(time.perf_counter() - begun)
            assert answer.status_code in (200, 202), answer.status_code

        for n in range(100):
            await send(question(service, f"19:{n}"))
            value = {"action": {"verb": "demo.tour", "data": {"verb": "demo.tour"}}}
            await send(
                question(
                    service, f"19:p{n}", type="invoke", name="adaptiveCard/action", value=value
                )
            )
        print(
            f"acks     200 deliveries beside {model.calls} answers that take {SLOW} s: {_spread(times)} (asked: p99 1000 ms)"
        )
        figures = {"ack_p99_ms": quantiles(times, n=100)[98] * 1000}
        keep("teams_acks", size={"activities": len(times)}, figures=figures)


async def killed() -> None:
    model = StubModel()
    model.delay = PENDING
    async with (
        served(model.app) as port,
        two(f"http://127.0.0.1:{port}/v1") as (bots, service, client),
    ):
        for n in range(5):
            await client.post(f"{bots[0].url}/api/messages", json=question(service, f"19:{n}"))
        while model.calls < 5:
            await asyncio.sleep(0.1)
        model.delay = 1.0
        bots[0].kill()
        began = time.monotonic()
        while len(service.answers) < 5 and time.monotonic() - began < 90:
            await asyncio.sleep(0.1)
        await asyncio.sleep(3)
        took = max((at - began for at in service.first.values()), default=float("inf"))
        twice = sum(len(ids) > 1 for ids in service.answers.values())
        left = sum(service.placeholders[room] > 1 for room in service.placeholders)
        print(
            f"killed   {len(service.answers)} of 5 answered by the other process, the last after {took:.1f} s (asked: 30 s)"
        )
        print(f"         {twice} twice, {left} with a second placeholder")
        figures = {"missing": 5 - len(service.answers), "double": twice, "last_s": took}
        keep("teams_killed", size={"killed": 1}, figures=figures)


async def keys() -> None:
    asked = Counter[str]()

    def behave(how: str) -> Starlette:
        async def answer(_: Request) -> Response:
            asked[how] += 1
            if how == "hangs":
                await asyncio.sleep(30)
            return Response("<html>", 500)

        return Starlette(routes=[Route("/{path:path}", answer)])

    async with served(behave("answers")) as port:
        await PublishedKeys(metadata=f"http://127.0.0.1:{port}/config").key(
            "warm"
        )  # imports what a first fetch imports
    for how in ("hangs", "fails"):
        async with served(behave(how)) as port:
            known = PublishedKeys(metadata=f"http://127.0.0.1:{port}/config")
            stalls: list[float] = []
            probe = asyncio.create_task(_lag(stalls))
            await asyncio.gather(*(known.key(f"unknown{n}") for n in range(1000)))
            probe.cancel()
            print(
                f"keys     a server that {how}: asked {asked[how]} times for 1000 unknown keys (asked: 2), "
                f"the loop stood still {max(stalls) * 1000:.0f} ms at most (asked: 50)"
            )


async def _lag(stalls: list[float]) -> None:
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.005)
        stalls.append(time.perf_counter() - begun - 0.005)


def _spread(times: list[float]) -> str:
    cuts = quantiles(times, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, max {max(times) * 1000:.0f} ms"


async def main() -> None:
    every = {"keys": keys, "killed": killed, "acks": acks, "repeats": repeats}
    for name in sys.argv[1:] or every:
        await every[name]()


if __name__ == "__main__":
    asyncio.run(main())
