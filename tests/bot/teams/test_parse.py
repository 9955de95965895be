"""What people type and press in Teams becomes our words, however their client writes it."""

import pytest

from bot.teams import frame, parse
from handlers.conversation import Command, Edited, Form, Press, Text, Upload

BOT = "28:bot"


def activity(text="", kind="message", **more):
    return {
        "type": kind,
        "id": "a1",
        "channelId": "msteams",
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "from": {"id": "29:u", "name": "鈴木", "aadObjectId": "aad-1"},
        "recipient": {"id": BOT, "name": "LLM Choose"},
        "conversation": {"id": "c1", "conversationType": "personal", "tenantId": "t1"},
        "locale": "ja-JP",
        "text": text,
    } | more


async def nothing(name, url):
    return f"{name} {url}".encode()


def read(*args, **more):
    return parse.message(frame.checked(activity(*args, **more)), nothing)


US = {
    "type": "mention",
    "mentioned": {"id": BOT, "name": "LLM Choose"},
    "text": "<at>LLM Choose</at>",
}
CALLS = [
    "",
    "<at>LLM Choose</at> ",
    '<at id="0">LLM Choose</at>&nbsp;',
    "&lt;at&gt;LLM Choose&lt;/at&gt; ",
    "<p><at>LLM Choose</at>\u00a0",
]
CALLS += [
    "<blockquote itemscope>old <at>x</at></blockquote>\n<at>LLM Choose</at>\u3000",
    "\u200b<AT>LLM Choose</AT>",
]
CALLS += ["<blockquote>a <blockquote>b</blockquote> c</blockquote><at>LLM Choose</at> "]
WORDS = [
    "llm-choose",
    "/llm-choose",
    "LLM-Choose",
    "LLM choose",
    "/ llm-choose",
    "／ｌｌｍ－ｃｈｏｏｓｅ",
    "llm‐choose",
    "llmchoose",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("word", WORDS)
def test_the_command_is_known_however_the_mention_is_written(call, word):
    content = read(call + word + " RAGとは?", entities=[US]).content
    assert content == Command("llm-choose", "RAGとは?")


def test_other_peoples_names_stay_in_the_question_and_entities_become_signs():
    other = {
        "type": "mention",
        "mentioned": {"id": "29:x", "name": "Megan"},
        "text": "<at>Megan</at>",
    }
    said = read(
        "<at>LLM Choose</at> ask <at>Megan</at> about R&amp;D", entities=[US, other]
    ).content
    assert said == Text("ask Megan about R&D")


def test_in_a_channel_everybody_reads_and_the_thread_is_the_place():
    place = {"id": "19:c@thread.tacv2;messageid=1", "conversationType": "channel", "tenantId": "t1"}
    message = read("<at>LLM Choose</at> x", entities=[US], conversation=place)
    assert (message.audience.private, message.audience.id) == (False, "teams:19:c@thread.tacv2")
    assert message.place.endswith(";messageid=1")
    assert message.direct
    assert not read("x", conversation=place).direct
    file = {
        "contentType": frame.FILE,
        "name": "a",
        "content": {"downloadUrl": "https://x.sharepoint.com/f"},
    }
    assert read("x", conversation=place, attachments=[file]) is None


def test_a_person_is_known_by_tenant_and_directory_id():
    assert read("x").person.id == "teams:t1:aad-1"
    assert read("x").person.language == "ja"
    assert read("x", locale="en-US").person.language == "en"


def test_a_press_of_a_button_and_its_fallback_mean_the_same():
    data = {"v": 1, "verb": "source.open", "aid": "a", "n": 2, "deep": {"x": 1}}
    execute = read(
        kind="invoke",
        name="adaptiveCard/action",
        value={"action": {"verb": "source.open", "data": data}},
    )
    submit = read(value=data)
    assert execute.content == submit.content == Press("source.open", {"aid": "a", "n": 2})


def test_inputs_come_back_as_a_form_apart_from_what_the_button_carried():
    data = {
        "verb": "choose.answer",
        "fields": "boundary,note",
        "rid": "r",
        "rev": 4,
        "boundary": "ok",
    }
    form = read(kind="invoke", name="adaptiveCard/action", value={"action": {"data": data}})
    assert form.content == Form(
        "choose.answer", {"rid": "r", "rev": 4}, {"boundary": "ok", "note": ""}
    )


FEEDBACK = [
    ("late", ""),
    ('{"feedbackText":"late"}', ""),
    ('{"reason":"outdated","comment":"late"}', "outdated"),
]


@pytest.mark.parametrize(("feedback", "reason"), FEEDBACK)
def test_a_thumb_is_a_vote_for_the_answer_it_stands_under(feedback, reason):
    value = {"actionName": "feedback", "actionValue": {"reaction": "dislike", "feedback": feedback}}
    vote = read(kind="invoke", name="message/submitAction", value=value, answer="a7")
    assert vote.content == Form(
        "feedback.reason", {"aid": "a7"}, {"reason": reason, "comment": "late"}
    )
    value["actionValue"]["reaction"] = "like"
    vote = read(kind="invoke", name="message/submitAction", value=value, answer="a7")
    assert vote.content == Press("feedback.vote", {"vote": "up", "aid": "a7", "comment": "late"})


async def test_a_file_is_an_upload_and_is_fetched_only_when_asked_for():
    attachment = {
        "contentType": frame.FILE,
        "name": "規程.pdf",
        "content": {"downloadUrl": "https://x.sharepoint.com/f"},
    }
    content = read("見て", attachments=[attachment, {"contentType": "text/html"}, "odd"]).content
    assert isinstance(content, Upload)
    assert (content.note, content.files[0].name) == ("見て", "規程.pdf")
    assert await content.files[0].fetch() == "規程.pdf https://x.sharepoint.com/f".encode()


def test_both_signs_of_an_installation_are_one_welcome():
    added = frame.checked(activity(kind="conversationUpdate", membersAdded=[{"id": BOT}], id="e1"))
    installed = frame.checked(activity(kind="installationUpdate", action="add", id="e2"))
    assert (
        parse.message(added, nothing).content
        == parse.message(installed, nothing).content
        == Command("welcome")
    )
    assert added.delivery == installed.delivery
    assert read(kind="installationUpdate", action="remove") is None


def test_an_edit_names_the_question_it_changes_and_is_no_repeat_of_it():
    changed = {"eventType": "editMessage"}
    edit = frame.checked(activity("x", kind="messageUpdate", channelData=changed, timestamp="2026"))
    assert parse.message(edit, nothing).content == Edited("x", "teams:c1:a1")
    assert edit.delivery != frame.checked(activity("x")).delivery


def test_what_bots_say_and_other_events_are_nothing_to_us():
    assert read("x", **{"from": {"id": "28:other", "role": "bot"}}) is None
    assert read(kind="messageReaction") is None
    assert read(kind="typing") is None


BROKEN = [
    None,
    [],
    1,
    "x",
    {},
    {"type": "message"},
    activity(text=5),
    activity("x" * 1_000_000),
    activity(conversation=[]),
]
BROKEN += [
    activity(**{"from": None}),
    activity(**{"from": []}),
    activity(recipient={}),
    activity(entities={"a": 1}),
    activity(id=None),
]
BROKEN += [
    activity(channelData=[1]),
    activity(attachments="x"),
    activity(serviceUrl=7),
    activity(id="x" * 1000),
    activity(locale=[]),
]


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_activity_is_refused_whole(broken):
    with pytest.raises(frame.Malformed):
        frame.checked(broken)
