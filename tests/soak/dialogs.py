"""
Dialogs under load and under fire. Run by hand: `python -m tests.soak.dialogs [load|kill|race] [DIALOGS]`; all three without words.

load   so many dialogs at once through the web page on loopback: how long a click takes end to end, and errors.
kill   the same while Redis and the bot are killed (-9) at random points and started again: which confirmed clicks are lost.
race   two processes over one Redis press the same step within 5 ms, a thousand times: how often it was applied once.
"""

import asyncio
import html
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import httpx
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.press import KEY, pack, unpack
from bot.service.redis_server import binary
from handlers.actions.action import Action, decode
from handlers.actions.choose import ResumeRun, SkipPage, StartChoice
from handlers.choose.decision_models import DecisionModels
from handlers.choose.router import Choose
from handlers.choose.runs import Runs
from handlers.conversation import Audience, Form, Message, Person, Press, Reply
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from tests.soak.evidence import keep

ROOT = Path(__file__).resolve().parents[2]
START = 180  # seconds a process may take to be there on a busy machine
KILLS = 20  # of Redis and of the bot together
RACES, NEAR = (
    int(os.environ.get("SOAK_RACES", "1000")),
    5,
)  # pairs of presses that are at most so many milliseconds apart
THINK = 1.5  # seconds a person takes to answer, at least; four times as long at most
PASSWORD = "only-for-this-run"  # of a page that lives as long as this script
_RUN = re.compile(r'"rid":"(r_[\w-]+)"')
_LATER = re.compile(r'\["choose\.later",\{"rid":"r_[\w-]+","rev":(\d+)\}\]')
_STATE = re.compile(r'name="_press" value="(\[&quot;choose\.answer&quot;[^"]*)"')
_OPTION = re.compile(r'<button name="(\w+)" value="(\w+)"')


class Database:
    """A redis-server of our own with an append-only file, which can be killed and comes back with what it had."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    async def start(self) -> None:
        words = [
            binary() or "redis-server",
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--dir",
            str(self.folder),
        ]
        words += [
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "",
            "--logfile",
            str(self.folder / "log"),
        ]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        await _until(lambda: self.client().ping())

    def client(self) -> Redis:
        return Redis(
            unix_socket_path=str(self.socket), socket_timeout=1, retry=Retry(NoBackoff(), 0)
        )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Bot:
    """The whole bot as people run it, on a port of its own that stays the same when it comes back."""

    def __init__(self, folder: Path, redis: str) -> None:
        self._folder = folder
        self._redis = redis
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    async def start(self) -> None:
        words = [
            sys.executable,
            "-m",
            "bot.command.cli",
            "serve",
            "--port",
            str(self.port),
            "--data",
            str(self._folder),
        ]
        environment = os.environ | {
            "REDIS_URL": self._redis,
            "LLM": "",
            "PUBLIC_URL": "http://127.0.0.1",
            "WEB_PASSWORD": PASSWORD,
        }
        self._process = subprocess.Popen(
            words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
        )
        line = (
            await asyncio.to_thread(self._process.stdout.readline) if self._process.stdout else b""
        )
        self.port = int(re.search(rb":(\d+)/", line)[1])
        await _until(self._ready)

    async def _ready(self) -> None:
        async with httpx.AsyncClient() as client:
            (await client.get(f"http://127.0.0.1:{self.port}/ready", timeout=2)).raise_for_status()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass
class Visitor:
    """One person with a browser: what they were last shown, and every answer they saw taken."""

    number: int
    client: httpx.AsyncClient
    address: str
    chance: random.Random
    run: str = ""
    confirmed: list[tuple[str, str]] = field(default_factory=list)
    tried: tuple[str, str] = ("", "")
    finished: bool = False
    paused: int = 0
    times: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    async def post(self, path: str, data: dict[str, str]) -> str:
        """Return the last drawing of the turn."""
        begun = time.perf_counter()
        headers = {"Accept": "application/x-ndjson", "Origin": self.address}
        answer = await self.client.post(
            f"{self.address}{path}", data=data, headers=headers, timeout=30
        )
        answer.raise_for_status()
        self.times.append(time.perf_counter() - begun)
        drawings = [
            row["html"] for row in map(json.loads, answer.text.strip().split("\n")) if "html" in row
        ]
        return str(drawings[-1])

    async def press(self, action: str, data: dict[str, object]) -> str:
        return await self.post("/press", {KEY: pack(Press(action, data)), "label": action})

    async def sign_in(self) -> None:
        form = {"password": PASSWORD, "name": f"person {self.number}"}
        answer = await self.client.post(
            f"{self.address}/signin", data=form, headers={"Origin": self.address}, timeout=30
        )
        if answer.status_code != 303:
            raise RuntimeError(answer.status_code)

    async def begin(self) -> str:
        shown = await self.press("choose.start", {})
        found = _RUN.search(
            html.unescape(shown)
        )  # of the first question, or of the run one is asked about
        self.run = found[1] if found else ""
        later = _LATER.search(html.unescape(shown))  # the page of goal and limits comes first
        if later is None:
            return shown
        return await self.press("choose.later", {"rid": self.run, "rev": int(later[1])})

    async def resume(self) -> str:
        return (
            await self.press("choose.resume", {"rid": self.run}) if self.run else await self.begin()
        )

    async def talk(self, *, rounds: int = 1) -> None:
        """Answer until there is a result, so many times; whatever fails is tried again from where the run stands."""
        await asyncio.sleep(
            self.chance.uniform(0, 4 * THINK)
        )  # nobody begins at the same instant as everybody else
        shown = await self._safely(self.resume())
        while rounds:
            state = _STATE.search(shown)
            if "choose.whatif" in shown:  # only a result offers other answers
                self._settle("")
                rounds -= 1
                self.finished = not rounds
                if rounds:
                    old, self.run, self.confirmed = self.run, "", []
                    shown = await self._safely(self.press("choose.restart", {"rid": old}))
                continue
            if state is None or not _OPTION.search(shown):
                self.paused += 1
                self.failures[re.sub("<[^>]+>", " ", shown)[:100]] += 1
                await asyncio.sleep(0.3)
                shown = await self._safely(self.resume())
                continue
            asked = unpack(html.unescape(state[1]))
            if not isinstance(asked, Form):
                raise TypeError(state[1])
            step = asked.state
            self.run = step["rid"]
            self._settle(step["c"])
            options = [value for name, value in _OPTION.findall(shown) if name == step["c"]]
            self.tried = (step["c"], self.chance.choice(options))
            await asyncio.sleep(self.chance.uniform(THINK, 4 * THINK))
            form = {KEY: pack(asked), step["c"]: self.tried[1]}
            shown = await self._safely(self.post("/form", form))

    def _settle(self, shown: str) -> None:
        """Count the last click once another question (or, for "", the result) is shown: only now the person saw it taken."""
        if self.tried[0] and self.tried[0] != shown:
            self.confirmed.append(self.tried)
        self.tried = ("", "")

    async def _safely(self, turn: "asyncio.Future[str] | object") -> str:
        try:
            return await turn
        except (httpx.HTTPError, ValueError, IndexError) as error:
            self.failures[repr(error)[:150]] += 1
            return ""


async def load(dialogs: int) -> None:
    async with _application() as (_, bot), _visitors(dialogs, bot) as people:
        begun = time.perf_counter()
        await asyncio.gather(*(p.begin() for p in people))
        print(
            f"all {dialogs} begin at the same instant: the last is asked after {time.perf_counter() - begun:.1f} s"
        )
        for person in people:
            person.times.clear()
        begun = time.perf_counter()
        await asyncio.gather(*(p.talk() for p in people))
        spent = time.perf_counter() - begun
        times = [t for p in people for t in p.times]
        errors = sum(p.paused for p in people)
        cuts = quantiles(times, n=100)
        print(
            f"dialogs at once {dialogs}, clicks {len(times)} in {spent:.0f} s ({len(times) / spent:.0f} a second)"
        )
        print(
            f"click end to end p50 {median(times) * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms (asked: 100), p99 {cuts[98] * 1000:.0f} ms"
        )
        print(sum((p.failures for p in people), Counter()).most_common(5))
        print(
            f"errors {errors} (asked: 0), finished {sum(p.finished for p in people)} of {dialogs}"
        )
        unfinished = dialogs - sum(p.finished for p in people)
        figures = {"errors": errors, "unfinished": unfinished, "click_p50_ms": median(times) * 1000}
        figures["click_p95_ms"] = cuts[94] * 1000
        keep("dialogs_load", size={"dialogs": dialogs, "clicks": len(times)}, figures=figures)


async def kill(dialogs: int) -> None:
    async with _application() as (database, bot), _visitors(dialogs, bot) as people:
        chance, kills = random.Random(1), {"redis": 0, "bot": 0}
        talking = asyncio.gather(*(p.talk(rounds=50) for p in people))
        for number in range(KILLS):
            await asyncio.sleep(chance.uniform(1.0, 4.0))
            target = database if number % 2 == 0 else bot
            target.kill()
            kills["redis" if number % 2 == 0 else "bot"] += 1
            await asyncio.sleep(chance.uniform(0.1, 1.0))
            await target.start()
        await asyncio.sleep(3)
        talking.cancel()
        with suppress(asyncio.CancelledError):
            await talking
        await asyncio.sleep(2)
        print(
            f"running dialogs {dialogs}, killed (-9): redis {kills['redis']} times, bot {kills['bot']} times"
        )
        figures = await _judge(database, people)
        keep("dialogs_kill", size={"dialogs": dialogs, "kills": KILLS}, figures=figures)


async def _judge(database: Database, people: list[Visitor]) -> dict[str, int]:
    """Compare what each person saw taken with what is kept; return what is lost or mixed."""
    lost = mixed = extra = 0
    confirmed = sum(len(p.confirmed) for p in people)
    async with Sessions(database.client) as sessions:
        for person in people:
            run = await Runs(sessions).load(person.run) if person.run else None
            kept = [] if run is None else [(c, run.answers.get(c, "ns")) for c in run.asked]
            seen = person.confirmed
            lost += sum(step not in kept for step in seen)
            mixed += kept[: len(seen)] != seen or len(kept) > len(seen) + 1
            extra += len(kept) == len(seen) + 1
    waited = sum(p.paused for p in people)
    print(f"clicks confirmed in the last runs {confirmed}, of these lost {lost} (asked: 0)")
    print(
        f"runs in a mixed state {mixed} (asked: 0), unconfirmed last clicks that were kept {extra}, waits {waited}"
    )
    return {"confirmed": confirmed, "lost": lost, "mixed": mixed}


async def race() -> None:
    """Two processes are told the same step over pipes and press at the same instant of the shared clock."""
    with tempfile.TemporaryDirectory() as name:
        database = Database(Path(name))
        await database.start()
        words = [sys.executable, "-m", "tests.soak.dialogs", "press", database.url]
        sides = [
            await asyncio.create_subprocess_exec(
                *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT
            )
            for _ in range(2)
        ]
        once, apart, person = 0, [], ""
        async with Sessions(database.client) as sessions:
            choose, runs = _choose(sessions), Runs(sessions)
            asked = Reply("")
            while sum(ms <= NEAR for ms in apart) < RACES:
                if asked.ask is None:
                    person = f"race:{len(apart)}"
                    asked = await _begun(choose, person)
                before = await runs.load(str(asked.ask.state["rid"]))
                at = time.time() + 0.01
                options = [o.id for o in asked.ask.fields[0].options][:2]
                for side, option in zip(sides, options, strict=True):
                    row = {"at": at, "person": person, "data": {**asked.ask.state, "o": option}}
                    side.stdin.write(json.dumps(row).encode() + b"\n")
                moments = [float(await side.stdout.readline()) for side in sides]
                apart.append(abs(moments[0] - moments[1]) * 1000)
                after = await runs.load(before.id)
                once += after.rev == before.rev + 1 and len(after.asked) == len(before.asked) + 1
                asked = (
                    Reply("") if after.done else await _press(choose, ResumeRun(before.id), person)
                )
        for side in sides:
            side.kill()
            await side.wait()
        database.kill()
        near = sum(ms <= NEAR for ms in apart)
        print(
            f"same step pressed by two processes {len(apart)} times, {near} of them within {NEAR} ms (p50 {median(apart):.2f} ms)"
        )
        print(f"applied once {once} of {len(apart)} (asked: all)")
        keep("dialogs_race", size={"pairs": near}, figures={"not_once": len(apart) - once})


async def press(url: str) -> None:
    """One side of a race: read a press a line, wait for its instant, press, and write when it was."""
    async with Sessions(lambda: Redis.from_url(url)) as sessions:
        choose = _choose(sessions)
        while row := await asyncio.to_thread(sys.stdin.readline):
            told = json.loads(row)
            while time.time() < told["at"]:
                pass
            moment = time.time()
            answer = decode("choose.answer", told["data"])
            await _press(choose, answer, told["person"])
            print(moment, flush=True)


def _choose(sessions: Sessions) -> Choose:
    return Choose(DecisionModels(sessions, Advisor.load()), sessions, Texts.load())


async def _begun(choose: Choose, person: str) -> Reply:
    """Begin a run and leave its page of limits for later; return its first question."""
    page = await _press(choose, StartChoice(), person)
    state = page.ask.state
    return await _press(choose, SkipPage(str(state["rid"]), int(state["rev"])), person)


async def _press(choose: Choose, action: Action, person: str) -> Reply:
    message = Message(
        "m", Person(person, person, "ja"), "p", Audience(person, private=True), action.press
    )
    return [reply async for reply in choose.press(message, action)][-1]


@asynccontextmanager
async def _application() -> AsyncIterator[tuple[Database, Bot]]:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "redis").mkdir()
        database = Database(Path(name) / "redis")
        bot = Bot(Path(name) / "data", database.url)
        await database.start()
        try:
            await bot.start()
            yield database, bot
        finally:
            bot.kill()
            database.kill()


@asynccontextmanager
async def _visitors(count: int, bot: Bot) -> AsyncIterator[list[Visitor]]:
    address = f"http://127.0.0.1:{bot.port}"
    people = []
    for number in range(count):
        limits = httpx.Limits(
            keepalive_expiry=3
        )  # below the server's 5 s: a client cannot tell a closed connection from a crash
        client = httpx.AsyncClient(cookies={"lang": "ja"}, limits=limits)
        people.append(Visitor(number, client, address, random.Random(number)))
        await people[-1].sign_in()
    try:
        yield people
    finally:
        for person in people:
            await person.client.aclose()


async def _until(do: "object") -> None:
    end = time.monotonic() + START
    while True:
        try:
            await do()
        except Exception:  # whatever it is, it is not there yet
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    mode, given = (
        [*sys.argv[1:3], "all", "200"][:2] if len(sys.argv) < 2 else [*sys.argv[1:3], "200"][:2]
    )
    if mode == "press":
        asyncio.run(press(given))
    if mode in ("load", "all"):
        asyncio.run(load(int(given)))
    if mode in ("kill", "all"):
        asyncio.run(kill(int(given)))
    if mode in ("race", "all"):
        asyncio.run(race())
