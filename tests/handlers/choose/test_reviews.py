"""Decisions come back to their person by themselves on the day of review: once, and on their own platform."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.choose.decision_models import DecisionModels
from handlers.choose.reviews import DecisionReviews, later
from handlers.choose.router import Choose
from handlers.choose.runs import Runs
from handlers.conversation import Buttons
from handlers.sessions import Sessions
from handlers.texts import Texts
from tests.choosing import filled_in
from tests.handlers.choose.test_choose import ADVISOR, HANA, TARO, Talk, pressed

TODAY = datetime.now(UTC).date()
DAY = later(TODAY, 6)


class Houses:
    """The same house on another day, as another process: nothing is remembered but in the store."""

    def __init__(self, sessions: Sessions, texts: Texts) -> None:
        self.sessions = sessions
        self.texts = texts
        self.told: list[tuple[str, str, list[str]]] = []
        self.reachable = True

    async def tell(self, person, say) -> bool:
        reply = say("ja")
        rows = [block for block in reply.blocks if isinstance(block, Buttons)]
        labels = [item.press.action for row in rows for item in row.items]
        if self.reachable:
            self.told.append((person, reply.text, labels))
        return self.reachable

    async def on(self, day: date) -> int:
        models = DecisionModels(self.sessions, ADVISOR)
        reviews = DecisionReviews(models, Runs(self.sessions), self.texts, lambda: day)
        reviews.reach(self.tell)
        return await reviews.look()


@pytest.fixture
def talk(sessions: Sessions, texts: Texts) -> Talk:
    return Talk(Choose(DecisionModels(sessions, ADVISOR), sessions, texts))


@pytest.fixture
def house(sessions: Sessions, texts: Texts) -> Houses:
    return Houses(sessions, texts)


async def test_a_decision_comes_back_once_on_its_day_over_all_processes(talk, house) -> None:
    page = await talk.start(goal="調べ物を5分に")
    result = await talk.finish(page)
    await talk.finish(await talk.start(HANA), HANA)

    assert await house.on(DAY - timedelta(days=1)) == 0
    looks = await asyncio.gather(*[house.on(DAY) for _ in range(4)])
    assert sum(looks) == 2
    assert await house.on(DAY) == 0
    assert await house.on(later(DAY, 1)) == 0
    own = [told for told in house.told if told[0] == TARO.id]
    assert len(own) == 1
    assert "調べ物を5分に" in own[0][1]
    assert DAY.isoformat() in own[0][1]
    assert own[0][2] == ["choose.resume", "choose.frame"]
    assert pressed(result, "choose.memo")


async def test_who_cannot_be_reached_is_tried_again_and_deleted_runs_never(talk, house) -> None:
    result = await talk.finish(await talk.start())
    gone = await talk.finish(await talk.start(HANA), HANA)
    await talk.say(pressed(gone, "choose.delete"), HANA)

    house.reachable = False
    assert await house.on(DAY) == 0
    house.reachable = True
    assert await house.on(DAY) == 1
    assert [told[0] for told in house.told] == [TARO.id]
    assert result.blocks


async def test_a_day_of_ones_own_takes_the_place_of_the_usual_one(talk, house) -> None:
    result = await talk.finish(await talk.start())
    memo = await talk.say(pressed(result, "choose.memo"))
    asked = await talk.say(pressed(memo, "choose.frame"))
    fields = {field.id: field.initial for field in asked.ask.fields}
    assert fields["review"] == DAY.isoformat()

    form = refilled(asked, review="2020-01-01", title="点検の調べ物", decider="山田部長")
    refused = await talk.say(form)
    assert "見直し日は、" in refused.text
    kept = await talk.say(refilled(refused, review=later(TODAY, 2).isoformat()))
    assert later(TODAY, 2).isoformat() in kept.text

    written = await talk.say(pressed(kept, "choose.memo"))
    text = written.attachments[0].content.decode()
    assert text.startswith("# 判断メモ: 点検の調べ物")
    assert "山田部長" in text
    assert later(TODAY, 2).isoformat() in text
    assert await house.on(later(TODAY, 2)) == 1
    assert "点検の調べ物" in house.told[0][1]
    assert await house.on(DAY) == 0


def refilled(reply, **values):
    """Return the form as it was asked, with some of its values changed."""
    fields = {field.id: field.initial for field in reply.ask.fields}
    return filled_in(reply.ask, {**fields, **values})
