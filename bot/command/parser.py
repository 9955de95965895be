"""
The words of the command: what can be typed, and the help that explains it in the person's language.

Every sentence is in `handlers/sentences/`: `help.yaml` explains, `cli.yaml` says what is wrong.
argparse's own words never reach a person: its sections are ours, and its errors are told from each
other by the shape of their English.
"""

import argparse
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, Literal, NoReturn
from unicodedata import east_asian_width

from handlers.texts import Texts
from knowledge.values import Language, Phrase

PROGRAM = "llm-choose"
MARGIN = 2  # cells left free at the right, as argparse does
LANGUAGES = ("ja", "en")
STATES = ("published", "staged", "withdrawn")
KINDS = ("guideline", "rule", "deck", "faq", "other")
PLATFORMS = ("slack", "teams")
SHELLS = ("bash", "zsh", "fish")
LAST_PORT = 65535
SLACK = ("setup",)
TOKEN = ("make", "list", "revoke")

# What argparse says in English, and the sentence that takes its place.
_ERRORS: tuple[tuple[re.Pattern[str], Literal["missing", "no_value", "misused"]], ...] = (
    (re.compile(r"the following arguments are required: (?P<name>.+)"), "missing"),
    (re.compile(r"argument (?P<name>[^:]+): expected .+"), "no_value"),
    (re.compile(r"argument (?P<name>[^:]+): .+", re.DOTALL), "misused"),
)


class UsageError(Exception):
    """The command's words are off; the sentence names the word."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason.en)
        self.reason = reason


def _wrong(name: str, /, **values: str) -> UsageError:
    return UsageError(Texts.load().phrase(f"cli.{name}", **values))


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples as they are, and begins the usage with our own word."""

    def __init__(self, prog: str, *, usage: str, **more: Any) -> None:
        wide = sum(east_asian_width(sign) == "W" for sign in usage)  # each takes two cells
        columns = shutil.get_terminal_size().columns
        super().__init__(prog, width=columns - MARGIN - wide, **more)
        self._usage_word = usage

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, self._usage_word if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """
    What one command takes. `actions` lists its arguments and options in the order they were added.

    Nothing ends the process but `--help`; what is wrong is raised as `UsageError`.
    """

    def __init__(self, *, language: Language, **settings: Any) -> None:
        self.say = partial(self._say, language)
        formatter = partial(_Formatter, usage=self.say("usage"))
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=formatter, **settings)
        self.actions: list[argparse.Action] = []
        self._arguments = self.add_argument_group(self.say("arguments"))
        self._options = self.add_argument_group(self.say("options"))
        self.option("-h", "--help", text="help", action="help")

    @staticmethod
    def _say(language: Language, name: str) -> str:
        return Texts.load().say(f"help.{name}", language)

    def argument(self, name: str, *, text: str, **settings: Any) -> None:
        """Add an argument, which `help.TEXT` explains."""
        self.actions.append(self._arguments.add_argument(name, help=self.say(text), **settings))

    def option(self, *names: str, text: str, **settings: Any) -> None:
        """Add an option, which `help.TEXT` explains."""
        self.actions.append(self._options.add_argument(*names, help=self.say(text), **settings))

    def switch(self, name: str, *, text: str) -> None:
        """Add an option that is on or off."""
        self.option(name, text=text, action="store_true")

    @property
    def option_names(self) -> tuple[str, ...]:
        return tuple(name for action in self.actions for name in action.option_strings)

    def error(self, message: str) -> NoReturn:
        for shape, name in _ERRORS:
            match = shape.fullmatch(message)
            if match:
                raise _wrong(name, command=self.prog, **match.groupdict())
        raise _wrong("usage", command=self.prog)


def parse(words: Sequence[str], language: Language) -> argparse.Namespace:
    """
    Return what was typed; nothing typed at all means `serve`. With `--version` there is no command.

    Raises:
        UsageError: a word that is not known, not allowed there, or missing.
        SystemExit: help was asked for, and is printed.
    """
    whole, commands = parsers(language)
    typed = list(words or ["serve"])
    _check_first(typed[0], whole, commands)
    arguments, unknown = whole.parse_known_args(typed)
    if unknown:
        raise _unknown(unknown, commands.get(arguments.command, whole))
    if arguments.command == "add" and arguments.replaces and len(arguments.files) != 1:
        raise _wrong("replaces_one")
    if arguments.command == "publish" and bool(arguments.id) == arguments.all:
        raise _wrong("publish_which")
    return arguments


def _check_first(word: str, whole: Parser, commands: Mapping[str, Parser]) -> None:
    """The first word is a command or an option of the whole program."""
    if word in commands or word in whole.option_names:
        return
    if any(word.partition("=")[0] in command.option_names for command in commands.values()):
        raise _wrong("option_first", word=word, command=PROGRAM)
    if word.startswith("-"):
        raise _unknown([word], whole)
    near = get_close_matches(word, commands, 1)
    if near:
        raise _wrong("unknown_command_near", word=word, near=near[0])
    raise _wrong("unknown_command", word=word)


def _unknown(words: Sequence[str], parser: Parser) -> UsageError:
    """Return what to say of words nobody takes, of the first option among them if there is one."""
    names = [word.partition("=")[0] for word in words if word.startswith("-")]
    options = [name for name in names if name not in parser.option_names]  # those are after "--"
    if not options:
        return _wrong("extra_word", word=words[0], command=parser.prog)
    word = options[0]
    near = get_close_matches(word, parser.option_names, 1)
    if near:
        return _wrong("unknown_option_near", word=word, near=near[0], command=parser.prog)
    return _wrong("unknown_option", word=word, command=parser.prog)


def parsers(language: Language) -> tuple[Parser, dict[str, Parser]]:
    """Return the parser of the whole program, and that of each command by its name."""
    whole = Parser(
        language=language,
        prog=PROGRAM,
        description=Texts.load().say("cli.what", language),
        epilog=Texts.load().say("help.more", language),
    )
    whole.option("-V", "--version", text="version", action="store_true")
    title = whole.say("commands")
    kinds = whole.add_subparsers(dest="command", title=title, metavar="COMMAND", prog=PROGRAM)
    commands: dict[str, Parser] = {}
    for name, fill in _COMMANDS.items():
        examples = whole.say(f"examples_{name}").rstrip().replace("\n", "\n  ")
        command = kinds.add_parser(
            name,
            language=language,
            help=whole.say(f"what_{name}"),
            description=whole.say(f"what_{name}"),
            epilog=f"{whole.say('examples')}\n  {examples}",
        )
        fill(command)
        command.switch("--json", text="json")
        command.option("--data", text="data", metavar="DIR")
        commands[name] = command
    return whole, commands


def _whole_number(word: str) -> int:
    try:
        return int(word)
    except ValueError as error:
        raise _wrong("bad_number", word=word) from error


def _port(word: str) -> int:
    number = _whole_number(word)
    if not 0 <= number <= LAST_PORT:
        raise _wrong("bad_port", word=word)
    return number


def _interval(word: str) -> int:
    """Return an interval in seconds, -1 for never."""
    if word == "never":
        return -1
    match = re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", word)
    if match is None:
        raise _wrong("bad_interval", word=word)
    return int(match[1]) * {"m": 60, "h": 3600, "d": 86400}[match[2]]


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def choose(word: str) -> str:
        if word not in choices:
            raise _wrong("bad_choice", word=word, choices=" / ".join(choices))
        return word

    return choose


def _choice(command: Parser, name: str, choices: Sequence[str], *, text: str) -> None:
    command.option(name, text=text, type=_one_of(choices), metavar="|".join(choices))


def _serve(command: Parser) -> None:
    command.option("--host", text="host", metavar="ADDRESS", default="127.0.0.1")
    command.option("--port", text="port", metavar="PORT", type=_port, default=8080)


def _worker(command: Parser) -> None:
    command.option("--host", text="host", metavar="ADDRESS", default="127.0.0.1")
    command.option("--port", text="probe_port", metavar="PORT", type=_port, default=0)


def _asking(command: Parser, question: str = "question") -> None:
    command.argument("text", text=question, metavar="TEXT", nargs="?", default="")
    _choice(command, "--language", LANGUAGES, text="language")
    command.option("--as", text="person", metavar="PERSON", dest="person", default="terminal:local")


def _ask(command: Parser) -> None:
    _asking(command)
    command.option("--questions", text="questions", metavar="FILE")


def _search(command: Parser) -> None:
    _ask(command)
    command.option("--limit", text="limit", metavar="N", type=_whole_number, default=10)


def _add(command: Parser) -> None:
    command.argument("files", text="files", metavar="FILE", nargs="*")
    command.switch("--samples", text="samples")
    command.switch("--publish", text="publish")
    command.option("--audience", text="audience", metavar="AUDIENCE", default="")
    command.option("--title", text="title", metavar="TITLE", default="")
    command.option("--replaces", text="replaces", metavar="ID", default="")


def _read(command: Parser) -> None:
    command.argument("what", text="read_what", metavar="FILE|ID")
    command.option("--edition", text="edition", metavar="N", type=_whole_number, default=0)
    command.switch("--report", text="read_report")


def _sync(command: Parser) -> None:
    command.argument("source", text="source", metavar="SOURCE", nargs="?", default="")
    command.switch("--preview", text="preview")
    command.option("--every", text="every", metavar="TIME", type=_interval, default=0)
    command.option("--audience", text="sync_audience", metavar="AUDIENCE", default="")
    _choice(command, "--kind", KINDS, text="sync_kind")
    command.switch("--staged", text="staged")
    command.option("--secret", text="secret", metavar="NAME", default="")
    command.switch("--accept-vanished", text="accept_vanished")


def _documents(command: Parser) -> None:
    command.option("--q", text="filter_text", metavar="TEXT", default="")
    _choice(command, "--state", STATES, text="filter_state")
    _choice(command, "--kind", KINDS, text="filter_kind")
    command.option("--audience", text="filter_audience", metavar="AUDIENCE", default="")
    command.switch("--due", text="filter_due")
    command.option("--page", text="page", metavar="N", type=_whole_number, default=1)


def _publish(command: Parser) -> None:
    command.argument("id", text="ids", metavar="ID", nargs="*")
    command.switch("--anyway", text="publish_anyway")
    command.switch("--all", text="publish_all")
    command.switch("--preview", text="change_preview")


def _document(command: Parser) -> None:
    command.argument("id", text="ids", metavar="ID", nargs="+")
    command.switch("--preview", text="change_preview")


def _readers(command: Parser) -> None:
    command.argument("readers", text="audience", metavar="AUDIENCE")
    _document(command)


def _choose(command: Parser) -> None:
    command.option("--answers", text="answers", metavar="FILE")
    command.option("--describe", text="describe", metavar="TEXT", default="")
    command.switch("--express", text="express")
    command.option("--team", text="team", metavar="ID", default="")
    command.option("--memo", text="memo", metavar="PATH")
    _choice(command, "--language", LANGUAGES, text="language")


def _model(command: Parser) -> None:
    command.argument("file", text="model_file", metavar="FILE", nargs="?")
    command.switch("--publish", text="model_publish")
    command.switch("--rollback", text="model_rollback")
    command.switch("--show", text="model_show")


def _evaluate(command: Parser) -> None:
    command.argument("folders", text="folders", metavar="FOLDER|FILE.jsonl", nargs="+")
    command.option("--report", text="report", metavar="FILE.html")
    command.switch("--grounding", text="grounding")


def _person(command: Parser) -> None:
    command.argument("id", text="person_id", metavar="ID")
    command.switch("--erase", text="erase")


def _backup(command: Parser) -> None:
    command.argument("path", text="backup_path", metavar="FOLDER|FILE.tar.gz")


def _restore(command: Parser) -> None:
    command.argument("path", text="restore_path", metavar="FOLDER|FILE.tar.gz")


def _manifest(command: Parser) -> None:
    names = "|".join(PLATFORMS)
    command.argument("platform", text="platform", type=_one_of(PLATFORMS), metavar=names)
    command.option("--out", text="out", metavar="FILE", default="")
    command.option("--app-version", text="app_version", metavar="1.0.1", default="")
    command.switch("--socket", text="socket")


def _slack(command: Parser) -> None:
    command.argument("verb", text="slack_verb", type=_one_of(SLACK), metavar="|".join(SLACK))
    command.option("--hello", text="hello", metavar="U0123ABCD", default="")


def _completion(command: Parser) -> None:
    command.argument("shell", text="shell", metavar="|".join(SHELLS), type=_one_of(SHELLS))


def _token(command: Parser) -> None:
    command.argument("verb", text="token_verb", type=_one_of(TOKEN), metavar="|".join(TOKEN))
    command.argument("name", text="token_name", metavar="NAME|ID", nargs="?", default="")
    command.option("--scopes", text="token_scopes", metavar="A,B", default="ask,search")
    command.option("--audiences", text="token_audiences", metavar="A,B", default="")
    command.option("--days", text="token_days", metavar="N", type=_whole_number, default=90)


def _mcp(command: Parser) -> None:
    command.option("--url", text="mcp_url", metavar="URL", default="")


def _nothing(command: Parser) -> None:
    """Some commands take nothing of their own."""


_COMMANDS: Mapping[str, Callable[[Parser], None]] = {
    "serve": _serve,
    "ask": _ask,
    "search": _search,
    "add": _add,
    "read": _read,
    "sync": _sync,
    "documents": _documents,
    "publish": _publish,
    "withdraw": _document,
    "audience": _readers,
    "remove": _document,
    "rollback": _document,
    "choose": _choose,
    "model": _model,
    "demo": partial(_asking, question="tour"),
    "evaluate": _evaluate,
    "reread": _nothing,
    "cases": _nothing,
    "check": _nothing,
    "worker": _worker,
    "person": _person,
    "backup": _backup,
    "restore": _restore,
    "drill": _restore,
    "manifest": _manifest,
    "slack": _slack,
    "completion": _completion,
    "token": _token,
    "mcp": _mcp,
}
