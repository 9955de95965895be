"""A question handed over in a channel, by the buttons that were drawn there: asked for, not anybody's to settle, settled."""

import pytest

from tests.bot.hands import slack_actions, slack_read, teams_cards, teams_deliveries, teams_read
from tests.bot.teams.talk import CHANNEL, activity
from tests.journeys.desks import MEMBER, carries, open_desks, settled

QUESTION = "RAGとは何ですか?"
EXPERT, PASSER_BY = "expert", MEMBER


class SlackChannel:
    def __init__(self, desks):
        self.desk = desks["slack"].desk
        known = self.desk.api.people[MEMBER]
        for name in (EXPERT, "asker"):
            self.desk.api.people[name] = known | {"id": name, "real_name": name}

    async def ask(self, question, who):
        await self.desk.event(text=f"<@UB> {question}", user=who)

    async def press(self, action, who):
        for message in reversed(self.desk.api.messages.values()):
            place = {
                "container": {
                    "type": "message",
                    "message_ts": message["ts"],
                    "channel_id": "C1",
                    "is_ephemeral": False,
                },
                "channel": {"id": "C1"},
            }
            for element in slack_actions(message["blocks"]):
                content = slack_read({"type": "block_actions", "actions": [element], **place})
                if carries(content, action, {}):
                    await self.desk.press(element, user={"id": who}, **place)
                    return
        raise AssertionError(action)

    def everyone(self):
        return str(list(self.desk.api.messages.values()))


class TeamsChannel:
    def __init__(self, desks):
        self.at = desks["teams"]

    async def ask(self, question, who):
        await self._send({"text": f"<at>LLM Choose</at> {question}"}, who)

    async def press(self, action, who):
        for id_, body in reversed(self.at.service.shown.items()):
            for card in teams_cards([body]):
                for sent in teams_deliveries(card, {}):
                    if carries(teams_read(sent), action, {}):
                        await self._send(sent | {"replyToId": id_}, who)
                        return
        raise AssertionError(action)

    def everyone(self):
        return str(list(self.at.service.shown.values()))

    async def _send(self, sent, who):
        person = {"from": {"id": f"29:{who}", "aadObjectId": who, "name": who}}
        body = activity(self.at.service, f"h{next(self.at.numbers)}", locale="ja-JP", **CHANNEL)
        await self.at.client.post("/api/messages", json=body | sent | person)
        await settled(self.at.application)


@pytest.fixture(params=[SlackChannel, TeamsChannel], ids=["slack", "teams"])
async def channel(request, house):
    experts = f"slack:T1:{EXPERT}, teams:t1:{EXPERT}"
    async with open_desks(house, EXPERTS=experts) as desks:
        yield request.param(desks)


async def test_a_call_is_read_by_all_and_settled_by_whom_it_calls(channel):
    await channel.ask(QUESTION, "asker")
    before = channel.everyone()
    await channel.press("human.ask", "asker")
    called = channel.everyone()

    await channel.press("human.done", PASSER_BY)
    refused = channel.everyone()
    await channel.press("human.done", EXPERT)

    assert "解決済みです" not in called
    assert called != before
    assert refused == called
    assert f"解決済みです({EXPERT})" in channel.everyone()
