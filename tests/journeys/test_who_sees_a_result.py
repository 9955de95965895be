"""In a channel the result of a personal run is seen by its person alone, until they share it."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from bot.press import KEY, unpack
from handlers.conversation import Form, Press
from tests.bot.hands import slack_actions, slack_state, teams_deliveries, walk
from tests.bot.teams.talk import CHANNEL, activity
from tests.journeys.desks import AtSlack, AtTeams, open_desks, settled

RESULT = "初年度"  # what only a result speaks of
MOST = 8  # steps of a quick run and what leads to it


class InChannel(Protocol):
    """One person in front of a channel; what they see themselves is apart from what all see."""

    own: list[str]

    async def begin(self) -> None:
        """Begin the quick version of the dialog in the channel."""

    async def answer(self) -> None:
        """Answer the question that is shown with its first option."""

    async def press(self, action: str) -> None:
        """Press the newest button with this action."""

    def everyone(self) -> str:
        """Return everything the channel was shown."""


class SlackChannel:
    def __init__(self, at: AtSlack) -> None:
        self.desk = at.desk
        self.own: list[str] = []
        at.desk.api.people["U1"] = {
            "id": "U1",
            "team_id": "T1",
            "real_name": "花子",
            "locale": "ja-JP",
        }

    async def begin(self) -> None:
        await self.desk.command("express")
        self._look()

    async def answer(self) -> None:
        id_, view = self._window()
        choices = [block for block in view["blocks"] if "options" in block.get("element", {})]
        first = {block["block_id"]: block["element"]["options"][0]["value"] for block in choices}
        state = slack_state(view, first)
        submitted = view | {"id": id_, "state": state}
        _, told = await self.desk.interact("view_submission", view=submitted)
        if told:
            self.desk.api.views[id_] = told["view"]
        self._look()

    async def press(self, action: str) -> None:
        id_, view = self._window()
        for element in slack_actions(view):
            value = element.get("value") or element["selected_option"]["value"]
            carried = unpack(value)
            if isinstance(carried, Press) and carried.action == action:
                await self.desk.press(element, view=view | {"id": id_})
                return
        raise AssertionError((action, view))

    def everyone(self) -> str:
        api = self.desk.api
        public = [told for told in api.responses if told.get("response_type") != "ephemeral"]
        return json.dumps([*api.messages.values(), *public], ensure_ascii=False)

    def _window(self) -> tuple[str, dict[str, Any]]:
        return list(self.desk.api.views.items())[-1]

    def _look(self) -> None:
        self.own.append(json.dumps(self._window()[1], ensure_ascii=False))


class TeamsChannel:
    def __init__(self, at: AtTeams) -> None:
        self.at = at
        self.own: list[str] = []
        self.card: dict[str, Any] = {}  # the person's own view of the card in the channel

    async def begin(self) -> None:
        await self._send({"text": "<at>LLM Choose</at> 方式えらび 5問"})
        [(id_, shown)] = self.at.service.shown.items()
        self.id = id_
        self.card = shown["attachments"][0]["content"]
        await self.press("choose.view")

    async def answer(self) -> None:
        choices = [e for e in walk(self.card) if e.get("type") == "Input.ChoiceSet"]
        filled = {choice["label"]: choice["choices"][0]["value"] for choice in choices}
        for sent in teams_deliveries(self.card, filled):
            if isinstance(carried_by(sent), Form):
                await self._deliver(sent)
                return
        raise AssertionError(self.card)

    async def press(self, action: str) -> None:
        for sent in teams_deliveries(self.card, {}):
            carried = carried_by(sent)
            if isinstance(carried, Press) and carried.action == action:
                await self._deliver(sent)
                return
        raise AssertionError((action, self.card))

    def everyone(self) -> str:
        return json.dumps(list(self.at.service.shown.values()), ensure_ascii=False)

    async def _deliver(self, sent: dict[str, Any]) -> None:
        told = await self._send(sent | {"replyToId": self.id})
        if told.get("type") == "application/vnd.microsoft.card.adaptive":
            self.card = told["value"]
            self.own.append(json.dumps(self.card, ensure_ascii=False))

    async def _send(self, sent: dict[str, Any]) -> dict[str, Any]:
        number = next(self.at.numbers)
        body = activity(self.at.service, f"c{number}", locale="ja-JP", **CHANNEL, **sent)
        answer = await self.at.client.post("/api/messages", json=body)
        await settled(self.at.application)
        return answer.json() if answer.content else {}


def carried_by(sent: dict[str, Any]) -> Press | Form | None:
    """Return what a button of a card carries: in its action, or as the value of a message."""
    value = sent["value"]
    data = value["action"]["data"] if "action" in value else value
    return unpack(data.get(KEY))


@pytest.fixture(params=["slack", "teams"])
async def channel(request: pytest.FixtureRequest, house: Path) -> AsyncIterator[InChannel]:
    async with open_desks(house) as faces:
        at = faces[request.param]
        yield SlackChannel(at) if isinstance(at, AtSlack) else TeamsChannel(at)


async def test_a_result_is_seen_by_its_person_alone_until_they_share_it(
    channel: InChannel,
) -> None:
    await channel.begin()
    for _ in range(MOST):
        if RESULT in channel.own[-1]:
            break
        await channel.answer()

    assert RESULT in channel.own[-1]
    assert RESULT not in channel.everyone()

    await channel.press("choose.share")

    assert RESULT in channel.everyone()


async def test_in_slack_a_result_asked_for_in_words_is_whispered(house: Path) -> None:
    """A member who has finished joins once more by typing it: no window, no message of one's own."""
    async with open_desks(house) as faces:
        at = SlackChannel(faces["slack"])
        api = at.desk.api
        await at.desk.event(text="<@UB> 方式えらび チーム")
        join = f"<@UB> 方式えらび 参加 {re.search('t_[0-9a-f]{12}', at.everyone())[0]}"
        await at.desk.event(text=join)
        await press_whisper(at, api.whispers[-1], "choose.later")
        while RESULT not in str(api.responses[-1]):
            await press_whisper(at, api.responses[-1], "choose.answer")

        await at.desk.event(text=join)

        assert RESULT in str(api.whispers[-1])
        assert RESULT not in at.everyone()


async def press_whisper(at: SlackChannel, shown: dict[str, Any], action: str) -> None:
    """Press the first button with this action in a message that only its person sees."""
    container = {"type": "message", "message_ts": "1700000009.000009", "is_ephemeral": True}
    for element in slack_actions(shown["blocks"]):
        if element["action_id"].startswith(action):
            place = {"container": container | {"channel_id": "C1"}, "channel": {"id": "C1"}}
            await at.desk.press(element, **place)
            return
    raise AssertionError((action, shown))
