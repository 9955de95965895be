"""The `llm-choose` command: one subcommand for each ability, with `--json` for machines."""

import argparse
import asyncio
import locale
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from bot.command.beside import beside_or_alone
from bot.command.exits import DONE, INTERRUPTED
from bot.command.parser import PROGRAM, parse
from bot.command.piped import piped
from bot.command.running import ALONE, FAULTS, run, told
from bot.command.served import carry_out
from bot.service.logs import to_terminal
from bot.settings import Settings, load
from knowledge.values import Language


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
        return told(error, given, language)
    except KeyboardInterrupt:
        return INTERRUPTED


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
    if arguments.command in ("manifest", "slack"):
        return _of_a_platform(arguments, settings, language)

    def alone() -> int:
        return asyncio.run(run(arguments, settings, language))

    passes_on = arguments.command == "mcp" and arguments.url
    if arguments.command in ALONE or passes_on:
        return alone()
    return beside_or_alone(words, settings, language, alone)


def _of_a_platform(arguments: argparse.Namespace, settings: Settings, language: Language) -> int:
    """Run a subcommand that is about a chat platform alone, and opens nothing of ours."""
    if arguments.command == "slack":
        from bot.command.slack import slack

        return asyncio.run(slack(settings, arguments, language))
    from bot.command.manifest import show

    return show(
        arguments.platform,
        settings,
        language,
        arguments.out,
        app_version=arguments.app_version,
        socket=arguments.socket,
    )


if __name__ == "__main__":
    sys.exit(main())
