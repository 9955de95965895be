"""
A row of a table as a sentence: what the column that is asked for says of it, or, where none is, all
its cells by what their columns are called; of a wide one what it is of and the cell that answers.
"""

import re
from collections.abc import Sequence

from knowledge.answering.articles import Article
from knowledge.answering.asked import Asked
from knowledge.text.analysis import normalise
from knowledge.text.article import Line
from knowledge.text.lines import ended
from knowledge.text.outline import CELL, unmarked
from knowledge.text.sanitise import quoted
from knowledge.values import Language

WIDE = 110  # characters of a row that is said whole
SHORT = 40  # characters of a cell that is said in a sentence
FOUR = 4  # signs of a word that is two: 保存場所
# a cell that says whether something is allowed
_VERDICT = re.compile(
    r"不可|禁止|^[○◯×✕△]|可$|可[((]|(?:でき|出来)(?:る|ない|ます|ません)|(?:し|て)ない(?:こと)?$|許可|だけ$|のみ$"
    r"|\b(?:allowed|permitted|prohibited|forbidden|not|only|never|yes|no|ok)\b",
    re.IGNORECASE,
)
_REACHED = re.compile(r"\S@\S|内線|\d{2,5}[- ]\d{2,4}[- ]\d{3,4}")
_WORDS = re.compile(r"[\u30a1-\u30ff]{2,}|[\u3400-\u9fff々]{2,}|[A-Za-z0-9]{2,}")

Pair = tuple[str, str]  # a column's name and a cell


def row_said(article: Article, line: Line, asked: Asked) -> str:
    """Return a row as it is said; where every item is asked for, what all rows are of."""
    names = _cells(header_of(article))
    firsts = _firsts(article)
    if asked.wanted.every and asked.wanted.kind == "items" and len(firsts) > 1:
        return plain(f"{names[0]}: {' / '.join(firsts)}")
    pairs = _pairs(names, _cells(line.text))
    sentence = _sentence(pairs, asked, article.passage.language)
    if sentence:
        return sentence
    if sum(map(_length, pairs)) > WIDE:
        pairs = _answering(pairs, asked, _saying_nothing(article, firsts))
    return " · ".join(map(_named, pairs))


def _sentence(pairs: Sequence[Pair], asked: Asked, language: Language) -> str:
    """Return what the asked column says of a row; "" where none of its columns is asked for."""
    if not pairs[1:] or not all(pairs[0]):
        return ""
    key, *others = pairs
    question = normalise(asked.text)
    name, cell = _asked_cell(others, asked, question)
    if not name or len(cell) > SHORT or ended(cell) or normalise(name) == normalise(cell):
        return ""
    if _REACHED.search(cell):
        return ""  # whom to write to, whom to call: people want all of it
    beside = _beside(key, [pair for pair in others if pair[1] != cell], question)
    if language == "ja":
        return f"「{plain(key[1])}」{beside}の{plain(name)}は「{plain(cell)}」です。"
    return f"For “{plain(key[1])}”{beside and ' '}{beside}, {plain(name)} is “{plain(cell)}”."


def _beside(key: Pair, others: Sequence[Pair], question: str) -> str:
    """Return the cell that the question names where it does not name the row's first one."""
    if _is_named(key[1], question):
        return ""
    for name, cell in others:
        if name and _is_named(cell, question):
            return f"({plain(cell)})"
    return ""


def _asked_cell(pairs: Sequence[Pair], asked: Asked, question: str) -> Pair:
    """Return the column asked for, with its cell: by its name, or by what its cell says."""
    found: list[Pair] = []
    if asked.yes_no is not None and asked.yes_no.stance in ("allowed", "forbidden"):
        found = [pair for pair in pairs if _VERDICT.search(pair[1])]
    elif asked.wanted.kind:
        found = [pair for pair in pairs if asked.wanted.found(pair[1])]
    whole: list[Pair] = []
    in_part: list[Pair] = []
    for pair in pairs:
        name = normalise(pair[0])
        if name and name in question:
            whole.append(pair)
        elif any(piece in question for piece in _pieces(name)):
            in_part.append(pair)
    for chosen in (whole, in_part, found):
        if len(chosen) == 1:
            return chosen[0]
    return "", ""


def _pieces(name: str) -> list[str]:
    """Return the words of a column's normalised name, those of four letters by halves, too."""
    pieces: list[str] = []
    for word in _WORDS.findall(name):
        pieces.append(word)
        if len(word) == FOUR and not word.isascii():
            pieces += [word[:2], word[2:]]
    return pieces


def _is_named(cell: str, question: str) -> bool:
    """Report whether one of the words of a cell stands in the normalised question."""
    return any(normalise(word) in question for word in _WORDS.findall(cell))


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
