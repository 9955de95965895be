"""
`llm-choose backup`, `restore` and `drill`: a folder, or an archive when its name ends in .tar.gz.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.command import desk, output
from bot.command.exits import COULD_NOT, DONE
from bot.service import backups
from bot.service.application import Application
from bot.settings import Settings
from knowledge.documents import backup
from knowledge.errors import InvalidBackup
from knowledge.sentences import phrase
from knowledge.values import Language

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
    counts = await backups.write(application, target)
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
            counts = await backups.put_back(application, folder)
            counts["forgotten"] = await backups.forget_again(application, Path(arguments.path))
            return _told(application, "restored", counts, began, arguments, language)


async def drill(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
    """
    Restore a backup into an empty place of its own, ask there what was asked when it was made, and
    throw the place away; 1 when an answer differs.

    Raises:
        InvalidBackup: the backup is not whole.
    """
    with backup.opened(Path(arguments.path)) as folder, tempfile.TemporaryDirectory() as name:
        place = Path(name)
        own = replace(
            settings,
            data=place,
            originals=str(place / "originals"),
            redis_url="",
            qdrant_url="",
            llm="",
        )
        async with Application(own) as application:
            counts = await backups.put_back(application, folder)
            trial = await backups.tried(application, folder)
            if arguments.json:
                tried = {"asked": trial.asked, "identical": trial.identical}
                told = {"path": str(Path(arguments.path)), "passed": trial.passed}
                output.line(told | tried | counts)
            else:
                text = application.texts.say(
                    "cli.drilled",
                    language,
                    path=str(Path(arguments.path)),
                    n=counts["documents"],
                    asked=trial.asked,
                    identical=trial.identical,
                )
                desk.console().print(text, markup=False)
    return DONE if trial.passed else COULD_NOT


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
        if again := counts.get("forgotten", 0):
            text = application.texts.say("personal.again", language, n=again)
            desk.console().print(text, markup=False)
    return 0
