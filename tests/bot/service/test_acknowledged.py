"""Nothing is acknowledged and lost: a real bot, a real Redis that freezes, Slack and Teams as they repeat what got no yes."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from contextlib import suppress

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from handlers.memory.claims import PENDING
from tests.bot.slack.api import SlackApi
from tests.copying import copy_folder
from tests.processes import BotProcess, RedisProcess
from tests.serving import served
from tests.stub_model import StubModel

pytestmark = pytest.mark.early
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK_PATIENCE = 3  # seconds Slack waits for an acknowledgement
TEAMS_PATIENCE = 15  # seconds Teams waits
QUESTION = "RAGは社内文書を全部学習しますか?"
COUNT = 5
ELSEWHERE = 99  # a conversation nobody looks at


class TeamsApi:
    """The connector: which activities of a conversation were answers."""

    def __init__(self):
        self.answers = {}
        self.calls = 0

    async def take(self, request: Request) -> JSONResponse:
        self.calls += 1
        body = json.loads(await request.body() or b"{}")
        id_ = request.path_params.get("id") or f"m{self.calls}"
        if any("citation" in entity for entity in body.get("entities") or ()):
            self.answers.setdefault(request.path_params["room"], set()).add(id_)
        return JSONResponse({"id": id_}, 201 if request.method == "POST" else 200)


class Platforms:
    """Slack and Teams on loopback, and the person who asks there; `told` are the statuses of every delivery."""

    def __init__(self, slack, teams, teams_url):
        self.slack = slack
        self.teams = teams
        self.teams_url = teams_url
        self.told = []

    async def deliver(self, bot, kind, n, attempt):
        """Deliver once, as long as the platform waits; report whether it was acknowledged."""
        send = self._mention if kind == "slack" else self._activity
        status = None
        with suppress(httpx.HTTPError):
            status = await send(bot, n, attempt)
        self.told.append((kind, n, attempt, status))
        return status in (200, 202)

    async def deliver_until_taken(self, bot, kind, n):
        """Deliver as often as it takes; report whether it was acknowledged at last."""
        for attempt in range(10):
            if await self.deliver(bot, kind, n, attempt):
                return True
        return False

    async def _mention(self, bot, n, attempt):
        ts = f"{self.slack.began:.0f}.{n:06}"
        event = {"type": "app_mention", "user": "U1", "channel": f"C{n}", "ts": ts, "event_ts": ts}
        owner = [{"user_id": "UB", "is_bot": True}]
        payload = {"type": "event_callback", "team_id": "T1", "authorizations": owner}
        body = json.dumps(payload | {"event": event | {"text": f"<@UB> {QUESTION}"}}).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(
            SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
        ).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
        headers |= (
            {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
            if attempt
            else {}
        )
        headers |= {"Content-Type": "application/json"}
        async with httpx.AsyncClient(timeout=SLACK_PATIENCE) as client:
            return (
                await client.post(f"{bot.url}/slack/events", content=body, headers=headers)
            ).status_code

    async def _activity(self, bot, n, attempt):
        mention = {
            "type": "mention",
            "mentioned": {"id": "28:bot", "name": "b"},
            "text": "<at>b</at>",
        }
        activity = {
            "type": "message",
            "id": f"q{n}",
            "channelId": "msteams",
            "serviceUrl": self.teams_url,
            "from": {"id": "29:u", "aadObjectId": "u1"},
            "recipient": {"id": "28:bot"},
            "conversation": {"id": f"19:{n}", "conversationType": "groupChat", "tenantId": "t1"},
            "entities": [mention],
            "text": f"<at>b</at> {QUESTION}",
        }
        async with httpx.AsyncClient(timeout=TEAMS_PATIENCE) as client:
            return (await client.post(f"{bot.url}/api/messages", json=activity)).status_code

    def answered(self):
        """Return how many messages with an answer there are in each conversation."""
        rows = Counter(m["channel"] for m in self.slack.messages.values() if "[1]" in m["text"])
        rooms = {room: len(ids) for room, ids in self.teams.answers.items()}
        rooms.pop(f"19:{ELSEWHERE}", None)
        return rows + Counter(rooms)

    def left(self):
        """Return the channels where something stands that is no answer: a placeholder nobody filled."""
        return [m["channel"] for m in self.slack.messages.values() if "[1]" not in m["text"]]

    async def claim_one_before(self, bot):
        """Let the bot claim and answer a turn elsewhere: from now on it reckons Redis's time by itself."""
        assert await self.deliver(bot, "teams", ELSEWHERE, 0)
        async with asyncio.timeout(90):
            while f"19:{ELSEWHERE}" not in self.teams.answers:
                await asyncio.sleep(0.05)

    async def until_all_answered(self):
        async with asyncio.timeout(90):
            while len(self.answered()) < 2 * COUNT:
                await asyncio.sleep(0.1)


WANTED = {f"C{n}": 1 for n in range(COUNT)} | {f"19:{n}": 1 for n in range(COUNT)}
EVERY = [(kind, n) for n in range(COUNT) for kind in ("slack", "teams")]


async def nothing_open(redis):
    """Wait until no turn is open any more: whatever is taken over for dead has been by then."""
    async with Redis.from_url(redis.url) as client, asyncio.timeout(90):
        while await client.zcard(PENDING):
            await asyncio.sleep(0.05)


@pytest.fixture
async def platforms():
    slack, teams = SlackApi(), TeamsApi()
    slack.began = time.time()
    path = "/v3/conversations/{room:str}/activities"
    methods = ["POST", "PUT", "DELETE"]
    connector = [
        Route(path, teams.take, methods=methods),
        Route(path + "/{id}", teams.take, methods=methods),
    ]
    web = Starlette(routes=[Route("/api/{method}", slack.take, methods=["GET", "POST"])])
    async with (
        served(web, at_once=True) as port,
        served(Starlette(routes=connector), at_once=True) as other,
    ):
        slack.url = f"http://127.0.0.1:{port}"
        yield Platforms(slack, teams, f"http://127.0.0.1:{other}/")


@pytest.fixture
async def redis(tmp_path):
    server = RedisProcess(tmp_path / "redis")
    await server.listening()
    yield server
    server.thaw()
    server.end()


@pytest.fixture
async def bots(tmp_path, redis, platforms, furnished):
    """Return what starts a bot over this Redis in front of both platforms, its deck on the shelf."""
    running = []

    async def start(name="bot", **settings):
        both = {
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_BASE": f"{platforms.slack.url}/api/",
            "TEAMS_LOCAL": "1",
            "REDIS_URL": redis.url,
        }
        if not (tmp_path / name).exists():
            copy_folder(furnished, tmp_path / name)
        bot = BotProcess(tmp_path / name, both | settings)
        running.append(bot)
        await bot.listening()
        await bot.until()
        return bot

    yield start
    for bot in running:
        bot.kill()


@pytest.fixture
async def slow_model():
    """A language model that takes longer than Slack waits; its address is what a bot needs to use it."""
    model = StubModel()
    model.delay = 6.0
    async with served(model.app, at_once=True) as port:
        yield (
            model,
            {
                "LLM": "openai:fact",
                "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
                "LLM_API_KEY": "x",
            },
        )


@pytest.mark.parametrize("slow", [False, True], ids=["answered-at-once", "still-being-answered"])
async def test_a_kill_while_redis_is_frozen_loses_nothing(platforms, redis, bots, slow_model, slow):
    model, settings = slow_model
    bot = await bots(**(settings if slow else {}))
    await platforms.claim_one_before(bot)
    redis.freeze()
    sent = [asyncio.create_task(platforms.deliver(bot, kind, n, 0)) for kind, n in EVERY]
    slack = [task for task, (kind, _) in zip(sent, EVERY, strict=True) if kind == "slack"]
    await asyncio.wait(
        slack if slow else sent
    )  # Teams cannot be asked what was shown a moment before a kill
    bot.kill()
    acknowledged = await asyncio.gather(*sent)
    redis.thaw()

    model.delay = 0.0
    bot = await bots(**(settings if slow else {}))
    waiting = [what for what, taken in zip(EVERY, acknowledged, strict=True) if not taken]
    for attempt in (1, 2, 3):
        again = await asyncio.gather(
            *(platforms.deliver(bot, kind, n, attempt) for kind, n in waiting)
        )
        waiting = [what for what, taken in zip(waiting, again, strict=True) if not taken]
    await platforms.until_all_answered()
    await nothing_open(redis)

    assert waiting == []
    assert platforms.answered() == WANTED
    assert platforms.left() == []


async def test_a_redis_that_is_frozen_and_comes_back_is_noticed_by_nobody(platforms, redis, bots):
    bot = await bots()
    redis.freeze()
    first = [await platforms.deliver_until_taken(bot, kind, n) for kind, n in EVERY]
    answered = platforms.answered()
    await asyncio.sleep(5)
    redis.thaw()
    await bot.until()
    again = [await platforms.deliver(bot, kind, n, 1) for kind, n in EVERY]
    await nothing_open(redis)

    assert first == [True] * len(EVERY)
    assert again == [True] * len(EVERY)
    assert answered == WANTED  # nobody waited for Redis
    assert platforms.answered() == WANTED
    assert platforms.left() == []


async def test_what_takes_longer_than_slack_waits_is_refused_and_answered_once(
    platforms, redis, bots, slow_model
):
    _, settings = slow_model
    bot = await bots(**settings)
    redis.freeze()
    taken = await asyncio.gather(*(platforms.deliver(bot, "slack", n, 0) for n in range(COUNT)))
    again = await asyncio.gather(*(platforms.deliver(bot, "slack", n, 1) for n in range(COUNT)))
    redis.thaw()
    await bot.until()
    last = await asyncio.gather(*(platforms.deliver(bot, "slack", n, 2) for n in range(COUNT)))
    async with asyncio.timeout(60):
        while len(platforms.answered()) < COUNT:
            await asyncio.sleep(0.1)
    await nothing_open(redis)

    assert taken == [False] * COUNT
    assert again == [False] * COUNT
    assert last == [True] * COUNT
    assert platforms.answered() == {f"C{n}": 1 for n in range(COUNT)}
    assert platforms.left() == []


async def test_a_repeat_in_another_process_goes_on_with_the_same_message(
    platforms, redis, bots, slow_model
):
    """The first process was refused the time; the second finds its placeholder, and only one answers."""
    _, settings = slow_model
    one, two = await bots("one", **settings), await bots("two", **settings)
    redis.freeze()
    assert not await platforms.deliver(one, "slack", 0, 0)
    redis.thaw()
    assert await platforms.deliver(two, "slack", 0, 1)
    async with asyncio.timeout(60):
        while not platforms.answered():
            await asyncio.sleep(0.1)
    await nothing_open(redis)

    assert platforms.answered() == {"C0": 1}
    assert platforms.left() == []
