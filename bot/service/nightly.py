"""
A backup every night, tried by restoring it: kept beside the last ones, the oldest of which go.

Of several processes one makes it. The trial runs in a process of its own, in an empty place, with
the lowest priority.
"""

import asyncio
import json
import logging
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self

from bot.service import backups
from bot.service.application import Application
from bot.service.part import stop
from handlers.lifetimes import DAY
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)
HOUR = 3  # of the night, by the clock of the machine
LOOK = 300.0  # seconds between looks at the clock
OURS = re.compile(r"llm-choose-\d{4}-\d{2}-\d{2}\.tar\.gz")
LAST = "backup.last", "night"  # the state that holds how the last one went


def _local() -> datetime:
    return datetime.now().astimezone()


class Nightly:
    """Opens with `async with`; does nothing where the settings name no folder."""

    def __init__(
        self, application: Application, clock: Callable[[], datetime] = _local, look: float = LOOK
    ) -> None:
        settings = application.settings
        self._application = application
        self._folder = settings.backups
        self._kept = settings.backups_kept
        self._clock = clock
        self._look = look
        self._task: asyncio.Task[None] | None = None
        self._state = "ready"

    async def __aenter__(self) -> Self:
        if self._folder is not None:
            self._application.watches["backup"] = lambda: self._state
            self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        await stop(self._task)

    async def _watch(self) -> None:
        while True:
            with suppress(SessionsUnavailable):
                await self._remember()
                await self.look()
            await asyncio.sleep(self._look)

    async def look(self) -> None:
        """Make the backup of this night, if it is due and no other process does."""
        now = self._clock()
        if self._folder is None or now.hour < HOUR:
            return
        target = self._folder / f"llm-choose-{now:%Y-%m-%d}.tar.gz"
        if target.exists():
            return
        sessions = self._application.sessions
        if not await sessions.save("backup.night", target.name, {}, expected=0, seconds=DAY):
            return
        try:
            await backups.write(self._application, target, questions=backups.NIGHTLY)
            trial = await _tried(target)
            await asyncio.to_thread(self._prune)
        except (KnowledgeError, OSError) as error:
            log.exception("the backup of the night failed")
            trial = {"error": type(error).__name__}
        if not trial.get("passed"):
            await sessions.delete("backup.night", target.name)
        result = {"at": now.isoformat(timespec="seconds"), "name": target.name, **trial}
        await sessions.save(*LAST, result, seconds=None)
        await self._remember()

    async def _remember(self) -> None:
        """Say how the last one went, in the words that `check`, `/ready` and the page show."""
        last = await self._application.sessions.load(*LAST)
        if last is None or last.get("passed"):
            self._state = "ready"
        elif "error" in last:
            self._state = f"failed at {last['at']}: {last['error']}"
        else:
            same = f"{last['identical']} of {last['asked']} answers identical"
            self._state = f"{last['name']} restored with {same}"

    def _prune(self) -> None:
        if self._folder is None:
            return
        names = [path.name for path in self._folder.iterdir() if OURS.fullmatch(path.name)]
        for name in sorted(names)[: -self._kept]:
            (self._folder / name).unlink()


async def _tried(archive: Path) -> dict[str, object]:
    """Restore an archive into an empty place and return how its questions were answered there."""
    command = [sys.executable, "-m", "bot.command.cli", "drill", str(archive), "--json"]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        preexec_fn=lambda: os.nice(19),
    )
    try:
        written, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    try:
        told = json.loads(written.decode().splitlines()[-1])
        return {name: told[name] for name in ("asked", "identical", "passed")}
    except (ValueError, IndexError, KeyError):
        return {"error": "not restored"}
