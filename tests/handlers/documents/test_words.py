"""The glossary and the marks: an admin's words that make questions find, and texts that rule a criterion."""

import pytest

from handlers.conversation import Buttons, Form, Press, Table, Text, Upload
from tests.handlers.documents.conftest import MEMBER, Talk, button, file

pytestmark = pytest.mark.asyncio(loop_scope="module")
RULES = "# 鍵の規程\n\n## 貸し出し\n\n倉庫のカードキーは総務部が貸し出す。\n\n## データ\n\n社外のサービスに顧客データを送ってはならない。\n"


def groups(reply) -> list[str]:
    return [row[0] for block in reply.blocks if isinstance(block, Table) for row in block.rows]


async def test_a_word_of_the_company_finds_what_the_document_calls_differently(talk: Talk) -> None:
    await talk.press(await talk(Upload((file("鍵.md", RULES),))), "publish")
    before = await talk(Text("ピッカについて教えて"), MEMBER)
    added = await talk(Form("document.words", {}, {"words": "ピッカ、 カードキー,ピッカ"}))
    again = await talk(Form("document.words", {}, {"words": "ピッカ=カードキー"}))
    after = await talk(Text("ピッカについて教えて"), MEMBER)
    gone = await talk(
        next(
            b.press
            for x in again.blocks
            if isinstance(x, Buttons) and x.row == "gone"
            for b in x.items
        )
    )

    assert "総務部" not in before.text
    assert groups(added) == groups(again) == ["ピッカ、カードキー"]
    assert "総務部" in after.text
    assert groups(gone) == []


async def test_a_group_needs_two_words_and_an_admin(talk: Talk) -> None:
    ask = (await talk(Press("document.words"))).ask
    assert ask is not None
    assert "2つ以上" in (await talk(Form("document.words", {}, {"words": "ひとつ"}))).text
    assert (
        "管理者だけ" in (await talk(Form("document.words", {}, {"words": "甲、乙"}), MEMBER)).text
    )
    assert groups(await talk(Press("document.glossary"))) == []


async def test_a_text_is_marked_as_a_rule_and_missed_when_a_version_drops_it(talk: Talk) -> None:
    page = await talk.press(await talk(Upload((file("鍵.md", RULES),))), "publish")
    document = str(button(page, "mark").data["d"])
    ask = (await talk.press(page, "mark")).ask
    assert ask is not None
    answers = {"criterion": "boundary", "quote": "社外のサービスに 顧客データを送ってはならない"}
    options = (await talk(Form("document.mark", ask.state, answers))).ask
    assert options is not None
    option = options.fields[0].options[1].id
    marked = await talk(Form("document.mark", options.state, {"option": option}))
    absent = await talk(Form("document.mark", ask.state, answers | {"quote": "そんな文はない"}))
    forged = await talk(Form("document.mark", ask.state, answers | {"criterion": "nothing"}))
    rules = await (await talk.application.library()).rules(readers=frozenset({"all"}))
    await talk.press(
        await talk(Upload((file("鍵.md", RULES.replace("社外の", "外の")),))), "publish"
    )
    opened = await talk(Press("document.open", {"d": document}))

    assert "規則に指定しました" in marked.text
    assert [(r.criterion, r.option) for r in rules] == [("boundary", option)]
    assert "顧客データを送ってはならない" in rules[0].quote
    assert "見つかりません" in absent.text
    assert "何も変えていません" in forged.text
    assert "公開中の版に見当たりません" in opened.text
