"""The same file from several faces at once is one document; what was acknowledged outlives the process."""

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Person, Upload
from tests.conftest import ROOT
from tests.handlers.documents.conftest import ADMIN, Talk, file
from tests.preloaded import Started

RULES = "# 兼業規程\n\n兼業を始める前に人事部へ届け出る。\n"
CHILD = """
import asyncio, os, signal, sys
from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, File, Message, Person, Upload

class Screen:
    memory = {}
    async def show(self, reply):
        if at in reply.text or (at == "end" and reply.final):
            os.kill(os.getpid(), signal.SIGKILL)

async def main(folder):
    content = ("# 兼業規程\\n\\n" + "".join(f"## 第{n}条\\n\\n兼業の届け出その{n}は人事部が受け付け、三日以内に返事をする。\\n\\n" for n in range(300))).encode()
    async def fetch(): return content
    async with Application(load({}, data=folder), threads=1) as house:
        me = Person("slack:T1:U1", "Aoi", "ja", "admin")
        upload = Upload((File("兼業.md", len(content), fetch),))
        await house.turns.take(Message("slack:T1:C1:7.0", me, "p", Audience(me.id, True), upload), Screen())

at = sys.argv[2]
asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_file_five_times_from_two_faces_is_one_document(talk: Talk) -> None:
    faces = [
        ADMIN,
        replace(ADMIN, id="teams:t:aad-1"),
        ADMIN,
        Person("web:local", "", "ja", "admin"),
        replace(ADMIN, id="teams:t:aad-2"),
    ]
    shown = await asyncio.gather(*(talk(Upload((file("兼業.md", RULES),)), who) for who in faces))

    there = [
        reply for reply in shown if "すでに" in reply.text and "何も変えていません" in reply.text
    ]
    documents = [
        d
        for d in await (await talk.application.library()).documents()
        if d.metadata.title == "兼業規程"
    ]
    assert len(documents) == 1
    assert len(documents[0].versions) == 1
    assert len(there) == 4
    assert len([reply for reply in shown if "確認してください" in str(reply.blocks)]) == 1
    await (await talk.application.library()).remove(documents[0].id)


@pytest.mark.parametrize("moment", ["2/6", "5/6"])
async def test_an_acknowledged_file_survives_a_kill_and_is_never_half_there(
    tmp_path: Path, moment: str
) -> None:
    child = Started(
        [sys.executable, "-c", CHILD, str(tmp_path), moment],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert await asyncio.to_thread(child.wait, 60) == -signal.SIGKILL

    async with Application(load({}, data=str(tmp_path)), threads=1) as application:
        talk = Talk(application)
        again = await talk(Upload((file("兼業.md", "別の中身"),)), id_="slack:T1:C1:7.0")
        library = await application.library()
        deadline = time.monotonic() + 60
        while not (await application.jobs.recent())[0].outcome and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        documents = [d for d in await library.documents() if d.metadata.owner == ADMIN.id]
        found = await library.passages(documents[0].versions[0].id)

    assert "確認してください" in str(again.blocks)
    assert [len(d.versions) for d in documents] == [1]
    assert len(found) == documents[0].versions[0].passages == 300
