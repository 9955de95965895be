"""
`llm-choose ask`: one question as on any other platform, or many for machines.

Machines read what people read: every row goes the way a message goes, and rows that share a
`thread` are turns of one talk. A call remembers nothing of the calls before it.
"""

import argparse
import json
import secrets
import sys
from dataclasses import replace

from bot.command import desk, output
from bot.command.exits import COULD_NOT, DONE
from bot.command.rows import Row, rows
from bot.command.terminal import Paper, said
from bot.service.application import Application
from handlers.conversation import Command, Content, Message, Reply, Text
from knowledge.answering.question import tidy
from knowledge.answering.wording import Wording
from knowledge.errors import KnowledgeError, LibraryUnavailable
from knowledge.text.language import language_of, spoken_language
from knowledge.values import Answer, Language


async def ask(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Answer one question, or each row of a file in order; 1 when one could not be answered."""
    if not (arguments.json or arguments.questions):
        return await _talk(application, arguments, language)
    await application.answers()  # an index that is away is said once, before any row
    call = secrets.token_hex(8)
    code = DONE
    number = -1
    async for row in rows(arguments):
        number += 1
        spoken = arguments.language or spoken_language(row.text, language)
        message = said(Text(row.text), spoken, arguments.person)
        place = f"{message.place}:{call}:{row.thread or number}"
        message = replace(message, id=f"{place}:{number}", place=place)
        try:
            line = await _line(application, message, row)
        except KnowledgeError as error:
            code = COULD_NOT
            line = {"id": row.id, "question": row.text} | _error(error)
            if not arguments.questions:
                reason = error.reason.to(spoken)
                print(reason, file=sys.stderr)  # noqa: T201  # a command line prints
        if arguments.json or "error" in line:
            output.line(line)
        else:
            print(f"{row.text}\n{line['text']}\n")  # noqa: T201  # as above
    return code


async def _line(application: Application, message: Message, row: Row) -> output.Json:
    """
    Return what came back to one row, as machines read it.

    Raises:
        KnowledgeError: the row is no question, or could not be answered.
    """
    if row.fault is not None:
        raise row.fault
    mode = application.router.leads(row.text)
    if not mode:
        tidy(row.text, Wording.load())
    reply = await _last(application, message)
    if reply.answer is not None:
        id_ = row.id or reply.answer.id
        return output.answer(reply.answer, id_, reply.text, await _files(application, reply.answer))
    language = language_of(reply.text, message.person.language)
    return output.talk(row.text, reply.text, language, mode or "talk", row.id)


async def _last(application: Application, message: Message) -> Reply:
    """Return the last word of a turn. Raises the KnowledgeError it tells of."""
    last = Reply("")
    async for reply in application.router(message):
        last = reply
    if last.fault is not None:
        raise last.fault
    return last


async def _files(application: Application, answer: Answer) -> dict[str, str]:
    """Return the name of the file behind each version an answer cites, by the version's id."""
    library = await application.library()
    files: dict[str, str] = {}
    for citation in answer.citations:
        passage = citation.passage
        document = await library.document(passage.document)
        version = document.version(passage.version)
        files[passage.version] = version.name if version else ""
    return files


async def demo(application: Application, arguments: argparse.Namespace, language: Language) -> int:
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


async def _talk(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Ask as a person does on any other platform, through the same turn."""
    spoken = arguments.language or language_of(arguments.text, language)
    content: Content = Command("demo", arguments.text)
    if arguments.command == "ask":
        content = Text(arguments.text)
    message = said(content, spoken, arguments.person)
    if arguments.command == "ask" and not application.router.leads(arguments.text):
        tidy(arguments.text, Wording.load())
    own = replace(message, place=f"{message.place}:{secrets.token_hex(8)}")  # remembers nothing
    await application.turns.take(own, Paper(desk.console()))
    return DONE


def _error(error: KnowledgeError) -> output.Json:
    return {"error": {"code": error.code, "ja": error.reason.ja, "en": error.reason.en}}
