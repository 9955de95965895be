"""
Cutting a passage into what can be quoted: sentences of prose, a heading with what it heads, a list
with the line that announces it, a table's row with its header.

Every line of a unit is an exact stretch of the passage's text; nothing is joined or rewritten, for
the readers have joined what a file broke (`reading/readers/paragraphs.py`). A line that ends no
sentence is never shown without the one it leads to, should that have failed. Lines that carry
instructions to an AI (see `knowledge.text.injection`) are never quoted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.text.injection import ordered
from knowledge.text.lines import columns, ended
from knowledge.text.outline import LEADS, Row, continues, items, row_of, stands_within
from knowledge.values import Passage

_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(
    r"(?<=[。！？!?])(?![」』）)\]。！？!?])|(?<=[a-z0-9)%\"”]{2}[.!?])(?<!approx\.)(?<!\bFig\.)(?<!\bArt\.)(?<!\bSec\.)(?<!\bInc\.)"
    r"(?<!\bLtd\.)\s+(?=[\"“(A-Z0-9])"
)
_WORD = re.compile(r"\w")
_OPENING = re.compile(r"[「『（]")
_BOLD = re.compile(r"\*\*[^*]+\*\*")
_TAG = re.compile(r"\s*\[[^\]]*\]\s*")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]+")
_ROW = " | "
# of a list, shown together at most; a longer one falls apart into several units under the same head
ITEMS = 12
LIST = 600  # characters of them, as wide as Japanese ones
HEADS = 3  # lines before a sentence, or sentences before a list, that are shown with it
ALONE, LATIN = (
    16,
    60,
)  # columns; a line that ends no sentence and is shorter is a heading, and answers nothing by itself

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """
    `lines` are exact quotes that are shown together, `text` is what is compared with a question.
    """

    lines: tuple[str, ...]
    text: str


def units(passage: Passage) -> tuple[Unit, ...]:
    """
    Return the quotable units of a passage in reading order; empty when nothing in it may be quoted.
    """
    found = (quotable(passage.text, spans) for spans in cut(passage))
    return tuple(Unit(lines, "\n".join(lines)) for lines in found if lines)


def quotable(text: str, spans: Sequence[Span]) -> tuple[str, ...]:
    """
    Return the lines of a unit that may be shown; none when what is left is only the heading of what
    was not.

    A sentence is judged by the whole line it stands in: an order may be spread over several.
    """
    kept = [span for span in spans if not ordered(*_lines(text, *span))]
    shown = tuple(text[start:end] for start, end in kept)
    body = kept[-1:] == [spans[-1]] and ended(shown[-1])
    return shown if len(shown) > 1 or len(shown) == len(spans) or body else ()


def cut(passage: Passage) -> list[tuple[Span, ...]]:
    """
    Return each unit as the spans of its lines in the passage's text, suspicious ones included.
    """
    text = passage.text
    spans = [_visible(text, m.start(), m.end()) for m in _LINE.finditer(text)]
    filled = [span for span in spans if _WORD.search(text, *span)]
    tags = [span for span in filled if _TAG.fullmatch(text, *span)]
    rows = [row_of(text, *span) for span in filled if span not in tags]
    if passage.kind == "slide" and not any(row.marked for row in rows):
        cells = [row for row in rows if _tabular(text, row.span)]
        prose = [row for row in rows if row not in cells]
        return [
            *_prose(text, prose),
            *_rows([row.span for row in cells]),
            *((tag,) for tag in tags),
        ]
    if passage.kind == "table":
        return (
            [(line,) for line in filled]
            if _ROW in "".join(passage.headings[-1:])
            else _rows(filled)
        )
    found = [*_blocks(text, rows, slide=passage.kind == "slide"), *((tag,) for tag in tags)]
    return sorted(found, key=lambda unit: unit[0])


def tells(passage: Passage, spans: Sequence[Span]) -> bool:
    """
    Whether a unit may stand in an answer. A heading or a tag of prose says nothing by itself, but
    for the only line there is.
    """
    text = passage.text
    line = text[slice(*spans[-1])]
    if passage.kind != "prose" or len(spans) > 1 or "\n" not in text.strip():
        return True
    if _TAG.fullmatch(line):
        return False
    return ended(line) or row_of(text, *spans[0]).marked or _telling(line)


def context(passage: Passage, spans: Sequence[Span]) -> str:
    """
    Return the heading without which a unit cannot be understood, "" where it needs none.

    That is the header of a table whose later rows these are, what announced the list whose later
    items these are, or the heading above items that end no sentence.
    """
    heading, text = passage.headings[-1] if passage.headings else "", passage.text
    line = text[slice(*spans[0])]
    if passage.kind == "table":
        return heading if _ROW in heading and _ROW in line else ""
    row = row_of(text, *spans[0])
    if not heading or heading == passage.title or not row.marked:
        return ""
    if LEADS.search(heading):
        first = _visible(text, 0, (text + "\n").index("\n"))
        return heading if row.rank == row_of(text, *first).rank else ""
    return "" if ended(line) else heading


def whole(text: str, spans: Sequence[Span]) -> bool:
    """Whether a unit of prose ends where a sentence, an item or a row does."""
    start, end = spans[-1]
    line = text[start:end]
    return (
        ended(line)
        or row_of(text, start, end).marked
        or _ROW in line
        or ":" in line
        or "：" in line
    )


def goes_on(text: str, spans: Sequence[Span], other: Sequence[Span]) -> bool:
    """
    Whether another unit of the passage is a further part of the same list: it has the same head,
    and no rows.
    """
    same = min(len(spans), len(other)) > 1 and spans[0] == other[0]
    return same and _ROW not in text[slice(*spans[-1])]


def _lines(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the line a span stands in, the one before and the one after."""
    begin = text.rfind("\n", 0, start) + 1
    until = text.find("\n", end)
    until = until if until >= 0 else len(text)
    return (
        text[begin:until],
        text[:begin].rstrip("\n").rpartition("\n")[2],
        text[until + 1 :].partition("\n")[0],
    )


def _visible(text: str, start: int, end: int) -> Span:
    """Return the longest piece without invisible characters, stripped."""
    hidden = [start, *(at for m in _HIDDEN.finditer(text, start, end) for at in m.span()), end]
    first, last = max(
        zip(hidden[::2], hidden[1::2], strict=True), key=lambda piece: piece[1] - piece[0]
    )
    return _stripped(text, first, last)


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return begin, max(begin, start + len(piece.rstrip()))


def _tabular(text: str, line: Span) -> bool:
    return text.count("|", *line) > 1


def _blocks(text: str, rows: list[Row], *, slide: bool) -> list[tuple[Span, ...]]:
    """
    A list stays with what announces it; on a slide, bullets always stay with the line above them.
    """
    found: list[tuple[Span, ...]] = []
    plain: list[Row] = []
    at = 0
    while at < len(rows):
        end = at + 1 + items(text, rows, at)
        plain.append(rows[at])
        lead = _lead(text, plain) if end > at + 1 else ()
        if end > at + 1 and not lead and (slide or stands_within(rows, at)):
            lead = tuple(_sentences(text, rows[at].span)[-1:])
        if lead:
            before = [
                Row((row.span[0], min(row.span[1], lead[0][0])), row.indent, row.rank)
                for row in plain
            ]
            found += _prose(text, [row for row in before if _WORD.search(text, *row.span)])
            found += [
                (*lead, *part) for part in _parts(text, [row.span for row in rows[at + 1 : end]])
            ]
            plain = []
        at = end if lead else at + 1
    return found + _prose(text, plain)


def _lead(text: str, rows: Sequence[Row]) -> tuple[Span, ...]:
    """
    Return the sentences that announce what follows the last row: from the one that says so on; none
    where none does.
    """
    last = rows[-1]
    before = [] if last.marked else [row for row in rows[-HEADS:-1] if not row.marked]
    pieces = [piece for row in (*before, last) for piece in _sentences(text, row.span)][-HEADS:]
    saying = [at for at, piece in enumerate(pieces) if LEADS.search(text[slice(*piece)])]
    if saying:
        return tuple(pieces[saying[-1] :])
    return () if ended(text[slice(*pieces[-1])]) else tuple(pieces[-1:])


def _parts(text: str, lines: Sequence[Span]) -> list[list[Span]]:
    """Return a list's lines in parts that can be shown together."""
    parts: list[list[Span]] = [[]]
    size = 0.0
    for start, end in lines:
        more = columns(text[start:end]) / 2
        if parts[-1] and (len(parts[-1]) == ITEMS or size + more > LIST):
            parts.append([])
            size = 0.0
        parts[-1].append((start, end))
        size += more
    return parts


def _prose(text: str, rows: Sequence[Row]) -> list[tuple[Span, ...]]:
    """
    Return sentences; lines that end none stand with the first one below them, an item with what
    stands within it.
    """
    found: list[tuple[Span, ...]] = []
    heads: list[Span] = []
    for at, row in enumerate(rows):
        above = text[slice(*heads[-1])] if heads else ""
        headed = bool(_BOLD.fullmatch(text, *row.span)) and not _BOLD.fullmatch(above)
        if row.marked or headed or _tabular(text, row.span):
            found += [(span,) for span in heads]
            heads = []
        first, *rest = _sentences(text, row.span)
        if not rest and not _closes(text, rows, at):
            heads.append(first)
            continue
        near = _near(text, heads)
        found += [(span,) for span in heads[: len(heads) - near]]
        found += [(*heads[len(heads) - near :], first), *((piece,) for piece in rest)]
        heads = []
    return [*found, *((span,) for span in heads)]


def _near(text: str, heads: Sequence[Span]) -> int:
    """
    Return how many of these lines are shown with the sentence below them: the last, and longer ones
    before it.
    """
    near = min(len(heads), 1)
    while near < min(len(heads), HEADS) and _telling(text[slice(*heads[-near - 1])]):
        near += 1
    return near


def _closes(text: str, rows: Sequence[Row], at: int) -> bool:
    """
    Whether a line is all there is of a sentence, an item or a row, and leads to nothing below it.
    """
    row = rows[at]
    line = text[slice(*row.span)]
    if _tabular(text, row.span) or ended(line) or line.endswith("」"):
        return True
    of_item = row.marked or continues(text, rows, at - 1)
    return of_item and not continues(text, rows, at)


def _telling(line: str) -> bool:
    return columns(line) >= (LATIN if line.isascii() else ALONE) or any(
        sign.isdigit() or sign in ":：" for sign in line
    )


def _sentences(text: str, line: Span) -> list[Span]:
    """
    Return the sentences of a line; one that stands in brackets within another is no sentence of its
    own.
    """
    start, end = line
    stops = [m.span() for m in _SENTENCE_END.finditer(text, start, end)]
    if stops and _OPENING.search(text, start, end):
        stops = _outside(text, line, stops)
    begins = [start, *(after for _, after in stops)]
    ends = [*(stop for stop, _ in stops), end]
    pieces = (_stripped(text, a, b) for a, b in zip(begins, ends, strict=True))
    return [piece for piece in pieces if _WORD.search(text, *piece)]


def _outside(text: str, line: Span, stops: Sequence[Span]) -> list[Span]:
    """Return the ends of sentences that stand in no bracket; one that is never closed is a slip."""
    start, end = line
    found: list[Span] = []
    begin = start
    slip = _open(text, start, end)
    for stop, after in stops:
        if slip or not _open(text, begin, stop):
            found.append((stop, after))
            begin = after
    return found


def _open(text: str, start: int, end: int) -> bool:
    return any(
        text.count(pair[0], start, end) > text.count(pair[1], start, end)
        for pair in ("「」", "『』", "（）")
    )


def _rows(lines: list[Span]) -> list[tuple[Span, ...]]:
    """
    A row is compared and shown together with the header, when the table has more than one row.
    """
    return [(lines[0], row) for row in lines[1:]] if len(lines) > 1 else [(line,) for line in lines]
