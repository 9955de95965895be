"""Who in Teams sees what is for one person alone: the real house behind the real adapter, from every place one can press."""

import asyncio
import itertools
import json
import time

import httpx
import pytest
from starlette.applications import Starlette

from bot.press import KEY, unpack
from bot.service.application import Application
from bot.settings import load
from bot.teams import adapter, invoke, render
from bot.teams.adapter import Teams
from bot.teams.envelope import CONTENT_TYPE
from bot.teams.frame import OWN, PANEL
from bot.turns import Turns
from handlers.conversation import (
    Ask,
    Button,
    Buttons,
    Field,
    Form,
    Option,
    Paragraph,
    Person,
    Reply,
)
from tests.bot import private_replies as every
from tests.bot.scenes import QUESTION, WORDS, Recorded, letters, pieces, scenes_of, wire
from tests.bot.teams.conftest import Failure
from tests.bot.teams.talk import CHANNEL, LOCAL, MENTION, activity, door_of
from tests.bot.teams.talk import press as plain_press

AOI = Person("teams:t1:u1", "鈴木", "ja")
REN = Person("teams:t1:u2", "次郎", "ja")
ROOM = {"conversation": CHANNEL["conversation"]}
GROUP = {
    "conversation": {"id": "19:g@thread.v2", "conversationType": "groupChat", "tenantId": "t1"},
    "entities": [MENTION],
}
ALONE = ROOM | {"recipient": {"id": "28:bot", "isTargeted": True}}
BOTH = pytest.mark.parametrize("discreet", [True, False], ids=["whispers", "no whispers"])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def application(data):
    async with Application(load({"EXPERTS": "exp"}, data=str(data))) as opened:
        await opened.answers()
        yield opened


@pytest.fixture(scope="module")
def staged():
    """The scenes, once they are there: the data folder keeps what they are about."""
    return []


@pytest.fixture
async def scenes(application, staged):
    if not staged:
        staged.append(await scenes_of(application, AOI, REN, "teams:19:c"))
    return staged[0]


class At:
    """A person at Teams before the real house."""

    def __init__(self, client, turns, service, texts, told):
        self.client, self.turns, self.service, self.texts, self.told = (
            client,
            turns,
            service,
            texts,
            told,
        )
        self.numbers = itertools.count(time.time_ns())  # one store serves all these tests

    async def send(self, **more):
        answer = await self.client.post(
            "/api/messages", json=activity(self.service, f"a{next(self.numbers)}", **more)
        )
        while self.turns._running:
            await asyncio.wait(set(self.turns._running))
        return answer

    async def say(self, text, **where):
        return await self.send(text=text, **where)

    async def press(self, press, *, own=False, submit=False, **where):
        """Press a button as it was drawn: on a card everybody sees, or on one that its person alone does."""
        data = drawn(press, self.texts, own=own)
        if submit:
            return await self.send(**({"value": data, "text": "", "replyToId": "card7"} | where))
        return await self.invoke(data, **where)

    async def invoke(self, data, **where):
        action = {"type": "Action.Execute", "verb": data["verb"], "data": data}
        told = {
            "type": "invoke",
            "name": "adaptiveCard/action",
            "replyToId": "card7",
            "value": {"action": action},
        }
        return (await self.send(**(told | where))).json()

    def public(self, since=0):
        """Return everything everybody was shown, in order."""
        calls = self.service.calls[since:]
        return [
            c.body
            for c in calls
            if c.method in ("POST", "PUT") and not c.targeted and c.status < 300
        ]


@pytest.fixture
async def at(application, service):
    recorded = Recorded(application.router)
    turns = Turns(recorded, application.sessions, application.texts)
    teams = Teams(LOCAL, turns, application.sessions, application.texts)
    async with teams, turns:
        turns.register(teams)
        transport = httpx.ASGITransport(Starlette(routes=teams.routes()))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://bot", timeout=60
        ) as client:
            yield At(client, turns, service, application.texts, recorded.replies)


def drawn(press, texts, *, own=False):
    """Return the data of the button a press comes from, as the renderer drew it."""
    reply = Reply("x", (Buttons((Button("押す", press),)),))
    if own:
        card = invoke.view(reply, "ja", texts, invoke.Viewer(among_others=True))["value"]
    else:
        card = render.activities(reply, "ja", texts)[0]["attachments"][0]["content"]
    [action] = actions(card)
    return action["data"] | {"verb": action["verb"]}


def actions(card):
    match card:
        case {"type": "Action.Execute"}:
            return [card]
        case dict():
            return [a for name, value in card.items() if name != "refresh" for a in actions(value)]
        case list():
            return [a for value in card for a in actions(value)]
        case _:
            return []


def leaked(at, told, since):
    everything = wire(at.public(since))
    return [piece for reply in at.told[told:] for piece in pieces(reply) if piece in everything]


# --------------------------------------------------------------------------- pressed


@pytest.mark.parametrize("where", [ROOM, GROUP], ids=["channel", "group chat"])
async def test_a_press_among_others_shows_what_is_for_one_person_in_its_own_answer(
    at, scenes, where
):
    for name, press in scenes.private.items():
        before, told = len(at.service.calls), len(at.told)
        card = (
            None if "rid" in press.data else "card7"
        )  # a run's buttons stand in cards of their own: below
        answer = await at.press(press, replyToId=card, **where)
        seen = wire(answer["value"])

        assert at.public(before) == [], name
        assert [piece for reply in at.told[told:] for piece in pieces(reply) if piece in seen], name
        assert answer["statusCode"] == 200
    assert len(at.service.whispers) == 1  # the way to the files of a memo


async def test_what_belongs_to_a_run_leaves_in_its_card_only_whose_it_is(at, scenes):
    for name in ("a result", "a preview", "a question about a result", "a memo"):
        at.service.shown["card7"] = {"text": "鈴木さんが回答中です"}
        before, told = len(at.service.calls), len(at.told)
        answer = await at.press(scenes.private[name], **ROOM)
        reply = at.told[-1]

        assert pieces(reply)[0] in wire(answer["value"]), name
        assert leaked(at, told, before) == [], name
        assert "本人だけに表示" in json.dumps(at.service.shown["card7"], ensure_ascii=False), name


@BOTH
async def test_a_press_of_a_client_that_waits_for_nothing_is_told_alone_or_not_at_all(
    at, scenes, discreet
):
    at.service.discreet = discreet
    for name, press in scenes.private.items():
        before, told, whispers = len(at.service.calls), len(at.told), len(at.service.whispers)
        await at.press(press, submit=True, replyToId=None, **ROOM)

        assert leaked(at, told, before) == [], name
        assert (len(at.service.whispers) > whispers) is discreet, name
        shown = [wire(body) for body in at.public(before)]
        assert [letters("個人チャット") in text for text in shown] == (
            [] if discreet else [True]
        ), name


async def test_what_is_for_everybody_stays_so(at, scenes):
    for name, press in scenes.public.items():
        before = len(at.service.calls)
        await at.press(press, **ROOM)

        assert at.public(before), name
        assert at.service.whispers == []


async def test_nothing_pressed_where_one_person_sees_it_is_answered_to_everybody(at, scenes):
    for name, press in (scenes.public | scenes.private).items():
        for _ in range(2):  # a double click
            answer = await at.press(press, own=True, **ROOM)

            assert answer["type"] in (
                CONTENT_TYPE,
                "application/vnd.microsoft.activity.message",
            ), name
    assert at.public() == []


async def test_a_private_answer_s_own_buttons_lead_to_private_answers(at, scenes):
    inside = await at.press(scenes.private["inside"], **ROOM)
    rerun = next(a for a in actions(inside["value"]) if a["verb"] == "demo.rerun")
    again = await at.invoke(rerun["data"] | {"verb": "demo.rerun"}, **ROOM)
    fallback = {"value": rerun["fallback"]["data"], "text": "", **ROOM}
    await at.send(**fallback)

    assert letters("候補") in wire(again["value"])
    assert at.public() == []
    assert letters("候補") in wire(at.service.whispers[-1])


async def test_from_what_one_person_sees_in_its_place_a_button_leads_back_to_the_card(at, scenes):
    await at.say(QUESTION, **CHANNEL)
    [(id_, body)] = [(i, b) for i, b in at.service.shown.items() if b.get("attachments")]
    card = body["attachments"][0]["content"]
    for action in actions(card):
        if action["verb"] in ("source.open", "demo.open"):
            own = await at.invoke(action["data"] | {"verb": action["verb"]}, replyToId=id_, **ROOM)
            [back] = [
                a for a in actions(own["value"]) if a["title"] == at.texts.say("teams.back", "ja")
            ]
            for where in (
                ROOM,
                ROOM | {"from": {"id": "29:v", "aadObjectId": "u2", "name": "次郎"}},
            ):
                again = await at.invoke(
                    back["data"] | {"verb": back["verb"]}, replyToId=id_, **where
                )
                assert again["value"] == card
    gone = await at.invoke(back["data"] | {"verb": back["verb"]}, replyToId="m999", **ROOM)
    elsewhere = await at.invoke(back["data"] | {"verb": back["verb"]}, replyToId=id_, **GROUP)

    assert gone["value"] == elsewhere["value"] == at.texts.say("teams.card_gone", "ja")


async def test_calling_an_expert_from_a_private_answer_names_the_way_and_publishes_nothing(
    at, scenes
):
    answer = await at.press(scenes.public["a call"], own=True, **ROOM)

    assert at.public() == []
    assert "チャンネルで押すと" in json.dumps(answer, ensure_ascii=False)


async def test_a_press_on_a_card_of_a_run_that_was_deleted_is_answered_all_the_same(at, scenes):
    before, told = len(at.service.calls), len(at.told)
    answer = await at.press(scenes.private["a result"], replyToId="gone", **ROOM)

    assert pieces(scenes.result)[0] in wire(answer["value"])
    assert leaked(at, told, before) == []


async def test_a_question_about_a_result_is_answered_to_its_person_and_forgotten_by_the_channel(
    at, application, scenes
):
    at.service.shown["card7"] = {"text": "鈴木さんが回答中です"}
    thread = {"conversation": ROOM["conversation"] | {"id": "19:c;messageid=7"}}
    form = await at.press(scenes.private["a question about a result"], **thread)
    submit = next(a for a in actions(form["value"]) if isinstance(unpack(a["data"][KEY]), Form))
    before, told = len(at.service.calls), len(at.told)
    answer = await at.invoke(
        submit["data"] | {"verb": submit["verb"], "text": "RAGとは何ですか?"}, **thread
    )
    follow = next(a for a in actions(answer["value"]) if a["verb"].startswith("ask."))
    await at.invoke(follow["data"] | {"verb": follow["verb"]}, **thread)

    assert pieces(at.told[told])[0] in wire(answer["value"])
    assert leaked(at, told, before) == []
    assert await application.router.threads.history("teams:19:c;messageid=7") == ()


# --------------------------------------------------------------------------- typed


@BOTH
@pytest.mark.parametrize("where", [CHANNEL, GROUP], ids=["channel", "group chat"])
async def test_what_is_typed_among_others_and_is_for_one_person_is_told_alone_or_elsewhere(
    at, scenes, discreet, where
):
    at.service.discreet = discreet
    for words in WORDS:
        before, told, whispers = len(at.service.calls), len(at.told), len(at.service.whispers)
        await at.say(words, **where)

        assert leaked(at, told, before) == [], words
        assert (len(at.service.whispers) > whispers) is discreet, words
        if not discreet:
            [sentence] = at.public(before)
            assert "個人チャットを開いて" in json.dumps(sentence, ensure_ascii=False), words
            assert "https://teams.microsoft.com/l/chat" in json.dumps(sentence), words


async def test_the_way_to_the_personal_chat_is_said_in_the_person_s_language(at, scenes):
    at.service.discreet = False
    ann = {"from": {"id": "29:ann", "aadObjectId": "u7", "name": "Ann"}}
    await at.say("llm-choose history", locale="en-US", **ann, **CHANNEL)

    assert "please open the personal chat" in json.dumps(at.public()[-1])


async def test_a_question_to_everybody_is_answered_to_everybody(at):
    await at.say(QUESTION, **CHANNEL)

    assert at.public()
    assert at.service.whispers == []


@BOTH
async def test_a_targeted_question_is_answered_to_its_person_alone(at, application, discreet):
    at.service.discreet = discreet
    for words in (QUESTION, "llm-choose", *WORDS):
        before, told = len(at.service.calls), len(at.told)
        await at.say(words, **ALONE)

        assert leaked(at, told, before) == [], words
        assert (at.public(before) == []) is discreet, words
    assert bool(at.service.whispers) is discreet
    assert await application.router.threads.history("teams:19:c") == ()


@BOTH
async def test_a_file_in_a_targeted_message_is_refused_to_its_sender_alone(at, discreet):
    at.service.discreet = discreet
    html = {"contentType": "text/html", "content": '<div><attachment id="f1"></attachment></div>'}
    await at.say("秘密の件です", attachments=[html], **ALONE)

    told = at.service.whispers if discreet else at.public()
    refusal = at.texts.say("teams.no_files_beside", "ja")
    assert refusal in json.dumps(told[0], ensure_ascii=False)
    assert "秘密の件" not in json.dumps(at.public(), ensure_ascii=False)
    assert (at.public() == []) is discreet


async def test_the_buttons_of_a_targeted_answer_stay_with_its_person(at):
    await at.say(QUESTION, **ALONE)
    [*_, card] = at.service.whispers
    for action in actions(card):
        answer = await at.invoke(action["data"] | {"verb": action["verb"]}, **ROOM)
        assert answer["statusCode"] == 200
    assert at.public() == []


ANSWERS = ("choose.page", "choose.answer")  # what the page and each question are sent as


async def test_a_whole_dialog_begun_in_a_targeted_message_stays_there(at):
    await at.say("llm-choose choose express", **ALONE)
    card = at.service.whispers[-1]
    for _ in range(12):
        submit = next((a for a in actions(card) if a["verb"] in ANSWERS), None)
        if submit is None:
            break
        filled = {e["id"]: e["choices"][0]["value"] for e in inputs(card)}
        answer = await at.invoke(submit["data"] | {"verb": submit["verb"]} | filled, **ROOM)
        card = answer["value"]

    assert letters("おすすめ:") in wire(card)
    assert at.public() == []


def inputs(card):
    match card:
        case {"type": "Input.ChoiceSet"}:
            return [card]
        case dict():
            return [i for value in card.values() for i in inputs(value)]
        case list():
            return [i for value in card for i in inputs(value)]
        case _:
            return []


async def test_a_run_s_result_is_never_shown_to_the_channel(at, scenes):
    await at.say("llm-choose choose express", **CHANNEL)
    [base] = at.public()
    look = base["attachments"][0]["content"]["refresh"]["action"]
    id_ = next(iter(at.service.shown))
    card = (await at.invoke(look["data"] | {"verb": look["verb"]}, replyToId=id_, **ROOM))["value"]
    for _ in range(12):
        submit = next((a for a in actions(card) if a["verb"] in ANSWERS), None)
        if submit is None:
            break
        filled = {e["id"]: e["choices"][0]["value"] for e in inputs(card)}
        sent = submit["data"] | {"verb": submit["verb"]} | filled
        answer = await at.invoke(sent, replyToId=id_, **ROOM)
        card = answer["value"]

    assert pieces(at.told[-1])[0] in wire(card)
    shown = wire(at.public())
    assert not [piece for piece in pieces(at.told[-1]) if piece in shown]
    assert letters("おすすめ:") not in shown


async def test_a_personal_chat_has_nobody_to_hide_from(at, scenes):
    for words in WORDS[:3]:
        await at.say(words)
    for name in ("a source", "inside", "history"):
        await at.press(scenes.private[name], replyToId=None)

    assert at.service.whispers == []
    assert len(at.public()) >= 6


async def test_a_changed_question_is_answered_again_where_it_stands(at):
    asked = f"q{next(at.numbers)}"
    await at.send(**CHANNEL | {"id": asked, "text": QUESTION})
    change = {
        "type": "messageUpdate",
        "channelData": {"eventType": "editMessage"},
        "timestamp": "2026-11-25T00:00:00Z",
    }
    await at.send(**CHANNEL | change | {"id": asked, "text": "RAGの短所は?"})
    [offer] = at.service.whispers
    [again] = [a for a in actions(offer) if a["verb"] == "ask.again"]
    before = len(at.service.calls)
    elsewhere = {"conversation": ROOM["conversation"] | {"id": "19:c"}}
    await at.invoke(again["data"] | {"verb": "ask.again"}, **elsewhere)

    assert "短所" in wire(at.public(before))
    paths = {
        c.path.rpartition("/activities")[0] for c in at.service.calls[before:] if c.method == "POST"
    }
    assert paths == {"/v3/conversations/19:c;messageid=1"}


# --------------------------------------------------------------------------- late, broken, forged

SECRET = Reply("秘密の結果です", (Paragraph("秘密の結果です"),), private=True)
CHOICE = Field("q", "choice", "問い", options=(Option("y", "はい"),))


@BOTH
async def test_a_reply_that_comes_late_is_never_shown_to_everybody(
    sessions, texts, service, monkeypatch, discreet
):
    monkeypatch.setattr(adapter, "VIEW", 0.05)
    service.discreet = discreet
    go_on = asyncio.Event()

    async def slow(message):
        yield Reply("実際に動かしています…", final=False, private=True)
        await go_on.wait()
        yield SECRET

    async with door_of(slow, sessions, texts) as door:
        pressed = plain_press(service, {"verb": "demo.rerun"}, **CHANNEL)
        del pressed["value"]["action"]["data"]["rid"]
        said = (await door.post("/api/messages", json=pressed)).json()
        go_on.set()
        while not (service.whispers or service.shown):
            await asyncio.sleep(0.01)

    assert said["value"] == texts.say("teams.received", "ja")
    assert "秘密" not in json.dumps(service.shown, ensure_ascii=False)
    assert ("秘密" in json.dumps(service.whispers, ensure_ascii=False)) is discreet
    assert len(service.shown) == (0 if discreet else 1)


@pytest.mark.parametrize(
    "failure", [Failure(400), Failure(413), Failure(403), Failure(500), Failure(404)]
)
@pytest.mark.parametrize("times", [1, 2])
async def test_whatever_the_service_says_to_a_whisper_nothing_of_it_is_published(
    sessions, texts, service, failure, times
):
    async def alone(message):
        yield Reply("探しています", final=False)
        service.failures = [failure] * times
        yield SECRET

    async with door_of(alone, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, text="x", **CHANNEL))
    assert "秘密" not in json.dumps(
        [c.body for c in service.calls if not c.targeted], ensure_ascii=False
    )
    assert service.whispers or service.shown


async def test_a_card_that_is_refused_is_not_replaced_by_the_words_it_kept_back(
    sessions, texts, service
):
    async def result(message):
        yield SECRET

    service.shown["card7"] = {"text": "鈴木さんが回答中です"}
    service.failures = [Failure(400)]
    async with door_of(result, sessions, texts) as door:
        pressed = plain_press(service, {"verb": "choose.resume", "rid": "r1", "rev": 1}, **CHANNEL)
        said = (await door.post("/api/messages", json=pressed)).json()

    assert "秘密" in json.dumps(said, ensure_ascii=False)
    assert "秘密" not in json.dumps([c.body for c in service.calls], ensure_ascii=False)
    assert service.shown["card7"]["text"] == "鈴木 さんの結果は、本人だけに表示しています。"


async def test_a_government_cloud_that_may_not_know_whispers_gets_none(sessions, texts, service):
    from bot.teams.auth import discreet

    assert discreet("https://smba.trafficmanager.net/emea/", local=False)
    assert not discreet("https://smba.infra.gov.teams.microsoft.us/", local=False)
    assert not discreet("https://smba.trafficmanager.net.evil.example/", local=False)
    assert not discreet("http://127.0.0.1:1/", local=False)


@BOTH
async def test_apologies_and_full_queues_are_for_the_asker(sessions, texts, service, discreet):
    service.discreet = discreet

    async def broken(message):
        yield Reply("調べています", final=False)
        raise RuntimeError("a bug")

    async with door_of(broken, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, **CHANNEL))
    told = json.dumps(
        service.whispers if discreet else list(service.shown.values()), ensure_ascii=False
    )
    assert ("番号" if discreet else "個人チャットを開いて") in told
    assert len(service.shown) == (0 if discreet else 1)


async def test_a_form_for_one_person_is_drawn_in_the_answer_and_its_reply_too(
    sessions, texts, service
):
    async def form(message):
        if isinstance(message.content, Form):
            yield SECRET
        else:
            yield Reply(
                "なぜ?",
                private=True,
                ask=Ask("demo.why", "t", "なぜ?", (CHOICE,), "送る", "やめる", {"aid": "a"}),
            )

    async with door_of(form, sessions, texts) as door:
        pressed = plain_press(service, {"verb": "demo.why"}, "p1", **CHANNEL)
        del pressed["value"]["action"]["data"]["rid"]
        card = (await door.post("/api/messages", json=pressed)).json()["value"]
        [submit] = [a for a in actions(card) if isinstance(unpack(a["data"][KEY]), Form)]
        back = plain_press(
            service, submit["data"] | {"verb": submit["verb"], "q": "y"}, "p2", **CHANNEL
        )
        said = (await door.post("/api/messages", json=back)).json()

    assert "refresh" not in card
    assert "秘密" in json.dumps(said, ensure_ascii=False)
    assert service.calls == []


async def test_a_mark_that_somebody_forges_shows_them_nothing_but_their_own(at, scenes):
    forged = drawn(scenes.private["differences"], at.texts) | {OWN: 1}
    stranger = {"from": {"id": "29:z", "aadObjectId": "z", "name": "外の人"}}
    answer = await at.invoke(forged, **ROOM, **stranger)

    assert "参加した人だけ" in json.dumps(answer, ensure_ascii=False)
    assert at.public() == []


# --------------------------------------------------------------------------- every shape of a reply


@BOTH
async def test_no_shape_of_a_private_reply_is_seen_by_others_from_any_place(
    sessions, texts, service, discreet
):
    service.discreet = discreet
    shape = {}

    async def private(message):
        yield every.progress()
        yield shape["reply"]

    def pressed(number, where):
        return plain_press(service, {"verb": "demo.run", OWN: 1, PANEL: 1}, f"p{number}", **where)

    async with door_of(private, sessions, texts) as door:
        for number, (name, reply) in enumerate(every.replies()):
            shape["reply"] = reply
            said = [
                activity(service, f"c{number}", text="x", **CHANNEL),
                activity(service, f"g{number}", text="x", **GROUP),
                activity(service, f"t{number}", text="x", **ALONE),
                pressed(f"c{number}", ROOM),
                pressed(f"g{number}", {"conversation": GROUP["conversation"]}),
            ]
            before = len(service.calls)
            for delivered in said:
                await door.post("/api/messages", json=delivered)
            public = [call.body for call in service.calls[before:] if not call.targeted]
            leaked = [
                body for body in public if every.SECRET in json.dumps(body, ensure_ascii=False)
            ]
            assert not leaked, (name, json.dumps(leaked[0], ensure_ascii=False)[-700:])
