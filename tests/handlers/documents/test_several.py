"""Several documents are changed together: looked at first, done one by one, and taken back on one press."""

import pytest

from handlers.conversation import Buttons, Form, Press, Reply, Table, Upload
from tests.handlers.documents.conftest import ADMIN, MEMBER, OTHER_ADMIN, Talk, button, file

pytestmark = pytest.mark.asyncio(loop_scope="module")
RULE = "# {0}規程\n\n## 第1条 届出\n\n{0}の届出は三日前までに行うものとする。\n"
NAMES = ("旅費", "慶弔", "副業")


async def shelved(talk: Talk) -> dict[str, str]:
    """Publish three documents; return their ids by what they are about."""
    for name in NAMES:
        report = await talk(Upload((file(f"{name}.md", RULE.format(name)),)))
        await talk.press(report, "publish")
    ids = {}
    for document in await (await talk.application.library()).documents():
        if document.metadata.owner == ADMIN.id:
            ids[document.metadata.title.removesuffix("規程")] = document.id
    return ids


async def plan(talk: Talk, ids: str, act: str, readers: str = "", **state: object) -> Reply:
    ask = (await talk(Press("document.several", {"q": "規程"}))).ask
    assert ask is not None
    values = {"documents": ids, "act": act, "readers": readers}
    return await talk(Form("document.several", {**ask.state, **state}, values))


async def states(talk: Talk) -> dict[str, str]:
    found = {}
    for document in await (await talk.application.library()).documents():
        if document.metadata.owner == ADMIN.id:
            state = "published" if document.current else document.versions[-1].state
            name = document.metadata.title.removesuffix("規程")
            found[name] = f"{state} {document.metadata.audience}"
    return found


async def test_several_are_withdrawn_after_a_look_and_brought_back(talk: Talk) -> None:
    ids = await shelved(talk)
    listed = await talk(Press("document.list"))
    ask = (await talk(button(listed, "several"))).ask
    assert ask is not None
    offered = {option.text for option in ask.fields[0].options}
    assert {f"{name}規程" for name in NAMES} < offered

    before = await states(talk)
    looked = await plan(talk, f"{ids['旅費']},{ids['慶弔']}", "withdraw")
    assert await states(talk) == before
    assert "資料2件を取り下げます" in looked.text
    table = next(block for block in looked.blocks if isinstance(block, Table))
    assert {row[0]: row[1:] for row in table.rows} == {
        "旅費規程": ("公開中", "取り下げ"),
        "慶弔規程": ("公開中", "取り下げ"),
    }

    refused = await talk.press(looked, "carry_out", MEMBER)
    assert "管理者だけ" in refused.text
    done = await talk.press(looked, "carry_out")
    assert "2件のうち2件" in done.text
    assert await states(talk) == before | {"旅費": "withdrawn all", "慶弔": "withdrawn all"}
    late = await talk.press(looked, "carry_out", OTHER_ADMIN)
    assert "2件のうち0件" in late.text
    assert "すでに取り下げられています" in late.text

    back = await talk.press(done, "carry_out")
    assert "2件のうち2件" in back.text
    assert await states(talk) == before


async def test_all_that_match_are_given_to_other_readers_and_back(talk: Talk) -> None:
    await shelved(talk)
    wrong = await plan(talk, "every", "audience", "nobody-knows")
    assert "閲覧範囲" in wrong.text
    looked = await plan(talk, "every", "audience", "admins")
    assert "資料3件の閲覧範囲" in looked.text
    done = await talk.press(looked, "carry_out")
    assert set((await states(talk)).values()) == {"published admins"}
    hits = await (await talk.application.library()).search("届出", readers=frozenset({"all"}))
    assert not [hit for hit in hits if hit.passage.title in {f"{name}規程" for name in NAMES}]
    await talk.press(done, "carry_out")
    assert set((await states(talk)).values()) == {"published all"}
    assert "すでにそのとおり" in (await plan(talk, "every", "audience", "all")).text


async def test_drafts_and_documents_are_deleted_for_good_and_the_rest_is_named(talk: Talk) -> None:
    ids = await shelved(talk)
    report = await talk(Upload((file("旅費.md", RULE.format("旅費") + "\n附則 改定した。\n"),)))
    assert button(report, "publish")
    looked = await plan(talk, ",".join(ids.values()), "discard")
    assert "下書き1件を削除" in looked.text
    assert "公開を待っている版はありません" in looked.text
    await talk.press(looked, "carry_out")
    done = await plan(talk, ids["慶弔"], "remove")
    assert "元に戻せません" in done.text
    press = next(
        one
        for block in done.blocks
        if isinstance(block, Buttons)
        for one in block.items
        if one.press.action == "document.carry_out"
    )
    assert press.confirm is not None
    removed = await talk(press.press)
    assert "検索に表示されないことを確認" in removed.text
    assert not [
        one
        for block in removed.blocks
        if isinstance(block, Buttons)
        for one in block.items
        if one.press.action == "document.carry_out"
    ]
    assert set(await states(talk)) == {"旅費", "副業"}

    assert "選ばれていません" in (await plan(talk, "", "withdraw")).text
    assert "選ばれていません" in (await plan(talk, ids["旅費"], "burn")).text
    assert "1日が過ぎた" in (await talk(Press("document.carry_out", {"plan": "x"}))).text
    at_once = await plan(talk, f"{ids['旅費']},{ids['副業']}", "withdraw", at_once=1)
    assert "2件のうち2件" in at_once.text
