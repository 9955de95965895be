"""
The addresses behind words: kept beside them as text, where the words do not say them.

Only addresses that people could follow: the web, files to download and mail; a place within the
file is none.
"""

import re
from collections.abc import Iterable, Mapping

from knowledge.reading.readers.archive import Link

Addresses = Mapping[str, str]  # by the id of a relationship
_FOLLOWED = re.compile(r"(?:https?|ftp)://\S+|mailto:\S+", re.IGNORECASE)
_LONGEST = 500  # characters of an address
_FIELD = re.compile(r'\s*HYPERLINK\s+"([^"]+)"', re.IGNORECASE)


def address(target: str) -> str:
    """Return an address as people read it; "" where there is nothing to follow."""
    plain = target.strip()
    if len(plain) > _LONGEST or not _FOLLOWED.fullmatch(plain):
        return ""
    return plain.removeprefix("mailto:")


def field_address(instruction: str) -> str:
    """Return the address in the instruction of a Word field; "" where it is no link."""
    match = _FIELD.match(instruction)
    return address(match[1]) if match else ""


def addresses(links: Iterable[Link]) -> dict[str, str]:
    """Return the addresses that a part's relationships lead to, by their ids."""
    outside: dict[str, str] = {}
    for link in links:
        shown = address(link.outside)
        if link.kind == "hyperlink" and shown:
            outside[link.id] = shown
    return outside


def with_address(words: str, shown: str) -> str:
    """Return words with the address behind them, once."""
    if not shown or shown in words:
        return words
    return f"{words} ({shown})"
