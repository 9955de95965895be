"""
Commands beside a running server, the server's side: it reads the words as the command does and runs
them over the application that serves.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.command.parser import parse
from bot.command.running import ALONE, FAULTS, run, told
from bot.service.control import Call, Line
from bot.settings import InvalidSettings, Settings
from handlers.texts import Texts
from knowledge.values import Language

if TYPE_CHECKING:  # heavy, and only the server needs it
    from bot.service.application import Application


async def carry_out(application: "Application", call: Call, line: Line) -> int:
    """Carry a call out in the server; what it writes goes to the caller. Return its exit code."""
    from bot.command.desk import Desk, Writing, divide, sitting_at

    divide()
    out = Writing(partial(line.write, "out"), terminal="out" in call.terminals)
    errors = Writing(partial(line.write, "errors"), terminal="errors" in call.terminals)
    folder, drawing = Path(call.folder), dict(call.environment)
    language: Language = "ja" if call.language == "ja" else "en"
    with sitting_at(Desk(out, errors, line.read, folder, drawing, application)):
        return await _run(call.words, application.settings, language)


async def _run(words: Sequence[str], settings: Settings, language: Language) -> int:
    """Carry out a command of somebody else, inside a running server; return its exit code."""
    try:
        arguments = parse(words, language)
        if arguments.command in ALONE:
            raise InvalidSettings("server_runs", Texts.load().phrase("cli.server_runs"))
        return await run(arguments, settings, language)
    except FAULTS as error:
        return told(error, words, language)
