"""
A message cut into its sentences, so that some can be set aside and the others stay as they were
written.
"""

import re
from typing import NamedTuple

_OPENS, _CLOSES = "「『（(“【", "」』）)”】"
_STOP = re.compile(r"[。！？!?…]+|\.+(?=\s|$)|\n+")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|no|nos|mr|mrs|ms|dr|inc|ltd|art|sec|cf|approx|st|[a-z])|\d)$",
    re.IGNORECASE,
)


class Piece(NamedTuple):
    """One sentence with its own full stop, and the white space before it."""

    text: str
    gap: str = ""


def pieces(text: str) -> list[Piece]:
    """
    Return the sentences of a text in order; joined again they are the text. What stands in brackets
    is never cut.
    """
    sentences: list[Piece] = []
    start = 0
    for stop in _STOP.finditer(text):
        before = text[start : stop.start()]
        abbreviated = stop[0] == "." and _ABBREVIATED.search(before)
        if _in_brackets(before) or abbreviated or not before.strip():
            continue
        end = start + len(text[start : stop.end()].rstrip())
        sentences.append(_piece(text[start:end]))
        start = end  # a line's end stands before the next sentence
    rest = text[start:]
    if rest.strip():
        sentences.append(_piece(rest))
    return sentences


def joined(parts: list[Piece]) -> str:
    """Return sentences as one text, each behind its own white space but for the first."""
    if not parts:
        return ""
    first, *others = parts
    return first.text + "".join(part.gap + part.text for part in others)


def _piece(text: str) -> Piece:
    lead = len(text) - len(text.lstrip())
    return Piece(text[lead:].rstrip(), text[:lead])


def _in_brackets(text: str) -> bool:
    """Report whether a bracket stands open at the end of the text."""
    opened = sum(text.count(sign) for sign in _OPENS)
    closed = sum(text.count(sign) for sign in _CLOSES)
    return opened > closed
