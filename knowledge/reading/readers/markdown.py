"""
Markdown, line by line: headings become places, the lines of a paragraph one, everything else stays
as written.

No construct can make it slow.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.paragraphs import BATCH, Line, joined, measured
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Sections, Title

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-{2,}[ \t:|-]*$")
_UNDERLINE = re.compile(r"[ ]{0,3}(=|-)\1{1,}[ \t]*$")
_FENCE = re.compile(r"[ \t]{0,3}(```|~~~)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FRONT_MATTER = 50  # lines within which it ends
_LONG = 2000  # characters; a longer line is not parsed for structure


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    text, flags = decode(content)
    yield from flags
    lines, unseen = _lines(text)
    yield Omitted(unseen)
    document = _Document(lines, budget)
    document.read()
    if document.title is not None:
        yield Title(document.title)
    yield from document.sections.finish()


class _Document:
    """Reads the lines of a document one after another; `title` is its first great heading."""

    def __init__(self, lines: list[str], budget: Budget) -> None:
        self.sections = Sections(budget)
        self.title: str | None = None
        self._lines = lines
        self._flowing: list[str] = []  # lines that may be parts of paragraphs
        self._fenced = False

    def read(self) -> None:
        for at, line in enumerate(self._lines):
            if len(line) > _LONG:
                self._flow_on(line)
            else:
                self._read_line(at, line)
        self._flow()

    def _read_line(self, at: int, line: str) -> None:
        fence = bool(_FENCE.match(line))
        if fence:
            self._fenced = not self._fenced
        if self._fenced:
            self._verbatim(line)
            return
        if at and _UNDERLINE.match(line) and _plain(self._lines[at - 1]):
            return
        level, words = _heading(self._lines, at)
        row = _row(line)
        if level:
            self._begin(level, words)
        elif row is not None:
            self._verbatim(row)
        elif fence:
            self._verbatim(line)
        else:
            self._flow_on(line)

    def _begin(self, level: int, words: str) -> None:
        """Begin a section."""
        if level == 1 and self.title is None:
            self.title = words
        self._flow()
        self.sections.heading(level, words)

    def _verbatim(self, line: str) -> None:
        """Take a row or a line of code as it stands; the rule below a table's head is nothing."""
        self._flow()
        if line or self._fenced:
            self.sections.line(line)

    def _flow_on(self, line: str) -> None:
        self._flowing.append(line)
        if len(self._flowing) == BATCH:
            self._flow()

    def _flow(self) -> None:
        """
        Hand over the paragraphs of the lines gathered; a line that its author ended by a mark of
        Markdown's stays one.
        """
        lines: list[Line] = []
        for line in self._flowing:
            hard = line.endswith(("  ", "\\"))
            lines.append(replace(measured(line.rstrip()), hard=hard))
        for paragraph in joined(lines, flowing=True):
            self.sections.line(paragraph)
        self._flowing.clear()


def _lines(text: str) -> tuple[list[str], str]:
    """
    Return the lines that are shown, and what is for programs and authors alone: comments and front
    matter.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    comments = "\n".join(_COMMENT.findall(text))
    lines = _COMMENT.sub("", text).split("\n")
    end = _end_of_front_matter(lines)
    return lines[end:], "\n".join((comments, *lines[:end]))


def _end_of_front_matter(lines: list[str]) -> int:
    """Return the number of lines between "---" and "---" at the beginning, 0 for none."""
    if lines[0].strip() != "---":
        return 0
    for at, line in enumerate(lines[1:_FRONT_MATTER], 2):
        if line.strip() == "---":
            return at
    return 0


def _heading(lines: list[str], at: int) -> tuple[int, str]:
    """Return the level and the words of a heading; level 0 where a line is none."""
    line = lines[at]
    mark = _HEADING.match(line)
    if mark:
        return len(mark[1]), mark[2].rstrip("# \t")
    return _underlined(lines, at), line.strip()


def _underlined(lines: list[str], at: int) -> int:
    """
    Return the level of a heading written as a line of its own above "===" or "---"; 0 where it is
    none.
    """
    alone = at == 0 or not lines[at - 1].strip()
    if not alone or at + 1 == len(lines) or not _plain(lines[at]):
        return 0
    mark = _UNDERLINE.match(lines[at + 1])
    if mark is None:
        return 0
    return 1 if mark[1] == "=" else 2


def _plain(line: str) -> bool:
    """Tell whether a line has words and begins no construct of Markdown's."""
    if not line.strip() or len(line) > _LONG:
        return False
    return not line.lstrip().startswith(("|", "-", "*", "+", ">", "#"))


def _row(line: str) -> str | None:
    """Return a table's row as "a | b", "" for the rule below its head, None for anything else."""
    if not line.lstrip().startswith("|"):
        return None
    if _RULE.match(line):
        return ""
    cells = line.strip().strip("|").split("|")
    return " | ".join(map(str.strip, cells))
