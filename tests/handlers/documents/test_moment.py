"""A Redis that does not answer for a moment while documents are taken in."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, File, Message, Press, Upload
from handlers.documents.sync_events import Event, Wanted
from tests.handlers.documents.conftest import ADMIN, Talk

RULES = "# 持ち出し規程\n\n資料の持ち出しには部門長の許可が要る。\n"


@pytest.fixture
async def application(tmp_path: Path, as_served: None) -> AsyncIterator[Application]:
    async with Application(load({}, data=str(tmp_path)), threads=1) as opened:
        await opened.library()
        yield opened


@pytest.mark.parametrize("moment", ["before it is looked for", "while it is fetched"])
async def test_no_file_is_lost_and_none_is_taken_twice(
    application: Application, moment: str
) -> None:
    redis = application.store.server
    assert redis
    talk = Talk(application)

    async def fetch() -> bytes:
        if moment == "while it is fetched":
            os.kill(redis.pid, signal.SIGSTOP)
        return RULES.encode()

    if moment == "before it is looked for":
        os.kill(redis.pid, signal.SIGSTOP)
    try:
        sending = asyncio.create_task(talk.all(Upload((File("規程.md", 100, fetch),)), id_="m1"))
        while not application.sessions.away:
            await asyncio.sleep(0.01)
    finally:
        os.kill(redis.pid, signal.SIGCONT)
    report = (await sending)[-1]

    await talk.press(report, "publish")
    documents = await (await application.library()).documents()
    assert [d.metadata.title for d in documents if d.metadata.owner.startswith("slack:")] == [
        "持ち出し規程"
    ]
    assert [job.id for job in await application.jobs.recent()] == ["m1:0"]


async def test_a_run_of_a_source_waits_for_it(application: Application, tmp_path: Path) -> None:
    redis = application.store.server
    assert redis
    folder = tmp_path / "rules"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.md").write_text(RULES.replace("資料", f"資料{number}"), "utf-8")
    alone = Audience(ADMIN.id, private=True)
    message = Message("m1", ADMIN, "paper:1", alone, Press("document.sync"))

    def told(event: Event) -> None:
        if event.number == 1:
            os.kill(redis.pid, signal.SIGSTOP)

    syncs = application.documents.syncs
    running = asyncio.create_task(syncs.run(message, Wanted(str(folder)), told))
    try:
        while not application.sessions.away and not running.done():
            await asyncio.sleep(0.01)
    finally:
        os.kill(redis.pid, signal.SIGCONT)

    assert await running == {"new": 3}
    again = await syncs.run(message, Wanted(str(folder)))
    assert again == {"unchanged": 3}
