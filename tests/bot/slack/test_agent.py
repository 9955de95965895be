"""Where the app is one of Slack's agents: talks in threads, with a title, a stop button, their steps and questions to begin with."""

import asyncio

import pytest

from bot.slack import progress
from handlers.conversation import Command, Message, Paragraph, Reply, Step, Steps, Text
from handlers.questions.working import STEPS
from tests.bot.slack.conftest import until

AGENT = "chat:write,assistant:write"
SESSION, PROMPTS = "agents.sessions.setStatus", "assistant.threads.setSuggestedPrompts"
DIRECT = {"channel": "D1", "channel_type": "im"}


@pytest.fixture
def agents(api, monkeypatch):
    """Slack says with every answer that it granted the scope of agents."""
    api.scopes = AGENT
    monkeypatch.setattr(progress, "EVERY", 0.0)
    return api


async def quick(message: Message):
    match message.content:
        case Command("prompts"):
            yield Reply("休暇は何日ですか?\n経費の精算はいつですか?")
        case Text(text):
            yield Reply(f"{message.place}: {text}")


def steps(*status):
    items = [Step(f"t{n}", STEPS[n], one) for n, one in enumerate(status)]
    return Steps("手順", tuple(items))


async def test_a_talk_in_direct_messages_is_a_thread_with_the_question_as_its_title(desk, agents):
    at = await desk(quick)
    await at.event("message", "休暇は何日?", ts="7.1", **DIRECT)
    await at.event("message", "いつまで?", ts="8.1", thread_ts="7.1", **DIRECT)

    threads = [message["thread_ts"] for message in agents.messages.values()]
    assert threads == ["7.1", "7.1"]
    texts = [message["text"] for message in agents.messages.values()]
    assert texts == ["slack:T1:D1:7.1: 休暇は何日?", "slack:T1:D1:7.1: いつまで?"]
    [session] = agents.named(SESSION)
    assert (session["title"], session["status"]) == ("休暇は何日?", "active")
    assert (session["channel_id"], session["thread_ts"]) == ("D1", "7.1")


@pytest.mark.parametrize("refusal", ["unknown_method", "access_denied"])
async def test_where_slack_has_no_agents_direct_messages_are_one_talk(desk, agents, refusal):
    agents.faults[SESSION] = [refusal]
    at = await desk(quick)
    for ts in ("7.1", "8.1"):
        await at.event("message", "休暇は何日?", ts=ts, **DIRECT)

    [_, later] = agents.messages.values()
    assert "thread_ts" not in later
    assert len(agents.named(SESSION)) == 1


async def test_an_app_that_is_no_agent_asks_nothing_of_agents(desk, api):
    at = await desk(quick)
    await at.event("message", "休暇は何日?", ts="7.1", **DIRECT)
    await at.event("app_home_opened", event={"tab": "messages", "channel": "D1", "ts": None})

    [message] = api.messages.values()
    assert "thread_ts" not in message
    assert not [name for name, *_ in api.calls if name in (SESSION, PROMPTS)]


async def test_an_empty_talk_offers_questions_to_begin_with(desk, agents):
    at = await desk(quick)
    await at.event("app_home_opened", event={"tab": "messages", "channel": "D1", "ts": None})

    [offered] = agents.named(PROMPTS)
    assert offered["channel_id"] == "D1"
    assert "thread_ts" not in offered
    prompts = offered["prompts"]
    assert "経費の精算はいつですか?" in str(prompts)
    assert not agents.messages


async def test_steps_are_cards_of_the_stream_and_the_calls_are_four(desk, agents):
    async def writing(message):
        yield Reply("考えています", (steps("in_progress"),), final=False)
        await until(lambda: agents.named(SESSION))
        for text, status in (("一つ。", "in_progress"), ("一つ。二つ。", "complete")):
            drawn = (steps("complete", status), Paragraph(text, "answer"))
            yield Reply("書いています", drawn, final=False)
            await until(lambda text=text: text[-3:] in str(agents.messages))
        yield Reply("全部")

    at = await desk(writing)
    await at.event(ts="1.5")

    [start] = agents.named("chat.startStream")
    assert "task_update" in str(start["chunks"])
    [added] = agents.named("chat.appendStream")
    assert "complete" in str(added["chunks"])
    [end] = agents.named("chat.stopStream")
    assert end["session_status"] == "active"
    [message] = agents.messages.values()
    assert (message["text"], message["thread_ts"]) == ("全部", "1.5")
    [session] = agents.named(SESSION)
    assert session["status"] == "processing"
    spoken = [name for name, *_ in agents.calls if name.startswith(("chat.", "agents."))]
    assert len(spoken) == 4 + 1  # one addition


async def test_the_stop_button_ends_the_turn_and_says_so_once(desk, agents):
    async def endless(message):
        if isinstance(message.content, Text) and "次" in message.content.text:
            yield Reply("次の答え")
            return
        yield Reply("考えています", (steps("in_progress"),), final=False)
        await until(lambda: agents.named(SESSION))
        await until(lambda: "停止" in str(agents.messages))
        yield Reply("長い答え")

    at = await desk(endless)
    await at.turns.hear(delivery_of(at, "7.000001"))
    await until(lambda: agents.named(SESSION))
    stop = {"type": "agent_session_stopped", "channel": "D1", "thread_ts": "7.000001"}
    await at.event("agent_session_stopped", event=stop | {"ts": None, "event_ts": "9.1"})
    await at.drained()
    await at.event("message", "次の質問", ts="10.1", thread_ts="7.000001", **DIRECT)

    texts = [message["text"] for message in agents.messages.values()]
    assert [text[:4] for text in texts] == ["停止しま", "次の答え"]
    assert agents.named(SESSION)[-1]["status"] == "active"


async def test_the_stop_button_ends_work_that_shows_nothing(desk, agents):
    ended = asyncio.Event()

    async def silent(message):
        yield Reply("考えています", (steps("in_progress"),), final=False)
        try:
            await asyncio.Event().wait()  # a model that has written nothing yet
        finally:
            ended.set()

    at = await desk(silent)
    await at.turns.hear(delivery_of(at, "7.000001"))
    await until(lambda: agents.named(SESSION))
    stop = {"type": "agent_session_stopped", "channel": "D1", "thread_ts": "7.000001"}
    await at.event("agent_session_stopped", event=stop | {"ts": None, "event_ts": "9.1"})
    async with asyncio.timeout(60):
        await ended.wait()
    await at.drained()

    assert [message["text"][:4] for message in agents.messages.values()] == ["停止しま"]


def delivery_of(at, ts):
    """Return a question whose turn runs on while others are heard."""
    from bot.endpoint import Delivery

    event = {"type": "message", "user": "U1", "text": "長い質問", "ts": ts, "event_ts": ts}
    rows = [{"user_id": "UB", "is_bot": True}]
    raw = {"type": "event_callback", "team_id": "T1", "authorizations": rows}
    return Delivery(f"slack:T1:D1:{ts}", "slack", raw | {"event": event | DIRECT})
