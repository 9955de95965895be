"""In a channel an answer uses what everybody there may read; who may read more is answered alone, and leaves no trace there."""

import pytest

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Buttons, Message, Person, Press, Text
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.sheet import Sheet

HR = Person("slack:T1:U9", "Rin", "ja")
OTHER = Person("slack:T1:U3", "Mai", "ja")
CHANNEL = Audience("slack:T1:C1", private=False)
QUESTION = "昇給の査定は何月に行いますか"


@pytest.fixture
async def application(house):
    async with Application(load({"AUDIENCES": "hr=U9"}, data=str(house))) as opened:
        library = await opened.library()
        reading = await read(
            "査定.md",
            "# 昇給の査定\n\n昇給の査定は毎年四月に行う。査定の結果は人事部長が決める。\n".encode(),
        )
        document, version, _ = await library.stage(
            reading, Metadata(audience="hr", owner=HR.id), by=HR.id
        )
        await library.publish(document.id, version.id)
        yield opened


async def say(application, content, person, audience=CHANNEL):
    sheet = Sheet()
    await application.turns.take(Message("m", person, "slack:T1:C1:1.0", audience, content), sheet)
    return sheet.shown[-1]


def offer(reply):
    pressed = [b.press for block in reply.blocks if isinstance(block, Buttons) for b in block.items]
    return next((p for p in pressed if p.action == "private.ask"), None)


async def test_an_answer_in_a_channel_holds_nothing_of_one_group_and_offers_one_alone(application):
    open_ = await say(application, Text(QUESTION), HR)
    press = offer(open_)
    alone = await say(application, press, HR, Audience(HR.id, private=True))
    curious = await say(application, press, OTHER, Audience(OTHER.id, private=True))

    assert "四月" not in str(open_)
    assert "四月" in alone.text
    assert alone.private
    assert not [b for b in alone.blocks if isinstance(b, Buttons) and b.row == "followup"]
    assert "四月" not in str(curious)
    assert "四月" not in str(await application.router.threads.history("slack:T1:C1:1.0"))


async def test_where_nobody_can_be_told_alone_the_way_to_it_is_named(application):
    press = offer(await say(application, Text(QUESTION), HR))
    reply = await say(application, press, HR)

    assert "1対1" in reply.text
    assert "四月" not in str(reply)


async def test_who_may_read_no_more_is_offered_nothing(application):
    assert offer(await say(application, Text(QUESTION), OTHER)) is None
    assert offer(await say(application, Text(QUESTION), HR, Audience(HR.id, private=True))) is None


@pytest.mark.parametrize(
    ("data", "words"), [({}, "ボタンは古い"), ({"aid": "gone"}, "期限が切れました")]
)
async def test_a_forged_offer_is_answered_politely(application, data, words):
    reply = await say(application, Press("private.ask", data), HR, Audience(HR.id, private=True))
    assert words in reply.text
