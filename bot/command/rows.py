"""The questions a command is given: one as an argument, or many as JSON lines."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bot.command import desk
from handlers.texts import Texts
from knowledge.errors import InvalidAnswers, KnowledgeError

_MARK = "\ufeff"  # some editors put it before the first line


@dataclass(frozen=True, slots=True)
class Row:
    """
    One question. `id` is empty for the one that was given as an argument; rows with the same
    `thread` are turns of one talk, in order, and one without is a talk of its own.
    """

    id: str
    text: str
    thread: str = ""
    fault: KnowledgeError | None = None


async def rows(arguments: argparse.Namespace) -> AsyncIterator[Row]:
    """
    Yield the questions one by one, so that standard input may wait for the answer before it. A line
    that is no question is one with a `fault`: those after it are still asked.

    Raises:
        InvalidAnswers: the file cannot be read.
    """
    if not arguments.questions:
        yield Row("", arguments.text)
        return
    name = arguments.questions
    number = 0
    try:
        async for line in _lines(name):
            number += 1
            if line.strip():
                yield _read(line, number, name)
    except (OSError, UnicodeDecodeError) as error:
        reason = Texts.load().phrase("cli.bad_questions", name=name)
        raise InvalidAnswers("bad_questions", reason) from error


def _read(line: str, number: int, name: str) -> Row:
    """Return the question on a line, or what is wrong with it."""
    try:
        return _row(json.loads(line.removeprefix(_MARK)), number)
    except (ValueError, KeyError, TypeError):
        reason = Texts.load().phrase("cli.bad_question", name=name, number=number)
        return Row(str(number), line.strip(), fault=InvalidAnswers("bad_questions", reason))


async def _lines(name: str) -> AsyncIterator[str]:
    if name == "-":
        while line := await desk.line():
            yield line
        return
    text = await asyncio.to_thread(desk.located(name).read_text, "utf-8")
    for line in text.split("\n"):  # what else Unicode takes for an end may stand in a question
        yield line


def _row(entry: Any, number: int) -> Row:
    """Return a question. Raises KeyError or TypeError: it is none."""
    if not isinstance(entry["text"], str):
        raise TypeError(entry["text"])
    return Row(str(entry.get("id", number)), entry["text"], str(entry.get("thread") or ""))
