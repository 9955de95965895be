"""
Three replicas on one Redis, killed again and again while mentions pour in: is each answered exactly once?

`nice -n 5 python -m tests.soak.slack_replicas [MENTIONS] [KILLS] [RESTARTS] [rolling] [ahead]`, 7,000, 20 and none unless told;
RESTARTS after the kills, or `rolling` in place of them, restart one replica after the other as an upgrade does (SIGTERM, and the
next once this one answers); `ahead` sets the clock of one replica 16 seconds forward, by libfaketime (Debian: `apt-get install
faketime`). Every mention also comes as a `message` event, 30 % of all deliveries come twice, in any order, one replica after the
other; what is not acknowledged is sent again, as Slack does. Slack's API is a counter on loopback, Redis keeps an AOF. One line is the result.
"""

import asyncio
import hashlib
import hmac
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
from tests.soak.evidence import keep

PEOPLE = 200
SECRET, REPLICAS, GATE = "soak-signing-secret", 3, 12
PORT = int(
    os.environ.get("SOAK_PORT", "18909")
)  # of Redis; the next ones are Slack's and the replicas'
ROOT = Path(__file__).resolve().parents[2]


class Slack:
    """Threads as Slack keeps them: what was posted in each, and what stands there now."""

    def __init__(self):
        self.threads = {}
        self.numbers = 0

    async def take(self, request: Request) -> JSONResponse:
        method = request.path_params["method"]
        body = await request.body()
        told = (
            json.loads(body)
            if body.startswith(b"{")
            else dict(await request.form()) | dict(request.query_params)
        )
        answer = {
            "ok": True,
            "user_id": "UBOT",
            "user": {"id": "U1", "team_id": "T1", "locale": "ja-JP"},
        }
        if method == "chat.postMessage":
            self.numbers += 1
            ts = f"9.{self.numbers:07}"
            metadata = (
                told["metadata"]
                if isinstance(told["metadata"], dict)
                else json.loads(told["metadata"])
            )
            self.threads.setdefault(told["thread_ts"], {})[ts] = {
                "ts": ts,
                "text": told["text"],
                "metadata": metadata,
            }
            answer |= {"ts": ts, "channel": told["channel"]}
            await asyncio.sleep(0.01)  # a kill may fall between a post and its answer
        elif method == "chat.update":
            next(t for t in self.threads.values() if told["ts"] in t)[told["ts"]]["text"] = told[
                "text"
            ]
        elif method == "chat.delete":  # one of two posted at the same moment is taken back
            next(t for t in self.threads.values() if told["ts"] in t).pop(told["ts"])
        elif method == "conversations.replies":
            answer["messages"] = list(self.threads.get(told["ts"], {}).values())
        return JSONResponse(answer)

    def answered(self):
        return {
            thread
            for thread, rows in self.threads.items()
            if any("[1]" in row["text"] for row in rows.values())
        }

    def else_said(self):
        """Count the last words of the threads without an answer."""
        last = Counter()
        for thread in self.threads.keys() - self.answered():
            rows = list(self.threads[thread].values())
            last[rows[-1]["text"][:80] if rows else "told alone, or nothing"] += 1
        return last


def deliveries(count, dice):
    rows = []
    now = time.time()
    for n in range(count):
        ts = f"{now:.0f}.{n:06}"
        event = {
            "user": f"U{n % PEOPLE}",  # one person may have so many waiting, and no more
            "channel": f"C{n % 50}",
            "ts": ts,
            "event_ts": ts,
            "text": "<@UBOT> RAGは文書を全部学習しますか?",
        }
        for kind in ({"type": "app_mention"}, {"type": "message", "channel_type": "channel"}):
            owner = [{"user_id": "UBOT", "is_bot": True}]
            payload = {
                "type": "event_callback",
                "team_id": "T1",
                "authorizations": owner,
                "event": event | kind,
            }
            rows.append((n, json.dumps(payload).encode()))
    rows += dice.sample(rows, len(rows) * 3 // 10)
    rows.sort(key=lambda row: row[0] + dice.random() * 200)  # out of order, but not by hours
    return [body for _, body in rows]


class Fleet:
    def __init__(self, folder, api, redis, ahead=0):
        self.ahead = ahead
        self.ports = [PORT + 2 + n for n in range(REPLICAS)]
        self.folder, self.api, self.redis = folder, api, redis
        self.running = {}

    def start(self, n):
        words = [
            sys.executable,
            "-m",
            "bot.command.cli",
            "serve",
            "--port",
            str(self.ports[n]),
            "--data",
            f"{self.folder}/{n}",
        ]
        settings = {
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_BASE": self.api,
            "REDIS_URL": self.redis,
        }
        if self.ahead and n == 0:  # the clock of one machine is wrong, and nobody else's
            # not by `faketime` itself, which would be killed in place of the replica
            library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
            settings |= {"LD_PRELOAD": str(library), "FAKETIME": f"+{self.ahead}s"}
            settings["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        with open(f"{self.folder}/{n}.log", "ab") as log:
            self.running[n] = subprocess.Popen(
                words, cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
            )

    async def ready(self, client, n, page="live"):
        """Wait until a replica hears ("live"), or until it has loaded all it answers from ("ready")."""
        while True:
            with suppress(httpx.HTTPError):
                url = f"http://127.0.0.1:{self.ports[n]}/{page}"
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.1)

    def kill(self, n):
        self.running[n].kill()
        self.running[n].wait()

    async def stop(self, n):
        """Ask a replica to end, as an upgrade does, and return how long it took, in seconds."""
        began = time.perf_counter()
        self.running[n].terminate()
        await asyncio.to_thread(self.running[n].wait)
        return time.perf_counter() - began


async def deliver(client, fleet, body, first, gate, acks):
    """Send until somebody says yes, as Slack does, with shorter pauses."""
    async with gate:
        for attempt in range(60):
            stamp = str(int(time.time()))
            signature = (
                "v0="
                + hmac.new(
                    SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
                ).hexdigest()
            )
            headers = {
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signature,
                "Content-Type": "application/json",
            }
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
            port = fleet.ports[(first + attempt) % REPLICAS]
            began = time.perf_counter()
            try:
                answer = await client.post(
                    f"http://127.0.0.1:{port}/slack/events",
                    content=body,
                    headers=headers,
                    timeout=10,
                )
                if answer.status_code == 200:
                    acks.append((time.perf_counter() - began) * 1000)
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.3)
    raise SystemExit("a delivery was never acknowledged")


async def chaos(fleet, client, kills, sent, span, dice):
    """Kill a replica at random points of that span of the stream and start it again."""
    for at in sorted(dice.sample(span, kills)):
        while sent() < at:
            await asyncio.sleep(0.02)
        await asyncio.sleep(dice.random() * 0.05)
        n = dice.randrange(REPLICAS)
        fleet.kill(n)
        await asyncio.sleep(dice.random())
        fleet.start(n)
        await fleet.ready(client, n)


async def roll(fleet, client, restarts, sent, span, ends):
    """Restart one replica after the other, evenly over that span; put into `ends` how long each took to end."""
    for number in range(restarts):
        while sent() < span[len(span) * (number + 1) // (restarts + 2)]:
            await asyncio.sleep(0.02)
        n = number % REPLICAS
        ends.append(await fleet.stop(n))
        fleet.start(n)
        await fleet.ready(client, n)


async def trouble(fleet, client, kills, restarts, sent, total, dice, ends):
    """Kill, then restart, each over its share of the stream, but for its begin and end."""
    middle = range(total // 20, total * 19 // 20)
    cut = len(middle) * kills // max(1, kills + restarts)
    if kills:
        await chaos(fleet, client, kills, sent, middle[:cut], dice)
    if restarts:
        await roll(fleet, client, restarts, sent, middle[cut:], ends)


def record(size, figures, kills, ends, ahead):
    """Keep what was found under the name of what was done to the replicas."""
    size |= {"kills": kills, "restarts": len(ends)}
    if ends:
        figures["end_max_s"] = max(ends)
    if ahead:
        keep("slack_ahead", size=size | {"ahead_s": ahead}, figures=figures)
        return
    if kills:
        keep("slack_replicas", size=size, figures=figures)
    if ends:
        keep("slack_rolling", size=size, figures=figures)
    if not kills and not ends:
        keep("slack_quiet", size=size, figures=figures)


async def main(mentions, kills, restarts, *, ahead):
    dice = random.Random(11)
    slack = Slack()
    config = uvicorn.Config(
        Starlette(routes=[Route("/api/{method}", slack.take, methods=["GET", "POST"])]),
        port=PORT + 1,
        log_level="error",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    with tempfile.TemporaryDirectory() as folder:
        redis = subprocess.Popen(
            [
                binary(),
                "--port",
                str(PORT),
                "--save",
                "",
                "--appendonly",
                "yes",
                "--dir",
                folder,
            ],
            stdout=subprocess.DEVNULL,
        )
        api, store = f"http://127.0.0.1:{PORT + 1}/api/", f"redis://127.0.0.1:{PORT}"
        fleet = Fleet(folder, api, store, ahead)
        acks, began = [], time.perf_counter()
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                await asyncio.sleep(0.5)
                for n in range(REPLICAS):
                    fleet.start(n)
                for n in range(REPLICAS):
                    await fleet.ready(client, n)
                rows, gate, started = (
                    deliveries(mentions, dice),
                    asyncio.Semaphore(GATE),
                    time.perf_counter(),
                )
                ends = []
                work = trouble(
                    *(fleet, client, kills, restarts, lambda: len(acks), len(rows), dice, ends)
                )
                troubled = asyncio.create_task(work)
                await asyncio.gather(
                    *(
                        deliver(client, fleet, row, k % REPLICAS, gate, acks)
                        for k, row in enumerate(rows)
                    )
                )
                await troubled
                sent = time.perf_counter() - started
                end = time.monotonic() + 240
                while len(slack.answered()) < mentions and time.monotonic() < end:
                    await asyncio.sleep(0.5)
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
        logs = [
            line
            for n in range(REPLICAS)
            for line in Path(f"{folder}/{n}.log").read_text().splitlines()
            if line.startswith("{")
        ]
        told = Counter(
            " ".join((row["message"], row.get("error", ""), *row.get("frames", [])[-2:]))
            for row in map(json.loads, logs)
        )
    acks.sort()
    double = sum(len(rows) > 1 for rows in slack.threads.values())
    how = f"{kills} killed, {restarts} restarted"
    if ends:
        how += f", each ended in at most {max(ends):.1f} s"
    print(
        f"{len(rows)} deliveries of {mentions} mentions to {REPLICAS} replicas, {how}: {mentions - len(slack.answered())} missing, "
        f"{double} double; ack p50 {acks[len(acks) // 2]:.0f} ms, p99 {acks[int(len(acks) * 0.99)]:.0f} ms, max {acks[-1]:.0f} ms; "
        f"sent in {sent:.0f} s, answered after {time.perf_counter() - began:.0f} s"
    )
    print(f"logged: {dict(told)}")
    print(f"what stands where no answer does: {slack.else_said().most_common(5)}")
    figures = {"missing": mentions - len(slack.answered()), "double": double}
    figures |= {"ack_p50_ms": acks[len(acks) // 2], "ack_p99_ms": acks[int(len(acks) * 0.99)]}
    figures["ack_max_ms"] = acks[-1]
    size = {"mentions": mentions, "deliveries": len(rows)}
    record(size, figures, kills, ends, ahead)


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    mentions_, kills_, restarts_ = [*words, *(7000, 20, 0)[len(words) :]]
    if "rolling" in sys.argv:
        kills_, restarts_ = 0, kills_
    ahead_ = 16 if "ahead" in sys.argv else 0  # seconds, more than a lease has
    asyncio.run(main(mentions_, kills_, restarts_, ahead=ahead_))
