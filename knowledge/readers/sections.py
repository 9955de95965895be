"""
Text that flows: it becomes one page a heading, so that a passage can say under which heading it stands.

Readers hand over lines and headings in reading order; a heading's path ("第2章 › 第5条") is the page's title.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.readers.refusal import Budget
from knowledge.values import Flag, Page, Place

SEPARATOR = " › "
_ARTICLE = re.compile(
    r"第\s*[0-9０-９一二三四五六七八九十百]+\s*([編部章節条])(の[0-9０-９一二三四五六七八九十]+)?(?=[\s　(（「]|$)[^。]{0,40}$"
)
_LEVELS = {"編": 1, "部": 1, "章": 2, "節": 3, "条": 4}
_TITLE = 120  # characters of a heading kept


@dataclass(frozen=True, slots=True)
class Title:
    """The document's own title, found while reading."""

    text: str


Item = Page | Flag | Title


class Sections:
    """Gathers lines under headings. `finish` returns the pages; headings without text below them stay on the path only."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._path: list[tuple[int, str]] = []
        self._lines: list[str] = []
        self._flags: list[Flag] = []
        self._pages: list[Page] = []

    @property
    def position(self) -> int:
        """The position of the page being gathered, 1-based."""
        return len(self._pages) + 1

    def heading(self, level: int, text: str) -> None:
        text = " ".join(text.split())[:_TITLE]
        if not text:
            return
        self._close()
        self._budget.characters(len(text))
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, text))

    def line(self, text: str) -> None:
        """Take one paragraph or row; an empty one separates."""
        self._budget.characters(len(text) + 1)
        self._lines.append(text.rstrip())

    def paragraph(self, text: str) -> None:
        """Take one paragraph of a text without marked headings: chapter and article lines ("第5条 (申請)") become headings."""
        mark = _ARTICLE.match(text.strip())
        if mark and len(text.strip()) <= _TITLE:
            self.heading(_LEVELS[mark[1]], text)
        else:
            self.line(text)

    def flag(self, flag: Flag) -> None:
        self._flags.append(flag)

    def finish(self) -> Iterator[Page]:
        self._close(last=True)
        yield from self._pages

    def _close(self, *, last: bool = False) -> None:
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")
        if not text.strip() and last and self._path and not self._pages:
            text = self._path[-1][1]  # a document of headings only is not empty
        if text.strip():
            number = len(self._pages) + 1
            place = Place("section", number, self._path[-1][1]) if self._path else Place("part", number)
            title = SEPARATOR.join(name for _, name in self._path)
            self._pages.append(Page(number, place, text, title=title, flags=tuple(self._flags)))
            self._budget.pages(0)
            self._flags = []
        self._lines = []
