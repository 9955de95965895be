"""
Memory that runs out, for real: a control group of its own, which only the root of a Linux may make;
the system itself chooses whom to end. Run by hand: `pytest tests/soak/out_of_memory.py`.
"""

import html
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.upload import document
from tests.processes import ROOT, START, BotProcess
from tests.soak.full_disk import send, speaking

MB = 1 << 20
GROUPS = Path("/sys/fs/cgroup")
TOO_MUCH = "import time; held = [bytearray(1 << 20) for _ in range(4096)]; time.sleep(60)"


class Group:
    """Processes and the memory they may have together, by version 1 or 2 of control groups."""

    def __init__(self, name):
        first = (GROUPS / "memory").is_dir()
        self.place = (GROUPS / "memory" if first else GROUPS) / name
        self._limit = "memory.limit_in_bytes" if first else "memory.max"
        self._used = "memory.usage_in_bytes" if first else "memory.current"
        self.place.mkdir()

    def take(self, pid):
        (self.place / "cgroup.procs").write_text(str(pid))

    def leave_free(self, megabytes):
        used = int((self.place / self._used).read_text())
        (self.place / self._limit).write_text(str(used + megabytes * MB))


@pytest.fixture
def group():
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only the root of a Linux may make a control group")
    try:
        made = Group(f"llm-choose-{os.getpid()}")
    except OSError:
        pytest.skip("this container may not make a control group")
    yield made
    made.place.rmdir()


class Grouped(BotProcess):
    """The bot in a group from its first byte on, as in a container: all of its memory counts there."""

    def __init__(self, folder, group):
        folder.mkdir(parents=True)
        self.log = folder / "stderr.log"
        words = ["-m", "bot.command.cli", "serve", "--port", "0", "--data", str(folder)]
        settings = {"LLM": "", "EMBEDDING": "", "LANG": "ja_JP.UTF-8"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words],
                preexec_fn=lambda: group.take(os.getpid()),  # noqa: PLW1509  # no thread runs
                cwd=ROOT,
                env=os.environ | settings,
                stdout=subprocess.PIPE,
                stderr=log,
            )


def first_to_go(pid, score):
    Path(f"/proc/{pid}/oom_score_adj").write_text(str(score))


def press(group):
    """Let a stranger in the group take all there is, until the system ends somebody, it too."""

    def enter():
        group.take(os.getpid())
        first_to_go(os.getpid(), 600)  # after Redis, before the bot

    words = [sys.executable, "-c", TOO_MUCH]
    return subprocess.run(words, preexec_fn=enter, check=False).returncode


async def until(bot, **wanted):
    """Wait longer than others: a machine without memory is slow."""
    for _ in range(4):
        with suppress(TimeoutError):
            return await bot.until(**wanted)
    return await bot.until(**wanted)


async def test_whoever_is_ended_for_want_of_memory_comes_back_and_the_cause_is_told(
    group, tmp_path
):
    bot = Grouped(tmp_path / "data", group)
    try:
        await bot.listening()
        await until(bot)
        redis = int((tmp_path / "data/redis/redis.running").read_text().split()[0])
        first_to_go(redis, 1000)
        group.leave_free(200)
        stranger = press(group)
        both = "out of memory: 2 ended within the hour"
        told = await until(bot, sessions="ready", memory=both)
        async with httpx.AsyncClient(
            base_url=bot.url, headers={"Origin": bot.url}, timeout=START, follow_redirects=True
        ) as client:
            ready = await client.get("/ready")
            page = html.unescape((await client.get("/health", headers=speaking("ja"))).text)
            question = {"q": "RAGは社内文書を全部学習しますか?"}
            asked = await send(client, "/ask", "ja", data=question)
            group.leave_free(60)
            big = {"files": ("大きな規程.docx", document(0))}
            refused = await send(client, "/upload", "ja", files=big)
            after = await bot.ready()
            group.leave_free(2000)
            taken = await send(client, "/upload", "ja", files=big)
    finally:
        bot.kill()

    assert stranger == -9
    assert ready.status_code == 200
    assert "resources.limits.memory" in ready.json()["repairs"]["memory"]
    assert "メモリー不足" in page
    assert "資料からの引用" in asked
    assert "大きな規程.docx" in refused
    assert "document.publish" not in refused
    assert after["memory"] != told["memory"]  # the child that read it was ended, and nobody else
    assert after["sessions"] == "ready"
    assert "document.publish" in taken
