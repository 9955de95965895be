"""What the stories about Teams share: activities as Teams sends them, a handler that answers, the bot behind a door."""

import asyncio
import contextlib

import httpx
from starlette.applications import Starlette

from bot.press import KEY
from bot.teams.adapter import Teams
from bot.teams.settings import Teams as Settings
from bot.turns import Turns
from handlers.conversation import (
    Feedback,
    Form,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
)

LOCAL = Settings("", "", "", local=True)
SOURCE = Source(1, "s1", "規程", "p1", "v1", "2026-01-01", "本文", "pdf")
WORKING = Reply("探しています", (Steps("手順", (Step("1", "探す", "in_progress"),)),), final=False)
ANSWER = Reply(
    "答え[1]", (Paragraph("答え[1]", "answer"), Sources((SOURCE,), "a1"), Feedback("a1"))
)
MENTION = {
    "type": "mention",
    "mentioned": {"id": "28:bot", "name": "LLM Choose"},
    "text": "<at>LLM Choose</at>",
}
CHANNEL = {
    "conversation": {"id": "19:c;messageid=1", "conversationType": "channel", "tenantId": "t1"},
    "entities": [MENTION],
}


class Query:
    """A handler that keeps what it was asked: answers questions, says what came back."""

    def __init__(self):
        self.messages = []

    async def __call__(self, message):
        self.messages.append(message)
        match message.content:
            case Form() | Press():
                yield Reply("受け取りました", (Paragraph("受け取りました"),))
            case _:
                yield WORKING
                yield ANSWER

    async def until(self, count):
        async with asyncio.timeout(60):
            while len(self.messages) < count:
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def door_of(handle, sessions, texts, settings=LOCAL, **more):
    """The bot with this handler; turns still running when the story ends are waited for."""
    turns = Turns(handle, sessions, texts)
    teams = Teams(settings, turns, sessions, texts, **more)
    async with teams, turns:
        turns.register(teams)
        transport = httpx.ASGITransport(Starlette(routes=teams.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            yield client


def activity(service, id_="a1", **more):
    return {
        "type": "message",
        "id": id_,
        "channelId": "msteams",
        "serviceUrl": service.url,
        "from": {"id": "29:u", "aadObjectId": "u1", "name": "鈴木"},
        "recipient": {"id": "28:bot"},
        "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": "t1"},
        "text": "RAGとは?",
    } | more


def press(service, data, id_="p1", **more):
    """Press a button: one drawn now by its data, or one of a former version, whose data names its verb."""
    held = data if KEY in data else {"rid": "r"} | data
    value = {
        "action": {"type": "Action.Execute", "verb": data.get("verb", "drawn.now"), "data": held}
    }
    return activity(
        service,
        id_,
        **{"type": "invoke", "name": "adaptiveCard/action", "replyToId": "card7", "value": value}
        | more,
    )
