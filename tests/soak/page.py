"""The bot as a process of its own, and people signed in at its page, for soaks that ask over HTTP."""

import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.processes import BotProcess

PASSWORD = "only-for-this-run"  # of a page that lives as long as its script
TOKEN = "figures-of-this-run-only"
HEADERS = {"Accept": "application/x-ndjson"}
KEEP = 3  # seconds, below the server's five: a client cannot tell a closed connection from a crash


@dataclass(frozen=True)
class Told:
    """What became of one question: seconds to the first sign and to the end, -1 where there was none."""

    first: float
    end: float
    html: str


@dataclass
class Guest:
    """One person with a browser of their own."""

    client: httpx.AsyncClient
    url: str

    async def ask(self, question):
        began, first, html = time.perf_counter(), -1.0, ""
        data = {"q": question}
        try:
            async with self.client.stream("POST", f"{self.url}/ask", data=data) as answer:
                answer.raise_for_status()
                async for line in answer.aiter_lines():
                    if first < 0:
                        first = time.perf_counter() - began
                    html = json.loads(line).get("html", html)
        except (httpx.HTTPError, ValueError):
            return Told(first, -1.0, "")
        return Told(first, time.perf_counter() - began, html)


@asynccontextmanager
async def serving(folder, people, **settings):
    """Yield the process and so many guests who are signed in."""
    passwords = {"PUBLIC_URL": "http://127.0.0.1", "WEB_PASSWORD": PASSWORD, "METRICS_TOKEN": TOKEN}
    bot = BotProcess(Path(folder), {"LLM": "", "EMBEDDING": ""} | passwords | settings)
    guests = []
    try:
        await bot.listening()
        await _answering(bot)
        for number in range(people):
            guests.append(await _signed_in(bot.url, f"person {number}"))
        yield bot, guests
    finally:
        for guest in guests:
            await guest.client.aclose()
        bot.kill()


async def _answering(bot):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(timeout=300, headers=headers) as client:
        while (await client.get(f"{bot.url}/ready")).status_code != 200:
            time.sleep(0.2)


async def _signed_in(url, name):
    limits = httpx.Limits(max_connections=200, keepalive_expiry=KEEP)
    headers = HEADERS | {"Origin": url}
    client = httpx.AsyncClient(timeout=300, limits=limits, headers=headers, cookies={"lang": "ja"})
    answer = await client.post(f"{url}/signin", data={"password": PASSWORD, "name": name})
    if answer.status_code != 303:
        raise RuntimeError(answer.status_code)
    return Guest(client, url)


async def figures(bot):
    """Return every sample of the process's figures by its name with labels."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(timeout=300, headers=headers) as client:
        text = (await client.get(f"{bot.url}/metrics")).text
    rows = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in rows}
