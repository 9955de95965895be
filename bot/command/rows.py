"""The questions a command is given: one as an argument, or many as JSON lines."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.command import desk
from handlers.texts import Texts
from knowledge.errors import InvalidAnswers


@dataclass(frozen=True, slots=True)
class Row:
    """
    One question. `id` is empty for the one that was given as an argument; rows with the same
    `thread` are turns of one talk, in order, and one without is a talk of its own.
    """

    id: str
    text: str
    thread: str = ""


async def rows(arguments: argparse.Namespace) -> AsyncIterator[Row]:
    """
    Yield the questions one by one, so that standard input may wait for the answer before it.

    Raises:
        InvalidAnswers: the file cannot be read, or a line is no question.
    """
    if not arguments.questions:
        yield Row("", arguments.text)
        return
    try:
        number = 0
        async for line in _lines(arguments.questions):
            number += 1
            if line.strip():
                yield _row(json.loads(line), number)
    except (OSError, ValueError, KeyError, UnicodeDecodeError, AttributeError) as error:
        reason = Texts.load().phrase("cli.bad_questions", name=arguments.questions)
        raise InvalidAnswers("bad_questions", reason) from error


async def _lines(name: str) -> AsyncIterator[str]:
    if name == "-":
        while line := await desk.line():
            yield line
        return
    text = await asyncio.to_thread(desk.located(name).read_text, "utf-8")
    for line in text.splitlines():
        yield line


def _row(entry: dict[str, object], number: int) -> Row:
    return Row(str(entry.get("id", number)), str(entry["text"]), str(entry.get("thread") or ""))
