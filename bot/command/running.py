"""Run a command whose words were read, and say what stopped one."""

import argparse
import sys
from collections.abc import Sequence

from bot.command.exits import COULD_NOT, USAGE
from bot.command.parser import UsageError
from bot.settings import InvalidSettings, Settings
from knowledge.errors import KnowledgeError
from knowledge.values import Language, Phrase

FAULTS = (UsageError, InvalidSettings, KnowledgeError)
ALONE = frozenset({"serve", "worker", "restore", "drill", "manifest"})  # never run by a server


async def run(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
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


def told(
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


def _say(reason: Phrase, code: str, language: Language, exit_code: int, *, as_json: bool) -> int:
    print(reason.to(language), file=sys.stderr)  # noqa: T201  # a command line speaks by printing
    if as_json:
        from bot.command.output import line

        line({"error": {"code": code, "ja": reason.ja, "en": reason.en}})
    return exit_code
