"""A question, from the first word to its source and what is behind it, in both languages, through the real house."""

import pytest

from bot.service.application import Application
from bot.settings import load
from handlers.answer_records import AnswerRecords
from handlers.conversation import Audience, Command, Feedback, Message, Person, Press, Sources, Text
from handlers.memory.link import key
from tests.sheet import Sheet
from tests.shelving import COMES_ALONG


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def application(data):
    async with Application(load({}, data=str(data))) as opened:
        yield opened


async def say(application, content, language="ja", role="member"):
    sheet = Sheet()
    person = Person("paper:aoi", "Aoi", language, role)
    await application.turns.take(
        Message("m", person, "paper:place", Audience(person.id, private=True), content), sheet
    )
    return sheet.shown


def block(reply, kind):
    return next(b for b in reply.blocks if isinstance(b, kind))


@pytest.mark.parametrize(
    ("question", "language", "page"),
    [
        ("RAGって社内文書を全部覚えてるの?", "ja", "スライド18"),
        ("Does RAG learn all of our documents?", "en", "slide 18"),
    ],
)
async def test_a_question_is_answered_with_its_slide(application, question, language, page):
    shown = await say(application, Text(question), language)

    assert not shown[0].final
    assert shown[-1].final
    assert page in [s.place for s in block(shown[-1], Sources).items]
    assert "[1]" in shown[-1].text


async def test_a_source_opens_and_the_trace_shows_what_was_used(application):
    answer = (await say(application, Text("RAGって社内文書を全部覚えてるの?")))[-1]
    first = block(answer, Sources).items[0]

    opened = (await say(application, Press("source.open", {"s": first.id, "n": 1})))[-1]
    inside = (await say(application, Press("demo.open", {"aid": block(answer, Feedback).answer})))[
        -1
    ]

    assert first.title in opened.text
    assert "使った" in str(inside.blocks)


async def test_the_trace_of_an_answer_can_be_looked_into_for_a_day(application):
    answer = block((await say(application, Text("RAGとは何ですか?")))[-1], Sources).answer
    record = await AnswerRecords(application.sessions).load(answer)

    async with application.sessions.link.redis() as redis:
        lives = await redis.ttl(key("trace", record.trace))
    assert 86_400 - 60 < lives <= 86_400  # seconds


async def test_off_topic_is_refused_with_the_nearest(application):
    shown = await say(application, Text("有給休暇の申請方法を教えて"))

    assert "社内資料に答えがありませんでした" in shown[-1].text


async def test_an_empty_command_begins_the_guided_dialog(application):
    shown = await say(application, Command("llm-choose"))

    assert shown[-1].ask is not None


async def test_a_member_may_not_change_documents(application):
    shown = await say(application, Press("document.remove", {"d": "deck", "v": "v1"}))

    assert "管理者" in shown[-1].text
    assert len(await (await application.library()).documents()) == COMES_ALONG


async def test_a_follow_up_needs_no_mention_from_its_asker_and_others_are_left_alone(application):
    async def overhear(name):
        sheet = Sheet()
        person = Person(f"paper:{name}", name, "ja")
        thread = Audience("paper:channel", private=False)
        await application.turns.take(
            Message("m", person, "paper:thread", thread, Text("では費用は?"), direct=False), sheet
        )
        return sheet.shown

    before = await overhear("aoi")
    sheet = Sheet()
    asked = Message(
        "m",
        Person("paper:aoi", "aoi", "ja"),
        "paper:thread",
        Audience("paper:channel", private=False),
        Text("RAGとは?"),
    )
    await application.turns.take(asked, sheet)

    assert before == []
    assert (await overhear("aoi"))[-1].final
    assert await overhear("ren") == []
