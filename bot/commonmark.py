"""
Bold as CommonMark reads it: beside a sign inside, a letter outside needs a space, else the marks
are shown as they stand (https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis). Japanese
has none there: 「**三万円を支給する。**申請は」. Pure.
"""

import re
import unicodedata

_BOLD = re.compile(r"(?P<before>.?)\*\*(?P<bold>.+?)\*\*(?=(?P<after>.?))")


def flanked(line: str) -> str:
    """Return a line whose bold is read as bold."""
    return _BOLD.sub(_with_spaces, line)


def _with_spaces(match: re.Match[str]) -> str:
    before, bold, after = match["before"], match["bold"].strip(), match["after"]
    left = " " if _sign(bold[:1]) and _letter(before) else ""
    right = " " if _sign(bold[-1:]) and _letter(after) else ""
    return f"{before}{left}**{bold}**{right}"


def _letter(character: str) -> bool:
    return bool(character) and not character.isspace() and not _sign(character)


def _sign(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "PS"
