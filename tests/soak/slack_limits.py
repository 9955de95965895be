"""
Two hundred mentions at once in one channel of a Slack that keeps its published limits: is each answered once, or told its place?

`nice -n 5 python -m tests.soak.slack_limits [MENTIONS] [KILLS]`, 200 and 0 unless told. Three replicas on one Redis, or one
(`SOAK_REPLICAS=1`). A message a second and channel with bursts of ten, updates and reads 50 a minute; above that 429 with a
Retry-After. One line is the result.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.service.redis_server import binary
from tests.bot.slack.api import Limit
from tests.soak import slack_replicas as soak

BURST, INTERVAL = 10, 1.0  # of messages in one channel
soak.REPLICAS = int(os.environ.get("SOAK_REPLICAS", "3"))


class LimitedSlack(soak.Slack):
    """Counts what it refused, and who was told a place in the line."""

    def __init__(self):
        super().__init__()
        self.limits = {
            "chat.postMessage": Limit(INTERVAL, BURST),
            "chat.update": Limit(60 / 50, 10),
            "conversations.replies": Limit(60 / 50, 10),
            "assistant.threads.setStatus": Limit(60 / 600, 50),
        }
        self.calls = Counter()
        self.told = set()
        self.apologies = 0
        self.first = self.last = 0.0

    async def take(self, request: Request) -> JSONResponse:
        method = request.path_params["method"]
        limit = self.limits.get(method)
        if limit and not limit.takes():
            wait = {"Retry-After": "1"}
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, wait)
        self.calls[method] += 1
        body = (await request.body()).decode()
        if method == "chat.postMessage":
            self.last = time.monotonic()
            self.first = self.first or self.last
        if method == "assistant.threads.setStatus" and "混み合って" in json.loads(body)["status"]:
            self.told.add(json.loads(body)["thread_ts"])
        self.apologies += method.endswith("Ephemeral") and "うまく答えられません" in body
        return await super().take(request)


def deliveries(count):
    now = time.time()
    owner = [{"user_id": "UBOT", "is_bot": True}]
    rows = []
    for n in range(count):
        ts = f"{now:.0f}.{n:06}"
        person = f"U{n}"  # of one person so many at once are not taken
        event = {"type": "app_mention", "user": person, "channel": "C1", "ts": ts, "event_ts": ts}
        event["text"] = "<@UBOT> RAGは文書を全部学習しますか?"
        payload = {"type": "event_callback", "team_id": "T1", "authorizations": owner}
        rows.append(json.dumps(payload | {"event": event}).encode())
    return rows


async def killed(fleet, client, kills, dice, slack, mentions):
    """Kill a replica each time a share of the answers is there."""
    for number in range(1, kills + 1):
        while len(slack.answered()) < mentions * number / (kills + 1):
            await asyncio.sleep(0.2)
        n = dice.randrange(soak.REPLICAS)
        fleet.kill(n)
        fleet.start(n)
        await fleet.ready(client, n)


def warnings(folder):
    """Count what the replicas logged as amiss: a machine that is too slow shows there, as a store that fails or turns taken over."""
    warned = Counter()
    for path in Path(folder).glob("*.log"):
        for line in path.read_text(errors="replace").splitlines():
            with suppress(ValueError, TypeError):
                record = json.loads(line)
                if record.get("level") in ("warning", "error"):
                    warned[record["message"]] += 1
    return warned


async def main(mentions, kills):
    dice = random.Random(11)
    slack = LimitedSlack()
    routes = [Route("/api/{method}", slack.take, methods=["GET", "POST"])]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=soak.PORT + 1, log_level="error")
    )
    serving = asyncio.create_task(server.serve())
    with tempfile.TemporaryDirectory() as folder:
        words = ["--port", str(soak.PORT), "--save", "", "--appendonly", "yes", "--dir", folder]
        redis = subprocess.Popen([binary(), *words], stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{soak.PORT + 1}/api/"
        fleet = soak.Fleet(folder, address, f"redis://127.0.0.1:{soak.PORT}")
        acks = []
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                for n in range(soak.REPLICAS):
                    fleet.start(n)
                for n in range(soak.REPLICAS):
                    await fleet.ready(client, n, "ready")
                gate = asyncio.Semaphore(50)
                trouble = asyncio.create_task(killed(fleet, client, kills, dice, slack, mentions))
                sends = []
                for k, row in enumerate(deliveries(mentions)):
                    first = k % soak.REPLICAS
                    sends.append(soak.deliver(client, fleet, row, first, gate, acks))
                await asyncio.gather(*sends)
                end = time.monotonic() + mentions * INTERVAL * 2 + 60
                while len(slack.answered()) < mentions and time.monotonic() < end:
                    await asyncio.sleep(0.5)
                trouble.cancel()
                await asyncio.sleep(5)
        finally:
            for process in fleet.running.values():
                process.terminate()
            for process in fleet.running.values():  # what is in hand still speaks to Slack
                await asyncio.to_thread(process.wait, 40)
            redis.terminate()
            redis.wait()
            server.should_exit = True
            await serving
        warned = warnings(folder)
    double = sum(len(rows) > 1 for rows in slack.threads.values())
    seconds = slack.last - slack.first
    allowed = (mentions - BURST) * INTERVAL
    refused = {name: limit.refused for name, limit in slack.limits.items()}
    print(
        f"{mentions} mentions to {soak.REPLICAS} replicas, {kills} killed: {mentions - len(slack.answered())} missing, {double} double, "
        f"{slack.apologies} apologies, {len(slack.told)} told their place; in {seconds:.0f} s where {allowed:.0f} s are allowed "
        f"({allowed / seconds:.2f} of the throughput); refused {refused}; calls {dict(slack.calls)}; "
        f"acknowledged within {max(acks, default=0.0):.0f} ms; logged {dict(warned)}"
    )


if __name__ == "__main__":
    asyncio.run(main(*(int(word) for word in [*sys.argv[1:], "200", "0"][:2])))
