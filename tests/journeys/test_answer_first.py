"""How an answer reads on every face: the answer, the rule short in a chat and whole where there is room, one press away."""

import pytest

from bot.service.application import Application
from bot.settings import load
from handlers.actions.questions import OpenSource
from handlers.actions.registry import read as action_of
from handlers.conversation import Audience, Buttons, Message, Paragraph, Person, Press
from handlers.texts import Texts
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.faces import drawn, heard
from tests.sheet import Sheet
from tests.shelving import COMES_ALONG

LONG = """# 駐車場規程

### 第4条　来客用区画

1. 来客用区画は、社員が休日に利用することができる。
""" + "".join(
    f"{n}. 来客用区画の第{n}番は、管理簿に記された車両が午前九時から午後五時までの間に限り停める場所とする。\n"
    for n in range(2, 30)
)
LOCKERS = """# Locker rules

## Deposits

The deposit for a locker is 1,200 yen. It is paid back when the key is returned.
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def application(data):
    async with Application(load({}, data=str(data))) as opened:
        library = await opened.library()
        if len(await library.documents()) == COMES_ALONG:
            for name, text in {"駐車場規程.md": LONG, "lockers.md": LOCKERS}.items():
                document, version, _ = await library.stage(
                    await read(name, text.encode()), Metadata(), by="t"
                )
                await library.publish(document.id, version.id)
        yield opened


@pytest.mark.parametrize("face", ["slack", "teams", "web", "terminal"])
async def test_the_answer_comes_first_and_its_whole_article_is_within_reach(application, face):
    reply = (await heard(application, face, "来客用区画は社員が休日に利用できますか"))[-1]
    seen = drawn(face, reply, Texts.load())

    assert reply.text.startswith(
        "はい、来客用区画は、社員が休日に利用することができる(駐車場規程 第4条第1項 来客用区画)。"
    )
    assert "はい、来客用区画は" in seen
    last = "第29番" in seen
    press = "全文を見る" in seen
    chat = face in ("slack", "teams")
    assert (last, press) == (not chat, chat)


@pytest.mark.parametrize("face", ["slack", "teams", "web", "terminal"])
async def test_an_english_answer_says_the_amount_first(application, face):
    reply = (await heard(application, face, "How much is the deposit for a locker?", "en"))[-1]
    seen = drawn(face, reply, Texts.load(), "en")

    assert reply.text.startswith(
        "The deposit for a locker is 1,200 yen (Locker rules Deposits).[1]"
    )
    assert "The deposit for a locker is 1,200 yen" in seen
    assert "It is paid back when the key is returned." in seen
    assert "Show the whole article" not in seen


async def test_the_press_opens_all_lines_with_the_answer_in_bold(application):
    reply = (await heard(application, "slack", "来客用区画は社員が休日に利用できますか"))[-1]
    row = next(b for b in reply.blocks if isinstance(b, Buttons) and b.row == "whole")
    press = row.items[0].press
    action = action_of(Press(press.action, press.data))
    assert isinstance(action, OpenSource)

    opened = (await heard_press(application, press))[-1]
    text = next(b.text for b in opened.blocks if isinstance(b, Paragraph) and b.tone == "quote")
    assert "**来客用区画は、社員が休日に利用することができる。**" in text
    assert "第29番" in text


async def heard_press(application, press):
    sheet = Sheet()
    person = Person("slack:T1:U1", "Aoi", "ja")
    message = Message("m2", person, "slack:T1:Dp", Audience(person.id, private=True), press)
    await application.turns.take(message, sheet)
    return sheet.shown
