"""`llm-choose backup` and `restore`: a folder, or an archive when its name ends in .tar.gz."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.command import desk, output
from bot.service.application import Application
from bot.settings import Settings
from knowledge.deck.digest import OWNER
from knowledge.documents import backup
from knowledge.errors import InvalidBackup
from knowledge.sentences import phrase
from knowledge.values import Language

LOGS = ("audit", "feedback")
FOLDERS = ("qdrant", "originals", "redis")  # of an embedded place, that have to be empty


async def make(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """
    Write a backup of everything the library knows and of the logs.

    Raises:
        InvalidBackup: there is something at that place already.
    """
    began = time.perf_counter()
    target = desk.located(arguments.path)
    if _used(target):
        raise InvalidBackup("occupied", phrase("occupied", folder=arguments.path))
    library = await application.library()
    logs = {name: await application.sessions.entries(name, last=0) for name in LOGS}
    states = {"models": await application.models.export()}
    if target.name.endswith(backup.ARCHIVES):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as name:
            folder, packed = Path(name, "backup"), Path(name, "packed")
            counts = await backup.save(library, application.originals, logs, states, folder)
            await asyncio.to_thread(_pack, folder, packed, target)
    else:
        counts = await backup.save(library, application.originals, logs, states, target)
    return _told(application, "saved", counts, began, arguments, language)


async def restore(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
    """
    Put a backup back into an empty place.

    Raises:
        InvalidBackup: the backup is not whole, or the place holds documents.
    """
    began = time.perf_counter()
    if settings.embedded and any(_used(settings.data / name) for name in FOLDERS):
        raise InvalidBackup("not_empty", phrase("not_empty"))
    with backup.opened(Path(arguments.path)) as folder:
        async with Application(settings) as application:
            library = await application.library()
            owners = {document.metadata.owner for document in await library.documents()}
            if owners - {OWNER}:
                raise InvalidBackup("not_empty", phrase("not_empty"))
            counts = await backup.restore(folder, library, application.originals)
            for name, entries in backup.logs(folder).items():
                await application.sessions.put_back(name, entries)
            if models := backup.states(folder).get("models"):
                await application.models.put_back(models)
            return _told(application, "restored", counts, began, arguments, language)


def _pack(folder: Path, packed: Path, target: Path) -> None:
    """Make the archive whole before it gets its name."""
    backup.pack(folder, packed)
    packed.replace(target)


def _used(place: Path) -> bool:
    return place.is_file() or (place.is_dir() and any(place.iterdir()))


def _told(
    application: Application,
    what: str,
    counts: dict[str, int],
    began: float,
    arguments: argparse.Namespace,
    language: Language,
) -> int:
    path = str(Path(arguments.path))
    if arguments.json:
        spent = round(time.perf_counter() - began, 2)
        told: dict[str, Any] = {"path": path, "seconds": spent}
        output.line(told | counts)
    else:
        count = counts["documents"]
        text = application.texts.say(f"cli.{what}", language, path=path, n=count)
        desk.console().print(text, markup=False)
    return 0
