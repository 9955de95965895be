"""What former releases left behind is opened, goes on being used, and what a later one left is refused."""

import asyncio
import json
import tarfile
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.command.terminal import said
from bot.service.application import Application
from bot.service.folder import Folder
from bot.settings import InvalidSettings, load
from handlers.conversation import Command
from handlers.sessions import Sessions, SessionsUnavailable
from knowledge.documents.registry import RECORD
from knowledge.errors import LibraryUnavailable
from knowledge.index.opening import open_index
from knowledge.index.protocol import Point
from knowledge.retrieval.encoder import VERSION
from tests.shelving import COMES_ALONG

HERE = Path(__file__).parent
RELEASES = sorted(path.name.removesuffix(".tar.xz") for path in HERE.glob("*.tar.xz"))
BACKED_UP = [name for name in RELEASES if name != "2026-11-24"]


def unpacked(name: str, folder: Path) -> Path:
    with tarfile.open(HERE / f"{name}.tar.xz") as kept:
        # the first releases of Python 3.11 know no filters yet
        kept.extraction_filter = getattr(tarfile, "data_filter", None)
        kept.extractall(folder)
    return folder / "data"


def everything(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", RELEASES)
async def test_what_a_former_release_left_is_found_and_goes_on(name, tmp_path):
    data = unpacked(name, tmp_path)
    async with Application(load({}, data=str(data))) as application:
        library = await application.library()
        shelf = {document.metadata.title: document for document in await library.documents()}
        expenses, travel = shelf["経費規程"], shelf["旅費規程"]
        assert [(v.number, v.state) for v in expenses.versions] == [
            (1, "replaced"),
            (2, "published"),
        ]
        assert [(v.number, v.state) for v in travel.versions] == [(1, "staged")]

        await library.renewed()
        answers = await application.answers()
        answer = await answers.answer(
            "経費の申請期限は?", readers=frozenset({"all"}), language="ja"
        )
        assert "翌月5日" in answer.text

        await library.rollback(expenses.id)
        back = await library.document(expenses.id)
        assert [v.number for v in back.versions if v.state == "published"] == [1]
        await library.publish(travel.id, travel.versions[0].id)
        found = await library.search("日当", readers=frozenset({"all"}))
        assert found[0].passage.title == "旅費規程"

        replies = [reply async for reply in application.router(said(Command("choose"), "ja"))]
        assert replies[-1].ask is not None or replies[-1].blocks
        assert await application.sessions.gap("audit") is None
    async with Application(load({}, data=str(data))) as application:  # and what we wrote into it
        again = await (await application.library()).document(expenses.id)
        assert [v.number for v in again.versions] == [1, 2]


@pytest.mark.parametrize("name", BACKED_UP)
async def test_a_backup_of_a_former_release_is_put_back(name, tmp_path, capsys):
    unpacked(name, tmp_path)
    empty = tmp_path / "empty"
    words = ["restore", str(tmp_path / "backup"), "--data", str(empty), "--json"]
    assert await asyncio.to_thread(main, words) == 0
    assert json.loads(capsys.readouterr().out)["documents"] == 3
    async with Application(load({}, data=str(empty))) as application:
        hits = await (await application.library()).search("宿泊費", readers=frozenset({"all"}))
        assert "12,000円" in hits[0].passage.text
        titles = [d.metadata.title for d in await (await application.library()).documents()]
        assert len(titles) == len(set(titles)) == 2 + COMES_ALONG  # what comes along stands once


def test_a_folder_of_a_later_release_is_refused_before_anything_changes(house, capsys):
    with Folder(house):
        pass
    stamp = house / "format.json"
    written = json.loads(stamp.read_text("utf-8"))
    newer = {**written, "format": written["format"] + 2, "needs": written["format"] + 1}
    stamp.write_text(json.dumps({**newer, "release": "9.0.0"}), "utf-8")
    before = everything(house)

    for words in (["documents"], ["ask", "x"], ["check"], ["serve", "--port", "0"]):
        assert main([*words, "--data", str(house)]) == 1
        told = capsys.readouterr().err.strip().splitlines()
        assert len(told) == 1
        assert "9.0.0" in told[0]
    changed = {name for name in everything(house) if everything(house)[name] != before.get(name)}
    assert changed <= {"lock"}


def test_a_later_release_that_former_ones_can_read_may_be_rolled_back(house):
    with Folder(house):
        pass
    stamp = house / "format.json"
    written = json.loads(stamp.read_text("utf-8"))
    newer = {**written, "format": written["format"] + 1, "release": "9.0.0", "later": True}
    stamp.write_text(json.dumps(newer), "utf-8")

    with Folder(house):
        assert json.loads(stamp.read_text("utf-8"))["needs"] == written["needs"]


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"format": "x"}', b"\xff"])
def test_a_damaged_stamp_is_named(house, broken):
    (house / "format.json").write_bytes(broken)
    with pytest.raises(InvalidSettings) as told, Folder(house):
        pass
    assert told.value.code == "bad_stamp"


async def test_a_record_of_a_later_release_is_refused_and_one_with_more_fields_read(tmp_path):
    data = unpacked("0.1.0", tmp_path)

    async def write(**more):
        index = open_index(None, data / "qdrant", None, version=VERSION, model="", size=0)
        async with index:
            (row,) = [
                row
                for row in await index.scroll({"shelf": [RECORD]})
                if row.get("draft", {}).get("metadata", {}).get("title") == "旅費規程"
            ]
            row["draft"]["version"]["added_by_a_later_release"] = 1
            row["draft"]["later"] = {"x": 1}
            id_ = await _id(index, row)
            await index.write([Point(id_, row | more)])

    async def _id(index, row):
        from knowledge.documents.registry import identify

        return identify(RECORD, row["version"])

    await write()
    async with Application(load({}, data=str(data))) as application:
        titles = [d.metadata.title for d in await (await application.library()).documents()]
        assert "旅費規程" in titles
    await write(format=99)
    async with Application(load({}, data=str(data))) as application:
        with pytest.raises(LibraryUnavailable) as told:
            await application.library()
        assert told.value.code == "newer_record"


async def test_what_a_later_release_remembered_is_refused_and_not_overwritten(store):
    async with Sessions(store.connect) as sessions:
        await sessions.save("run", "x", {"step": 1})
        async with sessions.link.redis() as redis:
            (key,) = [k async for k in redis.scan_iter("lc:run:*")]
            kept = json.loads(await redis.get(key))
            assert kept["format"] >= 1
            later = json.dumps(kept | {"format": 99})
            await redis.set(key, later)
            with pytest.raises(SessionsUnavailable):
                await sessions.load("run", "x")
            with pytest.raises(SessionsUnavailable):
                await sessions.change("run", "x", lambda state: {"step": 2})
            assert (await redis.get(key)).decode() == later
        assert await sessions.alive()


async def test_the_store_of_a_later_release_stops_the_start(store, tmp_path):
    server = store.server
    async with Sessions(store.connect) as sessions, sessions.link.redis() as redis:
        await redis.set("lc:format", json.dumps({"format": 99, "needs": 99, "release": "9.0.0"}))
    settings = load({"REDIS_URL": f"unix://{server.socket}"}, data=str(tmp_path / "data"))
    with pytest.raises(InvalidSettings) as told:
        async with Application(settings):
            pass
    assert told.value.code == "newer_store"
    assert "9.0.0" in told.value.reason.en
