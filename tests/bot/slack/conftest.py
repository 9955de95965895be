"""The bot in front of a Slack of this machine; deliveries go the whole way, from signed bytes to what Slack was told."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from bot.slack.adapter import Slack
from bot.slack.settings import Slack as Settings
from bot.turns import Turns
from handlers.conversation import Handler
from handlers.people import People
from handlers.sessions import Sessions
from handlers.texts import Texts
from tests.bot.slack.api import SlackApi
from tests.serving import served

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
async def api() -> AsyncIterator[SlackApi]:
    slack = SlackApi()
    routes = [
        Route("/api/{method}", slack.take, methods=["GET", "POST"]),
        Route("/respond", slack.respond, methods=["POST"]),
        Route("/upload", slack.store, methods=["POST"]),
        WebSocketRoute("/link", slack.edge.link),
    ]
    async with served(Starlette(routes=routes), at_once=True) as port:
        slack.url = f"http://127.0.0.1:{port}"
        slack.socket = f"ws://127.0.0.1:{port}/link"
        yield slack


@dataclass
class Desk:
    """A person at Slack, and the bot that answers. Methods return the status and body of the acknowledgement."""

    api: SlackApi
    turns: Turns
    slack: Slack
    client: httpx.AsyncClient
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def send(self, body: bytes, kind: str, *, secret: str = SECRET) -> tuple[int, Any]:
        stamp = str(int(time.time()))
        signature = (
            "v0="
            + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        )
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
            "Content-Type": kind,
        }
        answer = await self.client.post("/slack/events", content=body, headers=headers)
        await self.drained()
        return answer.status_code, json.loads(answer.text) if answer.text.startswith(
            "{"
        ) else answer.text

    async def event(
        self, kind: str = "app_mention", text: str = "<@UB> 質問", **more: Any
    ) -> tuple[int, Any]:
        ts = f"{time.time():.3f}{next(self.numbers):03}"
        event = {
            "type": kind,
            "user": "U1",
            "channel": "C1",
            "ts": ts,
            "event_ts": ts,
            "text": text,
        }
        event |= {"channel_type": "channel"} if kind == "message" else {}
        rows = [{"user_id": "UB", "is_bot": True}]
        envelope = {"type": "event_callback", "team_id": "T1", "authorizations": rows}
        for name in ("team_id", "enterprise_id", "authorizations"):
            if name in more:
                envelope[name] = more.pop(name)
        payload = envelope | {"event": event | more.pop("event", more)}
        return await self.send(json.dumps(payload, ensure_ascii=False).encode(), "application/json")

    async def removed(self, team: str, event: dict[str, Any], at: float = 0.0) -> tuple[int, Any]:
        """Tell that the app was removed from a workspace, at a moment in seconds since 1970."""
        envelope = {"type": "event_callback", "team_id": team, "event": event}
        envelope |= {"event_id": f"Ev{next(self.numbers)}", "event_time": int(at or time.time())}
        return await self.send(json.dumps(envelope).encode(), "application/json")

    async def interact(self, kind: str, **more: Any) -> tuple[int, Any]:
        base = {
            "type": kind,
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "trigger_id": f"t{next(self.numbers)}",
        }
        payload = json.dumps(
            base | {"response_url": f"{self.api.url}/respond"} | more, ensure_ascii=False
        )
        return await self.send(
            urlencode({"payload": payload}).encode(), "application/x-www-form-urlencoded"
        )

    async def press(self, element: dict[str, Any], **more: Any) -> tuple[int, Any]:
        action = element | {"action_ts": f"{time.time():.3f}{next(self.numbers):03}"}
        place = {
            "container": {"type": "message", "message_ts": "1700000000.000001", "channel_id": "C1"},
            "channel": {"id": "C1"},
        }
        if "view" in more:
            place = {"container": {"type": "view", "view_id": more["view"]["id"]}}
        return await self.interact("block_actions", actions=[action], **(place | more))

    async def submit(self, view_id: str, values: dict[str, dict[str, Any]]) -> tuple[int, Any]:
        state = {"values": {name: {"value": value} for name, value in values.items()}}
        return await self.interact(
            "view_submission", view=self.api.views[view_id] | {"id": view_id, "state": state}
        )

    async def command(self, text: str) -> tuple[int, Any]:
        form = {
            "command": "/llm-choose",
            "text": text,
            "team_id": "T1",
            "user_id": "U1",
            "channel_id": "C1",
        }
        form |= {"trigger_id": f"t{next(self.numbers)}", "response_url": f"{self.api.url}/respond"}
        return await self.send(urlencode(form).encode(), "application/x-www-form-urlencoded")

    async def drained(self) -> None:
        while self.turns._running:
            await asyncio.wait(set(self.turns._running))


async def until(condition: Callable[[], Any]) -> None:
    """Wait until something has come about."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


Open = Callable[[Handler], Any]


@pytest.fixture
async def desk(
    api: SlackApi, sessions: Sessions, texts: Texts
) -> AsyncIterator[Callable[..., Any]]:
    """Return what opens a desk for a handler; it closes with the test."""
    async with AsyncExitStack() as stack:

        async def opened(
            handle: Handler, *, admins: frozenset[str] = frozenset(), app_token: str = ""
        ) -> Desk:
            settings = Settings("xoxb-1", ("new", SECRET), app_token, f"{api.url}/api/")
            turns = Turns(handle, sessions, texts)
            people = People(admins)
            slack = await stack.enter_async_context(
                Slack(settings, turns, texts, people, sessions=sessions)
            )
            people.watch(slack.name, slack.again)
            turns.register(slack)
            people.watch(slack.name, slack.again)
            await stack.enter_async_context(turns)
            await stack.enter_async_context(slack.listening())
            door = httpx.ASGITransport(Starlette(routes=slack.routes()))
            client = await stack.enter_async_context(
                httpx.AsyncClient(transport=door, base_url="http://bot.example")
            )
            return Desk(api, turns, slack, client)

        yield opened
