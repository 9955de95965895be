"""The questions a command is given: one as an argument, or many as JSON lines."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

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


def rows(arguments: argparse.Namespace) -> Iterator[Row]:
    """
    Yield the questions one by one, so that standard input may wait for the answer before it.

    Raises:
        InvalidAnswers: the file cannot be read, or a line is no question.
    """
    if not arguments.questions:
        yield Row("", arguments.text)
        return
    try:
        for number, line in enumerate(_lines(arguments.questions), 1):
            if line.strip():
                yield _row(json.loads(line), number)
    except (OSError, ValueError, KeyError, UnicodeDecodeError, AttributeError) as error:
        reason = Texts.load().phrase("cli.bad_questions", name=arguments.questions)
        raise InvalidAnswers("bad_questions", reason) from error


def _lines(name: str) -> Iterable[str]:
    if name == "-":
        return sys.stdin
    return Path(name).read_text("utf-8").splitlines()


def _row(entry: dict[str, object], number: int) -> Row:
    return Row(str(entry.get("id", number)), str(entry["text"]), str(entry.get("thread") or ""))
