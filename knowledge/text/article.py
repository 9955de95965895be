"""
The lines a rule is read in: headings, paragraphs, items and rows of the passages of one place, in
their order, and how far around a line the article reaches that it belongs to.

What only furnishes a page is no line: tags, rules, marks of a heading, a document's own metadata,
and orders to an AI. Every line is an exact stretch of its passage.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.text.injection import harmless
from knowledge.text.lines import ARTICLE, columns, ended
from knowledge.text.outline import CELL, LEADS, announces, item_number, row_of
from knowledge.text.spans import WORD, Span, visible
from knowledge.values import Passage

LineKind = Literal["heading", "prose", "item", "row", "header"]
TITLE = 60  # columns; a longer line without a full stop is no heading

_LINE = re.compile(r"[^\n]+")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_TAG = re.compile(r"\s*(?:\[[^\]]*\]|［[^］]*］)\s*")
_BOLD = re.compile(r"\s*\*\*[^*]+\*\*\s*")
_MARKED = re.compile(r"\s*(?:#{1,6}\s|【[^】]*】\s*$)")
_METADATA = re.compile(r"\s*(?:>\s*)?\*\*[^*]{1,40}(?:[:：]\*\*|\*\*\s*[:：])\s*\S[^。]{0,80}")
_DATED = re.compile(
    r"\s*(?:published|updated|last updated|last modified|version|effective(?: date)?|owner|status"
    r"|制定日?|改定日?|改訂日?|施行日?|版|文書番号|作成日|更新日)\s*[:：]\s*\S[^。]{0,40}",
    re.IGNORECASE,
)
_LINKED = re.compile(r"\s*[-*]\s*\[[^\]]+\]\(#[^)]*\)\s*")  # an entry of a table of contents


@dataclass(frozen=True, slots=True)
class Line:
    """
    A stretch of the passage at index `passage`, `rank` and `indent` as in `outline.Row`. A "header"
    names the columns of the rows below it.
    """

    text: str
    passage: int
    span: Span
    kind: LineKind
    rank: int = -1
    indent: int = 0

    def holds(self, passage: int, span: Span) -> bool:
        """Whether a stretch of a passage lies in this line."""
        inside = self.span[0] <= span[0] and span[1] <= self.span[1]
        return self.passage == passage and inside


def lines(passages: Sequence[Passage]) -> list[Line]:
    """Return the lines of passages that follow each other in one document."""
    every: list[Line] = []
    for number, passage in enumerate(passages):
        if passage.kind == "table":
            every += _rows(passage, number)
        else:
            every += _read(passage, number)
    return every


def around(every: Sequence[Line], at: int) -> tuple[int, int]:
    """
    Return the first line and the one behind the last of what stands under the same heading as the
    line at `at`, the heading included.
    """
    first = at
    while first > 0 and every[first].kind != "heading":
        first -= 1
    end = at + 1
    while end < len(every) and every[end].kind != "heading":
        end += 1
    return first, end


def within(every: Sequence[Line], at: int) -> tuple[int, int]:
    """Return the first and the one behind the last of the lines that stand below a line."""
    head = every[at]
    leads = announces(head.text) or not ended(head.text)
    end = at + 1
    begun_anew = counted_anew(every, at)
    if begun_anew:
        return end, end + begun_anew
    while end < len(every) and _is_below(every, head, at, end, leads=leads):
        end += 1
    return at + 1, end


def counted_anew(every: Sequence[Line], at: int) -> int:
    """
    Return how many lines below an item that announces a list are counted from 1 again: they stand
    within it, though a file without indents numbers both alike.
    """
    head = every[at]
    if head.kind != "item" or not LEADS.search(head.text):
        return 0
    count = 0
    for line in every[at + 1 :]:
        alike = (line.kind, line.rank, line.indent) == ("item", head.rank, head.indent)
        if not alike or item_number(line.text) != count + 1:
            break
        count += 1
    return count if count > 1 else 0


def above(every: Sequence[Line], at: int) -> list[int]:
    """Return the lines without which a line cannot be understood, outermost first."""
    heads: list[int] = []
    inner = at
    for other in range(at - 1, -1, -1):
        if every[other].kind == "heading":
            break
        start, end = within(every, other)
        if start <= inner < end:
            heads.insert(0, other)
            inner = other
    return heads


def _is_below(every: Sequence[Line], head: Line, at: int, end: int, *, leads: bool) -> bool:
    line = every[end]
    if line.kind == "heading" or head.kind == "header":
        return head.kind == "header" and line.kind == "row"
    if line.kind in ("row", "header"):
        return leads and head.kind != "row"
    if line.kind != "item":
        return end > at + 1 and line.indent > every[at + 1].indent
    if head.kind != "item":
        first = every[at + 1]
        if first.kind == "item" and (line.indent, line.rank) < (first.indent, first.rank):
            return False  # the next paragraph, behind the list
        return leads and (end == at + 1 or first.kind == "item")
    return line.indent > head.indent or (line.indent == head.indent and line.rank > head.rank)


def _rows(passage: Passage, number: int) -> list[Line]:
    """Return the rows of a table; its first one is the header unless the headings hold that."""
    rows: list[Line] = []
    headed = CELL in "".join(passage.headings[-1:])
    for span in _shown(passage.text):
        kind: LineKind = "row"
        if not headed and not rows:
            kind = "header"
        rows.append(Line(passage.text[slice(*span)], number, span, kind))
    if len(rows) == 1 and not headed:
        return [Line(rows[0].text, number, rows[0].span, "row")]
    return rows


def _read(passage: Passage, number: int) -> list[Line]:
    text = passage.text
    spans = _shown(text)
    found: list[Line] = []
    in_table = False
    for at, span in enumerate(spans):
        row = row_of(text, *span)
        words = text[slice(*span)]
        tabular = CELL in words and _beside_row(text, spans, at)
        kind: LineKind = "prose"
        if tabular:
            kind = "row" if in_table else "header"
        elif row.marked and not _MARKED.match(words) and row.rank > 0:
            kind = "item"
        elif passage.kind == "prose" and _is_heading(text, spans, at):
            kind = "heading"
        in_table = tabular
        found.append(Line(words, number, span, kind, row.rank, row.indent))
    return found


def _shown(text: str) -> list[Span]:
    """Return the lines that say something to people."""
    kept: list[Span] = []
    spans = [visible(text, *match.span()) for match in _LINE.finditer(text)]
    for at, span in enumerate(spans):
        words = text[slice(*span)]
        if not WORD.search(words) or _is_furniture(words):
            continue
        before = text[slice(*spans[at - 1])] if at else ""
        after = text[slice(*spans[at + 1])] if at + 1 < len(spans) else ""
        kept += _joined(harmless(text, span, before, after))
    return kept


def _joined(stretches: Sequence[Span]) -> list[Span]:
    """Return stretches with those as one that have nothing but a space between them."""
    joined: list[Span] = []
    for start, end in stretches:
        if joined and start - joined[-1][1] <= 1:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_furniture(words: str) -> bool:
    if _TAG.fullmatch(words) or _LINKED.fullmatch(words):
        return True
    return bool(_METADATA.fullmatch(words) or _DATED.fullmatch(words))


def _beside_row(text: str, spans: Sequence[Span], at: int) -> bool:
    width = text[slice(*spans[at])].count(CELL)
    near = [*spans[max(0, at - 1) : at], *spans[at + 1 : at + 2]]
    return any(text[slice(*span)].count(CELL) == width for span in near)


def _is_heading(text: str, spans: Sequence[Span], at: int) -> bool:
    start, end = spans[at]
    words = text[start:end]
    line_end = text.find("\n", end)
    following = text[line_end + 1 :].partition("\n")[0] if line_end >= 0 else ""
    if _UNDERLINE.fullmatch(following) or _MARKED.match(words) or ARTICLE.fullmatch(words):
        return True
    if _BOLD.fullmatch(words):
        return True
    if ended(words) or LEADS.search(words) or words.endswith((",", "、", ";")):
        return False
    if columns(words) > TITLE or at + 1 == len(spans):
        return False
    below = text[slice(*spans[at + 1])]
    return ended(below) and not row_of(text, *spans[at + 1]).marked
