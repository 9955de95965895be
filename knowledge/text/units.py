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
from operator import itemgetter

from knowledge.text.injection import harmless
from knowledge.text.lines import columns, ended
from knowledge.text.outline import CELL, LEADS, Row, continues, items, row_of, stands_within
from knowledge.text.spans import WORD, Span, sentence_spans, visible
from knowledge.values import Passage

__all__ = [
    "Span",
    "Spans",
    "Unit",
    "cut",
    "goes_on",
    "quotable",
    "tells",
    "units",
    "whole",
]

_LINE = re.compile(r"[^\n]+")
_BOLD = re.compile(r"\*\*[^*]+\*\*")
_TAG = re.compile(r"\s*\[[^\]]*\]\s*")
# of a list, shown together at most; a longer one falls apart into several units under the same head
ITEMS = 12
LIST = 600  # characters of them, as wide as Japanese ones
HEADS = 3  # lines before a sentence, or sentences before a list, that are shown with it
# columns; a line that ends no sentence and is shorter is a heading, and answers nothing by itself
ALONE = 16
LATIN = 60  # of a line of Latin letters alone

Spans = tuple[Span, ...]  # those of one unit


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
    quotes: list[Unit] = []
    for spans in cut(passage):
        lines = quotable(passage.text, spans)
        if lines:
            quotes.append(Unit(lines, "\n".join(lines)))
    return tuple(quotes)


def quotable(text: str, spans: Sequence[Span]) -> tuple[str, ...]:
    """
    Return the lines of a unit that may be shown; none when what is left is only the heading of what
    was not.

    A sentence is judged by the whole line it stands in: an order may be spread over several.
    """
    readable = [span for span in spans if _may_be_read(text, span)]
    shown = tuple(text[start:end] for start, end in readable)
    if len(shown) > 1 or len(shown) == len(spans):
        return shown
    if readable[-1:] == [spans[-1]] and ended(shown[-1]):
        return shown
    return ()


def _may_be_read(text: str, span: Span) -> bool:
    """Whether a span is neither an order to an AI nor a part of one."""
    line, before, after = _line_and_neighbours(text, *span)
    stretches = harmless(text, line, before, after)
    return any(start <= span[0] and span[1] <= end for start, end in stretches)


def cut(passage: Passage) -> list[Spans]:
    """
    Return each unit as the spans of its lines in the passage's text, suspicious ones included.
    """
    text = passage.text
    spans = [visible(text, *match.span()) for match in _LINE.finditer(text)]
    filled = [span for span in spans if WORD.search(text, *span)]
    if passage.kind == "table":
        return _table(passage, filled)
    tags: list[Spans] = []
    rows: list[Row] = []
    for span in filled:
        if _TAG.fullmatch(text, *span):
            tags.append((span,))
        else:
            rows.append(row_of(text, *span))
    slide = passage.kind == "slide"
    if slide and not any(row.marked for row in rows):
        return [*_slide(text, rows), *tags]
    return sorted([*_blocks(text, rows, slide=slide), *tags], key=itemgetter(0))


def _table(passage: Passage, lines: list[Span]) -> list[Spans]:
    """Return the rows of a table, each with its header unless that stands in the headings."""
    if CELL in "".join(passage.headings[-1:]):
        return _each_alone(lines)
    return _with_header(lines)


def _slide(text: str, rows: Sequence[Row]) -> list[Spans]:
    """Return the units of a slide without items: its sentences, then the rows of its table."""
    cells: list[Span] = []
    prose: list[Row] = []
    for row in rows:
        if _tabular(text, row.span):
            cells.append(row.span)
        else:
            prose.append(row)
    return [*_prose(text, prose), *_with_header(cells)]


def _each_alone(spans: Sequence[Span]) -> list[Spans]:
    return [(span,) for span in spans]


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
    return ended(line) or row_of(text, *spans[0]).marked or _says_enough(line)


def whole(text: str, spans: Sequence[Span]) -> bool:
    """Whether a unit of prose ends where a sentence, an item or a row does."""
    start, end = spans[-1]
    line = text[start:end]
    return (
        ended(line)
        or row_of(text, start, end).marked
        or CELL in line
        or ":" in line
        or "：" in line
    )


def goes_on(text: str, spans: Sequence[Span], other: Sequence[Span]) -> bool:
    """
    Whether another unit of the passage is a further part of the same list: it has the same head,
    and no rows.
    """
    same = min(len(spans), len(other)) > 1 and spans[0] == other[0]
    return same and CELL not in text[slice(*spans[-1])]


def _line_and_neighbours(text: str, start: int, end: int) -> tuple[Span, str, str]:
    """Return the line a span stands in, and what stands in the one before and the one after."""
    begin = text.rfind("\n", 0, start) + 1
    until = text.find("\n", end)
    if until < 0:
        until = len(text)
    before = text[:begin].rstrip("\n").rpartition("\n")[2]
    after = text[until + 1 :].partition("\n")[0]
    return (begin, until), before, after


def _tabular(text: str, line: Span) -> bool:
    return text.count("|", *line) > 1


def _blocks(text: str, rows: list[Row], *, slide: bool) -> list[Spans]:
    """
    A list stays with what announces it; on a slide, bullets always stay with the line above them.
    """
    blocks: list[Spans] = []
    plain: list[Row] = []
    at = 0
    while at < len(rows):
        plain.append(rows[at])
        count = items(text, rows, at)
        first, at = at + 1, at + 1
        if not count:
            continue
        lead = _announcement(text, plain)
        if not lead and (slide or stands_within(rows, first - 1)):
            lead = tuple(sentence_spans(text, rows[first - 1].span)[-1:])
        if not lead:
            continue
        at = first + count
        blocks += _prose(text, _rows_before(text, plain, lead[0][0]))
        spans = [row.span for row in rows[first:at]]
        blocks += [(*lead, *part) for part in _list_parts(text, spans)]
        plain = []
    return blocks + _prose(text, plain)


def _rows_before(text: str, rows: Sequence[Row], end: int) -> list[Row]:
    """Return the rows up to `end`, the last of them cut there; none that holds no word."""
    before: list[Row] = []
    for row in rows:
        start, stop = row.span
        span = (start, min(stop, end))
        if WORD.search(text, *span):
            before.append(Row(span, row.indent, row.rank))
    return before


def _announcement(text: str, rows: Sequence[Row]) -> Spans:
    """
    Return the sentences that announce what follows the last row: from the one that says so on; none
    where none does.
    """
    last = rows[-1]
    sentences: list[Span] = []
    for row in rows[-HEADS:-1]:
        if not last.marked and not row.marked:
            sentences += sentence_spans(text, row.span)
    sentences += sentence_spans(text, last.span)
    nearest = sentences[-HEADS:]
    for at in range(len(nearest) - 1, -1, -1):
        if LEADS.search(text[slice(*nearest[at])]):
            return tuple(nearest[at:])
    if ended(text[slice(*nearest[-1])]):
        return ()
    return (nearest[-1],)


def _list_parts(text: str, lines: Sequence[Span]) -> list[list[Span]]:
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


def _prose(text: str, rows: Sequence[Row]) -> list[Spans]:
    """
    Return sentences; lines that end none stand with the first one below them, an item with what
    stands within it.
    """
    sentences: list[Spans] = []
    heads: list[Span] = []
    for at, row in enumerate(rows):
        if _begins_anew(text, row, heads):
            sentences += _each_alone(heads)
            heads = []
        first, *rest = sentence_spans(text, row.span)
        if not rest and not _is_complete(text, rows, at):
            heads.append(first)
            continue
        apart = len(heads) - _heads_shown(text, heads)
        sentences += _each_alone(heads[:apart])
        sentences.append((*heads[apart:], first))
        sentences += _each_alone(rest)
        heads = []
    return sentences + _each_alone(heads)


def _begins_anew(text: str, row: Row, heads: Sequence[Span]) -> bool:
    """Whether the lines above a row do not belong to it: it is an item, a row or a bold heading."""
    if row.marked or _tabular(text, row.span):
        return True
    above = text[slice(*heads[-1])] if heads else ""
    return bool(_BOLD.fullmatch(text, *row.span)) and not _BOLD.fullmatch(above)


def _heads_shown(text: str, heads: Sequence[Span]) -> int:
    """
    Return how many of these lines are shown with the sentence below them: the last, and longer ones
    before it.
    """
    near = min(len(heads), 1)
    while near < min(len(heads), HEADS) and _says_enough(text[slice(*heads[-near - 1])]):
        near += 1
    return near


def _is_complete(text: str, rows: Sequence[Row], at: int) -> bool:
    """
    Whether a line is all there is of a sentence, an item or a row, and leads to nothing below it.
    """
    row = rows[at]
    line = text[slice(*row.span)]
    if _tabular(text, row.span) or ended(line) or line.endswith("」"):
        return True
    of_item = row.marked or continues(text, rows, at - 1)
    return of_item and not continues(text, rows, at)


def _says_enough(line: str) -> bool:
    """Whether a line says enough by itself: it is long, or names a figure or what follows it."""
    enough = LATIN if line.isascii() else ALONE
    if columns(line) >= enough:
        return True
    return any(sign.isdigit() or sign in ":：" for sign in line)


def _with_header(lines: list[Span]) -> list[Spans]:
    """
    A row is compared and shown together with the header, when the table has more than one row.
    """
    if len(lines) < 2:
        return _each_alone(lines)
    header, *rows = lines
    return [(header, row) for row in rows]
