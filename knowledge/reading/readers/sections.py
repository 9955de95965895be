"""
Text that flows: it becomes one page a heading, so that a passage can say under which heading it
stands.

Readers hand over lines and headings in reading order; a heading's path ("第2章 › 第5条") is the page's
title.

Headings are content, too. One with nothing below it is a line of the section it stands in, and one
that states a rule is the first line of its own; only a plain heading above a text is the place and
nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.reading.readers.refusal import Budget
from knowledge.text.outline import CELL
from knowledge.values import Flag, FlagKind, Page, Place

SEPARATOR = " › "
_ARTICLE = re.compile(
    r"第\s*[0-9０-９一二三四五六七八九十百]+\s*([編部章節条])(の[0-9０-９一二三四五六七八九十]+)?(?=[\s　(（「]|$)[^。]{0,40}$"
)
_LEVELS = {"編": 1, "部": 1, "章": 2, "節": 3, "条": 4}
_TITLE = 120  # characters of a heading shown as a place
_FEW = 60  # letters and digits beside a picture, up to which a page says nothing by itself
_STATEMENT = re.compile(
    r"[。．！？!?]$|\.$|(?:こと|[うくすつぬぶむる]|ない|たい|だ|た|ん)$"
)  # how a statement ends


@dataclass(frozen=True, slots=True)
class Title:
    """The document's own title, found while reading."""

    text: str


@dataclass(frozen=True, slots=True)
class Omitted:
    """Text of the file that a reader left out on purpose: hidden, or furniture of the page."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it looks: PNG, its bytes in base64."""

    content: str


Item = Page | Flag | Title | Omitted | Picture


class Sections:
    """Gathers lines under headings. `finish` returns the pages."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._path: list[tuple[int, str]] = []
        self._heading = ""  # the innermost one as written, until its section is closed
        self._lines: list[str] = []
        self._alone: list[str] = []  # headings with nothing below them, of the section `_above`
        self._above: list[tuple[int, str]] = []
        self._flags: list[Flag] = []
        self._pictures = 0  # of the section being gathered, large enough to hold text
        self._pages: list[Page] = []

    @property
    def position(self) -> int:
        """The position of the page being gathered, 1-based."""
        return len(self._pages) + 1

    def heading(self, level: int, text: str) -> None:
        """Begin a section; 0 is the level of the document's own title, above all others."""
        words = " ".join(text.split())
        if not words:
            return
        self._close(level)
        self._budget.characters(len(words))
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        label = words
        if len(words) > _TITLE:
            label = f"{words[: _TITLE - 1]}…"
        self._path.append((level, label))
        self._heading = words

    def line(self, text: str) -> None:
        """Take one paragraph or row; an empty one separates."""
        self._budget.characters(len(text) + 1)
        self._lines.append(text.rstrip())

    def gap(self) -> None:
        """Set apart the table that comes next from one that ends right above it."""
        if self._lines and CELL in self._lines[-1]:
            self._lines.append("")

    def paragraph(self, text: str) -> None:
        """
        Take one paragraph of a text without marked headings: chapter and article lines ("第5条 (申請)")
        become headings.
        """
        mark = _ARTICLE.match(text.strip())
        if mark and len(text.strip()) <= _TITLE:
            self.heading(_LEVELS[mark[1]], text)
        else:
            self.line(text)

    def flag(self, flag: Flag) -> None:
        self._flags.append(flag)

    def picture(self) -> None:
        """Take a picture that is large enough to hold text of its own."""
        self._pictures += 1

    def finish(self) -> Iterator[Page]:
        self._close(0)
        self._settle()
        yield from self._pages

    def _close(self, level: int) -> None:
        """
        End the section being gathered, because a heading of `level` follows; 0 at the end of the
        document.
        """
        body = re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")
        heading, self._heading, self._lines = self._heading, "", []
        if not body.strip() and not self._pictures:
            self._close_empty(heading, level)
            return
        self._settle()
        if not body.strip():
            body = heading
        elif _is_statement(heading):
            body = f"{heading}\n{body}"
        self._page(self._path, body)

    def _close_empty(self, heading: str, level: int) -> None:
        """
        Keep a heading without a text of its own: an article as its own section, others in the
        section above.
        """
        if not heading or (self._path[-1][0] < level and not _is_statement(heading)):
            return
        if self._path[-1][0] < level or _ARTICLE.match(heading):
            self._settle()
            self._page(self._path, heading)
            return
        self._path.pop()
        if self._above != self._path:
            self._settle()
        self._above = list(self._path)
        self._alone.append(heading)

    def _settle(self) -> None:
        """Make a page of the headings that stand alone."""
        alone, self._alone = self._alone, []
        if alone:
            self._page(self._above, "\n".join(alone))

    def _page(self, path: list[tuple[int, str]], text: str) -> None:
        number = len(self._pages) + 1
        names = [name for _, name in path]
        place = Place("part", number)
        if names:
            place = Place("section", number, names[-1])
        title = SEPARATOR.join(names)
        if self._pictures:
            self._flags.append(Flag(pictured(text), number))
        self._pages.append(Page(number, place, text, title=title, flags=tuple(self._flags)))
        self._budget.pages(0)
        self._flags, self._pictures = [], 0


def pictured(text: str) -> FlagKind:
    """Return what to say of a page with this text and a large picture: is it all in the picture?"""
    letters = sum(map(str.isalnum, text))
    return "image_only" if letters < _FEW else "picture"


def _is_statement(heading: str) -> bool:
    """Tell whether a heading says something, rather than naming what stands below it."""
    return len(heading) > _TITLE or _STATEMENT.search(heading) is not None
