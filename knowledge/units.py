"""
Cutting a passage into what can be quoted: sentences of prose, a slide's heading with its bullets, a table's rows.

Every quote is a substring of the passage as it stands; nothing is joined or rewritten. Lines that carry instructions to an AI
(see `knowledge.suspicion`) are not units at all.
"""

import re
from dataclasses import dataclass

from knowledge.suspicion import suspicious
from knowledge.values import Passage

_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[。！？!?])(?![」』）)\]。！？!?])|(?<=[a-z0-9)%\"”]{2}[.!?])\s+(?=[\"“(A-Z0-9])")
_BULLET = re.compile(r"^\s*(?:[-*・•◦●○■□◆◇▶▪✓]|\d{1,2}[.)．）]|[①-⑳])\s*")
_WORD = re.compile(r"\w")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]+")
SLIDE = 6  # lines of one heading shown at most


@dataclass(frozen=True, slots=True)
class Unit:
    """`lines` are exact quotes that are shown together, `text` is what is compared with a question."""

    lines: tuple[str, ...]
    text: str


def units(passage: Passage) -> tuple[Unit, ...]:
    """Return the quotable units of a passage in reading order; empty when nothing in it may be quoted."""
    lines = [m.group().strip() for m in _LINE.finditer(passage.text)]
    lines = [line for line in (_visible(line) for line in lines) if _WORD.search(line) and not suspicious(line)]
    if not lines:
        return ()
    match passage.kind:
        case "table":
            return _rows(lines)
        case "slide":
            return _blocks(lines)
        case _:
            return _sentences(lines)


def _visible(line: str) -> str:
    """Return the longest piece without invisible characters: still a substring of the passage."""
    return max(_HIDDEN.split(line), key=len).strip()


def _sentences(lines: list[str]) -> tuple[Unit, ...]:
    found = []
    for line in lines:
        if "|" in line and line.count("|") > 1:
            found.append(Unit((line,), line))
            continue
        pieces = (piece.strip() for piece in _SENTENCE_END.split(line))
        found += [Unit((piece,), piece) for piece in pieces if _WORD.search(piece)]
    return tuple(found)


def _rows(lines: list[str]) -> tuple[Unit, ...]:
    """A row is compared together with the header, and shown with it when the table has more than one row."""
    head, *rows = lines
    if not rows:
        return (Unit((head,), head),)
    return tuple(Unit((head, row), f"{head} {row}") for row in rows)


def _blocks(lines: list[str]) -> tuple[Unit, ...]:
    """A heading and the bullets under it are one unit; without bullets, a slide falls apart into sentences and rows."""
    if not any(_BULLET.match(line) for line in lines):
        rows = [line for line in lines if line.count("|") > 1]
        prose = [line for line in lines if line.count("|") <= 1]
        return _sentences(prose) + (_rows(rows) if rows else ())
    blocks: list[list[str]] = []
    for line in lines:
        if _BULLET.match(line) and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return tuple(Unit(tuple(block[:SLIDE]), "\n".join(block)) for block in blocks)
