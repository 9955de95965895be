"""
What a line is within its passage: where it begins, whether it is an item of a list, and of which
rank.

Ranks follow how rules are numbered: 第1条, 2, 1., (1), ア, (ア), a bullet. A list ends where something
of its head's rank begins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

CELL = " | "  # between the cells of a table's row in a text
_RANKS = (
    re.compile(
        r"第\s*[0-9０-９一二三四五六七八九十百]+\s*[編部章節条](?:の[0-9０-９一二三四五六七八九十]+)?(?=[\s(（「]|$)"
    ),
    re.compile(
        r"(?:[0-9０-９]{1,2}[ \t\u3000]+(?=[ぁ-んァ-ヶ一-龠「（])"
        r"|第\s*[0-9０-９一二三四五六七八九十]+\s*[項号](?=[\s(（「]|$))"
    ),
    re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*|[０-９]{1,2})[.．)）](?!\d)\s*|\d{1,2}(?:\.\d{1,2})+\s+"),
    re.compile(r"[一二三四五六七八九十]{1,3}[ \t\u3000.．、]+"),
    re.compile(r"[(（](?:\d{1,2}|[０-９]{1,2}|[一二三四五六七八九十]{1,3})[)）]\s*|[①-⑳]\s*"),
    re.compile(r"(?:[ア-ン][ \t\u3000.．)）]+|[a-z][.)]\s+)"),
    re.compile(r"[(（](?:[ア-ンa-zA-Z]|[ivx]{1,4})[)）]\s*"),
    re.compile(r"(?!\+\d)[-*+•・◦●○■□◆◇▶▪✓]\s*(?![*])"),  # +81 begins a number
)
_NUMBER = re.compile(r"[(（]?(\d{1,3})")
_ITEM = re.compile("|".join(f"(?:{form.pattern})" for form in _RANKS))
LEADS = re.compile(
    r"[:：]\s*$|(?:(?:と|の)(?:おり|通り)|以下の|下記|左記|次の|次に|各号|いずれか)[^。]*。?\s*$"
    r"|\b(?:following|as follows|these)\b[^.]*[.]?\s*$",
    re.IGNORECASE,
)
_BUT = re.compile(r"(?<=[。．])\s*(?:ただし|但し)[^。]*。?\s*$")


@dataclass(frozen=True, slots=True)
class Row:
    """A line's `span` without white space, how far it is indented, and its rank, -1 for no item."""

    span: tuple[int, int]
    indent: int
    rank: int

    @property
    def marked(self) -> bool:
        return self.rank >= 0


def announces(line: str) -> bool:
    """Whether a line leads to what stands below it, be there an exception behind the lead."""
    return bool(LEADS.search(line) or LEADS.search(without_exception(line)))


def without_exception(line: str) -> str:
    """Return a line without the exception that stands at its end."""
    return _BUT.sub("", line)


def unmarked(line: str) -> str:
    """Return a line without the marker of its item; a paragraph's own name (第1条) stays."""
    row = row_of(line, 0, len(line))
    if row.rank < 1:
        return line
    match = _RANKS[row.rank].match(line)
    rest = line[match.end() :].strip() if match else line
    return rest or line


def row_of(text: str, start: int, end: int) -> Row:
    """Return what the line at `start` is."""
    indent = start - (text.rfind("\n", 0, start) + 1)
    return Row((start, end), indent, _rank(text, start, end))


def _rank(text: str, start: int, end: int) -> int:
    """Return the place in `_RANKS` of the marker a line begins with, -1 for none."""
    if _ITEM.match(text, start, end):
        for rank, form in enumerate(_RANKS):
            if form.match(text, start, end):
                return rank
    return -1


def items(text: str, rows: Sequence[Row], at: int) -> int:
    """
    Return how many rows below the one at `at` are the items of a list under it, with what belongs
    to them.
    """
    head = _owner(text, rows, at)
    end = at + 1
    begun_anew = _counted_anew(text, rows, at)
    if begun_anew:
        return begun_anew
    while end < len(rows) and _is_item_below(rows, head, at + 1, end):
        end += 1
    return end - at - 1


def _counted_anew(text: str, rows: Sequence[Row], at: int) -> int:
    """
    Return how many rows below an item that announces a list are counted from 1 again: they stand
    within it, though a file without indents numbers both alike.
    """
    head = rows[at]
    if not head.marked or not LEADS.search(text[slice(*head.span)]):
        return 0
    count = 0
    for row in rows[at + 1 :]:
        alike = (row.rank, row.indent) == (head.rank, head.indent)
        if not alike or item_number(text[slice(*row.span)]) != count + 1:
            break
        count += 1
    return count if count > 1 else 0


def item_number(line: str) -> int:
    """Return the number an item begins with, 0 for none."""
    digits = _NUMBER.match(line)
    return int(digits.group(1)) if digits else 0


def stands_within(rows: Sequence[Row], at: int) -> bool:
    """Whether the row below the one at `at` is indented as part of that item."""
    return rows[at].marked and rows[at + 1].indent > rows[at].indent


def continues(text: str, rows: Sequence[Row], at: int) -> bool:
    """Whether the row below the one at `at` belongs to the same item."""
    return 0 <= at < len(rows) - 1 and not rows[at + 1].marked and _owner(text, rows, at + 1).marked


def _owner(text: str, rows: Sequence[Row], at: int) -> Row:
    """
    Return the item that the row at `at` belongs to, for it stands within it or the item is a bare
    number; else that row.
    """
    row = rows[at]
    item = at
    while item > 0 and not rows[item].marked:
        item -= 1
    other = rows[item]
    if row.marked or not other.marked:
        return row
    bare = item == at - 1 and _RANKS[other.rank].fullmatch(text, *other.span) is not None
    within = all(one.indent > other.indent for one in rows[item + 1 : at + 1])
    return other if bare or within else row


def _is_item_below(rows: Sequence[Row], head: Row, first: int, at: int) -> bool:
    row = rows[at]
    if not row.marked:
        return at > first and row.indent > rows[first].indent
    if head.marked and not _is_deeper(row, head):
        return False
    return at == first or row.rank == rows[first].rank or _is_deeper(row, rows[first])


def _is_deeper(row: Row, other: Row) -> bool:
    return row.indent > other.indent or (row.indent == other.indent and row.rank > other.rank)
