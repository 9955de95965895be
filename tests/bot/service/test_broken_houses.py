"""Data folders broken in ten ways: each says what is wrong and the way out, and what it says helps."""

import asyncio
import json
import os
import shutil

import pytest

from bot.command.cli import main
from bot.command.wholeness import files, records
from bot.service.application import Application
from bot.settings import InvalidSettings, load
from bot.troubles import advice
from knowledge.errors import LibraryUnavailable
from knowledge.reading.reading import read
from knowledge.values import Metadata

RULE = "# 経費規程\n\n## 第1条\n\n経費の申請期限は翌月5日とする。\n"


@pytest.fixture
async def data(house):
    """A house with a document of its own, whose file is kept and whose act is in the book."""
    async with Application(load({}, data=str(house))) as application:
        library = await application.library()
        kept = await application.originals.put(RULE.encode())
        reading = await read("経費規程.md", RULE.encode())
        said = Metadata(owner="総務")
        document, version, _ = await library.stage(reading, said, by="slack:T1:U1", original=kept)
        await library.publish(document.id, version.id)
        await application.sessions.append("audit", {"action": "document.publish"})
    return house


def _segment(data):
    return next((data / "qdrant" / "shard" / "segments").iterdir())


def _lose_a_part(data):
    next(_segment(data).rglob("page_0.dat")).unlink()


def _cut_short(data):
    place = _segment(data) / "segment.json"
    os.truncate(place, place.stat().st_size // 2)


def _lose_the_segments(data):
    shutil.rmtree(_segment(data).parent)


def _cut_the_configuration(data):
    place = data / "qdrant" / "shard" / "edge_config.json"
    os.truncate(place, place.stat().st_size // 2)


async def _state(data):
    """Open a house, and return what it says of its library with the way out."""
    async with Application(load({}, data=str(data))) as application:
        with pytest.raises(LibraryUnavailable):
            await application.library()
        state = (await application.readiness())["library"]
        return state, advice(application.texts, "library", state)


@pytest.mark.parametrize(
    "breaks", [_lose_a_part, _cut_short, _lose_the_segments, _cut_the_configuration]
)
async def test_a_damaged_index_is_named_with_the_way_out(house, breaks):
    breaks(house)

    state, way = await _state(house)

    assert state.startswith("library_damaged")
    assert "llm-choose restore" in way.ja
    assert "llm-choose restore" in way.en


async def test_a_backup_mends_a_damaged_index(data, tmp_path):
    saved, new = tmp_path / "backup", tmp_path / "new"
    backed = await asyncio.to_thread(main, ["backup", str(saved), "--data", str(data)])
    _lose_the_segments(data)
    restored = await asyncio.to_thread(main, ["restore", str(saved), "--data", str(new)])
    async with Application(load({}, data=str(new))) as application:
        documents = await (await application.library()).documents()

    assert (backed, restored) == (0, 0)
    assert "経費規程" in {document.metadata.title for document in documents}


async def test_lost_files_and_a_lost_store_are_named(data):
    shutil.rmtree(data / "originals")
    shutil.rmtree(data / "redis")
    async with Application(load({}, data=str(data))) as application:
        found = [await files(application), await records(application)]

    assert [finding.mark for finding in found] == ["bad", "bad"]
    assert "ORIGINALS" in found[0].repair.ja
    assert "REDIS_URL" in found[1].repair.ja


def _of_a_later_release(data):
    stamp = {"format": 9, "needs": 9, "release": "9.0.0"}
    (data / "format.json").write_text(json.dumps(stamp))


def _half_a_stamp(data):
    (data / "format.json").write_text('{"form')


def _a_file(data):
    shutil.rmtree(data)
    data.write_text("")


def _leads_nowhere(data):
    shutil.rmtree(data)
    data.symlink_to(data.parent / "gone" / "away")


def _no_redis_file(data):
    place = data / "redis" / "appendonly.aof"
    place.unlink(missing_ok=True)
    shutil.rmtree(place.parent / "appendonlydir", ignore_errors=True)
    place.mkdir()


def _another_owner_s_index(data):
    """As after a restore by somebody else."""
    (data / "qdrant" / "lock").chmod(0)


@pytest.fixture
def nobody_special(monkeypatch):
    """Root may write anywhere; this test asks what the permission bits say, as for anybody else."""
    mine = os.access

    def by_bits(place, mode):
        return mine(place, mode) and bool(os.stat(place).st_mode & 0o600)

    if os.geteuid() == 0:
        monkeypatch.setattr("bot.service.folder.os.access", by_bits)


@pytest.mark.usefixtures("nobody_special")
@pytest.mark.parametrize(
    ("breaks", "code", "way"),
    [
        (_of_a_later_release, "newer_data", "9.0.0"),
        (_half_a_stamp, "bad_stamp", "format.json"),
        (_a_file, "no_folder", "LLM_CHOOSE_DATA"),
        (_leads_nowhere, "unwritable_folder", "LLM_CHOOSE_DATA"),
        (_no_redis_file, "store_refused", "redis.log"),
        (_another_owner_s_index, "foreign_files", "sudo chown -R"),
    ],
)
async def test_a_house_that_cannot_be_opened_says_why_and_what_to_do(house, breaks, code, way):
    breaks(house)

    with pytest.raises(InvalidSettings) as refused:
        async with Application(load({}, data=str(house))):
            pass

    assert refused.value.code == code
    assert way in refused.value.reason.ja
    assert way in refused.value.reason.en
