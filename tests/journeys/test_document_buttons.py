"""An admin's document from its file to nothing, on every face, by the buttons that were drawn there."""

import pytest

from tests.journeys.desks import MEMBER, open_desks

FACES = ("slack", "teams", "web", "webhook")
NAME = "旅費規程.md"
QUESTION = "出張の日当はいくらですか?"


def rule(amount):
    return f"# 旅費規程\n\n## 第3条 日当\n\n出張の日当は{amount}円とする。\n".encode()


@pytest.fixture(params=FACES)
async def at(request, house):
    async with open_desks(house) as desks:
        yield desks[request.param]


async def test_a_document_is_published_replaced_brought_back_and_removed_by_its_buttons(at):
    await at.send(NAME, rule("2,500"))
    publish = at.drawn("公開する")
    assert "2,500円" not in await at.ask(QUESTION)

    assert "管理者だけ" in await at.press(publish, MEMBER)
    assert "2,500円" not in await at.ask(QUESTION)

    assert "v1 を公開しました" in await at.press(publish)
    assert "2,500円" in await at.ask(QUESTION)
    assert "すでに公開中です" in await at.press(publish)

    await at.send(NAME, rule("3,000"))
    assert "3,000円" not in await at.ask(QUESTION)
    assert "v2 を公開しました" in await at.press(at.drawn("v2 に置き換えて公開する"))
    assert "3,000円" in await at.ask(QUESTION)

    assert "v2 が公開中のため、v1 は公開しませんでした" in await at.press(publish)
    assert "3,000円" in await at.ask(QUESTION)

    back = at.drawn("v1 に戻す")
    assert "管理者だけ" in await at.press(back, MEMBER)
    assert "v1 に戻しました" in await at.press(back)
    assert "2,500円" in await at.ask(QUESTION)
    assert "何も変えていません" in await at.press(back)
    assert "2,500円" in await at.ask(QUESTION)

    remove = at.drawn("削除する")
    assert "管理者だけ" in await at.press(remove, MEMBER)
    assert "2,500円" in await at.ask(QUESTION)
    assert "検索に表示されないことを確認" in await at.press(remove)
    for gone in ("2,500円", "3,000円"):
        assert gone not in await at.ask(QUESTION)
    for late in (remove, back, publish):
        assert "見つからないか、閲覧できません" in await at.press(late)


async def test_a_document_is_tried_discarded_withdrawn_and_taken_back_by_its_buttons(at):
    await at.send(NAME, rule("2,500"))
    await at.press(at.drawn("試しに質問する"))
    assert "2,500円" in await at.fill({"q": QUESTION})

    await at.send(NAME, rule("2,600"))
    discard = at.drawn("下書きを削除")
    assert "管理者だけ" in await at.press(discard, MEMBER)
    assert "下書きを削除しました" in await at.press(discard)
    assert "何も変えていません" in await at.press(discard)

    await at.send(NAME, rule("2,700"))
    await at.press(at.drawn("公開する"))
    original, withdraw = at.drawn("原本をダウンロード"), at.drawn("取り下げる")
    assert "管理者だけ" in await at.press(original, MEMBER)
    assert "の原本です" in await at.press(original)
    assert "取り下げました" in await at.press(withdraw)
    assert "2,700円" not in await at.ask(QUESTION)
    assert "すでに取り下げられています" in await at.press(withdraw)
    assert "2,700円" not in await at.ask(QUESTION)


CHATS = ("slack", "teams")


@pytest.mark.parametrize("at", CHATS, indirect=True)
async def test_a_panel_takes_the_place_of_the_one_it_was_reached_from(at):
    await at.send(NAME, rule("2,500"))
    before = at.messages()
    await at.press(at.drawn("この資料を開く"))
    await at.press(at.drawn("v1 の報告を見る"))
    assert "v1 を公開しました" in await at.press(at.drawn("公開する"))
    await at.press(at.drawn("資料の一覧"))
    assert "旅費規程" in await at.press(at.drawn("旅費規程"))
    assert at.messages() == before

    assert "の原本です" in await at.press(at.drawn("原本をダウンロード"))
    assert at.drawn("取り下げる")  # what is no panel comes beside it


@pytest.mark.parametrize("at", ["webhook"], indirect=True)
async def test_several_are_changed_from_the_list_after_a_look_and_taken_back(at):
    await at.send(NAME, rule("2,500"))
    await at.press(at.drawn("公開する"))
    await at.press(at.drawn("資料の一覧"))
    await at.press(at.drawn("まとめて変更"))
    assert "を取り下げます" in await at.fill({"documents": "every", "act": "withdraw"})
    assert "2,500円" in await at.ask(QUESTION)
    done = at.drawn("実行する(3件)")
    assert "管理者だけ" in await at.press(done, MEMBER)
    assert "件を変更しました" in await at.press(done)
    assert "2,500円" not in await at.ask(QUESTION)
    assert "件を変更しました" in await at.press(at.drawn("元に戻す"))
    assert "2,500円" in await at.ask(QUESTION)
