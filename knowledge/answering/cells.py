"""
Whether a statement says of one row of a table what stands in another. Which row is meant is told by
its first cell, by the range its first cell gives, or by a cell that no other row has.
"""

import os
import re
from collections.abc import Sequence

from knowledge.answering.comparison import Comparison, Words
from knowledge.answering.grounding import plain
from knowledge.answering.reckoning import Figures, figures

CELL = " | "
NAMED = 0.5  # share of a row's first cell from which on a text names the row
# how surely a text names a row: by a cell that is its own, by a range, by its first cell's letters
OWN, WITHIN, LETTERS = 1.2, 1.5, 2.0
_RANGE = re.compile(r"以上|以下|未満|超|まで|から|[~〜-]|below|above|over|under|up to|more|less")
_FROM = re.compile(r"以上|超|above|over|more")
_OPEN = re.compile(r"未満|below|under|less")


def rows_of(seen: Comparison) -> list[list[str]]:
    """Return a table's rows as their cells; none where the source is no table."""
    rows = [place for place in seen.places if CELL in place]
    if len(rows) < 2 or len(rows) * 2 < len(seen.places):
        return []
    # what all places begin with is the header; it ends with a whole word
    header = os.path.commonprefix(rows).rpartition(" ")[0]  # noqa: RUF071  # texts, no paths
    return [_cells(row.removeprefix(header)) for row in rows]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split(CELL)]


def of_another_row(seen: Comparison, rows: Sequence[Sequence[str]]) -> float:
    """Whether a sentence says of a row what stands in another one."""
    asked = _named(seen, seen.question, rows)
    current = asked
    wrong = 0.0
    for sentence in seen.sentences:
        own = _named(seen, sentence, rows)
        if own and (not current or own <= current or not own & current):
            current = own
        chosen = current or own
        if chosen and len(chosen) < len(rows) and _is_of_another(seen, sentence, rows, chosen):
            wrong = 1.0
    return wrong


def _named(seen: Comparison, text: str, rows: Sequence[Sequence[str]]) -> frozenset[int]:
    """Return the rows whose first cell a text names, or whose range holds an amount of it."""
    said = seen.words(text)
    counted = figures(text).typed
    letters = plain(text)
    scores = []
    for row in rows:
        first = seen.words(row[0])
        score = 0.0
        if first.groups:
            score = 1.0 - len(said.lacks(first)) / len(first.groups)
        for cell in row[1:]:
            if _is_one_rows(cell, rows) and _is_told(cell, seen, said, letters):
                score = OWN
        if _holds(row[0], counted):
            score = WITHIN
        if _stands(row[0], letters):
            score = LETTERS + len(row[0]) / 1000  # 祖父母の死亡 rather than 父母の死亡
        scores.append(score)
    most = max(scores)
    if most < NAMED:
        return frozenset()
    best = set()
    for at, score in enumerate(scores):
        if score == most:
            best.add(at)
    return frozenset(best)


def _is_told(cell: str, seen: Comparison, said: Words, letters: str) -> bool:
    """Whether a text says a cell, in its letters or in all of its words, if it has several."""
    words = seen.words(cell)
    return _stands(cell, letters) or (len(words.groups) > 1 and not said.lacks(words))


def _stands(cell: str, letters: str) -> bool:
    """Whether a text holds a cell's own letters."""
    own = plain(cell)
    if not own:
        return False
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(own)}(?![a-z0-9])", letters))


def _is_one_rows(cell: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether a cell is no figure, and stands in one row alone: it tells which row is meant."""
    counts = figures(cell)
    holding = 0
    for row in rows:
        holding += cell in row
    return not counts.typed and not counts.bare and holding == 1


def _holds(cell: str, counted: frozenset[tuple[str, float]]) -> bool:
    """Whether one of the amounts lies in the range a cell tells: 5万円以上50万円未満."""
    text = plain(cell)
    typed = figures(cell).typed
    if not typed or not _RANGE.search(text):
        return False
    kind = min(typed)[0]
    values = sorted(value for own, value in typed if own == kind)
    low, high = 0.0, float("inf")
    if len(values) > 1:
        low, high = values[0], values[-1]
    elif _FROM.search(text):
        low = values[0]
    else:
        high = values[0]
    closed = not _OPEN.search(text)
    for own, value in counted:
        inside = low <= value < high or (closed and value == high)
        if own == kind and inside:
            return True
    return False


def _is_of_another(
    seen: Comparison, sentence: str, rows: Sequence[Sequence[str]], chosen: frozenset[int]
) -> bool:
    """Whether a sentence says a cell of a row that is not meant, and none of those in its place."""
    said, counted = seen.words(sentence), figures(sentence)
    asked = figures(seen.question).typed
    meant: list[str] = []
    for at in chosen:
        meant += rows[at]
    width = min(map(len, rows))
    for column in range(1, width):
        cells = [row[column] for row in rows]
        told = {cell for cell in cells if _is_said(seen, cell, said, counted)}
        if any(cells[at] in told for at in chosen):
            continue
        for cell in told:
            if cell not in meant and not figures(cell).typed & asked:
                return True
    return False


def _is_said(seen: Comparison, cell: str, said: Words, counted: Figures) -> bool:
    """Whether a sentence says what stands in a cell."""
    own = figures(cell)
    if own.typed:
        return own.typed <= counted.typed
    if own.bare and not seen.words(cell).groups:
        return own.bare <= counted.bare
    words = seen.words(cell)
    return bool(words.groups) and not said.lacks(words)
