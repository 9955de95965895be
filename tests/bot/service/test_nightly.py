"""The backup of the night: made once, tried, said, and the oldest thrown away."""

import argparse
from datetime import datetime

import pytest

from bot.command.person import person as erase
from bot.service import backups, erasures, nightly
from bot.service.application import Application
from bot.service.nightly import Nightly
from bot.settings import load
from handlers.questions.feedback import LOG
from knowledge.documents import backup
from knowledge.values import Metadata

NIGHT = datetime(2026, 12, 1, 3, 10).astimezone()


@pytest.fixture
async def application(house, tmp_path):
    settings = load({"BACKUPS": str(tmp_path / "kept"), "BACKUPS_KEPT": "2"}, data=str(house))
    async with Application(settings) as opened:
        job = await opened.jobs.keep(
            "j", "規程.md", "# 経費\n\n申請期限は翌月5日。\n".encode(), Metadata(), by="t:1"
        )
        job = await opened.jobs.run(job.id)
        library = await opened.library()
        await library.publish(job.document, job.version)
        yield opened


async def test_each_night_one_backup_is_made_and_tried_and_the_oldest_go(
    application, tmp_path, monkeypatch
):
    monkeypatch.setattr(backups, "NIGHTLY", 12)  # questions: each costs time twice
    kept = tmp_path / "kept"
    now = [NIGHT.replace(hour=2)]
    async with Nightly(application, lambda: now[0], look=1e6) as night:
        await night.look()
        assert not kept.exists()  # before its hour nothing is made
        now[0] = NIGHT
        for name in ("llm-choose-2026-11-28.tar.gz", "llm-choose-2026-11-29.tar.gz", "mine.tar.gz"):
            kept.mkdir(exist_ok=True)
            (kept / name).write_bytes(b"")
        await night.look()

        assert {path.name for path in kept.iterdir()} == {
            "llm-choose-2026-11-29.tar.gz",
            "llm-choose-2026-12-01.tar.gz",
            "mine.tar.gz",
        }
        last = await application.sessions.load(*nightly.LAST)
        assert last["passed"] is True
        assert last["asked"] == last["identical"] > 10
        assert (await application.readiness())["backup"] == "ready"

        made = (kept / "llm-choose-2026-12-01.tar.gz").stat().st_mtime_ns
        await night.look()
        assert (kept / "llm-choose-2026-12-01.tar.gz").stat().st_mtime_ns == made


async def test_a_backup_that_cannot_be_made_is_said(application, tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    async with Nightly(application, lambda: NIGHT, look=1e6) as night:
        await night.look()
        assert "failed" in (await application.readiness())["backup"]


async def test_a_restored_house_that_answers_otherwise_is_said(application, tmp_path):
    folder = tmp_path / "one"
    await backups.write(application, folder, questions=5)
    trial = await backups.tried(application, folder)
    assert (trial.asked, trial.identical, trial.passed) == (5, 5, True)

    library = await application.library()
    (mine,) = [d for d in await library.documents() if d.metadata.title == "経費"]
    await library.remove(mine.id)
    trial = await backups.tried(application, folder)
    assert trial.identical < trial.asked
    assert not trial.passed
    assert LOG in backup.logs(folder)


async def test_a_restored_backup_forgets_again_whoever_was_erased_since(
    application, tmp_path, capsys
):
    anna, ben = "slack:T1:ANNA", "slack:T1:BEN"
    kept = tmp_path / "kept"
    archive = kept / "llm-choose-2026-11-30.tar.gz"
    for number, person in enumerate((anna, ben)):
        content = f"# 規程 {number}\n\n期限は{number + 2}日。\n".encode()
        metadata = Metadata(owner=person)
        job = await application.jobs.keep(f"k{number}", "別の規程.md", content, metadata, by=person)
        job = await application.jobs.run(job.id)
        await (await application.library()).publish(job.document, job.version)
        await application.sessions.append(
            LOG, {"person": person, "vote": "up", "question": "期限?"}
        )
    await backups.write(application, archive, questions=3)
    await erase(application, argparse.Namespace(id=anna, erase=True, json=False), "ja")
    said = capsys.readouterr().out
    hashes = (kept / erasures.NAME).read_text()

    place = (
        tmp_path / "again"
    )  # a new machine: it knows of the erasure by the backups' folder alone
    async with Application(load({"BACKUPS": str(kept)}, data=str(place))) as house:
        with backup.opened(archive) as folder:
            await backups.put_back(house, folder)
        before = await house.personal.records(anna)
        again = await backups.forget_again(house, archive)
        left = {person: await house.personal.records(person) for person in (anna, ben)}
        gaps = [await house.sessions.gap(log) for log in backups.LOGS]

    assert archive.name in said
    assert anna not in hashes
    assert {"documents", "log:feedback"} <= set(before)
    assert again == 1
    assert left[anna] == {}
    assert {"documents", "log:feedback"} <= set(left[ben])
    assert gaps == [None, None]
