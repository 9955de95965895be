"""
Twenty people at the page for ten minutes, each signed in, each asking again as soon as the answer is read, beside a language
model that takes two seconds: how soon the first status comes, whether an answer is lost, and whether memory grows.

Run by hand: `python -m tests.soak.web_people [PEOPLE] [SECONDS]`, 20 and 600 unless told. Prints
its figures beside their bounds and keeps them as evidence. "Late" is how long the server takes to
answer a request that needs no work.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import httpx

from tests.ports import free_port
from tests.preloaded import Started
from tests.serving import served
from tests.soak.evidence import ROOT, keep
from tests.stub_model import StubModel

HOST = "bot.example.com"
PASSWORD = "ask-ask-ask-1"
MODEL = 2.0  # seconds before its first piece
KEEP = 3  # seconds, below the server's five: a client cannot tell a closed connection from a crash
READ = (3.0, 8.0)  # seconds somebody reads before asking on
QUESTIONS = (
    "社外秘の見積書を生成AIに入力してよいですか?",
    "RAGは社内文書をすべて学習するのですか?",
    "生成AIを使うのに研修は必要ですか?",
    "What does fine-tuning cost?",
    "個人情報を入力してもよいですか?",
    "Which approach is the cheapest?",
)
Sizes = list[tuple[float, float]]  # megabytes of the server by the clock


def memory(process: int) -> float:
    """Return the resident megabytes of the server."""
    with open(f"/proc/{process}/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


class Person:
    def __init__(self, address: str, number: int) -> None:
        limits = httpx.Limits(keepalive_expiry=KEEP)
        self.client = httpx.AsyncClient(base_url=address, timeout=120, limits=limits)
        self.number = number
        self.cookies: dict[str, str] = {}
        self.first: list[float] = []
        self.whole: list[float] = []
        self.lost: list[str] = []

    async def post(self, path: str, data: dict[str, str], **more: str) -> httpx.Response:
        answer = await self.client.send(self.request(path, data, **more))
        self.keep(answer)
        return answer

    def request(self, path: str, data: dict[str, str], **more: str) -> httpx.Request:
        headers = {"Host": HOST, "Origin": f"https://{HOST}", "X-Forwarded-Proto": "https", **more}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.client.build_request("POST", path, data=data, headers=headers)

    def keep(self, answer: httpx.Response) -> None:
        """Keep cookies though the connection is plain: a proxy stands before it in life."""
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value

    async def sign_in(self) -> None:
        answer = await self.post("/signin", {"password": PASSWORD, "name": f"person {self.number}"})
        assert answer.status_code == 303, answer.text

    async def talk(self, until: float) -> None:
        """Ask one question after the other; each begins a talk of its own now and then."""
        page = "/"
        while time.monotonic() < until:
            question = random.choice(QUESTIONS)
            began = time.monotonic()
            request = self.request(
                "/ask", {"q": question, "_page": page}, Accept="application/x-ndjson"
            )
            last = ""
            first = 0.0
            try:
                answer = await self.client.send(request, stream=True)
                async for line in answer.aiter_lines():
                    row = json.loads(line)
                    if row.get("turn"):
                        first = first or time.monotonic() - began
                        last = row["html"]
            except (httpx.HTTPError, ValueError) as error:
                self.lost.append(repr(error))
                continue
            self.first.append(first or 60.0)
            self.whole.append(time.monotonic() - began)
            if not last or "aria-busy" in last or answer.status_code != 200:
                self.lost.append(f"{answer.status_code}: {last[:80]}")
            await asyncio.sleep(random.uniform(*READ))


def at(times: list[float], share: float) -> float:
    """Return the time that this share of all does not exceed."""
    times = sorted(times)
    return times[min(int(len(times) * share), len(times) - 1)]


def spread(times: list[float]) -> str:
    """Return a median, the time of 95 in a hundred and the longest, in words."""
    return f"p50 {at(times, 0.5):.2f} s, p95 {at(times, 0.95):.2f} s, max {max(times):.2f} s"


async def main(people: int, seconds: float) -> int:
    """Serve a house of its own with a slow model, and let people talk to it."""
    model = StubModel()
    model.delay = MODEL
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        async with served(model.app) as model.port:
            environment = os.environ | {
                "LLM_CHOOSE_DATA": folder,
                "LLM": "openai:fact",
                "LLM_API_KEY": "sk-none",
                "LLM_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
                "PUBLIC_URL": f"https://{HOST}",
                "WEB_PASSWORD": PASSWORD,
            }
            words = [sys.executable, "-m", "bot.command.cli", "serve", "--port", str(port)]
            quiet = subprocess.DEVNULL
            process = Started(words, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
            try:
                return await load(process.pid, f"http://127.0.0.1:{port}", people, seconds)
            finally:
                process.terminate()
                process.wait()


async def ready(client: httpx.AsyncClient) -> None:
    """Wait until the server takes questions."""
    while True:
        try:
            if (await client.get("/ready")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.2)


async def watched(client: httpx.AsyncClient, process: int, until: float) -> tuple[Sizes, list]:
    """Return what the server's memory was meanwhile, and how late it was."""
    sizes: Sizes = []
    late = []
    while time.monotonic() < until:
        began = time.monotonic()
        await client.get("/live")
        late.append(time.monotonic() - began)
        sizes.append((began, memory(process)))
        await asyncio.sleep(1)
    return sizes, late


def slope(sizes: Sizes) -> float:
    """Return the megabytes a minute over the last two thirds."""
    settled = sizes[len(sizes) // 3 :]
    minutes = (settled[-1][0] - settled[0][0]) / 60
    return (settled[-1][1] - settled[0][1]) / max(minutes, 0.01)


async def load(process: int, address: str, people: int, seconds: float) -> int:
    """Let everybody talk for so long, and tell how it went."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        await ready(client)
        crowd = [Person(address, number) for number in range(people)]
        for person in crowd:
            await person.sign_in()
        until = time.monotonic() + seconds
        talking = [asyncio.create_task(person.talk(until)) for person in crowd]
        sizes, late = await watched(client, process, until)
        await asyncio.gather(*talking)
    first = [one for person in crowd for one in person.first]
    whole = [one for person in crowd for one in person.whole]
    lost = [one for person in crowd for one in person.lost]
    grown = slope(sizes)
    print(f"{people} people, {seconds:.0f} s, {len(whole)} answers, load {os.getloadavg()[0]:.0f}")
    print(f"first status: {spread(first)} (p95 1 s)")
    print(f"whole answer: {spread(whole)}")
    print(f"late: {spread(late)}")
    print(f"lost: {len(lost)} (0) {lost[:3]}")
    print(f"memory: {sizes[0][1]:.0f} → {sizes[-1][1]:.0f} MB, {grown:.2f} MB/min (1)")
    figures = {
        "answers": len(whole),
        "first_status_p95_s": at(first, 0.95),
        "whole_p95_s": at(whole, 0.95),
        "late_p95_ms": at(late, 0.95) * 1000,
        "lost": len(lost),
        "slope_mb_min": grown,
    }
    keep("web_people", size={"people": people, "seconds": seconds}, figures=figures)
    return 1 if lost else 0


if __name__ == "__main__":
    numbers = [float(word) for word in sys.argv[1:]]
    people, seconds = [*numbers, *(20, 600)[len(numbers) :]]
    raise SystemExit(asyncio.run(main(int(people), seconds)))
