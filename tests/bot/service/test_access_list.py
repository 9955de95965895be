"""A Redis with an access list: the user that docs/operations.md names is enough for all we do, and may nothing else."""

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import NoPermissionError

from bot.command.examination import examine
from bot.service.application import Application
from bot.service.redis_server import binary
from bot.settings import load
from handlers.conversation import Audience, Message, Person, Text
from knowledge.values import Metadata
from tests.ports import free_ports
from tests.sheet import Sheet

pytestmark = pytest.mark.usefixtures("sandbox_known")
ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "0123456789abcdef"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A Redis whose default user is off and whose other one is the one of the docs."""
    program = binary()
    if program is None:
        pytest.skip("there is no redis-server here")
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    [rules] = re.findall(r"`user llm-choose on >… ([^`]+)`", text)
    [port] = free_ports(1)
    words = ["--port", str(port), "--dir", str(tmp_path), "--appendonly", "yes", "--save", ""]
    users = [
        "--user",
        "default",
        "off",
        "--user",
        "llm-choose",
        "on",
        f">{PASSWORD}",
        *rules.split(),
    ]
    with subprocess.Popen([program, *words, *users], stdout=subprocess.DEVNULL) as process:
        yield port
        process.terminate()


async def test_the_user_of_the_docs_is_enough_and_may_nothing_else(port, house):
    url = f"redis://llm-choose:{PASSWORD}@127.0.0.1:{port}/0"
    with Redis.from_url(url) as client:
        for _ in range(200):
            try:
                client.get("lc:x")
                break
            except NotConnected:
                time.sleep(0.02)
        for forbidden in ("FLUSHALL", "CONFIG GET *", "SHUTDOWN", "GET other", "ACL LIST"):
            with pytest.raises(NoPermissionError):
                client.execute_command(*forbidden.split())
    async with Application(load({"REDIS_URL": url}, data=str(house)), threads=1) as application:
        person = Person("web:local", "Aoi", "ja", "admin")
        asked = Message(
            "m1", person, "p:1", Audience(person.id, private=True), Text("RAGとは何ですか")
        )
        sheet = Sheet()
        await application.turns.take(asked, sheet)
        content = "# 規程\n\n上限は五万円である。\n".encode()
        job = await application.jobs.submit(
            "j", "規程.md", content, Metadata("規程"), by="web:local"
        )
        async for followed in application.jobs.follow(job.id):
            job = followed
        await application.sessions.append("audit", {"what": "tried"})
        parts = await application.readiness()
        found = {finding.part: finding for finding in await examine(application, "redis", "queue")}

    assert sheet.shown
    assert job.outcome == "staged"
    assert parts["sessions"] == parts["jobs"] == "ready"
    assert found["redis"].mark != "bad"
    assert found["queue"].mark == "good"
