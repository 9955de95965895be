"""Where an article goes: after the others, in place of what it answers, or alone on its stage."""

import asyncio

from bot.web.conversations import LIMITS, Article, Conversations, placed
from handlers.conversation import (
    Ask,
    Attachment,
    Bar,
    Button,
    Buttons,
    Chart,
    Column,
    Confirm,
    Details,
    Divider,
    Fact,
    Facts,
    Feedback,
    Field,
    Heading,
    Option,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
    Table,
)


def article(turn, *, asks=False, aside=False, guided=False):
    ask = None
    if asks:
        field = Field("f", "choice", "?")
        ask = Ask("a.b", "t", "?", (field,), "次へ", "中断", step=int(guided), of=int(guided))
    reply = Reply("本文", title="出典" if aside else "", ask=ask)
    return Article(turn, "質問", "2026-11-25T14:02", reply)


def turns(articles):
    return "".join(a.turn for a in articles)


def one_of_everything():
    """One of everything a page keeps."""
    button = Button(
        "押す", Press("a.b", {"n": 1}), confirm=Confirm("本当に?", "消えます", "はい", "いいえ")
    )
    source = Source(1, "p", "規程", "第3条", "v2", "2026-04-01", "**社外秘**", stale=True)
    blocks = (
        Heading("題"),
        Paragraph("文。[1]", "answer", whole="全文"),
        Facts((Fact("費用", "10万円"),)),
        Table("表", (Column("列"), Column("数", "number")), (("a", "1"),)),
        Chart("点", "点", (Bar("a", "A", "A", 1.5, "1.5", "best"),)),
        Steps("手順", (Step("s", "探す", "complete", "8 ms"),)),
        Sources((source,), "a1"),
        Details("詳しく", (Paragraph("中"),), open=True),
        Buttons((button,), "followup", "続けて"),
        Feedback("a1"),
        Divider(),
    )
    field = Field("f", "choice", "?", options=(Option("o", "はい"),))
    ask = Ask("a.b", "t", "?", (field,), "次へ", "中断", {"rid": "r", "rev": 2}, buttons=(button,))
    return Reply("文", blocks, title="出典", ask=ask)


ASKED = article("q", asks=True)


def test_in_a_talk_one_follows_the_other():
    assert turns(placed([article("a")], article("b"), "a", "talk")) == "ab"


def test_what_answers_a_question_takes_its_place():
    assert turns(placed([article("a"), ASKED, article("c")], article("b"), "q", "talk")) == "abc"


def test_a_source_is_opened_beside_the_question_it_bears_on():
    assert turns(placed([ASKED], article("s", aside=True), "q", "stage")) == "qs"


def test_on_a_stage_what_came_after_the_origin_goes():
    assert (
        turns(placed([article("r"), article("m"), article("n")], article("w"), "r", "stage"))
        == "rw"
    )


def test_a_guided_question_stands_alone_on_its_stage():
    assert (
        turns(
            placed([article("r"), article("m")], article("q", asks=True, guided=True), "m", "stage")
        )
        == "q"
    )


def test_a_long_talk_keeps_its_end():
    articles = [article(str(n)) for n in range(LIMITS["talk"])]

    assert len(placed(articles, article("z"), "", "talk")) == LIMITS["talk"]


def test_on_a_desk_what_is_done_with_a_thing_takes_its_place():
    assert turns(placed([article("a"), article("b")], article("c"), "a", "desk")) == "cb"


async def test_two_windows_at_once_lose_nothing(sessions):
    conversations = Conversations(sessions)
    await asyncio.gather(*(conversations.place("s/", article(name), "", "talk") for name in "abcd"))

    assert set(turns(await Conversations(sessions).articles("s/"))) == set("abcd")


async def test_a_file_is_for_the_person_it_was_kept_for(sessions):
    conversations, memo = Conversations(sessions), Attachment("メモ.md", "text/markdown", b"x")
    token = conversations.keep("web:a", memo).removeprefix("/files/")

    assert conversations.file("web:a", token) == memo
    assert conversations.file("web:b", token) is None
    assert conversations.file("web:a", "x") is None


async def test_what_was_said_comes_back_as_it_was_said(sessions):
    reply = one_of_everything()
    said = Article("a", "質問", "2026-11-25T14:02", reply, note="控え", language="en", depends=True)
    await Conversations(sessions).place("p/t", said, "", "talk")

    assert await Conversations(sessions).articles("p/t") == [said]


async def test_what_another_version_wrote_is_left_out(sessions):
    conversations = Conversations(sessions)
    await conversations.place("p/t", article("a"), "", "talk")
    state = await sessions.load("said", "p/t")
    strange = state["articles"][0] | {"reply": {"text": "x", "blocks": [{"is": "Hologram"}]}}
    await sessions.save("said", "p/t", {"articles": [strange, *state["articles"]]})

    assert turns(await conversations.articles("p/t")) == "a"
