"""Files of one name are one document only when they say largely the same; anything else stands beside, and is asked about."""

import json
import re
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.command.terminal import ME
from handlers.conversation import Buttons, Form, Press, Text, Upload
from knowledge.documents.library import Library
from knowledge.documents.registry import RECORD
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata
from tests.handlers.documents.conftest import ADMIN, MEMBER, OTHER_ADMIN, Talk, button, file

ALL = frozenset({"all"})
HR = """# 人事部 生成AI利用手順

## 第1条 申請
採用候補者の履歴書を生成AIに入力してはならない。

## 第2条 承認
利用する者は、人事課長の承認を三日前までに受ける。
"""
IT = """# 情報システム部 生成AI利用手順

## 第1条 保管
生成AIの利用ログは毎晩バックアップし、七年間保管する。

## 第2条 点検
管理者は四半期ごとに利用者の一覧を点検し、退職者を外す。
"""
STEPS = "".join(
    f"手順{n}では、担当者が書類番号{n * 37}を確かめてから次へ進む。\n" for n in range(30)
)


def actions(reply) -> list[str]:
    return [
        b.press.action for block in reply.blocks if isinstance(block, Buttons) for b in block.items
    ]


async def send(talk: Talk, name: str, text: str, person=ADMIN, **more):
    return (await talk.all(Upload((file(name, text),)), person, **more))[-1]


async def owned(talk: Talk):
    found = await (await talk.application.library()).documents()
    return [d for d in found if d.metadata.owner.startswith("slack:")]


@pytest.mark.asyncio(loop_scope="module")
async def test_two_departments_rules_of_one_file_name_stay_two_documents(talk: Talk) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    report = await send(talk, "手順書.md", IT)
    await talk.press(report, "publish")

    assert len(await owned(talk)) == 2
    assert "三日前" in (await talk(Text("人事課長の承認はいつまでに受ける?"), MEMBER)).text
    assert "七年間" in (await talk(Text("利用ログは何年間保管する?"), MEMBER)).text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "other",
    [HR.replace("人事部", "情報システム部"), IT.replace("情報システム部", "人事部")],
    ids=["the text without the title", "the title without the text"],
)
async def test_what_shares_its_name_and_only_one_thing_more_is_another_document(
    talk: Talk, other: str
) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    await send(talk, "手順書.md", other)

    assert len(await owned(talk)) == 2


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_report_names_the_document_of_the_same_name_and_asks(
    talk: Talk, language: str
) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    report = await send(talk, "手順書.md", IT, language=language)

    assert "人事部 生成AI利用手順" in report.text
    assert ("置き換えますか" if language == "ja" else "Replace it") in report.text
    assert "document.replace" in actions(report)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_admin_says_that_it_is_a_new_version(talk: Talk) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    report = await send(talk, "手順書.md", IT)
    asked = await talk.press(report, "replace")

    assert "v2" in asked.text
    assert "document.replace" not in actions(asked)
    await talk.press(asked, "publish")
    (only,) = await owned(talk)
    assert [(v.number, v.state) for v in only.versions] == [(1, "replaced"), (2, "published")]
    assert "三日前" not in (await talk(Text("人事課長の承認はいつまでに受ける?"), MEMBER)).text
    assert "七年間" in (await talk(Text("利用ログは何年間保管する?"), MEMBER)).text
    original = await (await talk.application.library()).original(only.versions[1])
    assert original.decode() == IT


@pytest.mark.asyncio(loop_scope="module")
async def test_replacing_pressed_twice_or_late_or_by_others_changes_nothing_more(
    talk: Talk,
) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    report = await send(talk, "手順書.md", IT)
    refused = await talk(button(report, "replace"), MEMBER)
    assert "管理者だけ" in refused.text
    assert len(await owned(talk)) == 2

    await talk.press(report, "replace")
    again = await talk.press(report, "replace")
    assert "状態が変わった" in again.text
    late = await talk.press(report, "publish")
    assert "状態が変わった" in late.text or "見つからない" in late.text
    (only,) = await owned(talk)
    assert len(only.versions) == 2

    for odd in (
        {},
        {"d": "x"},
        {"d": only.id, "v": only.versions[1].id},
        {"d": only.id, "v": only.versions[1].id, "o": "x"},
    ):
        reply = await talk(Press("document.replace", odd))
        known = ("状態が変わった", "見つからない", "ボタンは古い")
        assert any(words in reply.text for words in known)
    assert len((await owned(talk))[0].versions) == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_what_was_published_beside_is_not_moved(talk: Talk) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    report = await send(talk, "手順書.md", IT)
    await talk.press(report, "publish")
    late = await talk.press(report, "replace")

    assert "状態が変わった" in late.text
    assert len(await owned(talk)) == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_an_edited_text_of_the_same_name_is_the_next_version_by_itself(talk: Talk) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    report = await send(
        talk,
        "手順書.md",
        HR.replace("三日前", "五日前") + "\n## 第3条 見直し\n毎年四月に見直す。\n",
    )

    assert "v2" in report.text
    assert "document.replace" not in actions(report)
    (only,) = await owned(talk)
    assert [v.number for v in only.versions] == [1, 2]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_edited_title_in_the_form_does_not_part_the_versions(talk: Talk) -> None:
    form = Form(
        "document.add",
        {},
        {"title": "手順書(人事)", "kind": "rule", "audience": "all"},
        (file("手順書.md", HR),),
    )
    await talk(form)
    await send(talk, "手順書.md", HR.replace("三日前", "五日前"))

    (only,) = await owned(talk)
    assert len(only.versions) == 2
    assert only.metadata.title == "手順書(人事)"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_renamed_revision_is_recognised_and_said_but_never_merged(talk: Talk) -> None:
    text = "# 出張手続\n\n" + STEPS
    await talk.press(await send(talk, "出張手続.md", text), "publish")
    report = await send(talk, "出張手続_2026改訂.md", text.replace("書類番号74を", "受付票74を"))

    assert re.search(r"「出張手続」v1 と9[0-9]%同じです", report.text)
    assert "document.replace" in actions(report)
    assert len(await owned(talk)) == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_a_revision_under_another_name_and_title_is_recognised(talk: Talk) -> None:
    await talk.press(await send(talk, "手順書.md", f"# 端末の手順\n\n{STEPS}"), "publish")
    revised = STEPS.replace("手順7では、担当者", "手順7では、課長")
    report = await send(talk, "2026年度_改正.md", f"# 機器取扱要領\n\n{revised}")

    assert "端末の手順" in report.text
    assert re.search(r"9\d\s?%", report.text)
    assert "document.replace" in actions(report)


@pytest.mark.asyncio(loop_scope="module")
async def test_documents_of_one_title_are_told_apart_in_what_is_cited(talk: Talk) -> None:
    rules = {"人事": "# 手順書\n\n履歴書の保管期間は三か月とする。\n", "IT": f"# 手順書\n\n{STEPS}"}
    library = await talk.application.library()
    for folder, text in rules.items():
        said = Metadata(owner="slack:T1:U1", source=f"/rules/{folder}/手順書.md")
        document, version, _ = await library.stage(
            await read("手順書.md", text.encode()), said, by="slack:T1:U1"
        )
        await library.publish(document.id, version.id)
        if len(await owned(talk)) == 1:
            alone = await talk(Text("履歴書の保管期間は?"), MEMBER)

    both = await talk(Text("履歴書の保管期間は?"), MEMBER)
    await library.edit(document.id, {"audience": "admins"})
    hidden = await talk(Text("履歴書の保管期間は?"), MEMBER)

    assert "手順書（人事 › 手順書）" in both.text
    assert "人事" not in alone.text
    assert "人事" not in hidden.text  # that there is another one is told to nobody who may not know


@pytest.mark.asyncio(loop_scope="module")
async def test_another_admins_update_is_recognised_and_said(talk: Talk) -> None:
    text = "# 出張手続\n\n" + STEPS
    await talk.press(await send(talk, "出張手続.md", text), "publish")
    report = await send(
        talk, "出張手続.md", text.replace("書類番号74を", "受付票74を"), OTHER_ADMIN
    )

    assert re.search("「出張手続」v1 があります.9[0-9]%同じ", report.text)
    moved = await talk.press(report, "replace", OTHER_ADMIN)
    assert "v2" in moved.text
    (only,) = await owned(talk)
    assert [v.added_by for v in only.versions] == [ADMIN.id, OTHER_ADMIN.id]


@pytest.mark.asyncio(loop_scope="module")
async def test_two_files_of_one_name_in_one_message_stay_apart(talk: Talk) -> None:
    shown = await talk.all(Upload((file("手順書.md", HR), file("手順書.md", IT))))

    assert "人事部 生成AI利用手順" in shown[-1].text
    assert "情報システム部 生成AI利用手順" in shown[-1].text
    assert sorted(d.metadata.title for d in await owned(talk)) == [
        "人事部 生成AI利用手順",
        "情報システム部 生成AI利用手順",
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_replaced_by_the_form_is_a_new_version_whatever_it_says(talk: Talk) -> None:
    await talk.press(await send(talk, "手順書.md", HR), "publish")
    await send(talk, "別名.md", IT)
    (first,) = [d for d in await owned(talk) if d.metadata.title.startswith("人事部")]
    values = {"kind": "rule", "audience": "all", "supersedes": first.id}
    moved = await talk(Form("document.add", {}, values, (file("別名.md", IT),)))

    assert "v2" in moved.text
    (only,) = await owned(talk)
    assert len(only.versions) == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_a_document_of_the_version_before_is_still_replaced_and_rolled_back(
    tmp_path: Path,
) -> None:
    index = EmbeddedIndex(tmp_path / "index", version=VERSION)
    async with Library(index) as library:
        document, version, _ = await library.stage(
            await read("手順書.md", HR.encode()), Metadata(owner="t:1"), by="t:1"
        )
        await library.publish(document.id, version.id)
        rows = await index.scroll({"shelf": [RECORD]})
        for row in rows:  # as it was written before these fields were known
            if "draft" in row:
                row["draft"]["metadata"].pop("source", None)
                for name in ("title", "receipt"):
                    row["draft"]["version"].pop(name, None)
        await library.put_back(
            [{k: v for k, v in row.items() if k not in ("revision", "shelf")} for row in rows], []
        )
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as library:
        newer = await read("手順書.md", HR.replace("三日前", "五日前").encode())
        again, second, _ = await library.stage(newer, Metadata(owner="t:1"), by="t:1")
        assert (again.id, second.number) == (document.id, 2)
        await library.publish(again.id, second.id)
        assert (await library.rollback(again.id)).current == version.id
        other, third, _ = await library.stage(
            await read("手順書.md", IT.encode()), Metadata(owner="t:1"), by="t:1"
        )
        assert other.id != document.id and third.number == 1


async def test_a_file_taken_in_by_earlier_readers_is_read_anew_when_it_is_sent_again(
    tmp_path: Path, monkeypatch
) -> None:
    reading = await read("手順書.md", HR.encode())
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as library:
        monkeypatch.setattr("knowledge.documents.staging.READER_VERSION", 1)
        lossy = replace(reading, pages=reading.pages[:1])
        document, version, _ = await library.stage(lossy, Metadata(owner="t:1"), by="t:1")
        await library.publish(document.id, version.id)
        monkeypatch.undo()

        again, newer, new = await library.stage(reading, Metadata(owner="t:2"), by="t:2")
        assert (new, again.id, newer.number) == (True, document.id, 2)
        assert not any(
            "三日前" in hit.passage.text
            for hit in await library.search("人事課長の承認", readers=ALL)
        )
        await library.publish(again.id, newer.id)
        assert any(
            "三日前" in hit.passage.text
            for hit in await library.search("人事課長の承認", readers=ALL)
        )
        assert (await library.rollback(again.id)).current == version.id
        assert not (await library.stage(reading, Metadata(owner="t:3"), by="t:3"))[2]


@pytest.fixture
def command(tmp_path: Path, monkeypatch, capsys):
    """Run the command in this process with a data folder of its own; returns what it printed, line by line as JSON."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, code: int = 0) -> list[dict]:
        assert main([*words, "--json", "--data", str(tmp_path / "data")]) == code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def listed(command) -> list[dict]:
    return [row for row in command("documents")[0]["documents"] if row["owner"] == ME]


def put(folder: Path, text: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "手順書.md").write_text(text, "utf-8")
    return str(folder / "手順書.md")


def test_a_folder_import_keeps_files_of_one_name_apart_and_knows_each_again(
    command, tmp_path: Path
) -> None:
    files = [
        put(tmp_path / f"dep/{n}", HR.replace("人事", f"第{n}営業").replace("三日", f"{n}日"))
        for n in range(1, 7)
    ]
    first = command("add", "--publish", *files)
    again = command("add", "--publish", *files)
    put(tmp_path / "dep/3", HR.replace("人事", "第3営業").replace("三日", "九日"))
    changed = command("add", "--publish", *files)

    assert len({row["document"] for row in first}) == 6
    assert [row["status"] for row in again] == ["unchanged"] * 6
    assert [row["status"] for row in changed] == [*["unchanged"] * 2, "updated", *["unchanged"] * 3]
    assert changed[2]["document"] == first[2]["document"]
    assert len(listed(command)) == 6


def test_a_file_rewritten_at_its_place_is_its_next_version(command, tmp_path: Path) -> None:
    one = command("add", "--publish", put(tmp_path / "hr", HR))
    two = command("add", "--publish", put(tmp_path / "hr", IT))
    assert two[0]["document"] == one[0]["document"]
    assert two[0]["version"] == 2


def test_the_terminal_says_what_a_new_file_is_like_and_takes_the_admins_word(
    command, tmp_path: Path
) -> None:
    first = command("add", "--publish", put(tmp_path / "a", HR))[0]
    newer = put(tmp_path / "b", HR.replace("三日前", "五日前"))
    beside = command("add", newer)[0]
    assert beside["document"] != first["document"]
    assert beside["alike"][0]["document"] == first["document"]
    assert beside["alike"][0]["percent"] >= 80

    moved = command("add", "--publish", "--replaces", first["document"], newer)[0]
    assert (moved["document"], moved["version"], moved["alike"]) == (first["document"], 2, [])
    assert len(listed(command)) == 1


def test_replacing_what_is_not_there_or_with_several_files_is_refused(
    command, tmp_path: Path
) -> None:
    one, two = put(tmp_path / "a", HR), put(tmp_path / "b", IT)
    (refused,) = command("add", "--replaces", str(uuid.uuid4()), one, code=1)
    assert refused["code"] == "unknown_document"
    assert command("add", "--replaces", "x", one, two, code=2)
    assert listed(command) == []


def test_the_terminal_asks_in_a_sentence(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    data = ["--data", str(tmp_path / "data")]
    assert main(["add", "--publish", put(tmp_path / "a", HR), *data]) == 0
    assert (
        main(["add", "--publish", put(tmp_path / "b", HR.replace("三日前", "五日前")), *data]) == 0
    )
    told = capsys.readouterr().out
    assert "--replaces" in told
    assert "%同じ" in told
