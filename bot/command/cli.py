"""The `llm-choose` command: one subcommand for each ability, with `--json` for machines."""

import argparse
import asyncio
import locale
import logging
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from bot.settings import InvalidSettings, load
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.values import Language, Phrase

DONE, COULD_NOT, USAGE = 0, 1, 2
COMMANDS = (
    *("serve", "ask", "search", "add", "documents", "publish", "remove", "rollback"),
    *(
        "choose",
        "model",
        "demo",
        "evaluate",
        "cases",
        "check",
        "worker",
        "backup",
        "restore",
        "manifest",
    ),
)


class UsageError(Exception):
    """The command's words are off; the sentence names the word."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason.en)
        self.reason = reason


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(Texts.load().phrase("cli.usage", problem=message, command=self.prog))


def main(words: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 could not, 2 usage."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    given = list(sys.argv[1:] if words is None else words)
    language = terminal_language()
    as_json = "--json" in given
    try:
        return _run(_parse(given), language)
    except UsageError as error:
        return _say(error.reason, "usage", as_json, language, USAGE)
    except InvalidSettings as error:
        return _say(
            error.reason,
            error.code,
            as_json,
            language,
            USAGE if error.code in _SETTINGS else COULD_NOT,
        )
    except KnowledgeError as error:
        return _say(error.reason, error.code, as_json, language, COULD_NOT)
    except KeyboardInterrupt:
        return COULD_NOT


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


def _parse(given: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="llm-choose",
        description=Texts.load().say("cli.what", terminal_language()),
        allow_abbrev=False,
    )
    shared = _Parser(add_help=False)
    shared.add_argument("--json", action="store_true")
    shared.add_argument("--data", metavar="DIR")
    kinds = parser.add_subparsers(dest="command", metavar="|".join(COMMANDS))
    add = {name: kinds.add_parser(name, parents=[shared], allow_abbrev=False) for name in COMMANDS}
    add["serve"].add_argument("--host", default="127.0.0.1")
    add["serve"].add_argument("--port", type=int, default=8080)
    for name in ("ask", "search", "demo"):
        add[name].add_argument("text", nargs="?", default="")
        add[name].add_argument("--language", choices=("ja", "en"))
        add[name].add_argument("--as", dest="person", default="terminal:local")
    for name in ("ask", "search"):
        add[name].add_argument("--questions", metavar="FILE")
    add["search"].add_argument("--limit", type=int, default=10)
    add["add"].add_argument("files", nargs="*", metavar="FILE")
    add["add"].add_argument("--samples", action="store_true")
    add["add"].add_argument("--publish", action="store_true")
    add["add"].add_argument("--audience", default="")
    add["add"].add_argument("--title", default="")
    add["add"].add_argument("--replaces", metavar="ID", default="")
    add["documents"].add_argument("--q", metavar="TEXT", default="")
    add["documents"].add_argument(
        "--state", choices=("published", "staged", "withdrawn"), default=""
    )
    add["documents"].add_argument(
        "--kind", choices=("guideline", "rule", "deck", "faq", "other"), default=""
    )
    add["documents"].add_argument("--audience", default="")
    add["documents"].add_argument("--due", action="store_true")
    add["documents"].add_argument("--page", type=int, default=1)
    for name in ("publish", "remove", "rollback"):
        add[name].add_argument("id")
    add["choose"].add_argument("--answers", metavar="FILE")
    add["choose"].add_argument("--express", action="store_true")
    add["choose"].add_argument("--team", metavar="ID", default="")
    add["choose"].add_argument("--language", choices=("ja", "en"))
    add["model"].add_argument("file", nargs="?", metavar="FILE")
    for flag in ("--publish", "--rollback", "--show"):
        add["model"].add_argument(flag, action="store_true")
    add["evaluate"].add_argument("folders", nargs="+", metavar="FOLDER|FILE.jsonl")
    add["evaluate"].add_argument("--report", metavar="FILE.html")
    for name in ("backup", "restore"):
        add[name].add_argument("path", metavar="FOLDER|FILE.tar.gz")
    add["manifest"].add_argument("platform", choices=("slack", "teams"))
    add["manifest"].add_argument("--out", metavar="FILE", default="")
    arguments = parser.parse_args(given or ["serve"])
    if arguments.command == "add" and arguments.replaces and len(arguments.files) != 1:
        raise UsageError(
            Texts.load().phrase("cli.usage", problem="--replaces ID FILE", command="llm-choose add")
        )
    if arguments.command is None:
        raise UsageError(
            Texts.load().phrase("cli.usage", problem="no command", command="llm-choose")
        )
    return arguments


def _run(arguments: argparse.Namespace, language: Language) -> int:
    """
    Import only what the subcommand needs: serving must open its socket before the heavy rooms are
    imported.
    """
    settings = load(data=arguments.data)
    if arguments.command == "manifest":
        from bot.command.manifest import show

        return show(arguments.platform, settings, language, arguments.out)
    if arguments.command == "serve":
        from bot.service.serve import serve

        return serve(settings, arguments.host, arguments.port, language)
    if arguments.command == "check":
        from bot.command.check import check

        return asyncio.run(check(settings, language, as_json=arguments.json))
    if arguments.command == "worker":
        from bot.service.worker import work

        return asyncio.run(work(settings, language))
    if arguments.command == "restore":
        from bot.command.backup import restore

        return asyncio.run(restore(arguments, settings, language))
    from bot.command import commands

    return asyncio.run(commands.run(arguments, settings, language))


def _say(reason: Phrase, code: str, as_json: bool, language: Language, exit_code: int) -> int:
    print(reason.to(language), file=sys.stderr)  # noqa: T201  # a command line speaks by printing
    if as_json:
        from bot.command.output import line

        line({"error": {"code": code, "ja": reason.ja, "en": reason.en}})
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
