"""The command as a process of its own, and in the running one where the process is not what is tested."""

import io
import logging
import os
import sys
from dataclasses import dataclass

import pytest

from bot.command.cli import main
from tests import preloaded
from tests.processes import START

ENGLISH = {"LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}
FOREIGN = ("SLACK_", "TEAMS_", "LLM")  # what a developer's own settings begin with


def run(*words, environment=ENGLISH, stdin=None, folder=None):
    base = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    command = [sys.executable, "-m", "bot.command.cli", *words]
    return preloaded.run(
        command,
        check=False,
        env=base | environment,
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=START,
    )


@dataclass(frozen=True)
class Called:
    """What a call left behind; `stderr` has the logged warnings, which a process would print there."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def call(monkeypatch, capfd, caplog):
    """Return what calls the command with these words and prints to us."""

    def called(*words, environment=ENGLISH, stdin=""):
        for name in os.environ:
            if name.startswith(FOREIGN):
                monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        caplog.clear()
        capfd.readouterr()
        returncode = main(words)
        printed = capfd.readouterr()
        warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
        return Called(returncode, printed.out, "\n".join([printed.err, *warnings]))

    return called
