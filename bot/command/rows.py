"""The questions a command is given: one as an argument, or many as JSON lines."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bot.command import desk
from handlers.texts import Texts
from knowledge.errors import InvalidAnswers

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


async def rows(arguments: argparse.Namespace) -> AsyncIterator[Row]:
    """
    Yield the questions one by one, so that standard input may wait for the answer before it.

    Raises:
        InvalidAnswers: the file cannot be read, or a line is no question.
    """
    if not arguments.questions:
        yield Row("", arguments.text)
        return
    number = 0
    try:
        async for line in _lines(arguments.questions):
            number += 1
            if line.strip():
                yield _row(json.loads(line.removeprefix(_MARK)), number)
    except (OSError, ValueError, KeyError, TypeError) as error:
        name = arguments.questions
        reason = Texts.load().phrase("cli.bad_questions", name=name)
        if not isinstance(error, OSError | UnicodeDecodeError):
            reason = Texts.load().phrase("cli.bad_question", name=name, number=number)
        raise InvalidAnswers("bad_questions", reason) from error


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
