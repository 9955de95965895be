"""
A row of a table as a sentence: by what its columns are called, or, where it is wide, what it is of
and the cell that answers.
"""

from collections.abc import Sequence

from knowledge.answering.articles import Article
from knowledge.answering.asked import Asked
from knowledge.text.article import Line
from knowledge.text.lines import ended
from knowledge.text.outline import CELL, unmarked
from knowledge.text.sanitise import quoted

WIDE = 110  # characters of a row that is said whole

Pair = tuple[str, str]  # a column's name and a cell


def row_said(article: Article, line: Line, asked: Asked) -> str:
    """Return a row as it is said; where every item is asked for, what all rows are of."""
    names = _cells(header_of(article))
    firsts = _firsts(article)
    if asked.wanted.every and asked.wanted.kind == "items" and len(firsts) > 1:
        return plain(f"{names[0]}: {' / '.join(firsts)}")
    pairs = _pairs(names, _cells(line.text))
    if sum(map(_length, pairs)) > WIDE:
        pairs = _answering(pairs, asked, _saying_nothing(article, firsts))
    return " · ".join(map(_named, pairs))


def plain(text: str) -> str:
    """Return a sentence without its marker and marks of emphasis."""
    return unemphasised(unmarked(text))


def unemphasised(text: str) -> str:
    """Return a line as it is shown: without marks of emphasis."""
    return quoted(text.replace("**", "").replace("`", ""))


def header_of(article: Article) -> str:
    """Return the names of the columns of the row that answers, "" where they are not known."""
    for line in reversed(article.lines[: article.at]):
        if line.kind == "header":
            return line.text
        if line.kind != "row":
            break
    heading = "".join(article.passage.headings[-1:])
    if CELL in heading:
        return heading
    return ""


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split(CELL)]


def _pairs(names: Sequence[str], cells: Sequence[str]) -> list[Pair]:
    """Return the cells that hold something, with the names of their columns where those fit."""
    if len(names) != len(cells):
        names = [""] * len(cells)
    return [pair for pair in zip(names, cells, strict=True) if pair[1]]


def _named(pair: Pair) -> str:
    name, cell = pair
    if name:
        return f"{plain(name)}: {plain(cell)}"
    return plain(cell)


def _firsts(article: Article) -> list[str]:
    """Return the different first cells of an article's rows, in order."""
    firsts: dict[str, None] = {}
    for line in article.lines:
        first = _cells(line.text)[0]
        if line.kind == "row" and first:
            firsts[first] = None
    return list(firsts)


def _saying_nothing(article: Article, firsts: Sequence[str]) -> set[str]:
    """Return the first cells that tell no row from another."""
    if len(firsts) == 1:
        return set(firsts)
    return {article.passage.place.label}


def _answering(pairs: Sequence[Pair], asked: Asked, idle: set[str]) -> list[Pair]:
    """Return of a wide row what it is of, unless that is `idle`, and the cell that answers."""
    first, *others = pairs
    if not others:
        return [first]
    best = max(others, key=_length)
    for pair in others:
        if asked.wanted.found(pair[1]):
            best = pair
            break
    if ended(best[1]) or first[1] in idle:
        return [("", best[1])]
    return [("", first[1]), best]


def _length(pair: Pair) -> int:
    return len(pair[0]) + len(pair[1])
