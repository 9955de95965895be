"""The subcommands that open the house for a moment: ask, search, add, documents and the rest."""

import argparse
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.command import ask, backup, choose, desk, output
from bot.command.add import add
from bot.command.change import change
from bot.command.desk import opened
from bot.command.exits import DONE
from bot.command.person import person
from bot.command.reread import reread
from bot.command.rows import rows
from bot.command.sync import sync
from bot.command.terminal import Paper, said
from bot.command.token import token
from bot.service.application import Application
from bot.settings import Settings
from handlers.conversation import Press, Text
from handlers.documents.listing import Filter
from handlers.questions.feedback import as_lines
from handlers.sessions import SessionsUnavailable
from knowledge.errors import LibraryUnavailable
from knowledge.text.language import language_of
from knowledge.values import Language


async def run(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
    """Run one subcommand and return its exit code."""
    commands: dict[str, Callable[[Application, argparse.Namespace, Language], Awaitable[int]]] = {
        "ask": ask.ask,
        "search": _search,
        "demo": ask.demo,
        "add": add,
        "sync": sync,
        "documents": _documents,
        "publish": change,
        "withdraw": change,
        "audience": change,
        "remove": change,
        "rollback": change,
        "choose": choose.choose,
        "model": choose.model,
        "backup": backup.make,
        "evaluate": _evaluate,
        "reread": reread,
        "cases": _cases,
        "person": person,
        "token": token,
    }
    async with opened(settings) as application:
        try:
            return await commands[arguments.command](application, arguments, language)
        except SessionsUnavailable as error:
            raise LibraryUnavailable(
                "sessions_away", application.texts.phrase("cli.store_away")
            ) from error


def _readers(
    application: Application, arguments: argparse.Namespace, language: Language
) -> frozenset[str]:
    """The owner of this machine is an admin; `--as` asks with somebody else's rights."""
    return application.people.readers(said(Text(arguments.text), language, arguments.person))


async def _search(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    library = await application.library()
    async for row in rows(arguments):
        if row.fault is not None:
            raise row.fault
        text = row.text
        spoken = arguments.language or language_of(text, language)
        began = time.perf_counter()
        found = await library.search(
            text, readers=_readers(application, arguments, language), limit=arguments.limit
        )
        spent = (time.perf_counter() - began) * 1000
        if arguments.json:
            output.line(output.hits(found, row.id, text, spoken, spent))
        else:
            console = desk.console()
            for number, hit in enumerate(found, 1):
                place = hit.passage.place.to(spoken)
                console.print(
                    f"{number}. {hit.passage.title} {place} ({hit.score:.2f})", markup=False
                )
                console.print(f"   {hit.passage.text[:160]}", style="dim", markup=False)
            if not found:
                console.print(application.texts.say("cli.no_hits", spoken))
    return DONE


async def _documents(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """
    List what the filters let through: for people page by page as everywhere else, for machines all
    of it.
    """
    narrowing: dict[str, str] = {}
    for name in ("q", "state", "kind", "audience"):
        if getattr(arguments, name):
            narrowing[name] = getattr(arguments, name)
    if arguments.due:
        narrowing["due"] = "yes"
    if not arguments.json:
        press = Press("document.list", narrowing | {"page": arguments.page})
        await application.turns.take(said(press, language), Paper(desk.console()))
        return DONE
    today = datetime.now(UTC).date().isoformat()
    takes = Filter.read(narrowing).takes
    documents = await (await application.library()).documents()
    rows = [output.document(document) for document in documents if takes(document, today)]
    output.line({"documents": rows})
    return DONE


async def _cases(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """Write the answers people found wanting as JSON lines that `evaluate` reads."""
    sys.stdout.write(as_lines(await application.router.feedback.cases()))
    return DONE


async def _evaluate(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    from bot.command.evaluate import evaluate

    return await evaluate(application, arguments, language)
