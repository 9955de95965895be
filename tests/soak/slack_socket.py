"""
Socket Mode while its connection is taken away again and again: is every event answered once, and how soon is it back?

`nice -n 5 python -m tests.soak.slack_socket [EVENTS] [DISCONNECTS]`, 2,000 and 200 unless told: requests to reconnect of three
kinds, resets, and lines that fall silent. The bot is a real process; Slack's end and the line to it are in this one.
"""

import asyncio
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from tests.bot.slack.api import SlackApi
from tests.soak.evidence import keep

ROOT = Path(__file__).resolve().parents[2]
API, LINE = 18920, 18921
KINDS = ("warning", "refresh_requested", "too_many_websockets", "reset", "silent")
TARGET = {"silent": 15.0}  # seconds; the others 3


class Line:
    """A relay that can fall silent, or break off."""

    def __init__(self):
        self.ends = []
        self.silent = set()

    async def serve(self, reader, writer):
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", API)
        end = (writer, there_writer)
        self.ends.append(end)
        with suppress(asyncio.CancelledError):  # at the end of the script
            await asyncio.gather(
                self.relay(end, reader, there_writer),
                self.relay(end, there_reader, writer),
                return_exceptions=True,
            )
        for one in end:
            one.close()
        if end in self.ends:
            self.ends.remove(end)

    async def relay(self, end, source, target):
        with suppress(OSError):
            while chunk := await source.read(65536):
                if end in self.silent:
                    await asyncio.sleep(120)
                target.write(chunk)
                await target.drain()
        target.close()

    def cut(self):
        for writer, _ in list(self.ends):
            if not writer.is_closing():
                with suppress(OSError):
                    now = struct.pack("ii", 1, 0)  # closing sends a reset
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, now
                    )
                writer.transport.abort()

    def hush(self):
        self.silent |= set(self.ends)


async def trouble(api, line, count, times, dice):
    kinds = [KINDS[n % len(KINDS)] if n % 20 < 10 or n % 5 != 4 else "reset" for n in range(count)]
    dice.shuffle(kinds)
    for kind in kinds:
        await api.edge.connected()
        before, began = api.edge.opened, time.monotonic()
        match kind:
            case "reset":
                line.cut()
            case "silent":
                line.hush()
                old = list(api.edge.connections)
            case _:
                await api.edge.disconnect(kind)
        while api.edge.opened == before and time.monotonic() - began < 60:
            await asyncio.sleep(0.01)
        times[kind].append(time.monotonic() - began)
        if kind == "silent":  # Slack, too, gives a silent line up
            for one in old:
                with suppress(ValueError):
                    api.edge.connections.remove(one)
        await asyncio.sleep(dice.random() * 0.1)


async def main(events, disconnects):
    dice, api, line = random.Random(3), SlackApi(), Line()
    api.url, api.socket = f"http://127.0.0.1:{API}", f"ws://127.0.0.1:{LINE}/link"
    routes = [
        Route("/api/{method}", api.take, methods=["GET", "POST"]),
        WebSocketRoute("/link", api.edge.link),
    ]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=API, log_level="critical")
    )
    serving = asyncio.create_task(server.serve())
    relay = await asyncio.start_server(line.serve, "127.0.0.1", LINE)
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_BASE": f"{api.url}/api/",
    }
    times, began = defaultdict(list), time.monotonic()
    with tempfile.TemporaryDirectory() as data:
        words = [sys.executable, "-m", "bot.command.cli", "serve", "--port", "0", "--data", data]
        bot = subprocess.Popen(
            words,
            cwd=ROOT,
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await api.edge.connected()
            gate = asyncio.Semaphore(8)
            done = asyncio.Event()

            async def one(n):
                stamp = f"{time.time():.0f}.{n:06}"
                event = {
                    "type": "app_mention",
                    "user": "U1",
                    "channel": f"C{n % 40}",
                    "ts": stamp,
                    "event_ts": stamp,
                    "text": "<@UB> RAGとは?",
                }
                owner = [{"user_id": "UB", "is_bot": True}]
                async with gate:
                    payload = {
                        "type": "event_callback",
                        "team_id": "T1",
                        "authorizations": owner,
                        "event": event,
                    }
                    await api.edge.send("events_api", payload, seconds=1.0, tries=200)
                    await asyncio.sleep(
                        0 if done.is_set() else 8 * disconnects / events
                    )  # events flow as long as lines break

            breaking = asyncio.create_task(trouble(api, line, disconnects, times, dice))
            breaking.add_done_callback(lambda _: done.set())
            await asyncio.gather(*(one(n) for n in range(events)))
            await breaking
            end = time.monotonic() + 120
            while (
                len([m for m in api.messages.values() if "[1]" in m["text"]]) < events
                and time.monotonic() < end
            ):
                await asyncio.sleep(0.5)
            alive = bot.poll() is None
        finally:
            bot.terminate()
            bot.wait(40)
    line.cut()
    relay.close()
    server.should_exit = server.force_exit = True
    await serving
    answered = [m["thread_ts"] for m in api.messages.values() if "[1]" in m["text"]]
    posted = [m["thread_ts"] for m in api.messages.values()]
    back = {k: (sorted(v)[int(len(v) * 0.95)], max(v), len(v)) for k, v in times.items()}
    print(
        f"{events} events, {sum(map(len, times.values()))} disconnects: {events - len(set(answered))} lost, {len(posted) - len(set(posted))} double, "
        f"process {'alive' if alive else 'gone'}; back after (p95/max s): "
        + ", ".join(
            f"{k} {p:.1f}/{m:.1f} (n={n}, asked {TARGET.get(k, 3.0):.0f})"
            for k, (p, m, n) in sorted(back.items())
        )
        + f"; {time.monotonic() - began:.0f} s"
    )
    lost, double = events - len(set(answered)), len(posted) - len(set(posted))
    silent = back.get("silent", (0.0, 0.0, 0))
    loud = [p95 for kind, (p95, _, _) in back.items() if kind != "silent"]
    figures = {"lost": lost, "double": double, "gone": int(not alive)}
    figures |= {"back_p95_s": max(loud, default=0.0), "silent_p95_s": silent[0]}
    size = {"events": events, "disconnects": sum(map(len, times.values()))}
    keep("slack_socket", size=size, figures=figures)


if __name__ == "__main__":
    asyncio.run(main(*(int(word) for word in [*sys.argv[1:], "2000", "200"][:2])))
