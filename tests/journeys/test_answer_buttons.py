"""
An answer's own buttons, and the report of a document, by what was drawn on every face and pressed there.

The terminal draws buttons in its guided dialog alone, as letters: elsewhere each act is a verb (`publish`, `rollback`, `remove`,
`demo`, `choose`). That every action drawn there comes back is held by `tests/bot/test_actions.py`.
"""

import pytest

from tests.journeys.desks import ADMIN, MEMBER, open_desks

FACES = ("slack", "teams", "web", "webhook")
RESULT = "初年度"  # what only a result speaks of
STEPS = 16  # of a run, at most
QUESTION = "RAGとは何ですか?"
CHOOSING = "うちに合うのはどの方法?"
RULE = "# 旅費規程\n\n## 第3条 日当\n\n出張の日当は2,500円とする。\n".encode()


@pytest.fixture(params=FACES)
async def at(request, house):
    async with open_desks(house) as desks:
        at = desks[request.param]
        at.face = request.param
        at.cases = desks["teams"].application.router.feedback.cases
        yield at


async def test_a_report_is_opened_again_from_the_list_and_leads_to_publishing(at):
    await at.send("旅費規程.md", RULE)
    await at.ask("資料の一覧を見せて", ADMIN)

    await at.press(at.carrying("document.open"))
    report = at.carrying("document.report")
    assert "管理者だけ" in await at.press(report, MEMBER)
    assert "旅費規程" in await at.press(report)
    assert "v1 を公開しました" in await at.press(at.carrying("document.publish"))
    again = await at.press(report)
    assert "この資料を開く" in again
    assert "公開する" not in again


async def test_an_answer_is_looked_into_shared_and_handed_over(at):
    await at.ask(QUESTION, ADMIN)
    inside, person = at.carrying("demo.open"), at.carrying("human.ask")

    assert "検索" in await at.press(inside)
    if at.face == "teams":  # a talk of one's own, where there is nobody to show it to
        with pytest.raises(AssertionError):
            at.carrying("demo.share")
    else:
        assert "RAG" in await at.press(at.carrying("demo.share"))

    assert "管理者" in await at.press(person)


async def test_the_dialog_begins_under_an_answer_and_goes_on_by_its_buttons(at):
    await at.ask(CHOOSING, ADMIN)
    start = at.carrying("choose.start")

    assert "はじめに、目的と社内の条件" in await at.press(start)
    await at.press(at.carrying("choose.express"))
    assert "質問 1 / 最大 6" in await at.press(at.carrying("choose.later"))


async def test_the_dialog_is_answered_taken_back_skipped_and_ends_in_a_result(at):
    await at.ask(CHOOSING, ADMIN)
    await at.press(at.carrying("choose.start"))

    assert "質問 1 / 最大" in await at.press(at.carrying("choose.later"))
    assert "質問 2 / 最大" in await at.choose()
    assert "質問 1 / 最大" in await at.press(at.carrying("choose.back"))
    assert "質問 2 / 最大" in await at.choose()
    shown = await at.press(at.carrying("choose.skip"))
    assert "質問 3 / 最大" in shown

    for _ in range(STEPS):
        if RESULT in shown:
            break
        shown = await at.choose()
    assert RESULT in shown


async def test_a_vote_is_thanked_and_a_thumb_down_gives_its_reason(at):
    await at.ask(QUESTION, ADMIN)
    if at.face == "teams":  # draws its own thumbs, whose client says thank you
        with pytest.raises(AssertionError):
            at.carrying("feedback.vote")
        await at.thumb("like")
        assert await at.cases() == []
        await at.thumb("dislike", reason="wrong", comment="別の規程です")
        assert [case["reason"] for case in await at.cases()] == ["wrong"]
        return

    up = at.carrying("feedback.vote", vote="up")
    assert "ありがとうございます" in await at.press(up)
    assert await at.cases() == []
    if at.face == "web":  # draws the reasons at once, where others ask for them
        with pytest.raises(AssertionError):
            at.carrying("feedback.vote", vote="down")
        await at.press(at.carrying("feedback.reason"))  # the first of the reasons
    else:
        await at.ask(QUESTION, ADMIN)
        await at.press(at.carrying("feedback.vote", vote="down"))
        assert "回答の見直しに使います" in await at.fill({"reason": "wrong"})
    assert [case["reason"] for case in await at.cases()] == ["wrong"]
