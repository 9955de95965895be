"""Where an article goes: after the others, in place of what it answers, or alone on its stage."""

import asyncio

from bot.web.conversations import LIMITS, Article, Conversations, placed
from handlers.conversation import Attachment


def article(turn, **words):
    return Article(turn, "質問", "2026-11-25T14:02", "本文", **words)


def turns(articles):
    return "".join(a.turn for a in articles)


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
