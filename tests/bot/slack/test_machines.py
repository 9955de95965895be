"""Bots and workflows are answered where an admin said so, a bounded number of times, and nowhere else."""

import pytest

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Message, Person, Reply, Text
from handlers.questions.automations import HOURLY, answers_automations

WORKFLOW = {"bot_id": "B7", "user": None, "subtype": "bot_message", "username": "朝会の問い"}
BOT = {"bot_id": "B8", "user": "UBOT"}


@pytest.fixture
async def at(desk):
    async def bot(message):
        yield Reply(f"{message.person.name}へ: {message.content.text}")

    return await desk(bot)


def texts(api):
    return [message["text"] for message in api.messages.values()]


async def test_machines_are_answered_where_that_is_switched_on(at, api, sessions):
    for machine in (WORKFLOW, BOT):
        await at.event(text="<@UB> 休暇は何日?", **machine)
    assert texts(api) == []

    await sessions.save("automations", "slack:T1:C1", {"on": True}, seconds=None)
    await at.event("message", text="<@UB> 休暇は何日?", **WORKFLOW)
    await at.event(text="<@UB> 休暇は何日?", **BOT)
    await at.event("message", text="だれにも言っていない", **BOT)
    await at.event(text="<@UB> 別のチャンネル", channel="C2", **BOT)
    await at.event(text="<@UB> 自分の声", bot_id="B9", user="UB")

    assert texts(api) == ["朝会の問いへ: 休暇は何日?", "UBOTへ: 休暇は何日?"]


async def test_what_machines_ask_in_an_hour_is_bounded(sessions):
    await sessions.save("automations", "slack:T1:C5", {"on": True}, seconds=None)
    answered = [await answers_automations(sessions, "slack:T1:C5") for _ in range(HOURLY.burst + 5)]

    assert answered.count(True) == HOURLY.burst


@pytest.mark.parametrize(
    ("on", "off"),
    [
        ("このチャンネルではボットやワークフローにも答えて", "ボットには答えないで"),
        ("answer bots and workflows in this channel", "Stop answering bots here."),
    ],
)
async def test_an_admin_switches_it_on_and_off_for_one_channel(house, on, off):
    async with Application(load({"ADMINS": "slack:T1:U9"}, data=str(house))) as application:
        channel = Audience("slack:T1:C9", private=False)

        async def say(text, person):
            message = Message(
                f"m{text}{person}", Person(person, "花子", "ja"), "p", channel, Text(text)
            )
            return [reply async for reply in application.router(message)][-1].text

        assert "管理者だけ" in await say(on, "slack:T1:U1")
        assert not await answers_automations(application.sessions, channel.id)
        await say(on, "slack:T1:U9")
        assert await answers_automations(application.sessions, channel.id)
        await say(off, "slack:T1:U9")
        assert not await answers_automations(application.sessions, channel.id)
