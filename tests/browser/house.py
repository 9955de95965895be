"""The command, serving in a process of its own, as people start it."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port
from tests.preloaded import Started, run

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    """A server that can be ended and started again at the same address."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        words = [sys.executable, "-m", "bot.command.cli", "serve", "--port", str(self.port)]
        environment = os.environ | {"LLM_CHOOSE_DATA": str(self.folder)}
        quiet = subprocess.DEVNULL
        self.process = Started(words, cwd=PROJECT, env=environment, stdout=quiet, stderr=quiet)
        while not self._ready():
            assert self.process.poll() is None
            time.sleep(0.1)

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/ready", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    add = [sys.executable, "-m", "bot.command.cli", "add", "--samples", "--publish"]
    environment = os.environ | {"LLM_CHOOSE_DATA": str(folder)}
    run(add, cwd=PROJECT, env=environment, check=True, capture_output=True)
    house = Served(folder, free_port())
    house.start()
    try:
        yield house
    finally:
        house.end()
