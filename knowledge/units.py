"""
Cutting a passage into what can be quoted: sentences of prose, a heading with its bullets, a table's row with its header.

Every line of a unit is an exact stretch of the passage's text; nothing is joined or rewritten. Lines that carry instructions
to an AI (see `knowledge.suspicion`) are never quoted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.suspicion import ordered
from knowledge.values import Passage

_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[。！？!?])(?![」』）)\]。！？!?])|(?<=[a-z0-9)%\"”]{2}[.!?])\s+(?=[\"“(A-Z0-9])")
_BULLET = re.compile(r"\s*(?:[-*・•◦●○■□◆◇▶▪✓]|\d{1,2}[.)．）]|[①-⑳])\s*")
_LEADS = re.compile(r"(?:[:：]|とおり|以下|次の[^。]*|following[^.]*)[。.]?\s*$")
_WORD = re.compile(r"\w")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]+")
_ROW = " | "
BLOCK = 6  # lines shown together at most; a longer list falls apart into several units under the same heading

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """`lines` are exact quotes that are shown together, `text` is what is compared with a question."""

    lines: tuple[str, ...]
    text: str


def units(passage: Passage) -> tuple[Unit, ...]:
    """Return the quotable units of a passage in reading order; empty when nothing in it may be quoted."""
    found = (quotable(passage.text, spans) for spans in cut(passage))
    return tuple(Unit(lines, "\n".join(lines)) for lines in found if lines)


def quotable(text: str, spans: Sequence[Span]) -> tuple[str, ...]:
    """
    Return the lines of a unit that may be shown; none when what is left is only the heading of what was not.

    A sentence is judged by the whole line it stands in: an order may be spread over several.
    """
    shown = tuple(text[start:end] for start, end in spans if not ordered(*_lines(text, start, end)))
    return shown if len(shown) > 1 or len(shown) == len(spans) else ()


def cut(passage: Passage) -> list[tuple[Span, ...]]:
    """Return each unit as the spans of its lines in the passage's text, suspicious ones included."""
    text = passage.text
    lines = [span for m in _LINE.finditer(text) if _WORD.search(text, *(span := _visible(text, m.start(), m.end())))]
    if passage.kind == "slide" and not any(_BULLET.match(text, *line) for line in lines):
        rows = [line for line in lines if _tabular(text, line)]
        return [*_prose(text, [line for line in lines if line not in rows]), *_rows(rows)]
    if passage.kind == "table":
        return [(line,) for line in lines] if _ROW in "".join(passage.headings[-1:]) else _rows(lines)
    return _blocks(text, lines, always=passage.kind == "slide")


def _lines(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the line a span stands in, the one before and the one after."""
    begin = text.rfind("\n", 0, start) + 1
    until = text.find("\n", end)
    until = until if until >= 0 else len(text)
    return text[begin:until], text[:begin].rstrip("\n").rpartition("\n")[2], text[until + 1 :].partition("\n")[0]


def _visible(text: str, start: int, end: int) -> Span:
    """Return the longest piece without invisible characters, stripped."""
    hidden = [start, *(at for m in _HIDDEN.finditer(text, start, end) for at in m.span()), end]
    first, last = max(zip(hidden[::2], hidden[1::2], strict=True), key=lambda piece: piece[1] - piece[0])
    return _stripped(text, first, last)


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return begin, max(begin, start + len(piece.rstrip()))


def _tabular(text: str, line: Span) -> bool:
    return text.count("|", *line) > 1


def _blocks(text: str, lines: list[Span], *, always: bool) -> list[tuple[Span, ...]]:
    """Bullets stay with the line above them: on a slide always, in prose when that line announces them."""
    found: list[tuple[Span, ...]] = []
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and _BULLET.match(text, *lines[end]):
            end += 1
        head, bullets = lines[at], lines[at + 1 : end]
        if _BULLET.match(text, *head) or not bullets or not (always or _LEADS.search(text[slice(*head)])):
            found += _prose(text, lines[at:end])
        else:
            *before, lead = _prose(text, [head])
            found += before
            found += [(*lead, *bullets[n : n + BLOCK - 1]) for n in range(0, len(bullets), BLOCK - 1)]
        at = end
    return found


def _prose(text: str, lines: list[Span]) -> list[tuple[Span, ...]]:
    found: list[tuple[Span, ...]] = []
    for start, end in lines:
        if _tabular(text, (start, end)):
            found.append(((start, end),))
            continue
        ends = [m.span() for m in _SENTENCE_END.finditer(text, start, end)]
        begins = [start, *(after for _, after in ends)]
        pieces = (_stripped(text, a, b) for a, b in zip(begins, [*(before for before, _ in ends), end], strict=True))
        found += [(piece,) for piece in pieces if _WORD.search(text, *piece)]
    return found


def _rows(lines: list[Span]) -> list[tuple[Span, ...]]:
    """A row is compared and shown together with the header, when the table has more than one row."""
    return [(lines[0], row) for row in lines[1:]] if len(lines) > 1 else [(line,) for line in lines]
