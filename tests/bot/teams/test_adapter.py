"""From the door to the screen: real Redis, the real SDK, a connector of our own at the far end."""

import asyncio
import json
import os
import random
import subprocess
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.settings import Teams as Settings
from bot.teams.adapter import Teams
from bot.teams.connector import Connector, Undelivered
from bot.turns import Turns
from handlers.conversation import Ask, Feedback, Field, Form, Option, Paragraph, Press, Reply, Source, Sources, Step, Steps
from tests.bot.teams.conftest import served

LOCAL = Settings("", "", "", local=True)
SOURCE = Source(1, "s1", "規程", "p1", "v1", "2026-01-01", "本文", "pdf")
WORKING = Reply("探しています", (Steps("手順", (Step("1", "探す", "in_progress"),)),), final=False)
ANSWER = Reply("答え[1]", (Paragraph("答え[1]", "answer"), Sources((SOURCE,), "a1"), Feedback("a1")))
QUESTION = Ask("choose.answer", "t", "問い", (Field("q", "choice", "問い", options=(Option("y", "はい"),)),), "次へ", "やめる")


class Asked:
    """A handler that keeps what it was asked: answers questions, asks on a command, says what came back."""

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


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
async def door(asked, sessions, texts, service):  # the service outlives the turns that talk to it
    async with Turns(asked, sessions, texts) as turns:
        teams = Teams(LOCAL, turns, texts)
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
        "from": {"id": "29:u", "aadObjectId": "u1"},
        "recipient": {"id": "28:bot"},
        "conversation": {"id": "c1", "conversationType": "personal", "tenantId": "t1"},
        "text": "RAGとは?",
    } | more


async def test_a_question_becomes_a_placeholder_then_the_words_in_its_place_then_a_card(door, service):
    assert (await door.post("/api/messages", json=activity(service))).status_code == 202
    calls = await service.wait(3)
    assert [(c[0], c[1]) for c in calls] == [
        ("POST", "/v3/conversations/c1/activities"),
        ("PUT", "/v3/conversations/c1/activities/m1"),
        ("POST", "/v3/conversations/c1/activities"),
    ]
    words = calls[1][2]
    assert words["entities"][0]["citation"][0]["appearance"]["name"] == "規程 p1"
    assert words["channelData"] == {"feedbackLoop": {"type": "custom"}}
    assert calls[2][2]["attachments"][0]["content"]["version"] == "1.5"
    assert {c[3] for c in calls} == {""}


async def test_a_repeat_is_acknowledged_and_answered_once(door, service, asked):
    for _ in range(5):
        assert (await door.post("/api/messages", json=activity(service))).status_code == 202
    await service.wait(3)
    assert len(asked.messages) == 1
    assert len(service.calls) == 3


async def test_an_answer_to_a_card_of_questions_takes_its_place(door, service, asked):
    data = {"verb": "choose.answer", "fields": "q", "q": "y", "rid": "r"}
    press = activity(service, type="invoke", name="adaptiveCard/action", replyToId="card7", value={"action": {"data": data}})
    said = (await door.post("/api/messages", json=press)).json()
    assert (said["statusCode"], said["type"]) == (200, "application/vnd.microsoft.activity.message")
    [call] = await service.wait(1)
    assert call[:2] == ("PUT", "/v3/conversations/c1/activities/card7")
    assert asked.messages[0].content == Form("choose.answer", {"rid": "r"}, {"q": "y"})


async def test_a_thumb_reaches_the_answer_it_stands_under(door, service, asked):
    await door.post("/api/messages", json=activity(service))
    await service.wait(3)
    fetch = activity(service, "i1", type="invoke", name="message/fetchTask", value={})
    assert (await door.post("/api/messages", json=fetch)).json()["task"]["type"] == "continue"
    value = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "{}"}}
    vote = activity(service, "i2", type="invoke", name="message/submitAction", replyToId="m1", value=value)
    assert (await door.post("/api/messages", json=vote)).status_code == 200
    await service.wait(4)
    assert asked.messages[-1].content == Press("feedback.vote", {"vote": "up", "aid": "a1", "comment": ""})


async def test_the_service_is_tried_again_when_it_asks_to_and_a_refused_card_becomes_text(door, service):
    service.answers = [429, 412, 502, 503]
    await door.post("/api/messages", json=activity(service))
    await service.wait(3)
    service.answers = [413]
    press = activity(service, "p1", type="invoke", name="adaptiveCard/action", value={"action": {"verb": "x.y"}})
    await door.post("/api/messages", json=press)
    assert "attachments" not in (await service.wait(4))[-1][2]


async def test_a_bearer_never_goes_to_another_host(service):
    connector = Connector("app", "secret", "tenant", local=False)
    with pytest.raises(Undelivered):
        await connector.send(service.url, "c1", {"type": "message", "text": "x"})
    assert service.calls == []


async def test_without_local_mode_nobody_comes_in_without_a_token(service, sessions, texts, asked):
    async with Turns(asked, sessions, texts) as turns:
        teams = Teams(replace(LOCAL, app_id="app", password="secret", tenant_id="t1", local=False), turns, texts)
        transport = httpx.ASGITransport(Starlette(routes=teams.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            trusted = activity(service, serviceUrl="https://smba.trafficmanager.net/emea/")
            assert (await client.post("/api/messages", json=trusted)).status_code == 401
    assert asked.messages == []


async def test_hundreds_of_broken_activities_are_refused_without_an_error(door, service):
    chance = random.Random(7)
    odd = [None, [], {}, 5, "x", "\ud800", "x" * 5000, [[[]]], {"id": []}, True]
    for n in range(500):
        broken = activity(service, f"b{n}", type=chance.choice(["message", "invoke", "conversationUpdate", "zzz"]))
        broken["conversation"] = {"id": f"c{n}", "conversationType": "personal"}
        for name in [*chance.sample(sorted(broken), 2), "value"]:
            broken[name] = chance.choice(odd)
        answer = await door.post("/api/messages", content=json.dumps(broken))
        assert answer.status_code < 500
    for raw in (b"", b"{", b"[" * 100_000, b"\xff\xfe", b'"' + b"x" * 600_000 + b'"'):
        assert (await door.post("/api/messages", content=raw)).status_code == 400


@pytest.mark.skipif(
    not os.environ.get("LLM_CHOOSE_CLIENTS"), reason="set LLM_CHOOSE_CLIENTS to a folder with the installed client"
)
async def test_the_agents_playground_talks_with_us(sessions, texts, asked):
    folder = Path(os.environ["LLM_CHOOSE_CLIENTS"])
    async with Turns(asked, sessions, texts) as turns:
        teams = Teams(LOCAL, turns, texts)
        turns.register(teams)
        async with served(Starlette(routes=teams.routes())) as port:
            command = ["node", "drive.mjs", "--suite", "basic", "--no-browser", "--bot-port", str(port)]
            ran = await asyncio.to_thread(subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=150)
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout
