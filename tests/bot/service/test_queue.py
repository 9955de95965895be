"""The queue: every job is done, whoever dies; what cannot be done is parked and holds nobody up."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from redis.exceptions import NoPermissionError

from bot.service.queue import Queue
from bot.service.store import Store
from handlers.documents.job import Job, JobTaken
from handlers.documents.jobs import Jobs
from handlers.sessions import Sessions
from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.errors import LibraryUnavailable
from knowledge.index.embedded import EmbeddedIndex
from knowledge.retrieval.encoder import VERSION
from knowledge.sentences import phrase
from knowledge.values import Metadata
from tests.preloaded import Started, run

ROOT = Path(__file__).resolve().parents[3]
MADE = Metadata(owner="slack:T1:U1", audience="all")


class Room:
    """The parts that take a document in, over one Redis."""

    def __init__(self, library: Library, sessions, folder: Path) -> None:
        self.library = library
        self.folder = folder
        self.originals = Originals(str(folder / "originals"))
        self.queue: Queue | None = None
        self.jobs = Jobs(self.opened, self.originals, sessions, self.enqueue)

    async def opened(self) -> Library:
        return self.library

    async def enqueue(self, job: str) -> None:
        await self.queue.enqueue(job)

    async def last(self, id_: str) -> Job:
        async for job in self.jobs.follow(id_, seconds=60):
            found = job
        return found


@pytest.fixture
async def room(sessions, tmp_path):
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as library:
        made = Room(library, sessions, tmp_path)
        library._originals = made.originals
        yield made


async def test_a_file_goes_from_arrival_to_staged_and_tells_its_way(room, store):
    async with Queue(store, room.jobs.run, threads=1) as room.queue:
        await room.queue.open()
        job = await room.jobs.submit(
            "m1:0",
            "規程.md",
            "# 規程\n個人情報を入力してはならない。".encode(),
            MADE,
            by="slack:T1:U1",
        )
        assert await room.jobs.submit("m1:0", "規程.md", b"again", MADE, by="slack:T1:U1") == job
        seen = [job async for job in room.jobs.follow("m1:0")]
    assert (seen[-1].outcome, seen[-1].step, seen[-1].pages, seen[-1].done, seen[-1].total) == (
        "staged",
        "staged",
        1,
        1,
        1,
    )
    document = await room.library.document(seen[-1].document)
    assert document.versions[0].id == seen[-1].version
    assert (
        await room.originals.get(document.versions[0].original)
        == "# 規程\n個人情報を入力してはならない。".encode()
    )
    assert [j.id for j in await room.jobs.recent()] == ["m1:0"]


async def test_a_job_is_not_followed_for_long_without_a_word_of_the_store(
    as_served, room, own_store, monkeypatch
):
    monkeypatch.setattr("handlers.documents.jobs.UNHEARD", 0.5)
    async with Sessions(own_store.connect) as sessions:
        jobs = Jobs(room.opened, room.originals, sessions, room.enqueue)
        await jobs.keep("m1:0", "規程.md", b"# a", MADE, by="slack:T1:U1")
        os.kill(own_store.server.pid, signal.SIGSTOP)
        seen = [job async for job in jobs.follow("m1:0", seconds=3600)]
        os.kill(own_store.server.pid, signal.SIGCONT)

    assert seen == []


async def test_five_at_once_from_two_faces_are_one_document(room, store):
    async with Queue(store, room.jobs.run, threads=4) as room.queue:
        await room.queue.open()
        faces = ["slack:T1:U1", "teams:A:B"]
        for n in range(5):
            said = Metadata(owner=faces[n % 2])
            await room.jobs.submit(
                f"j{n}", f"経費{n}.txt", "経費精算の手順。".encode(), said, by=faces[n % 2]
            )
        ended = await asyncio.gather(*(room.last(f"j{n}") for n in range(5)))
    assert sorted(job.outcome for job in ended) == ["staged"] + ["unchanged"] * 4
    assert len({(job.document, job.version) for job in ended}) == 1
    assert len(await room.library.documents()) == 1
    assert len(list((room.folder / "originals").iterdir())) == 1


async def test_a_refused_file_says_why_and_leaves_nothing(room, store):
    async with Queue(store, room.jobs.run, threads=1) as room.queue:
        await room.queue.open()
        await room.jobs.submit(
            "bad", "古い.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", MADE, by="t:1"
        )
        job = await room.last("bad")
    assert (job.outcome, job.code) == ("refused", "old_office")
    assert "古い.doc" in job.reason.ja
    assert list((room.folder / "originals").iterdir()) == []
    assert await room.library.documents() == []


async def test_a_document_that_fails_twice_is_parked_and_the_others_go_on(room, store):
    tried = []

    async def run(id_: str) -> None:
        if id_ == "poison" and len(tried) < 2:
            job = await room.jobs.find(id_)
            tried.append(id_)
            await room.jobs._sessions.save(
                "job", id_, {"job": asdict(replace(job, tries=len(tried)))}
            )
            raise RuntimeError("the reader took the process down")
        await room.jobs.run(id_)

    async with Queue(store, run, threads=1) as room.queue:
        await room.queue.open()
        await room.jobs.submit("poison", "毒.txt", "本文。".encode(), MADE, by="t:1")
        await room.jobs.submit("good", "良.txt", "よい本文。".encode(), MADE, by="t:1")
        good, poison = await asyncio.gather(room.last("good"), room.last("poison"))
    assert good.outcome == "staged"
    assert (poison.outcome, poison.code, poison.tries) == ("parked", "interrupted", 2)
    assert "毒.txt" in poison.reason.ja and poison.at
    assert len(await room.library.documents()) == 1
    async with Queue(store, room.jobs.run, threads=1) as room.queue:
        await room.queue.open()
        await room.jobs.retry("poison")
        assert (await room.last("poison")).outcome == "staged"


async def test_an_index_that_is_away_is_waited_for(room, store):
    asked = []

    async def opened() -> Library:
        asked.append(1)
        if len(asked) == 1:
            raise LibraryUnavailable("library_failed", phrase("failed", folder="x"))
        return room.library

    room.jobs._library = opened
    async with Queue(store, room.jobs.run, threads=1) as room.queue:
        await room.queue.open()
        await room.jobs.submit("wait", "規程.txt", "本文。".encode(), MADE, by="t:1")
        job = await room.last("wait")
    assert (job.outcome, job.tries, len(asked)) == ("staged", 1, 2)


WORKER = """
import asyncio, sys
from pathlib import Path
from bot.service.application import Application
from bot.settings import load
from knowledge.values import Metadata

async def main():
    async with Application(load({}, data=sys.argv[1]), threads=1) as house:
        await house.library()
        if sys.argv[2] == "first":
            text = "".join(f"# 第{n}条\\n{n}万円を上限とする。承認は部長が行う。\\n" for n in range(1000))
            await house.jobs.submit("big", "規程.md", text.encode(), Metadata(owner="t:1"), by="t:1")
        async for job in house.jobs.follow("big", seconds=60):
            print(job.done, job.outcome, job.tries, job.version, flush=True)
        if job.outcome:
            hits = await house.library()
            where = {"version": [job.version], "shelf": ["staged", "live", "old"]}
            print("points", await hits._index.count(where), "of", job.total, flush=True)

asyncio.run(main())
"""


async def test_a_killed_process_leaves_its_document_to_the_next_one(tmp_path):
    def start(which: str) -> Started:
        words = [sys.executable, "-c", WORKER, str(tmp_path), which]
        return Started(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    first = start("first")
    for line in first.stdout:
        if int(line.split()[0]) > 0:
            break
    first.send_signal(signal.SIGKILL)
    first.stdout.close()
    first.wait()
    second = start("second")
    said = second.stdout.read().splitlines()
    second.stdout.close()
    assert second.wait() == 0
    done, outcome, tries, _ = said[-2].split()
    assert (done, outcome, tries) == ("1000", "staged", "2")
    assert said[-1] == "points 1000 of 1000"


async def test_without_a_redis_the_queue_works_within_the_process(room, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.service.store.binary", lambda: None)
    async with (
        Store("", tmp_path / "none") as nothing,
        Queue(nothing, room.jobs.run, threads=1) as room.queue,
    ):
        await room.queue.open()
        await room.jobs.submit("here", "規程.txt", "本文。".encode(), MADE, by="t:1")
        assert (await room.last("here")).outcome == "staged"


async def test_only_the_queue_may_run_scripts_and_only_on_its_own_keys(store, sessions):
    client = store.connect()
    with pytest.raises(NoPermissionError):
        await client.eval("return 1", 0)
    await client.aclose()
    with store.broker() as broker:
        assert broker.eval("return 1", 0) == 1
        for words in (
            ("GET", "lc:alive"),
            ("SET", "lc-jobs:x", "1"),
            ("CONFIG", "GET", "dir"),
            ("FLUSHALL",),
            ("SHUTDOWN",),
        ):
            with pytest.raises(NoPermissionError):
                broker.execute_command(*words)
        with pytest.raises(Exception, match=r"permission|NOPERM"):
            broker.eval("return redis.call('hget', KEYS[1], 'a')", 1, "lc:alive")


async def test_a_job_that_ends_at_the_moment_of_its_own_pulse_has_its_outcome(
    room, store, monkeypatch
):
    monkeypatch.setattr("handlers.documents.job.PULSE", 0.001)
    async with Queue(store, room.jobs.run, threads=4) as room.queue:
        await room.queue.open()
        for n in range(80):
            await room.jobs.submit(
                f"j{n}", f"経費{n}.txt", f"経費精算の手順{n}。".encode(), MADE, by="t:1"
            )
        followed = await asyncio.gather(*(room.last(f"j{n}") for n in range(80)))
    stored = [await room.jobs.find(f"j{n}") for n in range(80)]

    assert [job.outcome for job in followed] == ["staged"] * 80
    assert [job.outcome for job in stored] == ["staged"] * 80


async def test_work_that_the_queue_lost_is_queued_again(room, store, monkeypatch):
    """As after a kill between keeping the file and queueing it, or where a record of the version before was left behind."""

    async def lost(job: str) -> None:
        pass

    jobs = Jobs(room.opened, room.originals, room.jobs._sessions, lost)
    await jobs.submit("m1:0", "規程.md", "# 規程\n本文。".encode(), MADE, by="t:1")
    monkeypatch.setattr("handlers.documents.jobs.IDLE", 0.0)
    async with Queue(store, room.jobs.run, threads=1) as room.queue:
        await room.queue.open()
        assert await room.jobs.tend() == 1
        assert await room.jobs.tend() == 0  # once is enough for a while
        job = await room.last("m1:0")
        assert await room.jobs.tend() == 0

    assert (job.outcome, job.tries) == ("staged", 1)


async def test_work_that_is_under_way_or_young_is_left_alone(room, monkeypatch):
    async def lost(job: str) -> None:
        pass

    jobs = Jobs(room.opened, room.originals, room.jobs._sessions, lost)
    await jobs.submit("m1:0", "規程.md", "# 規程\n本文。".encode(), MADE, by="t:1")

    assert await jobs.tend() == 0


async def test_work_that_nobody_took_for_a_day_ends_with_a_sentence(room, monkeypatch):
    async def lost(job: str) -> None:
        pass

    jobs = Jobs(room.opened, room.originals, room.jobs._sessions, lost)
    await jobs.submit("m1:0", "規程.md", "# 規程\n本文。".encode(), MADE, by="t:1")
    monkeypatch.setattr("handlers.documents.jobs.IDLE", 0.0)
    monkeypatch.setattr("handlers.documents.jobs.JOB_UNTAKEN", 0.0)
    await jobs.tend()
    job = await jobs.find("m1:0")

    assert (job.outcome, job.code) == ("parked", "interrupted")
    assert "規程.md" in job.reason.ja
    assert "規程.md" in job.reason.en


async def test_who_lost_a_job_to_another_worker_does_not_overwrite_its_outcome(room, monkeypatch):
    """A worker that stood still for longer than it may goes on after another one has ended its job."""
    monkeypatch.setattr("handlers.documents.jobs.DEAD", 0.0)
    began, go = asyncio.Event(), asyncio.Event()

    async def stalled() -> Library:
        began.set()
        await go.wait()
        return room.library

    async def lost(job: str) -> None:
        pass

    slow = Jobs(stalled, room.originals, room.jobs._sessions, lost)
    quick = Jobs(room.opened, room.originals, room.jobs._sessions, lost)
    await slow.submit("m1:0", "規程.md", "# 規程\n本文。".encode(), MADE, by="t:1")
    working = asyncio.create_task(slow.run("m1:0"))
    await began.wait()
    ended = await quick.run("m1:0")
    go.set()
    with pytest.raises(JobTaken):
        await working

    assert ended.outcome == "staged"
    assert (await quick.find("m1:0")) == ended


async def test_two_hands_that_submit_one_file_at_once_make_one_job(room):
    queued = []

    async def enqueue(job: str) -> None:
        queued.append(job)

    jobs = Jobs(room.opened, room.originals, room.jobs._sessions, enqueue)
    both = await asyncio.gather(
        *(jobs.submit("m1:0", "規程.md", b"x", MADE, by="t:1") for _ in range(5))
    )

    assert len({job.original for job in both}) == 1
    assert [path.name for path in (room.folder / "originals").iterdir()] == [both[0].original]


CUT_OFF = """
import asyncio, os, signal, sys
from bot.service.application import Application
from bot.settings import load
from knowledge.values import Metadata

async def main():
    async with Application(load({}, data=sys.argv[1]), threads=1) as house:
        await house.library()
        async def killed(job):
            os.kill(os.getpid(), signal.SIGKILL)
        house.queue.enqueue = killed
        await house.jobs.submit("cut", "規程.md", "# 規程\\n本文。".encode(), Metadata(owner="t:1"), by="t:1")

asyncio.run(main())
"""
NEXT = """
import asyncio, sys
from bot.service import application
from bot.service.application import Application
from bot.settings import load

application.IDLE, application.TEND = application.DEAD, 0.5  # seconds: nobody else is there

async def main():
    async with Application(load({}, data=sys.argv[1]), threads=1) as house:
        async for job in house.jobs.follow("cut", seconds=90):
            print(job.outcome, flush=True)

asyncio.run(main())
"""


async def test_a_process_killed_before_it_queued_its_work_leaves_it_to_the_next_one(tmp_path):
    first = run([sys.executable, "-c", CUT_OFF, str(tmp_path)], cwd=ROOT, check=False)
    second = run(
        [sys.executable, "-c", NEXT, str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert first.returncode == -signal.SIGKILL
    assert second.stdout.split()[-1] == "staged"
