"""`llm-choose reread`: what earlier releases read, read anew; a server does so by itself."""

import argparse

from bot.command import desk, output
from bot.service.application import Application
from knowledge.documents.rereading import Outcome
from knowledge.reading.reading import shown_name
from knowledge.values import Language


async def reread(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """Read anew what is due, and say of each document what became of it."""
    say = application.texts.say
    console = desk.console()

    def told(title: str, outcome: Outcome, number: int, total: int) -> None:
        if arguments.json:
            output.line({"title": title, "status": outcome})
            return
        line = say(f"cli.reread_{outcome}", language, title=shown_name(title))
        console.print(f"[{number}/{total}] {line}", markup=False, highlight=False, soft_wrap=True)

    library = await application.library()
    counts = await library.reread(application.limits, told)
    await library.followed()
    if arguments.json:
        output.line({"summary": dict(counts)})
        return 0
    line = say("cli.reread_nothing", language)
    if counts:
        total = sum(counts.values())
        line = say("cli.reread_done", language, n=counts.get("read", 0), total=total)
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0
