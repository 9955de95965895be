"""The subcommands that open the house for a moment: ask, search, add, documents and the rest."""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from bot.command import backup, choose, output
from bot.command.add import add
from bot.command.terminal import Paper, said
from bot.service.application import Application
from bot.settings import Settings
from handlers.conversation import Command, Content, Message, Press, Text
from handlers.documents.listing import Filter
from handlers.questions.feedback import as_lines
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.question import tidy
from knowledge.answering.wording import Wording
from knowledge.errors import InvalidAnswers, KnowledgeError, LibraryUnavailable
from knowledge.text.language import language_of
from knowledge.values import Language

DONE, COULD_NOT = 0, 1


async def run(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
    """Run one subcommand and return its exit code."""
    commands: dict[str, Callable[[Application, argparse.Namespace, Language], Awaitable[int]]] = {
        "ask": _ask,
        "search": _search,
        "demo": _demo,
        "add": add,
        "documents": _documents,
        "publish": _change,
        "remove": _change,
        "rollback": _change,
        "choose": choose.choose,
        "model": choose.model,
        "backup": backup.make,
        "evaluate": _evaluate,
        "cases": _cases,
    }
    async with Application(settings) as application:
        try:
            return await commands[arguments.command](application, arguments, language)
        except SessionsUnavailable as error:
            raise LibraryUnavailable(
                "sessions_away", application.texts.phrase("cli.store_away")
            ) from error


def _questions(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """
    Yield (id, text) of each question: the one given, or a JSON line each from a file or standard
    input.
    """
    if not arguments.questions:
        yield "", arguments.text
        return
    try:
        rows: Iterable[str] = sys.stdin
        if arguments.questions != "-":
            rows = Path(arguments.questions).read_text("utf-8").splitlines()
        for number, row in enumerate(rows, 1):
            if row.strip():
                entry = json.loads(row)
                yield str(entry.get("id", number)), str(entry["text"])
    except (OSError, ValueError, KeyError, UnicodeDecodeError, AttributeError) as error:
        name = arguments.questions
        raise InvalidAnswers(
            "bad_questions",
            Texts.load().phrase("cli.bad_questions", name=name),
        ) from error


def _readers(
    application: Application, arguments: argparse.Namespace, language: Language
) -> frozenset[str]:
    """The owner of this machine is an admin; `--as` asks with somebody else's rights."""
    return application.people.readers(said(Text(arguments.text), language, arguments.person))


async def _ask(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    if not (arguments.json or arguments.questions):
        return await _talk(application, arguments, language)
    answers = await application.answers()
    failed = False
    for id_, text in _questions(arguments):
        spoken = arguments.language or language_of(text, language)
        if mode := application.router.leads(text):
            said_back = await _talked(application, said(Text(text), spoken, arguments.person))
            if arguments.json:
                output.line(output.talk(text, said_back, spoken, mode, id_))
            else:
                print(f"{text}\n{said_back}\n")  # noqa: T201  # a command line prints
            continue
        try:
            answer = await answers.answer(
                text, readers=_readers(application, arguments, language), language=spoken
            )
        except KnowledgeError as error:
            failed = True
            output.line({"id": id_, "question": text} | _error(error))
            if not arguments.questions:
                print(error.reason.to(spoken), file=sys.stderr)  # noqa: T201  # as above
            continue
        if arguments.json:
            output.line(output.answer(answer, id_ or answer.id))
        else:
            print(f"{text}\n{answer.text}\n")  # noqa: T201  # as above
    return COULD_NOT if failed else DONE


async def _talked(application: Application, message: Message) -> str:
    """Return the last word of what is said back to talk, which lasts for this one call."""
    text = ""
    async for reply in application.router(_once(message)):
        text = reply.text
    return text


def _once(message: Message) -> Message:
    """Let a call be a talk of its own: the next one knows nothing of it."""
    return replace(message, place=f"{message.place}:{secrets.token_hex(8)}")


async def _talk(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Ask as a person does on any other platform, through the same turn."""
    spoken = arguments.language or language_of(arguments.text, language)
    content: Content = Command("demo", arguments.text)
    if arguments.command == "ask":
        content = Text(arguments.text)
    message = said(content, spoken, arguments.person)
    if arguments.command == "ask" and not application.router.leads(arguments.text):
        tidy(arguments.text, Wording.load())
    await application.turns.take(_once(message), Paper(Console()))
    return DONE


async def _demo(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Show a trace as people see it, or as JSON: everything behind one answer."""
    if not arguments.json:
        return await _talk(application, arguments, language)
    spoken = arguments.language or language_of(arguments.text, language)
    message = said(Command("demo", arguments.text), spoken, arguments.person)
    answer = await application.router.questions.quietly(message, arguments.text)
    trace = await application.router.demo.trace(answer.id)
    if trace is None:
        raise LibraryUnavailable("no_trace", application.texts.phrase("feedback.away"))
    output.line(json.loads(trace.to_json()))
    return DONE


async def _search(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    library = await application.library()
    for id_, text in _questions(arguments):
        spoken = arguments.language or language_of(text, language)
        began = time.perf_counter()
        found = await library.search(
            text, readers=_readers(application, arguments, language), limit=arguments.limit
        )
        spent = (time.perf_counter() - began) * 1000
        if arguments.json:
            output.line(output.hits(found, id_, text, spoken, spent))
        else:
            console = Console()
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
        await application.turns.take(said(press, language), Paper(Console()))
        return DONE
    today = datetime.now(UTC).date().isoformat()
    takes = Filter.read(narrowing).takes
    documents = await (await application.library()).documents()
    rows = [output.document(document) for document in documents if takes(document, today)]
    output.line({"documents": rows})
    return DONE


async def _change(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """Publish the newest version, roll back or remove, by the same rules as in chat."""
    library = await application.library()
    document = await library.document(arguments.id)
    newest = document.versions[-1].id
    shown = document.metadata.title
    version = newest
    if arguments.command != "publish" and document.current:
        version = document.current
    hits = 0
    if (arguments.command, version) != ("publish", document.current):
        message = said(Press(f"document.{arguments.command}"), language)
        try:
            hits = await application.documents.changes.change(
                message, arguments.command, document.id, version
            )
        except SessionsUnavailable as error:
            raise LibraryUnavailable(
                "no_book", application.texts.phrase("documents.no_book")
            ) from error
    if arguments.command == "remove":
        if arguments.json:
            output.line({"document": arguments.id, "hits": hits})
        else:
            text = application.texts.say("documents.remove_done", language, title=shown, hits=hits)
            Console().print(text, markup=False)
        return DONE
    document = await library.document(arguments.id)
    if arguments.json:
        output.line(output.document(document))
    else:
        number = document.published.number if document.published else 0
        change: Literal["publish", "rollback"] = arguments.command
        text = application.texts.say(
            f"documents.{change}_done", language, title=shown, number=number
        )
        Console().print(text, markup=False)
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


def _error(error: KnowledgeError) -> dict[str, Any]:
    return {"error": {"code": error.code, "ja": error.reason.ja, "en": error.reason.en}}
