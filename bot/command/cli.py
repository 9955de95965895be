"""The `llm-choose` command: one subcommand for each ability, with `--json` for machines."""

import argparse
import asyncio
import locale
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from bot.command.beside import ALONE, beside_or_alone, carry_out
from bot.command.parser import PROGRAM, UsageError, parse
from bot.command.piped import piped
from bot.service.logs import to_terminal
from bot.settings import InvalidSettings, Settings, load
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.values import Language, Phrase

DONE, COULD_NOT, USAGE = 0, 1, 2
INTERRUPTED = 130  # as shells say it of whoever was stopped by Ctrl+C
FAULTS = (UsageError, InvalidSettings, KnowledgeError)


def main(words: Sequence[str] | None = None) -> int:
    """
    Run the command and return its exit code: 0 done, 1 could not, 2 usage, 130 stopped by Ctrl+C.
    """
    to_terminal()
    given = piped(list(sys.argv[1:] if words is None else words))
    language = terminal_language()
    try:
        return _run(parse(given, language), given, language)
    except FAULTS as error:
        return _told(error, given, language)
    except KeyboardInterrupt:
        return INTERRUPTED


async def carried_out(words: Sequence[str], settings: Settings, language: Language) -> int:
    """Carry out a command of somebody else, inside a running server; return its exit code."""
    try:
        arguments = parse(words, language)
        if arguments.command in ALONE:
            raise InvalidSettings("server_runs", Texts.load().phrase("cli.server_runs"))
        return await _awaited(arguments, settings, language)
    except FAULTS as error:
        return _told(error, words, language)


def _told(
    error: UsageError | InvalidSettings | KnowledgeError, words: Sequence[str], language: Language
) -> int:
    """Say what stopped a command, and return its exit code."""
    as_json = "--json" in words
    match error:
        case UsageError():
            return _say(error.reason, "usage", language, USAGE, as_json=as_json)
        case InvalidSettings():
            exit_code = USAGE if error.code in _SETTINGS else COULD_NOT
            return _say(error.reason, error.code, language, exit_code, as_json=as_json)
        case KnowledgeError():
            return _say(error.reason, error.code, language, COULD_NOT, as_json=as_json)


_SETTINGS = frozenset(
    {
        "half_section",
        "two_ways_in",
        "wrong_token",
        "bad_address",
        "bad_model",
        "bad_value",
        "bad_host",
        "embedded_worker",
        "short_password",
        "same_password",
        "no_sandbox",
        "bad_audience",
        "bad_platform",
        "unknown_platform",
        "unknown_setting",
        "unreadable_env",
        "twice_in_env",
        "bad_line",
        "bad_id",
        "missing_key",
        "missing_extra",
        "unreadable_certificate",
        "expired_certificate",
    }
)


def terminal_language() -> Language:
    """Return Japanese when the terminal speaks it, English otherwise."""
    name = (
        os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
        or ""
    )
    return "ja" if name.lower().startswith("ja") else "en"


def _run(arguments: argparse.Namespace, words: Sequence[str], language: Language) -> int:
    """
    Import only what the subcommand needs: serving must open its socket before the heavy rooms are
    imported.
    """
    if arguments.version:
        print(f"{PROGRAM} {version(PROGRAM)}")  # noqa: T201  # a command line speaks by printing
        return DONE
    if arguments.command == "completion":
        from bot.command.completion import show as show_completion

        return show_completion(arguments.shell, language)
    settings = load(data=arguments.data)
    if arguments.command == "serve":
        from bot.service.serve import serve

        return serve(settings, arguments.host, arguments.port, language, carry_out)
    if arguments.command == "manifest":
        from bot.command.manifest import show

        return show(
            arguments.platform,
            settings,
            language,
            arguments.out,
            app_version=arguments.app_version,
            socket=arguments.socket,
        )

    def alone() -> int:
        return asyncio.run(_awaited(arguments, settings, language))

    if arguments.command in ALONE:
        return alone()
    return beside_or_alone(words, settings, language, alone)


async def _awaited(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
    """Run a subcommand that opens the application for a while."""
    if arguments.command == "check":
        from bot.command.check import check

        return await check(settings, language, as_json=arguments.json)
    if arguments.command == "worker":
        from bot.service.worker import work

        return await work(settings, language, arguments.host, arguments.port)
    if arguments.command == "mcp":
        from bot.command.mcp import mcp

        return await mcp(settings, arguments, language)
    if arguments.command in ("restore", "drill"):
        from bot.command import backup

        bring_back = backup.restore if arguments.command == "restore" else backup.drill
        return await bring_back(arguments, settings, language)
    if arguments.command == "read":
        from bot.command.read import show as show_reading

        return await show_reading(arguments, settings, language)
    from bot.command import commands

    return await commands.run(arguments, settings, language)


def _say(reason: Phrase, code: str, language: Language, exit_code: int, *, as_json: bool) -> int:
    print(reason.to(language), file=sys.stderr)  # noqa: T201  # a command line speaks by printing
    if as_json:
        from bot.command.output import line

        line({"error": {"code": code, "ja": reason.ja, "en": reason.en}})
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
