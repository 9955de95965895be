"""
Questions at five a second while the session store is gone, frozen or comes back: everyone gets one answer, soon.

Run by hand: `python -m tests.soak.redis_away`. Uses the whole bot in one process with its own redis-server; about two minutes.
"""

import asyncio
import logging
import os
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

from bot.service.application import Application
from bot.settings import load
from bot.turns import Delivery
from handlers.conversation import Audience, Message, Person, Text

RATE = 5  # questions a second
AWAY = 30  # seconds
QUESTIONS = (
    "RAGは社内文書を全部学習しますか?",
    "What are the drawbacks of fine-tuning?",
    "開発期間が短いのはどの方式ですか",
)


@dataclass
class Paper:
    """A platform on paper: remembers when each question was asked and finally answered."""

    name: str = "paper"
    asked: dict[str, float] = field(default_factory=dict)
    answers: Counter = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    async def read(self, payload):
        person = Person(f"paper:{payload['id']}", "Aoi", "ja")
        return Message(
            payload["id"],
            person,
            f"place:{payload['id']}",
            Audience(person.id, private=True),
            Text(payload["text"]),
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
        if reply.final:
            self.paper.answers[self.id] += 1
            self.paper.seconds.setdefault(self.id, time.monotonic() - self.paper.asked[self.id])


async def ask(application, paper, phase, seconds):
    for n in range(seconds * RATE):
        id_ = f"{phase}-{n}"
        paper.asked[id_] = time.monotonic()
        payload = {"id": id_, "text": QUESTIONS[n % len(QUESTIONS)]}
        asyncio.get_running_loop().create_task(
            application.turns.hear(Delivery(id_, "paper", payload))
        )
        await asyncio.sleep(1 / RATE)


async def main():
    logging.disable(logging.CRITICAL)
    paper = Paper()
    with tempfile.TemporaryDirectory() as folder:
        async with Application(load({}, data=folder)) as application:
            application.turns.register(paper)
            await application.answers()
            await ask(application, paper, "normal", 10)
            pid = application.store.server.pid
            os.kill(pid, signal.SIGSTOP)
            await ask(application, paper, "frozen", AWAY)
            os.kill(pid, signal.SIGCONT)
            await ask(application, paper, "thawed", 10)
            for n in range(10):
                os.kill(application.store.server.pid, signal.SIGKILL)
                await ask(application, paper, f"killed{n}", 2)
            await asyncio.sleep(
                25
            )  # longer than a lease: whatever would be answered twice is by now
            alive = await application.sessions.alive()
    for phase in ("normal", "frozen", "thawed", "killed"):
        ids = [i for i in paper.asked if i.startswith(phase)]
        times = sorted(paper.seconds[i] for i in ids if i in paper.seconds)
        twice = sum(paper.answers[i] > 1 for i in ids)
        missing = sum(i not in paper.seconds for i in ids)
        p95 = times[int(len(times) * 0.95)] if times else float("nan")
        print(
            f"{phase}: {len(ids)} asked, {missing} missing, {twice} twice, p95 {p95 * 1000:.0f} ms, slowest {times[-1]:.2f} s"
        )
    print(f"sessions alive at the end: {alive}")


if __name__ == "__main__":
    asyncio.run(main())
