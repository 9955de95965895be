"""How answers and names of documents are written: what several rooms draw alike. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from handlers.texts import Texts
from knowledge.text.language import language_of
from knowledge.text.sanitise import sanitise
from knowledge.values import Language, Sentence

CELL = " | "  # between the cells of a table row in a passage
MONTHS = 24  # from here on an age is told in years


def titled(title: str, language: Language) -> str:
    """Return a document's title; of one in both languages ("… / …") the reader's half."""
    halves = title.split(" / ")
    own = [half for half in halves if language_of(half, language) == language]
    if len(halves) == 2 and len(own) == 1:
        return sanitise(own[0])
    return sanitise(title)


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


def lines(sentences: Sequence[Sentence]) -> list[str]:
    """
    Return sentences as lines with their marks; a table's row names its columns, so that it can be
    read alone.
    """
    written: list[str] = []
    head: list[str] = []  # the names of the columns, empty outside a table
    cited: tuple[int, ...] = ()  # what the table that is being read cites
    for at, sentence in enumerate(sentences):
        cells = _cells(sentence.text)
        marks = "".join(f"[{number}]" for number in sentence.citations)
        if len(cells) < 2:
            written.append(f"{sentence.text}{marks}")
            continue
        if sentence.citations != cited or len(cells) != len(head):
            cited = sentence.citations
            if _is_head(sentence, sentences[at + 1 : at + 2]):
                head = cells
                continue
            head = []
        written.append(f"- {_row(head, cells)}{marks}")
    return written


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
