"""
The article a sentence stands in: the lines of its place, those of the neighbouring passages among
them, for a passage is a cut and a rule may go on in the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from knowledge.answering.asked import Deciding
from knowledge.retrieval.source import PassageSource
from knowledge.text.article import Line, above, around, lines
from knowledge.text.outline import CELL, announces
from knowledge.text.provisions import whole
from knowledge.text.spans import Span
from knowledge.values import Hit, Passage

NEAR = 3  # passages looked at on either side
WHOLE = 1600  # characters up to which a place is one article, whatever headings stand in it
ROWS = 14  # rows up to which a table is shown whole


@runtime_checkable
class Surroundings(Protocol):
    """A source of passages that knows what stands beside one."""

    async def neighbours(
        self, passage: Passage, *, readers: frozenset[str], around: int = 1
    ) -> list[Passage]:
        """Return the passages up to `around` positions away, in order, without the passage."""


@dataclass(frozen=True, slots=True)
class Article:
    """
    The lines of the place where the passage of the hit at index `hit` stands; the one at index `at`
    holds the sentence that answers, which is the stretch `span` of the line's passage. `quote` is
    the stretch of the hit's own passage that was found.
    """

    hit: int
    passages: tuple[Passage, ...]
    own: int
    lines: tuple[Line, ...]
    at: int
    span: Span
    quote: str

    @property
    def passage(self) -> Passage:
        """The passage of the hit."""
        return self.passages[self.own]

    @property
    def deciding(self) -> str:
        """The sentence that answers."""
        line = self.lines[self.at]
        return self.passages[line.passage].text[slice(*self.span)]

    def led(self) -> "Article":
        """Return it with the line that announces the answering item in that item's place."""
        heads = [head for head in above(self.lines, self.at) if announces(self.lines[head].text)]
        if not heads:
            return self
        return replace(self, at=heads[-1], span=self.lines[heads[-1]].span)


async def article(
    source: PassageSource,
    readers: frozenset[str],
    deciding: Deciding,
    hits: Sequence[Hit],
    *,
    every: bool = False,
) -> Article:
    """
    Return the article a sentence stands in; of a long table the rows about the same thing, unless
    `every` row is asked for. One look into the index.

    Raises:
        LibraryUnavailable: the index did not answer.
    """
    passage = hits[deciding.hit].passage
    near: Sequence[Passage] = ()
    if passage.kind != "slide" and isinstance(source, Surroundings):
        near = await source.neighbours(passage, readers=readers, around=NEAR)
    return article_of(passage, near, deciding.span, hit=deciding.hit, every=every)


def article_of(
    passage: Passage, near: Sequence[Passage], span: Span, *, hit: int = 0, every: bool = False
) -> Article:
    """Return the article a stretch of a passage stands in; `near` are passages beside it."""
    passages = _of_one_place(passage, near)
    own = passages.index(passage)
    read = lines(passages)
    at = _line_of(read, own, span)
    quote = passage.text[slice(*span)]
    if at is None:
        alone = Line(quote, own, span, "prose")
        return Article(hit, tuple(passages), own, (alone,), 0, span, quote)
    first, end = _bounds(passage, read, at)
    kept = _of_table(read[first:end], at - first, every=every)
    shown = tuple(read[first + number] for number in kept)
    return Article(hit, tuple(passages), own, shown, kept.index(at - first), span, quote)


def _line_of(read: Sequence[Line], own: int, span: Span) -> int | None:
    for number, line in enumerate(read):
        if line.holds(own, span):
            return number
    return None


def _of_one_place(passage: Passage, near: Sequence[Passage]) -> list[Passage]:
    """Return the passages that follow each other around one and stand at its place."""
    together = sorted([passage, *near], key=_position)
    first = end = together.index(passage)
    while first > 0 and _is_next(together[first - 1], together[first]):
        first -= 1
    while end + 1 < len(together) and _is_next(together[end], together[end + 1]):
        end += 1
    return together[first : end + 1]


def _is_next(passage: Passage, other: Passage) -> bool:
    if other.position - passage.position != 1 or other.language != passage.language:
        return False
    if "notes" in (passage.kind, other.kind) and passage.kind != other.kind:
        return False
    one, two = passage.place, other.place
    if one.kind in ("slide", "page") and not (one.label and two.label):
        return one == two
    return (one.kind, whole(one.label)) == (two.kind, whole(two.label))


def _bounds(passage: Passage, read: Sequence[Line], at: int) -> tuple[int, int]:
    """Return the lines of the article: all of its place, or those under one heading."""
    total = sum(len(line.text) for line in read)
    closed = passage.place.kind in ("slide", "section", "sheet") and total <= WHOLE
    if passage.kind == "slide" or closed:
        return 0, len(read)
    return around(read, at)


def _of_table(read: Sequence[Line], at: int, *, every: bool) -> list[int]:
    """Return which lines are shown: all, but of a long table the rows that begin alike."""
    rows = [number for number, line in enumerate(read) if line.kind == "row"]
    if at not in rows or every or len(rows) <= ROWS:
        return list(range(len(read)))
    alike = _alike(read, at)
    header = [number for number, line in enumerate(read) if line.kind == "header" and number < at]
    kept = {*header[-1:], *alike}
    return sorted(kept)


def _alike(read: Sequence[Line], at: int) -> list[int]:
    """Return the rows beside one that share its first two cells, itself among them."""
    cells = read[at].text.split(CELL)
    if len(cells) < 3:
        return [at]
    first = end = at
    while first > 0 and read[first - 1].text.split(CELL)[:2] == cells[:2]:
        first -= 1
    while end + 1 < len(read) and read[end + 1].text.split(CELL)[:2] == cells[:2]:
        end += 1
    return list(range(first, end + 1))


def _position(passage: Passage) -> int:
    return passage.position
