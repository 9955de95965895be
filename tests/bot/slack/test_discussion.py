"""Asked in a thread about the thread: what people said is read, in short or as the start of the guided dialog."""

import time

import pytest

from handlers.actions.choose import StartChoice
from handlers.actions.registry import read
from handlers.conversation import Audience, Buttons, Message, Person, Said, Text
from handlers.questions.discussion import SITUATION, about
from tests.bot.slack.test_arriving import house_

__all__ = ["house_"]
TALK = (
    Said("花子", "機密PDFが500件あります。GPUはありません。"),
    Said("次郎", "外部のAPIに送るのは情報漏えいが心配です。"),
    Said("花子", "予算は年300万円までに決まりました。"),
    Said("三郎", "いつまでに始めますか?"),
    Said("三郎", "なるほど"),
)


async def reading():
    return TALK


async def say(house, text, talk=reading, language="ja"):
    person, channel = (
        Person("slack:T1:U1", "花子", language),
        Audience("slack:T1:C1", private=False),
    )
    place = f"slack:T1:C1:{time.time_ns()}"
    message = Message(place, person, place, channel, Text(text), talk=talk)
    return [reply async for reply in house.router(message)][-1]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("この議論を要約して", "summary"),
        ("このスレッドをまとめてください。", "summary"),
        ("スレッドを要約して", "summary"),
        ("Summarise this thread", "summary"),
        ("please summarize our discussion so far", "summary"),
        ("この議論から、うちに合う方式は?", "choose"),
        ("ここまでの話し合いだと、どの方法がおすすめ?", "choose"),
        ("Which approach fits what we discussed?", "choose"),
        ("RAGの短所は?", ""),
        ("旅費規程を要約して", ""),
        ("議論の進め方の規程は?", ""),
        ("What is the approach to discussions?", ""),
    ],
)
def test_what_is_asked_of_a_thread_is_told_from_other_questions(text, asks):
    assert about(text) == asks


async def test_a_discussion_is_summed_up_in_its_own_words_and_says_how_much_was_read(house_):
    reply = await say(house_, "この議論を要約して")

    assert "直近5件(3人の発言)" in reply.text
    decided = reply.text.index("決まったこと")
    assert reply.text.index("年300万円") > decided
    assert "次郎: 外部のAPIに送るのは情報漏えいが心配です" in reply.text
    assert "いつまでに始めますか" in reply.text
    assert "なるほど" not in reply.text
    english = await say(house_, "Summarise this thread", language="en")
    assert "the last 5 messages of this thread, by 3 people" in english.text


async def test_which_approach_fits_a_discussion_begins_the_dialog_with_it(house_):
    reply = await say(house_, "この議論から、うちに合う方式は?")
    [row] = [block for block in reply.blocks if isinstance(block, Buttons)]
    start = read(row.items[0].press)

    assert isinstance(start, StartChoice)
    assert "機密PDFが500件" in start.situation
    assert len(start.situation) <= SITUATION
    pressed = Message(
        "p1",
        Person("slack:T1:U1", "花子", "ja"),
        "slack:T1:C1:U1",
        Audience("slack:T1:U1", private=True),
        row.items[0].press,
    )
    *_, confirm = [shown async for shown in house_.router(pressed)]
    assert confirm.ask is not None
    assert confirm.ask.form == "choose.prefill"


async def test_a_thread_with_nothing_in_it_and_a_talk_of_no_thread_are_no_discussion(house_):
    async def empty():
        return ()

    assert "まだ読める発言がありません" in (await say(house_, "この議論を要約して", empty)).text
    assert "直近" not in (await say(house_, "この議論を要約して", None)).text


async def test_slack_s_thread_is_read_without_bots_and_what_was_said_to_us(desk, api):
    heard = []

    async def bot(message):
        heard.append(await message.talk() if message.talk else None)
        return
        yield

    api.people["U2"] = {"id": "U2", "team_id": "T1", "real_name": "次郎", "locale": "ja-JP"}
    rows = [
        {"ts": "1.1", "user": "U1", "text": "機密PDFが500件あります"},
        {"ts": "1.2", "user": "U2", "text": "<@U1> GPUは &lt;ない&gt; です"},
        {"ts": "1.3", "user": "UB", "bot_id": "B1", "text": "答え"},
        {"ts": "1.4", "user": "U1", "text": "<@UB> 前の質問"},
        {"ts": "1.5", "user": "U1", "text": "<@UB> この議論を要約して"},
    ]
    api.messages = {row["ts"]: row | {"channel": "C1"} for row in rows}
    at = await desk(bot)
    await at.event(text="<@UB> この議論を要約して", thread_ts="1.1", ts="1.5")
    await at.event(text="<@UB> この議論を要約して")

    [talk, nothing] = heard
    assert [remark.name for remark in talk] == ["花子", "次郎"]
    assert talk[0].text == "機密PDFが500件あります"
    assert "GPUは <ない> です" in talk[1].text
    assert nothing is None
