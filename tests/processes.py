"""Real processes for tests that kill and freeze: a redis-server of their own, and the bot as people start it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from bot.service.redis_server import binary
from tests.preloaded import Started

ROOT = Path(__file__).resolve().parents[1]
START = 90  # seconds a process may take on a busy machine


class RedisProcess:
    """A redis-server on a unix socket in `folder`, with an append-only file; it can be frozen and thawed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.socket = folder / "s"
        self.url = f"unix://{self.socket}"
        words = [binary() or "redis-server", "--port", "0", "--unixsocket", str(self.socket)]
        words += ["--dir", str(folder), "--appendonly", "yes", "--save", ""]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL)

    async def listening(self) -> None:
        async with asyncio.timeout(START):
            while not self.socket.exists():
                await asyncio.sleep(0.02)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


class BotProcess:
    """`llm-choose serve`, or another command, with these settings; `log` holds what it wrote to its standard error."""

    def __init__(self, folder: Path, settings: dict[str, str], *words: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "stderr.log"
        self.url = ""
        command = [
            sys.executable,
            "-m",
            "bot.command.cli",
            *(words or ("serve", "--port", "0")),
            "--data",
            str(folder),
        ]
        environment = {
            name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
        }
        with self.log.open("ab") as log:
            self.process = Started(
                command, cwd=ROOT, env=environment | settings, stdout=subprocess.PIPE, stderr=log
            )

    async def listening(self) -> None:
        """Wait until the socket is open."""
        if self.process.stdout is None:
            raise RuntimeError("the process has no output")
        line = await asyncio.to_thread(self.process.stdout.readline)
        port = re.search(rb":(\d+)/", line)
        if port is None:
            raise RuntimeError(self.log.read_text())
        self.url = f"http://127.0.0.1:{int(port[1])}"

    async def ready(self) -> dict[str, str]:
        """Return the state of each part."""
        async with httpx.AsyncClient(timeout=START) as client:
            answer = await client.get(f"{self.url}/ready")
        return dict(answer.json()["parts"])

    async def until(self, **wanted: str) -> dict[str, str]:
        """Wait until these parts are in these states; without any, until every part is ready."""
        parts: dict[str, str] = {}
        try:
            async with asyncio.timeout(START):
                while True:
                    parts = await self.ready()
                    asked = wanted or dict.fromkeys(parts, "ready")
                    if all(parts.get(name) == state for name, state in asked.items()):
                        return parts
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise TimeoutError(parts) from error

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def git(folder: Path, *words: str) -> None:
    """Run git in a folder as somebody without settings."""
    who = ["-c", "user.name=t", "-c", "user.email=t@example.test"]
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}
    subprocess.run(["git", *who, *words], cwd=folder, check=True, env=nobody)
