"""From the door to the screen: real Redis, the real SDK, a connector of our own at the far end that holds Teams' rules."""

import asyncio
import json
import os
import random
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.press import KEY, pack, unpack
from bot.teams.adapter import Teams
from bot.teams.settings import Teams as Settings
from bot.turns import Turns
from handlers.conversation import Ask, Field, Form, Option, Paragraph, Press, Reply
from tests.bot.teams.conftest import Failure
from tests.bot.teams.talk import ANSWER, CHANNEL, LOCAL, Query, activity, door_of, press
from tests.serving import served


@pytest.fixture
def asked():
    return Query()


@pytest.fixture
async def door(asked, sessions, texts, service):  # the service outlives the turns that talk to it
    async with door_of(asked, sessions, texts) as client:
        yield client


async def test_in_a_channel_a_placeholder_becomes_the_words_and_a_card_follows(door, service):
    assert (await door.post("/api/messages", json=activity(service, **CHANNEL))).status_code == 202
    calls = await service.wait(3)
    assert [(c.method, c.path) for c in calls] == [
        ("POST", "/v3/conversations/19:c;messageid=1/activities"),
        ("PUT", "/v3/conversations/19:c;messageid=1/activities/m1"),
        ("POST", "/v3/conversations/19:c;messageid=1/activities"),
    ]
    words = calls[1].body
    assert words["entities"][0]["citation"][0]["appearance"]["name"] == "規程 p1"
    assert words["channelData"] == {"feedbackLoop": {"type": "custom"}}
    assert calls[2].cards[0]["version"] == "1.5"
    assert {c.bearer for c in calls} == {""}


@pytest.mark.parametrize(("question", "title"), [("RAGとは?", "根拠"), ("What is RAG?", "Sources")])
async def test_what_we_add_to_an_answer_is_in_the_language_of_the_question(
    door, service, question, title
):
    other = "en-US" if title == "根拠" else "ja-JP"
    await door.post("/api/messages", json=activity(service, text=question, locale=other, **CHANNEL))
    card = (await service.wait(3))[2].cards[0]
    assert card["body"][0]["text"] == title


async def test_what_people_say_to_each_other_is_marked_as_such(door, service, asked):
    await door.post("/api/messages", json=activity(service, "x1", **CHANNEL | {"entities": []}))
    await asked.until(1)
    await door.post("/api/messages", json=activity(service, "x2", **CHANNEL))
    await asked.until(2)
    assert [message.direct for message in asked.messages] == [False, True]


async def test_a_repeat_is_acknowledged_and_answered_once(door, service, asked):
    for _ in range(5):
        assert (await door.post("/api/messages", json=activity(service))).status_code == 202
    await service.wait(3)
    assert len(asked.messages) == 1
    assert len(service.calls) == 3


async def test_an_answer_to_a_card_of_questions_takes_its_place_for_the_person_and_for_good(
    door, service, asked
):
    service.shown["card7"] = {}
    said = (
        await door.post(
            "/api/messages", json=press(service, {"verb": "choose.answer", "fields": "q", "q": "y"})
        )
    ).json()
    assert said["type"] == "application/vnd.microsoft.card.adaptive"
    assert said["value"]["body"][0]["text"] == "受け取りました"
    [call] = await service.wait(1)
    assert (call.method, call.path) == ("PUT", "/v3/conversations/a:1/activities/card7")
    assert asked.messages[0].content == Form("choose.answer", {"rid": "r"}, {"q": "y"})


async def test_a_press_whose_reply_takes_long_is_acknowledged_at_once_and_shown_later(
    sessions, texts, service, asked
):
    release = asyncio.Event()

    async def slow(message):
        await release.wait()
        yield Reply("遅い返事", (Paragraph("遅い返事"),))

    async with door_of(slow, sessions, texts) as door:
        said = (
            await door.post("/api/messages", json=press(service, {"verb": "demo.open", "rid": "r"}))
        ).json()
        assert said["value"] == texts.say("teams.received", "ja")
        release.set()
        await service.until("遅い返事")


async def test_a_sentence_for_one_person_stays_with_them(sessions, texts, service):
    async def private(message):
        yield Reply("あなたのボタンではありません", private=True)

    async with door_of(private, sessions, texts) as door:
        said = (
            await door.post(
                "/api/messages", json=press(service, {"verb": "source.open"}, **CHANNEL)
            )
        ).json()
    assert said["type"] == "application/vnd.microsoft.activity.message"
    assert said["value"] == "あなたのボタンではありません"
    assert service.calls == []


QUESTION = Ask(
    "choose.answer",
    "t",
    "問い",
    (Field("q", "choice", "問い", options=(Option("y", "はい"),)),),
    "次へ",
    "やめる",
)
QUESTION = replace(
    QUESTION, state={"rid": "r1", "rev": 1}, others="鈴木さんが回答中です", step=1, of=12
)


async def dialog(message):
    """Ask one question, then give a result, both for one person's eyes."""
    match message.content:
        case Form():
            yield Reply("結果", (Paragraph("秘密の結果"),), private=True)
        case Press("choose.resume", data) if data["rev"] == 2:
            yield Reply("結果", (Paragraph("秘密の結果"),), private=True)
        case _:
            yield Reply("問い", private=True, ask=QUESTION)


async def test_in_a_channel_the_asker_alone_sees_the_questions_and_the_result(
    sessions, texts, service
):
    async with door_of(dialog, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, **CHANNEL))
        base = (await service.wait(1))[0].cards[0]
        assert base["body"][0]["text"] == "鈴木さんが回答中です"
        assert base["refresh"]["userIds"] == ["29:u"]
        assert "Input.ChoiceSet" not in json.dumps(base)

        look = press(service, base["refresh"]["action"]["data"], "i1", replyToId="m1", **CHANNEL)
        own = (await door.post("/api/messages", json=look)).json()["value"]
        assert "Input.ChoiceSet" in json.dumps(own)
        submit = next(e for e in own["body"] if e["type"] == "ActionSet")["actions"][0]["data"]
        assert len(service.calls) == 1

        answer = press(service, submit | {"q": "y"}, "i2", replyToId="m1", **CHANNEL)
        mine = (await door.post("/api/messages", json=answer)).json()["value"]
        assert "秘密の結果" in json.dumps(mine, ensure_ascii=False)
        call = (await service.wait(2))[1]
        assert (call.method, call.path.rpartition("/")[2]) == ("PUT", "m1")
        assert "秘密" not in json.dumps(call.body, ensure_ascii=False)
        looked = call.cards[0]["refresh"]["action"]["data"]
        assert unpack(looked[KEY]) == Press("choose.view", {"rid": "r1", "rev": 1})
        again = {KEY: pack(Press("choose.view", {"rid": "r1", "rev": 2}))}
        before = {
            "v": 1,
            "verb": "choose.view",
            "rid": "r1",
            "rev": 2,
        }  # as the version before drew it
        for id_, looked in (("i3", again), ("i4", before)):
            seen = (
                await door.post(
                    "/api/messages", json=press(service, looked, id_, replyToId="m1", **CHANNEL)
                )
            ).json()
            assert "秘密の結果" in json.dumps(seen, ensure_ascii=False)
            action = seen["value"]["refresh"]["action"]
            assert unpack(action["data"][KEY]) == Press("choose.view", {"rid": "r1", "rev": 2})


async def test_a_thumb_finds_its_answer_in_whatever_process_it_lands(
    store, sessions, texts, service, asked
):
    async with door_of(asked, sessions, texts) as one, door_of(asked, sessions, texts) as two:
        await one.post("/api/messages", json=activity(service, **CHANNEL))
        await service.wait(3)
        fetch = activity(service, "i1", type="invoke", name="message/fetchTask")
        form = (
            await two.post("/api/messages", json=fetch | {"value": reaction("dislike")})
        ).json()["task"]["value"]["card"]
        assert [e["id"] for e in form["content"]["body"]] == ["reason", "comment"]
        chosen = json.dumps({"reason": "outdated", "comment": "去年の版です"})
        value = {
            "actionName": "feedback",
            "actionValue": {"reaction": "dislike", "feedback": chosen},
        }
        vote = activity(
            service,
            "i2",
            type="invoke",
            name="message/submitAction",
            replyToId="m1",
            value=value,
            **CHANNEL,
        )
        assert (await two.post("/api/messages", json=vote)).status_code == 200
        await asked.until(2)
    assert asked.messages[-1].content == Form(
        "feedback.reason", {"aid": "a1"}, {"reason": "outdated", "comment": "去年の版です"}
    )
    assert len(service.calls) == 3  # the client says thank you by itself


def reaction(name):
    return {"data": {"actionName": "feedback", "actionValue": {"reaction": name}}}


async def test_a_thumb_up_asks_for_words_only(door, service):
    fetch = activity(service, "i1", type="invoke", name="message/fetchTask", value=reaction("like"))
    form = (await door.post("/api/messages", json=fetch)).json()["task"]["value"]["card"]["content"]
    assert [e["id"] for e in form["body"]] == ["comment"]


async def test_a_refused_card_becomes_text(door, service):
    service.failures = [Failure(413)]
    await door.post("/api/messages", json=press(service, {"verb": "x.y"}))
    assert "attachments" not in (await service.wait(1))[0].body


async def test_what_is_shared_is_a_message_of_its_own_for_everybody(sessions, texts, service):
    async def share(message):
        yield Reply("共有", (Paragraph("みなさんへ"),), share=True)

    service.shown["card7"] = {"text": "before"}
    async with door_of(share, sessions, texts) as door:
        await door.post(
            "/api/messages",
            json=press(service, {"verb": "choose.share", "fields": "", "rid": "r"}, **CHANNEL),
        )
        await service.until("みなさんへ")
    assert service.shown["card7"] == {"text": "before"}


async def test_one_welcome_for_both_signs_of_an_installation(door, service, asked):
    for kind in (
        {"type": "installationUpdate", "action": "add"},
        {"type": "conversationUpdate", "membersAdded": [{"id": "28:bot"}]},
    ):
        assert (
            await door.post("/api/messages", json=activity(service, kind["type"], **kind))
        ).status_code == 202
    await service.wait(1)
    assert len(asked.messages) == 1


async def test_an_edited_question_reaches_us_as_such(door, service, asked):
    edit = {
        "type": "messageUpdate",
        "channelData": {"eventType": "editMessage"},
        "timestamp": "2026-11-25T00:00:00Z",
    }
    await door.post("/api/messages", json=activity(service))
    await door.post("/api/messages", json=activity(service, **edit, text="RAGの費用は?"))
    await asked.until(2)
    assert asked.messages[1].content.text == "RAGの費用は?"
    assert asked.messages[1].content.original == asked.messages[0].id


async def test_a_file_in_a_channel_is_answered_with_why_and_the_way(door, service, asked, texts):
    html = {"contentType": "text/html", "content": '<div><attachment id="f1"></attachment></div>'}
    called = CHANNEL | {"text": "<at>LLM Choose</at>", "attachments": [html]}
    await door.post("/api/messages", json=activity(service, **called))
    card = (await service.wait(1))[0].cards[0]
    assert card["body"][0]["text"] == texts.say("teams.no_files_here", "ja")
    assert (
        card["body"][1]["actions"][0]["url"]
        == "https://teams.microsoft.com/l/chat/0/0?users=28%3Abot"
    )
    assert asked.messages == []


async def test_an_unknown_invoke_is_not_implemented(door, service):
    odd = activity(service, type="invoke", name="nope/nope", value={})
    assert (await door.post("/api/messages", json=odd)).status_code == 501


async def test_without_local_mode_nobody_comes_in_without_a_token(service, sessions, texts, asked):
    settings = Settings("app", "secret", "t1", local=False)
    async with Turns(asked, sessions, texts) as turns:
        teams = Teams(settings, turns, sessions, texts)
        transport = httpx.ASGITransport(Starlette(routes=teams.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            trusted = activity(service, serviceUrl="https://smba.trafficmanager.net/emea/")
            assert (await client.post("/api/messages", json=trusted)).status_code == 401
    assert asked.messages == []


async def test_a_thousand_broken_activities_are_refused_without_an_error(door, service):
    chance = random.Random(7)
    odd = [None, [], {}, 5, "x", "\ud800", "x" * 5000, [[[]]], {"id": []}, True]
    deep = {"tenant": {"id": {"id": {}}}}
    for n in range(1000):
        broken = activity(
            service, f"b{n}", type=chance.choice(["message", "invoke", "conversationUpdate", "zzz"])
        )
        broken["conversation"] = {"id": f"a:{n}", "conversationType": "personal"}
        broken["name"] = chance.choice(
            [
                "adaptiveCard/action",
                "message/submitAction",
                "message/fetchTask",
                "fileConsent/invoke",
            ]
        )
        broken["channelData"] = deep
        for name in [*chance.sample(sorted(broken), 2), "value"]:
            broken[name] = chance.choice(odd)
        answer = await door.post("/api/messages", content=json.dumps(broken))
        assert answer.status_code < 500 or answer.status_code == 501, broken
    for raw in (b"", b"{", b"[" * 100_000, b"\xff\xfe", b'"' + b"x" * 1_000_000 + b'"'):
        assert (await door.post("/api/messages", content=raw)).status_code == 400


@pytest.mark.skipif(
    not os.environ.get("LLM_CHOOSE_CLIENTS"),
    reason="set LLM_CHOOSE_CLIENTS to a folder with the installed client",
)
async def test_the_agents_playground_talks_with_us(sessions, texts, asked):
    folder = Path(os.environ["LLM_CHOOSE_CLIENTS"])
    turns = Turns(asked, sessions, texts)
    teams = Teams(LOCAL, turns, sessions, texts)
    async with teams, turns:
        turns.register(teams)
        async with served(Starlette(routes=teams.routes())) as port:
            command = [
                "node",
                "drive.mjs",
                "--suite",
                "basic",
                "--no-browser",
                "--bot-port",
                str(port),
            ]
            ran = await asyncio.to_thread(
                subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=150
            )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.usefixtures("as_served")
async def test_an_activity_that_is_neither_stored_nor_answered_is_refused_and_its_repeat_is_not(
    store, sessions, texts, service, monkeypatch
):
    monkeypatch.setattr("bot.teams.adapter.PATIENCE", 0.2)
    gate = asyncio.Event()

    async def held(message):
        await gate.wait()
        yield ANSWER

    os.kill(store.server.pid, signal.SIGSTOP)
    try:
        async with door_of(held, sessions, texts) as door:
            told = [
                (await door.post("/api/messages", json=activity(service))).status_code
                for _ in range(2)
            ]
            pressed = (
                await door.post("/api/messages", json=press(service, {"verb": "demo.tour"}))
            ).status_code
            gate.set()
            await service.until("答え[1]")
            monkeypatch.setattr("bot.teams.adapter.PATIENCE", 10.0)
            last = (await door.post("/api/messages", json=activity(service))).status_code
    finally:
        os.kill(store.server.pid, signal.SIGCONT)

    assert told == [503, 503]
    assert pressed == 503
    assert last == 202
