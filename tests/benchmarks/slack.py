"""
A thousand mentions, each delivered also as a message, 30 % of everything twice: exactly one answer each?

Run by hand: `python tests/benchmarks/slack.py`. The bot is a real process; Slack's API is a counter on loopback.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

SECRET, BOT, API, EVENTS = "benchmark-signing-secret", 18791, 18792, 1000
OWNER = [{"user_id": "UBOT", "is_bot": True}]
posted: Counter[str] = Counter()
answered: set[str] = set()
numbers = itertools.count(1)


async def api(request: Request) -> JSONResponse:
    method = request.path_params["method"]
    body = await request.body()
    told = json.loads(body) if body.startswith(b"{") else dict(await request.form())
    if method == "chat.postMessage":
        posted[told["thread_ts"]] += 1
        return JSONResponse(
            {"ok": True, "ts": f"9{next(numbers)}.{told['thread_ts'].replace('.', '')}"}
        )
    if method == "chat.update" and "[1]" in told.get("text", ""):
        answered.add(told["ts"].partition(".")[2])
    user = {"id": "U1", "team_id": "T1", "name": "aoi", "locale": "ja-JP"}
    return JSONResponse({"ok": True, "user": user, "user_id": "UBOT", "ts": told.get("ts", "1.1")})


def deliveries() -> list[bytes]:
    rows = []
    now = int(time.time())
    for n in range(EVENTS):
        for kind in ("app_mention", "message"):
            event = {
                "type": kind,
                "user": "U1",
                "channel": "C1",
                "ts": f"{now}.{n:06}",
                "text": "<@UBOT> RAGは文書を全部学習しますか?",
            }
            event |= {"channel_type": "channel"} if kind == "message" else {}
            rows.append(
                json.dumps(
                    {
                        "type": "event_callback",
                        "team_id": "T1",
                        "event_id": f"E{n}{kind}",
                        "authorizations": OWNER,
                        "event": event,
                    }
                ).encode()
            )
    generator = random.Random(7)
    rows += generator.sample(rows, len(rows) * 3 // 10)
    generator.shuffle(rows)
    return rows


async def send(
    client: httpx.AsyncClient, body: bytes, gate: asyncio.Semaphore, acks: list[float]
) -> None:
    stamp = str(int(time.time()))
    signature = (
        "v0="
        + hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    )
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
        "Content-Type": "application/json",
    }
    async with gate:
        began = time.perf_counter()
        answer = await client.post(
            f"http://127.0.0.1:{BOT}/slack/events", content=body, headers=headers
        )
        acks.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.status_code


async def main() -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=[Route("/api/{method}", api, methods=["GET", "POST"])]),
            port=API,
            log_level="error",
        )
    )
    serving = asyncio.create_task(server.serve())
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_BASE": f"http://127.0.0.1:{API}/api/",
    }
    with tempfile.TemporaryDirectory() as data:
        words = [
            sys.executable,
            "-m",
            "bot.command.cli",
            "serve",
            "--port",
            str(BOT),
            "--data",
            data,
        ]
        bot = subprocess.Popen(words, env=os.environ | settings, stdout=subprocess.DEVNULL)
        acks: list[float] = []
        try:
            async with httpx.AsyncClient(timeout=30) as client:
                while True:
                    try:
                        if (await client.get(f"http://127.0.0.1:{BOT}/ready")).status_code == 200:
                            break
                    except httpx.HTTPError:
                        await asyncio.sleep(0.2)
                rows, gate, began = deliveries(), asyncio.Semaphore(10), time.perf_counter()
                await asyncio.gather(*(send(client, row, gate, acks) for row in rows))
                sent = time.perf_counter() - began
                end = time.monotonic() + 120
                while len(answered) < EVENTS and time.monotonic() < end:
                    await asyncio.sleep(0.2)
                await asyncio.sleep(2)
        finally:
            bot.terminate()
            bot.wait(30)
    server.should_exit = True
    await serving
    acks.sort()
    doubles = sum(count > 1 for count in posted.values())
    print(
        f"{len(rows)} deliveries of {EVENTS} mentions: {len(posted)} answered, {doubles} twice, {len(answered)} finished"
    )
    print(f"sent in {sent:.1f} s; all done after {time.perf_counter() - began:.1f} s")
    print(
        f"ack p50 {acks[len(acks) // 2]:.1f} ms, p99 {acks[int(len(acks) * 0.99)]:.1f} ms, max {acks[-1]:.1f} ms"
    )


if __name__ == "__main__":
    asyncio.run(main())
