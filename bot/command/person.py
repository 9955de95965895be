"""`llm-choose person ID`: what is kept of somebody, handed out, and with --erase deleted."""

import argparse
import asyncio
from pathlib import Path

from bot.command import desk, output
from bot.service.application import Application
from bot.service.nightly import OURS
from knowledge.values import Language


def _backups(folder: Path | None) -> list[str]:
    """Return the nightly backups there are, by name: each may hold who was erased."""
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if OURS.fullmatch(path.name))


async def person(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """Show or forget a person; the owner of this machine may."""
    say = application.texts.say
    if arguments.erase:
        counts = await application.personal.erase(arguments.id)
        await (await application.library()).compacted()
        backups = await asyncio.to_thread(_backups, application.settings.backups)
        if arguments.json:
            told = {"person": arguments.id, "erased": counts, "backups": backups}
            output.line(told)
            return 0
        total = sum(counts.values())
        text = say("personal.erased", language, person=arguments.id, n=total)
        desk.console().print(text, markup=False, soft_wrap=True)
        for name in backups:
            text = say("personal.in_backup", language, name=name)
            desk.console().print(text, markup=False, soft_wrap=True)
        return 0
    records = await application.personal.records(arguments.id)
    if arguments.json:
        output.line({"person": arguments.id, "records": records})
        return 0
    counts = {kind: len(found) for kind, found in records.items()}
    for kind, count in sorted(counts.items()):
        desk.console().print(f"{kind}: {count}", markup=False)
    if not counts:
        text = say("personal.nobody", language, person=arguments.id)
        desk.console().print(text, markup=False, soft_wrap=True)
    return 0
