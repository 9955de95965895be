"""
Questions at five a second while the session store or the index fails in every way: is each answered once, and how soon
does all go on?

    nice -n 5 python -m tests.soak.away redis [SECONDS]     refused, frozen, slow, hung up on, replies lost; then killed ten times
    nice -n 5 python -m tests.soak.away qdrant [SECONDS]    late at the start, frozen

SECONDS (30) is how long each fault lasts. The whole bot runs in this process behind `tests/fault_proxy.py`, with a real
redis-server; Qdrant is its protocol on loopback (`tests/qdrant_server.py`) in a process that can be frozen. What the bot
refuses (503) is sent again a second later, as platforms do.
"""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.deliveries import NotSafe
from bot.endpoint import Delivery
from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Message, Person, Text
from tests.fault_proxy import FaultProxy
from tests.ports import free_port
from tests.processes import RedisProcess
from tests.serving import served
from tests.soak.evidence import keep
from tests.stub_model import StubModel

RATE = 5  # questions a second
RESET = 0.2  # seconds between two moments at which every connection breaks off
SLOW = 0.5  # seconds a slow reply takes longer
LOST = 0.05  # of all replies
KILLS = 10
AFTER = 25  # seconds at the end, longer than a lease: whatever would be answered twice is by now
LATEST = 60.0  # seconds recovery is waited for
QUESTIONS = (
    "RAGは社内文書を全部学習しますか?",
    "What are the drawbacks of fine-tuning?",
    "開発期間が短いのはどの方式ですか",
)
SERVER = "import sys, uvicorn; from tests.qdrant_server import QdrantServer; uvicorn.run(QdrantServer().app, port=int(sys.argv[1]), log_level='critical')"


@dataclass
class Paper:
    """A platform on paper: remembers when each question was asked and finally answered, and with what."""

    name: str = "paper"
    asked: dict[str, float] = field(default_factory=dict)
    finals: Counter = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    otherwise: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    async def read(self, payload):
        person = Person(f"paper:{payload['id']}", "Aoi", "ja")
        place = f"place:{payload['id']}"
        return Message(
            payload["id"], person, place, Audience(person.id, private=True), Text(payload["text"])
        )

    def screen(self, payload, message, memory):
        return Sheet(self, payload["id"], memory)


@dataclass
class Sheet:
    paper: Paper
    id: str
    memory: dict

    async def show(self, reply):
        self.memory["shown"] = "1"
        if not reply.final:
            return
        self.paper.finals[self.id] += 1
        self.paper.seconds.setdefault(self.id, time.monotonic() - self.paper.asked[self.id])
        if reply.answer is not None:
            self.paper.answered.add(self.id)
        else:
            self.paper.otherwise[self.id] = reply.text


@dataclass
class House:
    """The bot at work, who asks it, and what is found."""

    application: Application
    paper: Paper
    figures: dict[str, float] = field(default_factory=dict)
    sending: set[asyncio.Task] = field(default_factory=set)

    def send(self, id_, text):
        self.paper.asked[id_] = time.monotonic()
        task = asyncio.create_task(self._deliver(Delivery(id_, "paper", {"id": id_, "text": text})))
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)

    async def _deliver(self, delivery):
        while True:
            with suppress(NotSafe):
                await self.application.turns.hear(delivery)
                return
            await asyncio.sleep(1.0)

    async def ask(self, phase, seconds):
        for number in range(int(seconds * RATE)):
            self.send(f"{phase}-{number}", QUESTIONS[number % len(QUESTIONS)])
            await asyncio.sleep(1 / RATE)

    async def recovered(self, phase, *, written=False):
        """Note the seconds until the store answers and a question asked anew has its answer."""
        began = time.monotonic()
        number = 0
        while time.monotonic() - began < LATEST:
            number += 1
            asked = f"{phase}after-{number}"
            self.send(asked, QUESTIONS[0])
            with suppress(TimeoutError):
                async with asyncio.timeout(5.0):
                    while asked not in self.paper.answered:
                        await asyncio.sleep(0.01)
            if asked in self.paper.answered and await self.application.sessions.alive():
                break
        self.figures[f"{phase}_recovery_s"] = time.monotonic() - began

    def judge(self, phase, *, answers=True):
        """Count what of a phase was not answered, or more than once; print its times."""
        ids = [id_ for id_ in self.paper.asked if id_.startswith(phase)]
        done = self.paper.answered if answers else set(self.paper.finals)
        times = sorted(self.paper.seconds[id_] for id_ in ids if id_ in self.paper.seconds)
        self.figures[f"{phase}_missing"] = len(set(ids) - done)
        self.figures[f"{phase}_twice"] = sum(self.paper.finals[id_] > 1 for id_ in ids)
        self.figures[f"{phase}_p95_s"] = times[int(len(times) * 0.95)] if times else LATEST
        told = {name: round(n, 2) for name, n in self.figures.items() if name.startswith(phase)}
        print(f"{phase}: {len(ids)} asked, slowest {times[-1]:.2f} s, {told}", flush=True)
        if answers:
            said = Counter(self.paper.otherwise.get(id_, "nothing") for id_ in {*ids} - done)
            print(f"  where no answer stands: {said.most_common(3)}" if said else "", flush=True)


@asynccontextmanager
async def house(settings, folder):
    logging.disable(logging.CRITICAL)
    paper = Paper()
    async with Application(load(settings, data=folder), patient=True) as application:
        application.turns.register(paper)
        yield House(application, paper)


async def redis(seconds):
    with tempfile.TemporaryDirectory() as folder:
        server = RedisProcess(Path(folder) / "redis")
        await server.listening()
        async with FaultProxy(server.socket) as proxy:
            settings = {"REDIS_URL": f"redis://127.0.0.1:{proxy.port}"}
            async with house(settings, folder) as place:
                await place.application.answers()
                await place.ask("normal", 10)
                for name, fault in FAULTS.items():
                    async with fault(server, proxy):
                        await place.ask(name, seconds)
                    await place.recovered(name)
                await asyncio.sleep(AFTER)
                for name in ("normal", *FAULTS):
                    place.judge(name)
        server.end()
    keep("redis_faults", size={"seconds": seconds, "rate": RATE}, figures=place.figures)


@asynccontextmanager
async def _refused(server, proxy):
    proxy.refusing = True
    proxy.hang_up()
    yield
    proxy.refusing = False


@asynccontextmanager
async def _frozen(server, proxy):
    server.freeze()
    yield
    server.thaw()


@asynccontextmanager
async def _latency(server, proxy):
    proxy.delay = SLOW
    yield
    proxy.delay = 0.0


@asynccontextmanager
async def _resets(server, proxy):
    async def reset():
        while True:
            await asyncio.sleep(RESET)
            proxy.hang_up()

    resetting = asyncio.create_task(reset())
    yield
    resetting.cancel()


@asynccontextmanager
async def _loss(server, proxy):
    proxy.loss = LOST
    yield
    proxy.loss = 0.0


FAULTS = {
    "refused": _refused,
    "frozen": _frozen,
    "latency": _latency,
    "resets": _resets,
    "loss": _loss,
}


async def killed():
    """Our own redis-server, killed every two seconds and started again by us."""
    with tempfile.TemporaryDirectory() as folder:
        async with house({}, folder) as place:
            await place.application.answers()
            for _ in range(KILLS):
                os.kill(place.application.store.server.pid, signal.SIGKILL)
                await place.ask(f"killed{_}", 2)
            await place.recovered("killed")
            await asyncio.sleep(AFTER)
            place.judge("killed")
    keep("redis_killed", size={"kills": KILLS}, figures=place.figures)


async def qdrant(seconds):
    stub, port = StubModel(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        async with served(stub.app) as model:
            settings = {
                "QDRANT_URL": f"http://127.0.0.1:{port}",
                "LLM": "openai:fact",
                "LLM_API_KEY": "sk-1",
                "LLM_BASE_URL": f"http://127.0.0.1:{model}/v1",
            }
            async with house(settings, folder) as place:
                await place.ask("late", seconds)
                server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)])
                try:
                    await _answering(port)
                    began = time.monotonic()
                    await place.application.opened()
                    place.figures["late_open_s"] = time.monotonic() - began
                    await place.recovered("late")
                    await place.ask("normal", 10)
                    await asyncio.sleep(5)
                    before = stub.calls
                    server.send_signal(signal.SIGSTOP)
                    await place.ask("frozen", seconds)
                    from_memory = stub.calls - before
                    server.send_signal(signal.SIGCONT)
                    await place.recovered("frozen")
                    await asyncio.sleep(AFTER)
                finally:
                    server.kill()
                    server.wait()
            for name in ("late", "frozen"):
                place.judge(name, answers=False)
            place.judge("normal")
    figures = place.figures
    for name in ("missing", "twice", "recovery_s"):
        figures[name] = max(figures[f"late_{name}"], figures[f"frozen_{name}"])
    figures["from_memory"] = from_memory
    keep("qdrant_away", size={"seconds": seconds, "rate": RATE}, figures=figures)


async def _answering(port):
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)


async def main(words):
    numbers = [int(word) for word in words if word.isdecimal()]
    seconds = [*numbers, 30][0]
    names = {word for word in words if not word.isdecimal()} or {"redis", "killed", "qdrant"}
    if "redis" in names:
        await redis(seconds)
    if "killed" in names:
        await killed()
    if "qdrant" in names:
        await qdrant(seconds)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
