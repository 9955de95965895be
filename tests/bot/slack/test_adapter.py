"""What a person in Slack sees: the right place, once, and never somebody else's business."""

import asyncio
import json

import pytest

from bot.slack import adapter, progress
from handlers.conversation import (
    Ask,
    Attachment,
    Button,
    Buttons,
    Column,
    Command,
    Edited,
    Feedback,
    Field,
    Form,
    Option,
    Paragraph,
    Press,
    Reply,
    Step,
    Steps,
    Table,
    Text,
    Upload,
)
from handlers.documents.take_in import KIND
from handlers.texts import Texts
from tests.bot.slack.conftest import until

TEXTS = Texts.load()
CHOICE = Field("where", "choice", "どこで?", options=(Option("in", "社内"), Option("out", "社外")))
CAN = (Feedback("a1"), Buttons((Button("方式を選ぶ", Press("choose.start", {"aid": "a1"})),)))


def ask(rev, **more):
    return Ask(
        "choose.answer",
        "方式えらび",
        "どこで?",
        (CHOICE,),
        "次へ",
        "やめる",
        {"rid": "r1", "rev": rev},
        step=rev,
        of=12,
        **more,
    )


async def bot(message):
    """A small bot of every kind of reply, so that only Slack's part is on trial."""
    match message.content:
        case Text(text):
            yield Reply(
                "調べています", (Steps("手順", (Step("s", "探す", "in_progress"),)),), final=False
            )
            yield Reply(f"答え: {text}", (Paragraph(f"答え: {text}", "answer"), *CAN))
        case Edited(text, original):
            yield Reply(f"直した: {text} {original}")
        case Command("home"):
            yield Reply("何をしますか?", (Paragraph("何をしますか?"), *CAN[1:]))
        case Command(_, "choose" | "") | Press("choose.start"):
            yield Reply("質問 1", ask=ask(1), private=True)
        case Command(_, text):
            yield Reply(f"こっそり: {text}", private=True)
        case Form("choose.answer", state, values):
            yield Reply("質問", ask=ask(int(state["rev"]) + 1, others=str(values)), private=True)
        case Press("choose.back", data):
            yield Reply("質問", ask=ask(int(data["rev"]) - 1), private=True)
        case Press("choose.share"):
            yield Reply("結果を共有", (Paragraph("結果"),), share=True)
        case Press("choose.memo"):
            yield Reply(
                "できました",
                (Paragraph("できました"),),
                private=True,
                attachments=(Attachment("メモ.md", "text/markdown", b"# x"),),
            )
        case Press("source.open"):
            yield Reply(
                "根拠",
                (Paragraph("原文", "quote"), Paragraph("古い", "warning")),
                private=True,
                title="根拠 [1]",
            )
        case Press("feedback.vote", data) if data["vote"] == "down":
            fields = (Field("reason", "choice", "なぜ?", options=(Option("wrong", "違う"),)),)
            yield Reply(
                "なぜ?",
                private=True,
                ask=Ask(
                    "feedback.reason",
                    "理由",
                    "なぜ?",
                    fields,
                    "送る",
                    "やめる",
                    {"aid": "a1"},
                    required_error="選んでください。",
                ),
            )
        case Press() | Form():
            yield Reply("ありがとう", private=True)
        case Upload(files):
            yield Reply("読んでいます", private=True, final=False)
            yield Reply("読みました: " + "、".join(f.name for f in files), private=True)


def element(message, action):
    return next(
        e
        for b in message["blocks"]
        for e in [*b.get("elements", []), b.get("accessory", {})]
        if e.get("action_id", "").startswith(action)
    )


# --------------------------------------------------------------------------- talk


async def test_a_mention_is_answered_in_its_thread_in_one_message(desk, api):
    at = await desk(bot)

    assert (await at.event(ts="1.5"))[0] == 200

    [message] = api.messages.values()
    assert (message["channel"], message["thread_ts"], message["text"]) == (
        "C1",
        "1.5",
        "答え: 質問",
    )
    assert message["blocks"][0] == {"type": "markdown", "text": "答え: 質問"}
    said = [name for name, _, _ in api.calls if name.startswith(("chat", "assistant", "conv"))]
    assert said == ["chat.postMessage"]  # what comes at once needs no sign that it will


async def test_repeats_and_the_message_beside_a_mention_are_answered_once(desk, api):
    at = await desk(bot)
    for _ in range(3):
        await at.event(ts="1.5")
        await at.event("message", ts="1.5")

    assert len(api.messages) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"user": "UB"},
        {"bot_id": "B1"},
        {"user": None, "bot_id": "B1", "subtype": "bot_message"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"hidden": True},
        {"text": "ただの雑談です"},
    ],
)
async def test_nobody_else_s_words_are_answered(desk, api, more):
    at = await desk(bot)

    assert await at.event("message", event=more) == (200, "")
    assert not api.messages


async def test_talk_in_a_thread_is_heard_as_not_addressed_to_us(desk, api):
    heard = []

    async def listen(message):
        heard.append((message.content, message.direct, message.place))
        return
        yield

    at = await desk(listen)
    await at.event("message", "では費用は?", thread_ts="1.5")
    await at.event("message", "<@UB> では費用は?", thread_ts="1.5")

    assert heard == [
        (Text("では費用は?"), False, "slack:T1:C1:1.5"),
        (Text("では費用は?"), True, "slack:T1:C1:1.5"),
    ]
    assert not api.messages


async def test_direct_messages_are_one_conversation_and_threads_in_them_their_own(desk, api):
    places = []

    async def listen(message):
        places.append(message.place)
        async for reply in bot(message):
            yield reply

    at = await desk(listen)
    await at.event("message", "一つ目", channel="D1", channel_type="im")
    await at.event("message", "二つ目", channel="D1", channel_type="im")
    await at.event("message", "三つ目", channel="D1", channel_type="im", thread_ts="1.5")

    assert places == ["slack:T1:D1:", "slack:T1:D1:", "slack:T1:D1:1.5"]
    assert [m.get("thread_ts") for m in api.messages.values()] == [None, None, "1.5"]


def slowly(api, *signs, text=""):
    """A bot whose answer comes once Slack was asked for one of these signs, as often as they are named."""

    async def bot(message):
        blocks = (Paragraph(text, "answer"),) if text else ()
        for number in range(1, len(signs) + 1):
            yield Reply("調べています", blocks, final=False)
            await until(lambda number=number: sum(map(len, map(api.named, set(signs)))) >= number)
        yield Reply("答え", (Paragraph("答え", "answer"),))

    return bot


STATUS = "assistant.threads.setStatus"


@pytest.mark.parametrize("place", [{"channel": "D1", "channel_type": "im"}, {}])
async def test_in_a_thread_slack_itself_shows_what_is_done(desk, api, place):
    at = await desk(slowly(api, STATUS))
    await at.event("message", "<@UB> 質問", thread_ts="1.5", **place)

    assert api.named("assistant.threads.setStatus")[0]["status"] == "調べています"
    assert len(api.named("chat.postMessage")) == 1
    assert not api.named("chat.update")


async def test_where_slack_has_no_status_a_message_says_it_and_is_asked_no_more(desk, api):
    api.faults[STATUS] = ["unknown_method"]
    at = await desk(slowly(api, "chat.postMessage"))
    for _ in range(2):
        await at.event("message", "質問", channel="D1", channel_type="im", thread_ts="1.5")

    assert len(api.named(STATUS)) == 1
    assert [m["text"] for m in api.messages.values()] == ["答え"] * 2


async def test_a_status_that_fails_once_is_not_given_up(desk, api):
    api.faults[STATUS] = [503, 1.0]
    at = await desk(slowly(api, "chat.postMessage"))
    await at.event()
    at.turns._handle = slowly(api, STATUS, STATUS)
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["答え", "答え"]
    assert len(api.named(STATUS)) >= 2


async def test_what_a_model_writes_is_streamed_into_the_thread_and_ends_as_the_answer(desk, api):
    """Four calls beside what is added: the start of the stream, its end, the answer in its place."""
    written = ["一つ目。", "一つ目。二つ目。", "一つ目。二つ目。三つ目。"]

    async def writing(message):
        for number, text in enumerate(written):
            yield Reply("書いています", (Paragraph(text, "answer"),), final=False)
            await until(lambda number=number: len(streamed()) > number)
        yield Reply("全部", (Paragraph("全部 [1]", "answer"), *CAN))

    def streamed():
        return [name for name, *_ in api.calls if name.endswith(("startStream", "appendStream"))]

    at = await desk(writing)
    progress.EVERY, before = 0.0, progress.EVERY
    try:
        await at.event(ts="1.5")
    finally:
        progress.EVERY = before

    assert [name for name, *_ in api.calls if name.startswith("chat.")] == [
        "chat.startStream",
        "chat.appendStream",
        "chat.appendStream",
        "chat.stopStream",
        "chat.update",
    ]
    [started] = api.named("chat.startStream")
    assert (started["recipient_user_id"], started["recipient_team_id"]) == ("U1", "T1")
    assert [told["markdown_text"] for told in api.named("chat.appendStream")] == [
        "二つ目。",
        "三つ目。",
    ]
    [message] = api.messages.values()
    assert (message["text"], message["thread_ts"]) == ("全部", "1.5")


@pytest.mark.parametrize("fault", ["channel_type_not_supported", "unknown_method", 503])
async def test_where_nothing_is_streamed_the_answer_comes_all_the_same(desk, api, fault):
    api.faults["chat.startStream"] = [fault] * 9
    at = await desk(slowly(api, "chat.startStream", text="書きかけ"))
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["答え"]


@pytest.mark.parametrize("fault", ["message_not_in_streaming_state", 503])
async def test_a_stream_that_slack_closed_becomes_the_answer(desk, api, fault):
    api.faults["chat.stopStream"] = [fault] * 9

    async def writing(message):
        yield Reply("書いています", (Paragraph("書きかけ", "answer"),), final=False)
        await until(lambda: api.messages)
        for streamed in api.messages.values():
            streamed.pop("streaming", "")
        yield Reply("答え")

    at = await desk(writing)
    await at.event()

    assert [m["text"] for m in api.messages.values()] == ["答え"]


async def test_updates_of_one_message_keep_their_distance(desk, api, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 30.0)
    api.faults[STATUS] = ["unknown_method"]

    async def busy(message):
        yield Reply("0", final=False)
        await until(lambda: api.messages)
        for n in range(1, 20):
            yield Reply(f"{n}", final=False)
        yield Reply("終わり")

    at = await desk(busy)
    await at.event()

    assert [m["text"] for m in api.named("chat.update")] == ["終わり"]


@pytest.mark.parametrize(
    ("late", "text", "before", "answered"),
    [
        (60, "<@UB> 新しい質問", "<@UB> 質問", True),
        (601, "<@UB> 新しい質問", "<@UB> 質問", False),
        (60, "<@UB> 質問", "<@UB> 質問", False),
    ],
)
async def test_a_question_changed_soon_is_offered_again(desk, api, late, text, before, answered):
    at = await desk(bot)
    edited = {"ts": f"{100 + late}.0", "user": "U1"}
    now = {"type": "message", "user": "U1", "text": text, "ts": "100.0", "edited": edited}
    old = {"type": "message", "user": "U1", "text": before, "ts": "100.0"}
    await at.event(
        "message",
        event={
            "subtype": "message_changed",
            "hidden": True,
            "user": None,
            "message": now,
            "previous_message": old,
        },
    )

    assert [(m["text"], m["thread_ts"]) for m in api.messages.values()] == (
        [("直した: 新しい質問 slack:T1:C1:100.0", "100.0")] if answered else []
    )


async def test_a_command_is_answered_to_the_asker_alone(desk, api):
    at = await desk(bot)
    await at.command("費用は?")

    assert [w["text"] for w in api.whispers] == ["こっそり: 費用は?"]
    assert not api.messages


async def test_a_private_reply_takes_a_public_placeholder_away_and_nothing_else(desk, api):
    api.faults[STATUS] = ["unknown_method"]

    async def torn(message):
        yield Reply("調べています", final=False)
        await until(lambda: api.messages)
        yield Reply("あなたにだけ", private=True)

    at = await desk(torn)
    await at.event()

    assert not api.messages
    assert [w["text"] for w in api.whispers] == ["あなたにだけ"]


# --------------------------------------------------------------------------- windows


async def test_the_dialog_opens_empty_at_once_and_goes_on_in_the_same_window(desk, api):
    at = await desk(bot)
    await at.command("")
    [(view_id, view)] = api.views.items()

    assert [name for name, _, _ in api.calls if name.startswith("views")] == [
        "views.open",
        "views.update",
    ]
    assert view["title"]["text"] == "方式えらび 1/12"
    assert not api.whispers
    assert not api.messages

    status, acknowledged = await at.submit(
        view_id, {"where": {"type": "radio_buttons", "selected_option": {"value": "in"}}}
    )
    assert (status, acknowledged["response_action"]) == (200, "update")
    assert acknowledged["view"]["title"]["text"] == "方式えらび 2/12"
    assert json.loads(acknowledged["view"]["private_metadata"])["c"] == "C1"


async def test_a_slow_answer_fills_the_window_later(desk, api, monkeypatch):
    monkeypatch.setattr(adapter, "SUBMIT", 0.05)
    told = asyncio.Event()

    async def slow(message):
        if isinstance(message.content, Form):
            await told.wait()
        async for reply in bot(message):
            yield reply

    async def acknowledges(response):
        told.set()

    at = await desk(slow)
    await at.command("")
    [view_id] = api.views
    at.client.event_hooks["response"].append(acknowledges)
    _, acknowledged = await at.submit(
        view_id, {"where": {"type": "radio_buttons", "selected_option": {"value": "in"}}}
    )

    assert "読み込み中" in json.dumps(acknowledged, ensure_ascii=False)
    assert api.views[view_id]["title"]["text"] == "方式えらび 2/12"


async def test_what_is_missing_in_a_form_is_said_in_the_window(desk, api):
    at = await desk(bot)
    await at.event()
    [message] = api.messages.values()
    vote = element(message, "feedback.vote")
    await at.press(
        {
            "type": "feedback_buttons",
            "action_id": vote["action_id"],
            "value": vote["negative_button"]["value"],
        }
    )
    [view_id] = api.views

    assert await at.submit(
        view_id, {"reason": {"type": "radio_buttons", "selected_option": None}}
    ) == (
        200,
        {"response_action": "errors", "errors": {"reason": "選んでください。"}},
    )
    _, acknowledged = await at.submit(
        view_id, {"reason": {"type": "radio_buttons", "selected_option": {"value": "wrong"}}}
    )
    assert "ありがとう" in json.dumps(acknowledged, ensure_ascii=False)


async def test_a_source_opens_in_a_window_of_its_own(desk, api):
    at = await desk(bot)
    await at.press({"type": "button", "action_id": "source.open:1", "value": '{"s":"p1","n":1}'})
    [view] = api.views.values()

    assert view["title"]["text"] == "根拠 [1]"
    assert view["blocks"][1]["type"] == "alert"
    assert not api.messages


async def test_a_window_that_may_not_show_alerts_shows_sections(desk, api):
    api.faults["views.update"] = ["invalid_arguments"]
    at = await desk(bot)
    await at.press({"type": "button", "action_id": "source.open:1", "value": "{}"})
    [view] = api.views.values()

    assert [b["type"] for b in view["blocks"]] == ["section", "section"]


async def test_a_click_whose_window_no_longer_opens_is_answered_to_its_person(desk, api):
    api.faults["views.open"] = ["expired_trigger_id"]
    at = await desk(bot)
    await at.press({"type": "button", "action_id": "choose.start:1", "value": "{}"})

    assert [w["text"].splitlines()[0] for w in api.whispers] == ["質問 1"]


async def test_inside_a_window_steps_stay_and_the_rest_is_laid_on_top(desk, api):
    at = await desk(bot)
    await at.command("")
    [view_id] = api.views
    view = api.views[view_id] | {"id": view_id}
    await at.press(
        {"type": "button", "action_id": "choose.back:1", "value": '{"rid":"r1","rev":9}'}, view=view
    )
    assert api.views[view_id]["title"]["text"] == "方式えらび 8/12"

    await at.press(
        {"type": "button", "action_id": "choose.memo:1", "value": '{"rid":"r1"}'}, view=view
    )
    [pushed] = [v for id_, v in api.views.items() if id_ != view_id]
    assert api.views[view_id]["title"]["text"] == "方式えらび 8/12"
    assert "DM" in json.dumps(pushed, ensure_ascii=False)
    assert [(u.get("content"), u.get("channel_id")) for u in api.uploads] == [
        (b"# x", None),
        (None, "DU1"),
    ]


async def test_a_result_is_shared_once_where_the_dialog_began(desk, api):
    at = await desk(bot)
    await at.press(
        {"type": "button", "action_id": "choose.start:1", "value": "{}"},
        message={"ts": "1.7", "thread_ts": "1.5"},
    )
    [view_id] = api.views
    for _ in range(2):
        view = api.views[view_id] | {"id": view_id}
        await at.press(
            {"type": "button", "action_id": "choose.share:1", "value": '{"rid":"r1"}'}, view=view
        )

    [message] = api.messages.values()
    assert (message["channel"], message["thread_ts"], message["text"]) == (
        "C1",
        "1.5",
        "結果を共有",
    )


async def test_where_the_app_is_no_member_sharing_says_so_in_the_window(desk, api):
    at = await desk(bot)
    await at.command("")
    [view_id] = api.views
    api.faults["chat.postMessage"] = ["not_in_channel"]
    await at.press(
        {"type": "button", "action_id": "choose.share:1", "value": '{"rid":"r1"}'},
        view=api.views[view_id] | {"id": view_id},
    )

    assert "招待" in json.dumps(list(api.views.values()), ensure_ascii=False)


async def test_without_a_trigger_the_dialog_is_whispered_and_goes_on_in_its_place(desk, api):
    at = await desk(bot)
    await at.event(text="<@UB> llm-choose choose")
    [whisper] = api.whispers
    option = element(
        {
            "blocks": json.loads(whisper["blocks"])
            if isinstance(whisper["blocks"], str)
            else whisper["blocks"]
        },
        "choose.answer",
    )
    container = {"type": "message", "message_ts": "1.9", "channel_id": "C1", "is_ephemeral": True}
    await at.press(option, container=container)
    [response] = api.responses

    assert response["replace_original"] is True
    assert response["blocks"][0]["elements"][0]["text"].startswith("質問 2")
    assert not api.messages
    assert not api.views


async def test_in_direct_messages_a_step_takes_the_place_of_the_pressed_message(desk, api):
    at = await desk(bot)
    await at.event("message", "llm-choose choose", channel="D1", channel_type="im")
    [(ts, message)] = api.messages.items()
    container = {"type": "message", "message_ts": ts, "channel_id": "D1"}
    await at.press(element(message, "choose.answer"), container=container, channel={"id": "D1"})

    assert list(api.messages) == [ts]
    assert api.messages[ts]["blocks"][0]["elements"][0]["text"].startswith("質問 2")


async def test_home_is_drawn_when_it_is_opened_and_opens_the_dialog(desk, api):
    at = await desk(bot)
    await at.event("app_home_opened", event={"tab": "home", "channel": "D1", "ts": None})
    home = api.homes["U1"]
    assert home["type"] == "home"

    view = home | {"id": "VH"}
    await at.press(element(home, "choose.start"), view=view)
    assert [v["title"]["text"] for v in api.views.values()] == ["方式えらび 1/12"]


async def test_shortcuts_begin_the_dialog_and_register_a_document(desk, api):
    at = await desk(bot)
    await at.interact("shortcut", callback_id="choose_method", action_ts="1.1")
    assert [v["title"]["text"] for v in api.views.values()] == ["方式えらび 1/12"]

    file = {"id": "F1", "name": "規程.pdf", "url_private": "https://files.slack.com/1"}
    message = {"type": "message", "ts": "1.5", "text": "これ", "files": [file]}
    await at.interact(
        "message_action",
        callback_id="add_to_knowledge",
        action_ts="1.2",
        channel={"id": "C1"},
        message=message,
    )
    assert [(m["channel"], m["text"]) for m in api.messages.values()] == [
        ("DU1", "読みました: 規程.pdf")
    ]


async def test_a_form_of_files_is_received_at_once_and_reported_in_direct_messages(desk, api):
    at = await desk(bot)
    file = {"name": "規程.pdf", "size": 7, "url_private": "https://files.slack.com/1"}
    api.views["V1"] = {
        "type": "modal",
        "callback_id": "document.add",
        "blocks": [],
        "private_metadata": '{"l":"en"}',
    }
    _, acknowledged = await at.submit("V1", {"files": {"type": "file_input", "files": [file]}})

    assert "direct message" in json.dumps(acknowledged)
    assert [(m["channel"], m["text"]) for m in api.messages.values()] == [("DU1", "ありがとう")]


async def test_a_form_without_files_is_answered_in_its_window(desk, api):
    at = await desk(bot)
    api.views["V1"] = {
        "type": "modal",
        "callback_id": "document.filter",
        "blocks": [],
        "private_metadata": "{}",
    }
    _, acknowledged = await at.submit("V1", {"q": {"type": "plain_text_input", "value": "規程"}})

    assert "ありがとう" in json.dumps(acknowledged, ensure_ascii=False)
    assert not api.messages


async def test_a_file_in_direct_messages_is_taken_in(desk, api):
    at = await desk(bot)
    file = {"id": "F1", "name": "規程.pdf", "url_private": "https://files.slack.com/1"}
    await at.event(
        "message", "", channel="D1", channel_type="im", subtype="file_share", files=[file]
    )

    assert [m["text"] for m in api.messages.values()] == ["読みました: 規程.pdf"]


async def test_a_file_of_a_shared_channel_is_looked_up_first(desk, api):
    api.files["F1"] = {
        "id": "F1",
        "name": "規程.pdf",
        "size": 9,
        "url_private": "https://files.slack.com/1",
    }
    at = await desk(bot)
    await at.event(
        "message",
        "",
        channel="D1",
        channel_type="im",
        subtype="file_share",
        files=[{"id": "F1", "file_access": "check_file_info"}],
    )

    assert [m["text"] for m in api.messages.values()] == ["読みました: 規程.pdf"]


# --------------------------------------------------------------------------- levels


async def test_blocks_a_workspace_does_not_know_fall_one_level_and_are_not_tried_again(desk, api):
    async def tabled(message):
        yield Reply("表", (Table("表", (Column("a"),), (("1",),)), Paragraph("答え", "answer")))

    api.faults["chat.postMessage"] = ["invalid_blocks", "invalid_blocks"]
    at = await desk(tabled)
    await at.event()
    await at.event()

    kinds = [[b["type"] for b in told["blocks"]] for told in api.named("chat.postMessage")]
    assert kinds == [
        ["data_table", "markdown"],
        ["section", "table", "section"],
        ["section", "section"],
        ["section", "section"],
    ]


async def test_a_message_too_long_falls_alone(desk, api):
    api.faults["chat.postMessage"] = ["msg_blocks_too_long"]
    at = await desk(bot)

    async def one(message):
        yield Reply("答え", (Paragraph("答え", "answer"),))

    at.turns._handle = one
    await at.event()
    await at.event()

    assert [told["blocks"][0]["type"] for told in api.named("chat.postMessage")] == [
        "markdown",
        "section",
        "markdown",
    ]


async def test_refused_blocks_end_as_text(desk, api):
    api.faults["chat.postMessage"] = ["invalid_blocks"] * 3
    at = await desk(bot)

    async def one(message):
        yield Reply("答え [1]\n\n[1] 資料", (Paragraph("答え"),))

    at.turns._handle = one
    await at.event()

    [message] = api.messages.values()
    assert (message["text"], message["blocks"]) == ("答え [1]\n\n[1] 資料", [])


async def test_an_answer_of_several_messages_is_replaced_by_one(desk, api):
    api.faults[STATUS] = ["unknown_method"]

    async def shrinking(message):
        yield Reply("長い", tuple(Paragraph("あ" * 2900) for _ in range(8)), final=False)
        await until(lambda: len(api.messages) == 3)
        yield Reply("短い", (Paragraph("短い"),))

    at = await desk(shrinking)
    await at.event()

    assert len(api.named("chat.postMessage")) == 3
    assert [m["text"] for m in api.messages.values()] == ["短い"]


FILE = {"id": "F1", "name": "規程.pdf", "url_private": "https://files.slack.com/1"}


@pytest.mark.parametrize(
    ("admins", "name", "taken"),
    [({"U1"}, "規程.pdf", True), ({"U1"}, "昼食.mp4", False), (set(), "規程.pdf", False)],
)
async def test_where_files_are_taken_in_an_admin_s_is_and_the_report_goes_to_them(
    desk, api, sessions, admins, name, taken
):
    at = await desk(bot, admins=frozenset(admins))
    await sessions.save(KIND, "slack:T1:C1", {"on": True})
    await at.event("message", "", ts="1.5", subtype="file_share", files=[FILE | {"name": name}])

    shown = [(m["channel"], m.get("thread_ts"), m["text"]) for m in api.messages.values()]
    assert shown == (
        [("C1", "1.5", TEXTS.say("slack.file_taken", "ja")), ("DU1", None, f"読みました: {name}")]
        if taken
        else []
    )


async def test_admin_work_from_a_channel_is_whispered_and_has_the_person_s_own_rights(desk, api):
    heard = []

    async def listen(message):
        heard.append(message.audience.private)
        yield Reply("資料の一覧")

    at = await desk(listen)
    await at.press({"type": "button", "action_id": "document.list:1", "value": "{}"})
    await at.press({"type": "button", "action_id": "ask.followup:1", "value": "{}"})

    assert heard == [True, False]
    assert [w["text"] for w in api.whispers] == ["資料の一覧"]
    assert len(api.messages) == 1


async def test_somebody_is_told_something_in_a_direct_message(desk, api):
    async def silent(message):
        yield Reply("–")

    slack = (await desk(silent)).slack
    said = await slack.tell("slack:T1:U1", lambda language: Reply(f"見直し日です ({language})"))
    api.faults["conversations.open"] = ["user_disabled"]
    unsaid = await slack.tell("slack:T1:U1", lambda language: Reply("…"))

    assert said
    assert not unsaid
    assert [(m["channel"], m["text"]) for m in api.messages.values()] == [
        ("DU1", "見直し日です (ja)")
    ]


async def test_what_goes_on_is_drawn_anew_in_its_place(desk, api):
    async def team(message):
        yield Reply("1人が参加", live="team.begun:t_1")

    at = await desk(team)
    await at.press({"type": "button", "action_id": "ask.followup:1", "value": "{}"})
    [stamp] = api.messages
    await at.slack.redraw("team.begun:t_1", lambda language: Reply(f"2人が参加 ({language})"))
    await at.slack.redraw("team.begun:t_2", lambda language: Reply("別のチーム"))

    assert list(api.messages) == [stamp]
    assert api.messages[stamp]["text"] == "2人が参加 (ja)"


async def test_who_cannot_be_written_to_is_told_where_they_are(desk, api):
    api.faults["conversations.open"] = ["cannot_dm_bot"] * 9
    at = await desk(bot)
    await at.event(text="<@UB>", ts="1.5", files=[FILE])

    assert [w["text"] for w in api.whispers] == ["読みました: 規程.pdf"]
    assert not api.messages
