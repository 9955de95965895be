"""
What a shell completes: commands, options, and what an option takes, for bash, zsh and fish.

The scripts are made of the parsers, so that no word stands twice. Each is printed by
`llm-choose completion SHELL`; the help of that command says where to put it.
"""

import argparse
import sys

from bot.command.parser import PROGRAM, Parser, parsers
from knowledge.values import Language

FILES = ("FILE", "FILE.html", "DIR", "FOLDER|FILE.tar.gz", "FOLDER|FILE.jsonl")  # metavars


def show(shell: str, language: Language) -> int:
    """Print the script for a shell; descriptions are in `language`."""
    whole, commands = parsers(language)
    match shell:
        case "fish":
            script = _fish(whole, commands)
        case "zsh":
            script = _zsh(whole, commands)
        case _:
            script = _bash(whole, commands)
    sys.stdout.write(script)
    return 0


def _options(parser: Parser) -> list[argparse.Action]:
    return [action for action in parser.actions if action.option_strings]


def _takes_file(parser: Parser) -> bool:
    """Report whether a command has files as its arguments."""
    arguments = [action for action in parser.actions if not action.option_strings]
    return any(action.metavar in FILES for action in arguments)


def _file_options(parser: Parser) -> list[str]:
    names: list[str] = []
    for action in _options(parser):
        if action.metavar in FILES:
            names += action.option_strings
    return names


def _choices(action: argparse.Action) -> tuple[str, ...]:
    """Return the words an option or argument takes, () where it takes any."""
    metavar = str(action.metavar or "")
    if "|" not in metavar or metavar in FILES:
        return ()
    return tuple(metavar.split("|"))


def _values(parser: Parser) -> dict[str, tuple[str, ...]]:
    """Return what each option of a command takes, where that is one of some words."""
    values = {}
    for action in _options(parser):
        for name in action.option_strings:
            if _choices(action):
                values[name] = _choices(action)
    return values


def _words(parser: Parser) -> tuple[str, ...]:
    """Return the words that may stand as an argument of a command."""
    words: list[str] = []
    for action in parser.actions:
        if not action.option_strings:
            words += _choices(action)
    return tuple(words)


def _bash(whole: Parser, commands: dict[str, Parser]) -> str:
    cases = []
    for name, parser in commands.items():
        lines = [f"    {name})"]
        for option, words in _values(parser).items():
            reply = f'COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$word"))'
            lines.append(f'      if [ "$before" = {option} ]; then {reply}; return; fi')
        for option in _file_options(parser):
            reply = 'COMPREPLY=($(compgen -f -- "$word"))'
            lines.append(f'      if [ "$before" = {option} ]; then {reply}; return; fi')
        offered = " ".join([*parser.option_names, *_words(parser)])
        lines.append(f'      COMPREPLY=($(compgen -W "{offered}" -- "$word"))')
        if _takes_file(parser):
            lines.append('      COMPREPLY+=($(compgen -f -- "$word"))')
        cases += [*lines, "      ;;"]
    first = " ".join([*commands, *whole.option_names])
    body = "\n".join(cases)
    return f"""# bash completion for {PROGRAM}
_llm_choose() {{
  local word before
  word="${{COMP_WORDS[COMP_CWORD]}}"
  before="${{COMP_WORDS[COMP_CWORD - 1]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{first}" -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{body}
  esac
}}
complete -o filenames -F _llm_choose {PROGRAM}
"""


def _zsh(whole: Parser, commands: dict[str, Parser]) -> str:
    listed = []
    cases = []
    for name, parser in commands.items():
        listed.append(f"    '{name}:{_quoted(parser.description)}'")
        lines = [f"    {name})", "      _arguments \\"]
        for action in _options(parser):
            told = f"[{_quoted(action.help)}]{_zsh_value(action)}"
            lines += [f"        '{option}{told}' \\" for option in action.option_strings]
        words = " ".join(_words(parser))
        rest = f"({words})" if words else "_files"
        lines.append(f"        '*:: :{rest}'")
        cases += [*lines, "      ;;"]
    options = " ".join(whole.option_names)
    commands_ = "\n".join(listed)
    body = "\n".join(cases)
    return f"""#compdef {PROGRAM}
# zsh completion for {PROGRAM}
_llm_choose() {{
  local -a commands
  commands=(
{commands_}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    compadd -- {options}
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case "$name" in
{body}
  esac
}}
compdef _llm_choose {PROGRAM}
"""


def _zsh_value(action: argparse.Action) -> str:
    """Return what follows an option: nothing, one of some words, a file, or any text."""
    if action.nargs == 0:
        return ""
    words = " ".join(_choices(action))
    if words:
        return f":value:({words})"
    if action.metavar in FILES:
        return ":file:_files"
    return ":value: "


def _fish(whole: Parser, commands: dict[str, Parser]) -> str:
    start = f"complete -c {PROGRAM}"
    lines = [f"# fish completion for {PROGRAM}", f"{start} -f"]
    for action in _options(whole):
        names = " ".join(_fish_names(action))
        lines.append(f"{start} -n __fish_use_subcommand {names} -d '{_quoted(action.help)}'")
    for name, parser in commands.items():
        meaning = _quoted(parser.description)
        lines.append(f"{start} -n __fish_use_subcommand -a {name} -d '{meaning}'")
        here = f"{start} -n '__fish_seen_subcommand_from {name}'"
        for action in _options(parser):
            takes = _fish_takes(action)
            names = " ".join(_fish_names(action))
            lines.append(f"{here} {names}{takes} -d '{_quoted(action.help)}'")
        words = _words(parser)
        if words:
            lines.append(f"{here} -a '{' '.join(words)}'")
        elif _takes_file(parser):
            lines.append(f"{here} -F")
    return "\n".join(lines) + "\n"


def _fish_names(action: argparse.Action) -> list[str]:
    names = []
    for name in action.option_strings:
        if name.startswith("--"):
            names.append(f"-l {name.removeprefix('--')}")
        else:
            names.append(f"-s {name.removeprefix('-')}")
    return names


def _fish_takes(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    words = " ".join(_choices(action))
    if words:
        return f" -x -a '{words}'"
    if action.metavar in FILES:
        return " -r -F"
    return " -x"


def _quoted(text: str | None) -> str:
    """Return a description as it may stand between single quotes and brackets in every shell."""
    plain = (text or "").replace("'", "’").replace("[", "(").replace("]", ")")
    return plain.replace("\\", "").replace(":", " –")
