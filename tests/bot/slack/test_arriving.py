"""Whatever arrives in Slack is understood or named: attachments, forwards, edits, deletions, reactions, places nobody may write in."""

import json
import time

import pytest

from bot.press import unpack
from bot.service.application import Application
from bot.settings import load
from handlers.conversation import (
    Audience,
    Command,
    Edited,
    File,
    Message,
    Paragraph,
    Person,
    Press,
    Reply,
    Text,
    Upload,
)
from handlers.documents.take_in import takes_in
from knowledge.values import Answer
from tests.bot.slack.test_adapter import FILE

PICTURE = {"id": "F2", "name": "画面.png", "url_private": "https://files.slack.com/2"}


@pytest.fixture
async def house_(house):
    async with Application(load({"ADMINS": "slack:T1:U9"}, data=str(house))) as opened:
        await opened.answers()
        yield opened


@pytest.fixture
def heard():
    return []


@pytest.fixture
async def at(desk, heard):
    async def bot(message):
        heard.append(message)
        match message.content:
            case Press(action, data):
                yield Reply(f"{action} {data['vote']}", private=True)
            case Edited(text, original):
                answer = Answer("b1", text, "ja", "extractive", ())
                yield Reply(f"新しい答え: {text}", supersedes=original, answer=answer)
            case Text(text):
                answer = Answer("a1", text, "ja", "extractive", ())
                yield Reply(f"答え: {text}", (Paragraph("答え"),), answer=answer)
            case _:
                yield Reply("受け取りました")

    return await desk(bot, admins=frozenset({"U1"}))


def now():
    return f"{time.time():.6f}"


def contents(heard):
    return [message.content for message in heard]


# --------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    "text", ["RAGの短所は?", "これを要約して", "What does this mean?", "経費は出ますか"]
)
async def test_a_question_with_an_attachment_is_a_question(at, heard, text):
    await at.event(text=f"<@UB> {text}", files=[PICTURE], subtype="file_share")

    [content] = contents(heard)
    assert isinstance(content, Text)
    assert content.text == text.replace("?", "?")
    assert [file.name for file in content.files] == ["画面.png"]
    assert not heard[0].audience.private


@pytest.mark.parametrize(
    "text",
    [
        "",
        "最新版です",
        "これを登録して",
        "資料に追加してください",
        "Please add this",
        "旅費規程の改訂版",
    ],
)
async def test_a_file_sent_with_a_word_on_what_it_is_is_taken_in(at, heard, text):
    await at.event(text=f"<@UB> {text}", files=[FILE], subtype="file_share")

    [content] = contents(heard)
    assert isinstance(content, Upload)


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_files_that_nobody_sent_to_us_are_left_alone(at, heard, api, kind):
    await at.event("message", "", subtype="file_share", files=[FILE], channel_type=kind)
    await at.event("message", "給与一覧です", subtype="file_share", files=[FILE], channel_type=kind)

    assert not heard
    assert not api.messages


# --------------------------------------------------------------------------- forwarded messages


def forward(text, files=()):
    return [{"is_share": True, "text": text, "files": list(files)}]


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ("", "海外出張の日当は?"),
        ("これに答えて", "これに答えて\n海外出張の日当は?"),
        ("費用は?", "費用は?"),
    ],
)
async def test_a_forwarded_message_is_what_is_asked_where_one_s_own_words_point_to_it(
    at, heard, own, asked
):
    await at.event(text=f"<@UB> {own}", attachments=forward("海外出張の日当は?"))

    assert contents(heard) == [Text(asked.replace("?", "?"))]


async def test_a_forwarded_file_is_taken_in_as_if_it_had_been_sent(at, heard):
    await at.event("message", "", channel="D1", channel_type="im", attachments=forward("", [FILE]))

    assert isinstance(contents(heard)[0], Upload)


# --------------------------------------------------------------------------- what becomes of a question


def changed(at, text, before, ts):
    message = {"type": "message", "user": "U1", "ts": ts}
    edited = {"ts": f"{float(ts) + 60:.6f}", "user": "U1"}
    event = {
        "subtype": "message_changed",
        "hidden": True,
        "user": None,
        "message": message | {"text": text, "edited": edited},
        "previous_message": message | {"text": before},
    }
    return at.event("message", event=event)


async def test_a_mention_that_an_edit_adds_is_a_question_in_that_message_s_thread(at, heard, api):
    ts = now()
    await changed(at, "<@UB> RAGの短所は?", "RAGの短所は?", ts)

    assert contents(heard) == [Text("RAGの短所は?")]
    assert heard[0].direct
    assert [m["thread_ts"] for m in api.messages.values()] == [ts]


async def test_the_answer_to_a_question_that_is_deleted_is_withdrawn(at, api):
    ts = now()
    await at.event(ts=ts, event_ts=ts)
    assert len(api.messages) == 1
    before = {"type": "message", "user": "U1", "text": "<@UB> 質問", "ts": ts}
    for _ in range(2):
        event = {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": before}
        await at.event("message", event=event | {"user": None, "hidden": True})

    assert not api.messages


async def test_a_deleted_message_that_was_never_answered_changes_nothing(at, heard, api):
    before = {"type": "message", "user": "U1", "text": "雑談", "ts": "1.5"}
    event = {"subtype": "message_deleted", "deleted_ts": "1.5", "previous_message": before}
    await at.event("message", event=event | {"user": None, "hidden": True})

    assert not heard
    assert not api.named("chat.delete")


async def test_the_answer_to_a_question_that_was_changed_says_so_and_stays_readable(at, api):
    ts = now()
    await at.event(ts=ts, event_ts=ts)
    await changed(at, "<@UB> 新しい質問", "<@UB> 質問", ts)

    old, new = api.messages.values()
    assert new["text"] == "新しい答え: 新しい質問"
    assert new["thread_ts"] == ts
    assert "変更前の質問" in old["text"]
    assert "> 答え: 質問" in json.dumps(old["blocks"], ensure_ascii=False)


# --------------------------------------------------------------------------- reactions


@pytest.mark.parametrize(
    ("reaction", "vote"),
    [("+1", "up"), ("thumbsup::skin-tone-3", "up"), ("-1", "down"), ("eyes", ""), ("tada", "")],
)
async def test_a_reaction_on_an_answer_is_a_vote(at, heard, api, reaction, vote):
    await at.event()
    [(ts, message)] = api.messages.items()
    heard.clear()
    item = {"type": "message", "channel": message["channel"], "ts": ts}
    event = {"reaction": reaction, "item": item, "channel": None, "ts": None, "text": None}
    for _ in range(2):
        await at.event("reaction_added", event=event | {"event_ts": now()})

    votes = [content.data["vote"] for content in contents(heard)]
    assert votes == ([vote] if vote else [])
    # a thumb up needs no word: the reaction is seen
    assert len(api.whispers) == (vote == "down")
    assert len(api.messages) == 1


async def test_a_reaction_on_anything_else_is_nothing_to_us(at, heard, api):
    item = {"type": "message", "channel": "C1", "ts": "1.5"}
    event = {"reaction": "+1", "item": item, "channel": None, "ts": None, "text": None}
    await at.event("reaction_added", event=event)

    assert not heard


# --------------------------------------------------------------------------- where nobody may write


@pytest.mark.parametrize("code", ["restricted_action", "is_archived", "not_in_channel"])
async def test_where_nobody_may_write_the_answer_comes_by_direct_message(at, api, code):
    api.faults["chat.postMessage"] = [code]
    await at.event()

    [message] = api.messages.values()
    assert message["channel"] == "DU1"
    assert message["text"] == "答え: 質問"
    assert "書き込めない" in json.dumps(message["blocks"], ensure_ascii=False)


async def test_a_lacking_scope_is_named_to_the_operator(at, api, caplog):
    api.faults["chat.postMessage"] = ["missing_scope"] * 3
    await at.event()

    lacking = [
        record for record in caplog.records if getattr(record, "code", "") == "missing_scope"
    ]
    assert lacking
    assert "質問" not in caplog.text


# --------------------------------------------------------------------------- three clicks


async def test_three_quick_clicks_on_a_public_button_are_one(desk, api):
    async def bot(message):
        yield Reply(f"答え {message.content.action}")

    at = await desk(bot)
    followup = {"action_id": "ask.followup:1", "value": '["ask.followup",{"aid":"a1","k":1}]'}
    other = {"action_id": "ask.followup:2", "value": '["ask.followup",{"aid":"a1","k":2}]'}
    assert unpack(followup["value"])
    where = {"type": "message", "message_ts": "1.5", "channel_id": "C1", "is_ephemeral": False}
    for _ in range(3):
        pressed = followup | {"type": "button"}
        assert (await at.press(pressed, container=where))[0] == 200
    await at.press(other | {"type": "button"}, container=where)

    assert len(api.messages) == 2


async def test_a_source_can_be_opened_again_and_again(desk, api):
    async def bot(message):
        yield Reply("根拠", (Paragraph("原文"),), title="根拠", private=True)

    at = await desk(bot)
    source = {"type": "button", "action_id": "source.open:1", "value": '["source.open",{"s":"p1"}]'}
    for _ in range(3):
        await at.press(source)

    assert len(api.views) == 3


async def test_help_is_help(at, heard):
    await at.event(text="<@UB>")
    assert contents(heard) == [Command("welcome")]


# --------------------------------------------------------------------------- taking files in


@pytest.mark.parametrize(
    ("on", "off"),
    [
        ("このチャンネルのファイルを受け取って", "このチャンネルのファイルは受け取らないで"),
        ("Take in the files of this channel", "Stop taking in files from this channel"),
    ],
)
async def test_an_admin_switches_it_on_and_off_for_one_channel(house_, on, off):
    async def say(text, person):
        channel = Audience("slack:T1:C1", private=False)
        message = Message(
            f"m{text}{person}", Person(person, "x", "ja"), "slack:T1:C1:1", channel, Text(text)
        )
        return [reply.text async for reply in house_.router(message)][-1]

    assert "管理者だけ" in await say(on, "slack:T1:U2")
    assert not await takes_in(house_.sessions, "slack:T1:C1")
    assert "下書き" in await say(on, "slack:T1:U9")
    assert await takes_in(house_.sessions, "slack:T1:C1")
    assert not await takes_in(house_.sessions, "slack:T1:C2")
    await say(off, "slack:T1:U9")
    assert not await takes_in(house_.sessions, "slack:T1:C1")


async def test_an_answer_names_the_files_it_did_not_read(house_):
    async def nothing():
        return b""

    files = (File("規程.pdf", 9, nothing), File("録画.mp4", 9, nothing))
    aoi = Person("slack:T1:U1", "花子", "ja")
    channel = Audience("slack:T1:C1", private=False)
    asked = Message("mf", aoi, "slack:T1:C1:7", channel, Text("RAGの短所は?", files))
    *_, answered = [reply async for reply in house_.router(asked)]

    assert "「規程.pdf」は、この答えに使っていません" in answered.text
    assert "「録画.mp4」は読み取れない形式です" in answered.text
    assert "[1]" in answered.text
