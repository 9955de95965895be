"""Who in Slack sees what is for one person alone: the real house behind the real adapter, from every place one can press."""

import asyncio
import itertools
import json
import time
from contextlib import AsyncExitStack

import httpx
import pytest
from starlette.applications import Starlette

from bot.places import QUEUE
from bot.service.application import Application
from bot.settings import load
from bot.slack import api as api_pace
from bot.slack import pace
from bot.slack import progress as progress_signs
from bot.slack.adapter import Slack
from bot.slack.render.messages import LEVELS, messages
from bot.slack.settings import Slack as Settings
from bot.turns import Turns
from handlers.conversation import Button, Buttons, Paragraph, Person, Press, Reply
from tests.bot import private_replies as every
from tests.bot.scenes import QUESTION, WORDS, Recorded, letters, pieces, scenes_of, wire
from tests.bot.slack.conftest import SECRET, Desk

pytestmark = pytest.mark.early
AOI = Person("slack:T1:U1", "花子", "ja")
REN = Person("slack:T1:U2", "次郎", "ja")
ROOT, EPHEMERAL = "1700000000.000001", "1700000009.000009"
CHANNEL = {"channel": {"id": "C1"}}
VIEW = {
    "type": "modal",
    "callback_id": "x",
    "blocks": [],
    "private_metadata": json.dumps({"c": "C1", "t": ROOT}),
}


def on(ts, **more):
    return CHANNEL | {"container": {"type": "message", "message_ts": ts, "channel_id": "C1"} | more}


PUBLIC = {
    "a message": on(ROOT, is_ephemeral=False),
    "a message in a thread": on("1700000002.000002", thread_ts=ROOT, is_ephemeral=False),
    "a message that says nothing of itself": on(ROOT),
}
OWN = {
    "an ephemeral message": on(EPHEMERAL, is_ephemeral=True),
    "an ephemeral message in a thread": on(EPHEMERAL, is_ephemeral=True, thread_ts=ROOT),
    "a window": {"view": VIEW | {"id": "V1"}},
    "home": {"view": {"type": "home", "id": "VH", "blocks": []}},
    "a direct message": {
        "channel": {"id": "D1"},
        "container": {
            "type": "message",
            "message_ts": ROOT,
            "channel_id": "D1",
            "is_ephemeral": False,
        },
    },
    "nothing that says where": CHANNEL | {"container": {}},
    "something unknown": CHANNEL
    | {"container": {"type": "nope", "message_ts": ROOT, "channel_id": "C1"}},
    "a broken place": CHANNEL | {"container": "message", "message": {"ts": ROOT}},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def application(data):
    async with Application(load({"EXPERTS": "U7"}, data=str(data))) as opened:
        await opened.answers()
        yield opened


@pytest.fixture(scope="module")
def staged():
    """The scenes, once they are there: the data folder keeps what they are about."""
    return []


@pytest.fixture
async def scenes(application, staged):
    if not staged:
        staged.append(await scenes_of(application, AOI, REN, "slack:T1:C1"))
    return staged[0]


@pytest.fixture
async def at(application, api):
    """A person at Slack before the real house; what its router says is kept in `at.told`."""
    api.people["U2"] = {"id": "U2", "team_id": "T1", "real_name": "次郎", "locale": "ja-JP"}
    async with AsyncExitStack() as stack:
        recorded = Recorded(application.router)
        turns = Turns(recorded, application.sessions, application.texts)
        slack = await stack.enter_async_context(
            Slack(
                Settings("xoxb-1", ("new", SECRET), "", f"{api.url}/api/"),
                turns,
                application.texts,
                application.people,
                sessions=application.sessions,
            )
        )
        application.people.watch(slack.name, slack.again)
        turns.register(slack)
        await stack.enter_async_context(turns)
        door = httpx.ASGITransport(Starlette(routes=slack.routes()))
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=door, base_url="http://bot.example")
        )
        desk = Desk(
            api, turns, slack, client, itertools.count(time.time_ns())
        )  # one store serves all these tests
        desk.told = recorded.replies
        async with application.sessions.link.redis() as redis:
            for pressed in await redis.keys(
                "lc:pressed:*"
            ):  # the same button, one test after the other
                await redis.delete(pressed)
        yield desk


def drawn(press, texts):
    """Return the button as Slack gives it back when it is pressed."""
    reply = Reply("x", (Buttons((Button("押す", press),)),))
    if press.action == "feedback.vote":
        return {
            "type": "feedback_buttons",
            "action_id": "feedback.vote:1",
            "value": json.dumps(dict(press.data)),
        }
    [message] = messages(reply, texts, "ja", len(LEVELS) - 1)
    return next(e for b in message["blocks"] for e in b.get("elements", []))


def public(api, since=0):
    """Return every call that put something before everybody, in order."""
    shown = [
        (n, told) for n, told, _ in api.calls[since:] if n in ("chat.postMessage", "chat.update")
    ]
    return [told for _, told in shown if str(told["channel"]).startswith("C")]


def reached(api):
    """Count what one person alone was shown."""
    drawn_ = [n for n, _, _ in api.calls if n.startswith("views.") or n == "chat.postEphemeral"]
    direct = [
        n
        for n, told, _ in api.calls
        if n in ("chat.postMessage", "chat.update") and str(told["channel"])[0] == "D"
    ]
    return len(drawn_) + len(direct) + len(api.responses)


@pytest.mark.parametrize("where", [*PUBLIC, *OWN])
async def test_what_is_for_one_person_is_shown_to_them_alone_wherever_they_press(
    at, api, scenes, texts, where
):
    place = (PUBLIC | OWN)[where]
    api.views["V1"] = VIEW
    for name, press in scenes.private.items():
        before, seen = len(api.calls), reached(api)
        status, _ = await at.press(drawn(press, texts), **place)

        assert status == 200
        assert public(api, before) == [], name
        assert reached(api) > seen, name


async def test_where_no_window_opens_any_more_it_is_whispered(at, api, scenes, texts):
    for name, press in scenes.private.items():
        before, whispers = len(api.calls), len(api.whispers)
        api.faults["views.open"] = ["expired_trigger_id"] * 2
        await at.press(drawn(press, texts), **PUBLIC["a message"])

        assert public(api, before) == [], name
        assert len(api.whispers) > whispers, name


async def test_a_press_that_concerns_its_person_is_whispered_whatever_the_handler_says_of_its_reply(
    desk, api
):
    async def frank(message):
        yield Reply("結果", (Paragraph("結果"),))

    at = await desk(frank)
    api.faults["views.open"] = ["expired_trigger_id"] * 9
    for action in (
        "choose.resume",
        "source.open",
        "demo.open",
        "document.list",
        "private.ask",
        "model.publish",
        "feedback.vote",
    ):
        element = {
            "type": "button",
            "action_id": f"{action}:1",
            "value": '{"rid":"r1","vote":"up"}',
        }
        await at.press(element, **PUBLIC["a message"])

    assert api.messages == {}
    assert len(api.whispers) == 7


@pytest.mark.parametrize("where", PUBLIC)
async def test_what_is_for_everybody_stays_so_on_a_message_everybody_sees(
    at, api, scenes, texts, where
):
    for name, press in scenes.public.items():
        before = len(api.calls)
        await at.press(drawn(press, texts), **PUBLIC[where])

        assert {
            (m["channel"], m["thread_ts"]) for m in public(api, before) if "thread_ts" in m
        } == {("C1", ROOT)}, name


@pytest.mark.parametrize("where", OWN)
async def test_nothing_pressed_where_one_person_sees_it_is_answered_to_everybody(
    at, api, scenes, texts, where
):
    api.views["V1"] = VIEW
    for name, press in scenes.public.items():
        seen = reached(api)
        for _ in range(2):  # a double click
            await at.press(drawn(press, texts), **OWN[where])

        assert public(api) == [], name
        assert reached(api) > seen, name


async def test_calling_an_expert_from_a_private_answer_names_the_way_and_publishes_nothing(
    at, api, scenes, texts
):
    await at.press(drawn(scenes.public["a call"], texts), **OWN["an ephemeral message"])

    assert public(api) == []
    assert "チャンネルで押すと" in api.whispers[-1]["text"]
    assert QUESTION not in api.whispers[-1]["text"]


async def test_a_private_question_leaves_no_trace_in_the_talk_of_its_thread(
    at, application, scenes, texts
):
    root = f"{time.time():.6f}"
    await at.press(
        drawn(scenes.public["a follow-up"], texts),
        **on(EPHEMERAL, is_ephemeral=True, thread_ts=root),
    )
    await at.press(
        drawn(scenes.private["a question about a result"], texts), **on(root, is_ephemeral=False)
    )
    [view_id] = [
        id_ for id_, view in at.api.views.items() if view.get("callback_id") == "choose.question"
    ]
    await at.submit(view_id, {"text": {"type": "plain_text_input", "value": "注意点は?"}})

    assert await application.router.threads.history(f"slack:T1:C1:{root}") == ()
    assert public(at.api) == []


@pytest.mark.parametrize("thread", ["", ROOT])
async def test_what_is_typed_among_others_and_is_for_one_person_is_whispered(
    at, api, scenes, thread
):
    for words in WORDS:
        seen, told = len(api.whispers), len(at.told)
        await at.event(text=f"<@UB> {words}", **({"thread_ts": thread} if thread else {}))

        everything = wire(public(api))
        assert [m for m in api.messages.values() if m["channel"] == "C1"] == [], words
        assert not [
            piece for reply in at.told[told:] for piece in pieces(reply) if piece in everything
        ], words
        assert len(api.whispers) > seen, words


async def test_a_command_is_answered_to_its_person_alone_whatever_it_asks(at, api, scenes):
    for words in (QUESTION, "", *(w.removeprefix("llm-choose").strip() for w in WORDS)):
        seen = reached(api)
        await at.command(words)

        assert reached(api) > seen, words
    assert public(api) == []


async def test_shortcuts_open_what_is_for_one_person_in_a_window(at, api, scenes):
    message = {"type": "message", "ts": ROOT, "text": "これ"}
    await at.interact(
        "message_action",
        callback_id="add_to_knowledge",
        action_ts="1.2",
        message=message,
        **CHANNEL,
    )
    await at.interact("shortcut", callback_id="choose_method", action_ts="1.1")

    assert public(api) == []
    assert reached(api) >= 2


async def test_a_run_s_result_is_never_shown_to_the_channel(at, api, scenes, texts):
    for place in (*PUBLIC.values(), *OWN.values()):
        for name in ("a result", "a preview", "history"):
            await at.press(drawn(scenes.private[name], texts), **place)
    await at.event(text="<@UB> llm-choose choose express")
    for _ in range(12):
        whisper = api.responses[-1] if api.responses else api.whispers[-1]
        options = [e for e in _elements(whisper) if e["action_id"].startswith("choose.answer")]
        if not options:
            break
        await at.press(options[0], **OWN["an ephemeral message"])

    shown = wire(public(api))
    assert letters("おすすめ:") in wire(api.responses[-1])
    assert letters("おすすめ:") not in shown
    assert not [piece for piece in pieces(scenes.result) if piece in shown]


def _elements(message):
    found = [
        e for b in message["blocks"] for e in [*b.get("elements", []), b.get("accessory") or {}]
    ]
    return [e for e in found if "action_id" in e]


# --------------------------------------------------------------------------- a changed question


async def changed(at, text, *, thread=""):
    """Ask in the channel, then change the question; return the ts of the question."""
    ts = f"{time.time():.6f}"
    root = {"thread_ts": thread} if thread else {}
    await at.event(text=f"<@UB> {QUESTION}", ts=ts, **root)
    old = {
        "type": "message",
        "user": "U1",
        "text": f"<@UB> {QUESTION}",
        "ts": ts,
        "thread_ts": thread or ts,
    }
    now = old | {"text": f"<@UB> {text}", "edited": {"user": "U1", "ts": f"{float(ts) + 60:.6f}"}}
    spoken = {
        "subtype": "message_changed",
        "hidden": True,
        "user": None,
        "message": now,
        "previous_message": old,
    }
    await at.event("message", event=spoken)
    return ts


@pytest.mark.parametrize("thread", ["", ROOT])
@pytest.mark.parametrize("told", [True, False])
async def test_a_changed_question_is_answered_again_where_it_stands(at, api, thread, told):
    ts = await changed(at, "RAGの短所は?", thread=thread)
    place = thread or ts
    [offer] = api.whispers
    before = len(api.calls)
    pressed = {"thread_ts": place} if told else {}
    await at.press(_elements(offer)[-1], **on(EPHEMERAL, is_ephemeral=True, **pressed))

    assert offer["thread_ts"] == place
    answered = [m for m in public(api, before) if "thread_ts" in m]
    assert {m["thread_ts"] for m in answered} == {place}
    [_, again] = api.messages.values()
    assert "短所" in wire(again)
    assert EPHEMERAL not in json.dumps(api.calls)


async def test_an_offer_pressed_by_somebody_else_gives_away_no_private_question(
    at, api, application, texts
):
    await at.event("message", QUESTION, channel="D1", channel_type="im", ts="1700000200.0002")
    offer = drawn(Press("ask.again", {"m": "slack:T1:D1:1700000200.0002"}), texts)
    await at.press(offer, user={"id": "U2"}, **OWN["an ephemeral message"])

    assert "期限が切れました" in api.whispers[-1]["text"]
    assert public(api) == []


# --------------------------------------------------------------------------- what turns say, and what goes wrong


async def test_a_full_queue_is_said_to_whoever_meets_it_alone(desk, api, texts):
    go_on = asyncio.Event()

    async def slow(message):
        await go_on.wait()
        yield Reply("答え")

    at = await desk(slow)
    asked = [asyncio.create_task(at.event(ts=f"2.{n}", thread_ts="1.5")) for n in range(QUEUE + 2)]
    async with asyncio.timeout(60):
        while not api.whispers:
            await asyncio.sleep(0.01)
    go_on.set()
    await asyncio.gather(*asked)

    assert [(w["user"], w["text"]) for w in api.whispers] == [("U1", texts.say("turns.busy", "ja"))]
    assert [m["text"] for m in api.messages.values()] == ["答え"] * (QUEUE + 1)


async def test_an_apology_is_told_to_the_asker_alone_and_takes_all_of_the_placeholder_away(
    desk, api
):
    async def broken(message):
        yield Reply("長い", tuple(Paragraph("あ" * 2900) for _ in range(8)), final=False)
        raise RuntimeError("a bug")

    at = await desk(broken)
    await at.event()
    await at.press(
        {"type": "button", "action_id": "ask.followup:1", "value": "{}"}, **PUBLIC["a message"]
    )

    assert api.messages == {}
    assert all("番号" in w["text"] for w in api.whispers)
    assert len(api.whispers) == 2


async def test_a_share_from_an_ephemeral_message_hangs_under_no_ephemeral_message(desk, api):
    async def share(message):
        yield Reply("みなさんへ", (Paragraph("みなさんへ"),), share=True)

    at = await desk(share)
    element = {"type": "button", "action_id": "demo.share:1", "value": "{}"}
    await at.press(element, **OWN["an ephemeral message"])
    await at.press(element, **OWN["an ephemeral message in a thread"])

    assert [m.get("thread_ts") for m in api.messages.values()] == [None, ROOT]


async def test_what_a_window_opens_leaves_no_placeholder_behind(desk, api):
    async def tour(message):
        yield Reply("実際に動かしています…", final=False, private=True)
        yield Reply("一つ目", (Paragraph("一つ目"),), private=True, title="RAGを5分で")

    at = await desk(tour)
    await at.press(
        {"type": "button", "action_id": "demo.tour:1", "value": "{}"}, **OWN["a direct message"]
    )

    assert api.messages == {}
    assert len(api.views) == 1


async def test_a_whisper_that_slack_takes_no_more_is_said_to_nobody_else(desk, api):
    async def alone(message):
        yield Reply("あなたにだけ", (Paragraph("あなたにだけ"),), private=True)

    api.faults["chat.postEphemeral"] = ["not_in_channel"] * 9
    at = await desk(alone)
    await at.press(
        {"type": "button", "action_id": "ask.followup:1", "value": "{}"},
        **OWN["an ephemeral message"],
    )

    assert api.messages == {}
    assert [(r["response_type"], r["text"]) for r in api.responses] == [
        ("ephemeral", "あなたにだけ")
    ]


# --------------------------------------------------------------------------- every shape of a reply


async def test_no_shape_of_a_private_reply_is_seen_by_others_from_any_place(desk, api, monkeypatch):
    monkeypatch.setattr(progress_signs, "FIRST", 0.0)
    monkeypatch.setattr(progress_signs, "EVERY", 0.0)
    monkeypatch.setattr(api_pace, "RATES", {})
    monkeypatch.setattr(pace, "RATES", {})
    shape = {}

    async def private(message):
        yield every.progress()
        await asyncio.sleep(0)
        yield shape["reply"]

    at = await desk(private)
    press = {
        "type": "button",
        "action_id": "x.y:1",
        "value": '["demo.run",{}]',
        "block_id": "panel:1",
    }
    alike = ("a message that says nothing of itself", "something unknown", "a broken place", "home")
    pressed = [where for name, where in (PUBLIC | OWN).items() if name not in alike]
    places = [lambda where=where: at.press(press, **where) for where in pressed]
    places += [
        lambda: at.command("質問"),
        at.event,
        lambda: at.event("message", "<@UB> 質問", thread_ts=ROOT),
        lambda: at.interact("shortcut", callback_id="choose_method", action_ts="1.1"),
    ]
    shown = 0
    for name, reply in every.replies():
        shape["reply"] = reply
        for number, done in enumerate(places):
            api.calls.clear()
            await done()
            public = [
                told
                for method, told, _ in api.calls
                if method in PUBLIC_CALLS and not _place(told).startswith("D")
            ]
            assert every.SECRET not in json.dumps(public, ensure_ascii=False), (name, number)
            shown += every.SECRET in json.dumps(api.calls, ensure_ascii=False, default=str)
    assert shown > 48 * 8  # most of them reach their person


def _place(told):
    return str(told.get("channel") or told.get("channel_id") or "")


PUBLIC_CALLS = (
    *("chat.postMessage", "chat.update", "chat.startStream", "chat.appendStream"),
    *("assistant.threads.setStatus", "files.completeUploadExternal", "agents.sessions.setStatus"),
)
