"""What a command reads from a pipe: `echo … | llm-choose ask`, and `-` in the place of a text."""

import sys

from bot.command.parser import UsageError, parse

READING = ("ask", "search")  # the commands whose text may come by standard input
HELP = ("-h", "--help")
STDIN = "-"


def piped(words: list[str]) -> list[str]:
    """
    Return the words with the text that was piped in, where one of `READING` was given none or `-`.

    A terminal is not waited for. Words that are no command are returned as they are, for whoever
    says what is wrong with them.
    """
    if not words or words[0] not in READING or any(word in HELP for word in words):
        return words
    try:
        arguments = parse(words, "en")
    except UsageError:
        return words
    if arguments.questions:
        return words
    if arguments.text == STDIN:
        at = words.index(STDIN)
        return [*words[:at], *words[at + 1 :], "--", _text()]
    if not arguments.text and "" not in words and not _is_terminal():
        return [*words, "--", _text()]
    return words


def _is_terminal() -> bool:
    return sys.stdin is None or sys.stdin.isatty()


def _text() -> str:
    """Return all of standard input, without the blank around it."""
    try:
        return sys.stdin.read().strip()
    except (OSError, AttributeError, UnicodeDecodeError):  # there is none, or no text
        return ""
