"""Everything that waits is published on one press; what is held back is named, and nothing else changes."""

import json

import pytest

from bot.command.cli import main
from handlers.conversation import Buttons, Press, Table, Upload
from tests.handlers.documents.conftest import MEMBER, Talk, file
from tests.handlers.documents.test_receipt import PARTLY

pytestmark = pytest.mark.asyncio(loop_scope="module")
RULE = "# {0}規程\n\n## 第1条 届出\n\n{0}の届出は三日前までに行うものとする。\n"
NAMES = ("旅費", "慶弔", "副業")


async def staged(talk: Talk) -> None:
    files = tuple(file(f"{name}.md", RULE.format(name)) for name in NAMES)
    await talk(Upload((*files, file("申請.html", PARTLY))))


async def test_all_that_waits_is_published_and_the_rest_is_named(talk: Talk):
    await staged(talk)
    listed = await talk(Press("document.list"))
    row = next(b for b in listed.blocks if isinstance(b, Buttons) and b.row == "drafts")
    assert row.items[0].confirm is not None
    assert "全員 4件" in row.items[0].confirm.text

    replies = await talk.all(row.items[0].press)
    last = replies[-1]
    assert "4件中1件" in replies[0].text
    assert "4件のうち3件" in last.text
    table = next(block for block in last.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["申請"]
    assert "読み取れていない" in table.rows[0][1]
    library = await talk.application.library()
    for name in NAMES:
        hits = await library.search(f"{name}の届出はいつまで", readers=frozenset({"all"}))
        assert name in hits[0].passage.text
    assert (
        "0件を公開" in (await talk(Press("document.publish_waiting"))).text
    )  # one is still held back


async def test_members_and_channels_publish_nothing(talk: Talk):
    await staged(talk)
    listed = await talk(Press("document.list"), MEMBER)
    refused = await talk(Press("document.publish_waiting"), MEMBER)

    assert not [b for b in listed.blocks if isinstance(b, Buttons) and b.row == "drafts"]
    assert "管理者" in refused.text
    library = await talk.application.library()
    mine = [d for d in await library.documents() if d.metadata.owner.startswith("slack:")]
    assert {version.state for document in mine for version in document.versions} == {"staged"}


async def test_the_terminal_says_what_to_type_next(tmp_path, capsys):
    data = ["--data", str(tmp_path / "data")]
    for name in NAMES:
        (tmp_path / f"{name}.md").write_text(RULE.format(name))
    (tmp_path / "申請.html").write_text(PARTLY)

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words, *data])
        told = capsys.readouterr()
        return code, told.out, told.err

    import asyncio

    code, out, _ = await asyncio.to_thread(run, "add", *(str(p) for p in tmp_path.glob("*.md")))
    assert (code, out.splitlines()[-1].split(": ")[-1]) == (0, "llm-choose publish --all")
    code, _, errors = await asyncio.to_thread(run, "add", "--publish", str(tmp_path / "申請.html"))
    assert code == 1 and "--anyway" in errors
    code, out, _ = await asyncio.to_thread(run, "publish", "--all", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert rows[-1] == {"summary": {"published": 3, "held_back": 1, "answered": []}}
    assert [row["status"] for row in rows[:-1]].count("published") == 3
    code, out, _ = await asyncio.to_thread(
        run, "add", "--publish", str(tmp_path / f"{NAMES[0]}.md")
    )
    assert code == 0 and "llm-choose ask" in out
    listed = json.loads((await asyncio.to_thread(run, "documents", "--json"))[1])["documents"]
    ids = [one["document"] for one in listed if one["title"].removesuffix("規程") in NAMES]
    code, out, _ = await asyncio.to_thread(run, "withdraw", *ids, "--preview")
    assert (code, out.count("published → withdrawn")) == (0, 3)
    code, out, _ = await asyncio.to_thread(run, "withdraw", *ids)
    assert code == 0
    assert "3 of 3 documents were changed" in out
    code, out, _ = await asyncio.to_thread(run, "withdraw", *ids[:2], "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert rows[-1]["summary"] == {"changed": 0, "held_back": 2, "answered": []}
    code, out, _ = await asyncio.to_thread(run, "rollback", *ids)
    assert (code, out.count("is back at")) == (0, 3)
    code, out, _ = await asyncio.to_thread(run, "audience", "admins", ids[0])
    assert (code, "read by “Admins" in out) == (0, True)
    code, _, errors = await asyncio.to_thread(run, "audience", "nobody", ids[0])
    assert (code, "audience" in errors) == (1, True)
    code, out, _ = await asyncio.to_thread(run, "remove", *ids[:2])
    assert (code, out.count("was deleted. Search check")) == (0, 2)
    code, _, errors = await asyncio.to_thread(run, "withdraw", ids[0], ids[2])
    assert code == 1  # one that is gone stops the rest before anything is done
    assert "does not exist" in errors
    assert (await asyncio.to_thread(run, "publish"))[0] == 2
    assert (await asyncio.to_thread(run, "publish", "x", "--all"))[0] == 2
