"""
Lines that were broken for lack of room, put together again to the paragraphs they were written as.

A reader does this, because only it still knows what tells a broken line: a file's own columns, a
page's geometry, a markup's rules. Whoever comes later sees one line for each paragraph, item,
heading or row, and may take the end of a line for the end of a sentence; a rule cut at "… are not"
would say its opposite.

Two things tell that a line goes on. It says so itself: "the", 「は」, a comma, a small letter in the
next one. Or the next one's first word had no room in it; this counts only where most unfinished
lines of a text were broken so, for addresses and labels end where they like. What begins something
of its own is never joined to the line above it.
"""

import re
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from knowledge.text.lines import (
    ANNOUNCED,
    ARTICLE,
    MARKER,
    QUOTE,
    ROW,
    UNSPACED,
    columns,
    ended,
    may_go_on,
    parted,
    says_so,
    unclosed,
    unfinished,
)

_UNSPACED = re.compile(UNSPACED)
_TIED = re.compile(r"\S[/\u2014-]\s*$")
_TOKEN = re.compile(
    r"\s*(?:[!-~\u00c0-\u024f]+|.[、。，．）)」』】ーっゃゅょァィゥェォッャュョ]{0,2})"
)
_HYPHENATED = re.compile(r"([^\W\d_]+)[-\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# columns a line may be broken early: a sign that may not begin a line takes its neighbour along
SLACK = 4
# of the unfinished lines that had no room for what follows: then the text is broken by its width
BROKEN = 0.6
SPREAD = 0.95  # of the lines end within the column; the others are addresses, rows and formulas
NESTING = 8  # lines a bracket may stay open before it is taken for a slip
BATCH = 20_000  # lines looked at together
NARROWEST = 16  # columns; nobody breaks a text into shorter lines
VERSE = 40  # columns; lines below this that end no sentence anywhere are labels


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line of a file, without its end. `left` and `right` are where its ink begins and ends, in any
    unit, `pitch` the width of a column in it. `apart`: the layout sets it apart from the line above
    it. `hard`: it ends where its author wanted it to.
    """

    text: str
    left: float
    right: float
    pitch: float = 1.0
    apart: bool = False
    hard: bool = False


def measured(text: str) -> Line:
    """Return one line of plain text."""
    bare = text.expandtabs(4)
    inside = len(bare) - len(bare.lstrip(" \u3000"))
    return Line(text, columns(bare[:inside]), columns(bare))


def joined(lines: Sequence[Line], *, flowing: bool = False, hyphens: bool = False) -> list[str]:
    """
    Return one text for each paragraph, item, heading or row, in order; an empty line stays one.

    `flowing`: the markup says that a line goes on unless something begins in the next one.
    `hyphens`: whatever set the lines divides words with hyphens of its own; elsewhere one at a
    line's end is taken for part of the word, unless the text has the word without it.
    """
    known: frozenset[str] = frozenset()
    paragraphs: list[list[str]] = []  # the pieces of each
    for block in _blocks(lines):
        start = 0
        for at, line in enumerate(block.lines):
            if at == 0 or not block.goes_on(start, at, flowing=flowing):
                start = at
                paragraphs.append([line.text])
                continue
            known = known or words(one.text for one in lines)
            pieces = paragraphs[-1]
            pieces[-1:] = _joined_pieces(pieces[-1], line.text, known, hyphens=hyphens)
    return ["".join(pieces) for pieces in paragraphs]


def first_word(text: str) -> str:
    """Return what a line begins with that may not be divided."""
    token = _TOKEN.match(text)
    return token.group().strip() if token else ""


def words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of a text, hyphenated ones whole, in small letters."""
    known: set[str] = set()
    for text in texts:
        known.update(map(str.lower, _WORD.findall(text)))
    return frozenset(known)


def text_of(text: str) -> str:
    """Return a plain text with its broken lines joined; one line stays as it is."""
    if "\n" not in text:
        return text
    return "\n".join(paragraphs(text))


def one_line(text: str) -> str:
    """
    Return the text of a cell, a shape or a comment: its broken lines joined, its other lines and
    spaces one space.
    """
    return " ".join(text_of(text).split())


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a plain text and the empty lines between them."""
    lines = text.split("\n")
    for at in range(0, len(lines), BATCH):
        batch = [measured(line.rstrip()) for line in lines[at : at + BATCH]]
        yield from joined(batch)


def together(before: str, after: str) -> str:
    """Return two pieces of a sentence as one."""
    return "".join(_joined_pieces(before, after, frozenset(), hyphens=False))


@dataclass(frozen=True, slots=True)
class _Block:
    """
    Lines none of which begins anything of its own by its form, but for the first.

    `broken` tells for each of them where its column was broken, 0 for nowhere known. `prose`: these
    are sentences, for a line ends one or is too long for a label. `small`: every line begins with a
    small letter and ends nothing, as a list of words.
    """

    lines: Sequence[Line]
    broken: Sequence[float]
    prose: bool
    small: bool

    def goes_on(self, start: int, at: int, *, flowing: bool) -> bool:
        """Whether the line at `at` goes on with the paragraph that began at `start`."""
        first, line, following = self.lines[start], self.lines[at - 1], self.lines[at]
        marker = MARKER.match(first.text)
        if marker and following.left < first.left - first.pitch / 2:
            return False  # back to the left of the item: no part of it
        quoting = self._quoting(start, at)
        if quoting and not line.hard:
            return True
        over = ended(line.text, following.text) and not quoting
        if not over and self._says_so(line, following):
            return True
        announcing = over and ANNOUNCED.search(line.text)
        if line.hard or ARTICLE.match(line.text) or announcing:
            return False
        hanging = bool(marker) and following.left > first.left + first.pitch
        return hanging or self._broken_here(at, over=over, flowing=flowing)

    def _quoting(self, start: int, at: int) -> bool:
        """Whether a bracket of the lines from `start` on is still open before the line at `at`."""
        if at - start > NESTING:
            return False
        return unclosed("".join(line.text for line in self.lines[start:at]))

    def _says_so(self, line: Line, following: Line) -> bool:
        if not says_so(line.text, following.text):
            return False
        return unfinished(line.text) or not self.small

    def _broken_here(self, at: int, *, over: bool, flowing: bool) -> bool:
        """Whether the line before the one at `at` was broken for lack of room, or its markup."""
        no_room = _had_no_room(self.lines[at - 1], self.lines[at], self.broken[at - 1])
        if not self.prose:
            return flowing and no_room
        return no_room or (flowing and not over)


def _blocks(lines: Sequence[Line]) -> Iterator[_Block]:
    """Yield the lines in blocks, none of which a line of its own kind interrupts."""
    runs: list[list[Line]] = []
    for line in lines:
        if line.apart or not runs or parted(runs[-1][-1].text, line.text):
            runs.append([])
        runs[-1].append(line)
    bands = _bands(lines)
    widths = [_common_column(_runs_in(runs, bands, at)) for at in range(len(bands))]
    for run in runs:
        own = _own_column(run)
        broken = [own or widths[_band(line, bands)] for line in run]
        prose = any(ended(line.text) or columns(line.text) >= VERSE for line in run)
        yield _Block(run, broken, prose, all(map(_is_label, run)))


def _runs_in(runs: Sequence[Sequence[Line]], bands: Sequence[float], at: int) -> list[list[Line]]:
    """Return of each run the lines that stand in one band."""

    def inside(run: Sequence[Line]) -> list[Line]:
        return [line for line in run if _band(line, bands) == at]

    return list(map(inside, runs))


def _is_label(line: Line) -> bool:
    """Whether a line begins with a small letter and ends nothing, as a word of a list does."""
    return line.text.lstrip()[:1].islower() and not ended(line.text)


def _bands(lines: Sequence[Line]) -> list[float]:
    """Return where the columns of a page begin, from left to right; a plain text has one."""
    lefts = [0.0]
    rights: list[float] = []  # in order
    last = 0.0
    filled = [line for line in lines if line.text.strip()]
    for line in sorted(filled, key=attrgetter("left")):
        further = line.left > last
        if further and rights and line.left >= rights[len(rights) // 2]:
            lefts.append(line.left)
            rights = []
        insort(rights, line.right)
        last = line.left
    return lefts


def _band(line: Line, bands: Sequence[float]) -> int:
    return max(0, bisect_right(bands, line.left) - 1)


def _own_column(run: Sequence[Line]) -> float:
    """
    Return the column of a paragraph that shows it by itself: most of its lines without room, and an
    end.
    """
    pairs = _pairs([run])
    if len(pairs) < 2 or not ended(run[-1].text):
        return 0.0
    rights = [line.right for line in run]
    if run[-1].left > min(rights):
        return 0.0
    return _column_where_broken(pairs, max(rights))


def _common_column(runs: Sequence[Sequence[Line]]) -> float:
    """
    Return where most unfinished lines were broken, 0 where they were not broken by their width.
    """
    pairs = _pairs(runs)
    rights: list[float] = []
    for run in runs:
        if len(run) > 1:
            rights += [line.right for line in run if not ROW.search(line.text)]
    if not pairs or not rights:
        return 0.0
    place = min(len(rights) - 1, int(len(rights) * SPREAD))
    return _column_where_broken(pairs, sorted(rights)[place])


def _column_where_broken(pairs: Sequence[tuple[Line, Line]], column: float) -> float:
    """Return this column when most of the lines had no room in it for what follows, else 0."""
    without = 0
    for line, following in pairs:
        without += _had_no_room(line, following, column)
    if without < BROKEN * len(pairs):
        return 0.0
    return column


def _pairs(runs: Sequence[Sequence[Line]]) -> list[tuple[Line, Line]]:
    """
    Return the unfinished lines with the ones below them; one of half a paragraph's width is a
    heading, and says nothing.
    """
    pairs: list[tuple[Line, Line]] = []
    for run in runs:
        widest = max((line.right for line in run), default=0.0)
        for line, following in pairwise(run):
            if line.right > widest / 2 and may_go_on(line.text, following.text):
                pairs.append((line, following))
    return pairs


def _had_no_room(line: Line, following: Line, column: float) -> bool:
    """Whether the first word of the following line had no room in a line of this column."""
    if column <= NARROWEST * line.pitch:
        return False
    token = _TOKEN.match(following.text)
    wanted = columns(token.group().strip()) if token else 1
    if not _needs_no_space(line.text, following.text):
        wanted += 1
    return line.right + (wanted + SLACK) * line.pitch > column


def _joined_pieces(before: str, after: str, known: frozenset[str], *, hyphens: bool) -> list[str]:
    """Return two pieces of a sentence as they stand in it; the second one with what parts them."""
    before, after = before.rstrip(), after.strip()
    mark = QUOTE.match(after)
    if mark and QUOTE.match(before):
        after = after[mark.end() :]
    divided = _HYPHENATED.search(before)
    rest = _WORD.match(after)
    if divided and rest and rest.group()[:1].islower():
        first, second = divided[1].lower(), rest.group().lower()
        if first + second in known or (hyphens and f"{first}-{second}" not in known):
            before = before[:-1]
        return [before, after]
    if _needs_no_space(before, after):
        return [before, after]
    return [before, f" {after}"]


def _needs_no_space(before: str, after: str) -> bool:
    """
    Whether no space belongs between two pieces of a sentence: Japanese stands on either side of the
    break.
    """
    last, first = before.rstrip()[-1:], after.lstrip()[:1]
    return bool(_UNSPACED.match(last) or _UNSPACED.match(first)) or bool(_TIED.search(before))
