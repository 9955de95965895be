"""How answers and names of documents are written: what several rooms draw alike. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from handlers.texts import Texts
from knowledge.text.outline import CELL
from knowledge.text.titles import titled
from knowledge.values import Language, Sentence

__all__ = ["aged", "lines", "said_back", "titled"]

FIXED = "\u00a0"  # a space that makes no list of what follows a number
INDENT = "\u3000"  # before what stands within an item
_ITEM = re.compile(r"^\u3000*(?:- |\d{1,3}[.)] ?)")  # what an emphasis stands behind
_NUMBER = re.compile(r"^\u3000*\d{1,3}[.)] ?")
_HASHES = re.compile(r"^#{1,6}\s+")
SAID = 120  # characters of a question that is said back
MONTHS = 24  # from here on an age is told in years


def aged(day: str, texts: Texts, language: Language, today: date | None = None) -> str:
    """
    Return an ISO date with how long ago that is, as it stands where it is no date or still to come.
    """
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return day
    now = today or datetime.now(UTC).date()
    months = (now.year - then.year) * 12 + now.month - then.month
    if now.day < then.day:
        months -= 1
    if months < 1:
        return day
    if months >= MONTHS:
        return texts.say("ask.age_years", language, day=day, n=months // 12)
    return texts.say("ask.age_months", language, day=day, n=months)


def said_back(question: str) -> str:
    """Return a question as it is said back to whoever asked: a long one is cut."""
    return question if len(question) <= SAID else f"{question[: SAID - 1]}…"


def lines(sentences: Sequence[Sentence], *, bold: bool = False, each: bool = False) -> list[str]:
    """
    Return sentences as lines; a table's row names its columns, so that it can be read alone.

    One mark stands behind all lines of a source, or behind `each` of them; the stretch that answers
    is in `bold` where that is asked for.
    """
    written: list[str] = []
    head: list[str] = []  # the names of the columns, empty outside a table
    cited: tuple[int, ...] = ()  # what the table that is being read cites
    for at, sentence in enumerate(sentences):
        cells = _cells(sentence.text)
        following = sentences[at + 1 : at + 2]
        marks = ""
        if each or sentence.role != "line" or not _goes_on(sentence, following):
            marks = "".join(f"[{number}]" for number in sentence.citations)
        if len(cells) < 2 or sentence.role != "line":
            written.append(f"{_words(sentence, bold=bold)}{marks}")
            continue
        if sentence.citations != cited or len(cells) != len(head):
            cited = sentence.citations
            if _is_head(sentence, following):
                head = cells
                continue
            head = []
        row = _row(head, cells)
        if bold and sentence.mark:
            row = f"**{row}**"
        written.append(f"- {row}{marks}")
    return written


def _words(sentence: Sentence, *, bold: bool) -> str:
    """
    Return a sentence without its document's own emphasis. The number of an item is no markup of
    ours: its space is one that makes no list, for lists are numbered anew.
    """
    if sentence.role == "gap":
        return sentence.text
    text = _plain(sentence.text)
    mark = _plain(sentence.mark)
    if bold and mark and mark in text:
        item = _ITEM.match(mark)
        begin = item.end() if item else 0
        text = text.replace(mark, f"{mark[:begin]}**{mark[begin:]}**", 1)
    indented = f"{INDENT * sentence.depth}{text}"
    return _NUMBER.sub(_fixed, indented) if sentence.role == "line" else indented


def _plain(text: str) -> str:
    return _HASHES.sub("", text.replace("**", "").replace("`", ""))


def _fixed(number: re.Match[str]) -> str:
    return f"{number.group().rstrip()}{FIXED}"


def _goes_on(sentence: Sentence, following: Sequence[Sentence]) -> bool:
    """Whether the next line stands in the same source."""
    for after in following:
        return after.role == "line" and after.citations == sentence.citations
    return False


def _is_head(sentence: Sentence, following: Sequence[Sentence]) -> bool:
    """Report whether a row names the columns of a row of the same source that follows it."""
    for after in following:
        same_width = len(_cells(after.text)) == len(_cells(sentence.text))
        return after.citations == sentence.citations and same_width
    return False


def _row(head: Sequence[str], cells: Sequence[str]) -> str:
    if not head:
        return " · ".join(cells)
    named = []
    for name, cell in zip(head, cells, strict=True):
        if cell.strip():
            named.append(f"{name}: {cell}")
    return " · ".join(named)


def _cells(text: str) -> list[str]:
    """
    Return the cells of a row, an empty first or last one, too, though no space is left beside its
    line.
    """
    begin = " " if text.startswith("| ") else ""
    end = " " if text.endswith(" |") else ""
    return f"{begin}{text}{end}".split(CELL)
