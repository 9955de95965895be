"""
Stretches of a text by where they begin and end: the visible piece of a line, and its sentences.
"""

import re
from collections.abc import Sequence

_SENTENCE_END = re.compile(
    r"(?<=[。！？!?])(?![」』）)\]。！？!?])"
    r"|(?<=[a-z0-9)%\"”]{2}[.!?])"
    r"(?<!approx\.)(?<!\bFig\.)(?<!\bArt\.)(?<!\bSec\.)(?<!\bInc\.)"
    r"(?<!\bLtd\.)\s+(?=[\"“(A-Z0-9])"
)
_OPENING = re.compile(r"[「『（]")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]+")
WORD = re.compile(r"\w")

Span = tuple[int, int]


def visible(text: str, start: int, end: int) -> Span:
    """Return the longest piece without invisible characters, stripped."""
    longest = (start, start)
    begin = start
    for hidden in _HIDDEN.finditer(text, start, end):
        longest = _longer(longest, (begin, hidden.start()))
        begin = hidden.end()
    return _stripped(text, *_longer(longest, (begin, end)))


def _longer(one: Span, other: Span) -> Span:
    """Return the longer of two spans, the first of two that are alike."""
    if other[1] - other[0] > one[1] - one[0]:
        return other
    return one


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return begin, max(begin, start + len(piece.rstrip()))


def sentence_spans(text: str, line: Span) -> list[Span]:
    """
    Return the sentences of a line; one that stands in brackets within another is no sentence of its
    own.
    """
    start, end = line
    stops = [match.span() for match in _SENTENCE_END.finditer(text, start, end)]
    if stops and _OPENING.search(text, start, end):
        stops = _outside(text, line, stops)
    sentences: list[Span] = []
    for stop, after in (*stops, (end, end)):
        piece = _stripped(text, start, stop)
        if WORD.search(text, *piece):
            sentences.append(piece)
        start = after
    return sentences


def _outside(text: str, line: Span, stops: Sequence[Span]) -> list[Span]:
    """Return the ends of sentences that stand in no bracket; one that is never closed is a slip."""
    start, end = line
    outside: list[Span] = []
    begin = start
    slip = _in_brackets(text, start, end)
    for stop, after in stops:
        if slip or not _in_brackets(text, begin, stop):
            outside.append((stop, after))
            begin = after
    return outside


def _in_brackets(text: str, start: int, end: int) -> bool:
    """Whether a bracket stands open at the end of a stretch."""
    for opening, closing in ("「」", "『』", "（）"):
        if text.count(opening, start, end) > text.count(closing, start, end):
            return True
    return False
