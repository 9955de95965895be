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


def joined(given: Sequence[Line], *, flowing: bool = False, hyphens: bool = False) -> list[str]:
    """
    Return one text for each paragraph, item, heading or row, in order; an empty line stays one.

    `flowing`: the markup says that a line goes on unless something begins in the next one.
    `hyphens`: whatever set the lines divides words with hyphens of its own; elsewhere one at a
    line's end is taken for part of the word, unless the text has the word without it.
    """
    known: frozenset[str] = frozenset()
    found: list[list[str]] = []  # the pieces of each paragraph
    for block in _blocks(given):
        start = 0
        for at, line in enumerate(block.lines):
            if not at or not block.goes_on(start, at, flowing=flowing):
                start = at
                found.append([line.text])
                continue
            known = known or words(one.text for one in given)
            found[-1][-1:] = _pieces(found[-1][-1], line.text, known, hyphens=hyphens)
    return ["".join(pieces) for pieces in found]


def words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of a text, hyphenated ones whole, in small letters."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def text_of(given: str) -> str:
    """Return a plain text with its broken lines joined; one line stays as it is."""
    if "\n" not in given:
        return given
    return "\n".join(paragraphs(given))


def one_line(given: str) -> str:
    """
    Return the text of a cell, a shape or a comment: its broken lines joined, its other lines and
    spaces one space.
    """
    return " ".join(text_of(given).split())


def paragraphs(given: str) -> Iterator[str]:
    """Yield the paragraphs of a plain text and the empty lines between them."""
    written = given.split("\n")
    for at in range(0, len(written), BATCH):
        yield from joined([measured(line.rstrip()) for line in written[at : at + BATCH]])


def together(before: str, after: str) -> str:
    """Return two pieces of a sentence as one."""
    return "".join(_pieces(before, after, frozenset(), hyphens=False))


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
        quoting = at - start <= NESTING and unclosed(
            "".join(one.text for one in self.lines[start:at])
        )
        over = ended(line.text, following.text) and not quoting
        if quoting and not line.hard:
            return True
        if (
            not over
            and says_so(line.text, following.text)
            and (unfinished(line.text) or not self.small)
        ):
            return True
        if line.hard or ARTICLE.match(line.text) or (over and ANNOUNCED.search(line.text)):
            return False
        hanging = bool(marker) and following.left > first.left + first.pitch
        if hanging:
            return True
        without = _had_no_room(line, following, self.broken[at - 1])
        if not self.prose:
            return flowing and without
        return without or (flowing and not over)


def _blocks(given: Sequence[Line]) -> Iterator[_Block]:
    runs: list[list[Line]] = []
    for line in given:
        if line.apart or not runs or parted(runs[-1][-1].text, line.text):
            runs.append([])
        runs[-1].append(line)
    bands = _bands(given)
    broken = [
        _column([[one for one in run if _band(one, bands) == at] for run in runs])
        for at in range(len(bands))
    ]
    for run in runs:
        own = _own(run)
        prose = any(ended(line.text) or columns(line.text) >= VERSE for line in run)
        small = all(line.text.lstrip()[:1].islower() and not ended(line.text) for line in run)
        yield _Block(run, [own or broken[_band(line, bands)] for line in run], prose, small)


def _bands(given: Sequence[Line]) -> list[float]:
    """Return where the columns of a page begin, from left to right; a plain text has one."""
    lefts = [0.0]
    rights: list[float] = []  # in order
    last = 0.0
    for line in sorted((one for one in given if one.text.strip()), key=lambda one: one.left):
        further = line.left > last
        if further and rights and line.left >= rights[len(rights) // 2]:
            lefts.append(line.left)
            rights = []
        insort(rights, line.right)
        last = line.left
    return lefts


def _band(line: Line, bands: Sequence[float]) -> int:
    return max(0, bisect_right(bands, line.left) - 1)


def _own(run: Sequence[Line]) -> float:
    """
    Return the column of a paragraph that shows it by itself: most of its lines without room, and an
    end.
    """
    pairs = _pairs([run])
    if len(pairs) < 2 or not ended(run[-1].text) or run[-1].left > min(line.right for line in run):
        return 0.0
    column = max(line.right for line in run)
    without = sum(_had_no_room(line, following, column) for line, following in pairs)
    return column if without >= BROKEN * len(pairs) else 0.0


def _column(runs: Sequence[Sequence[Line]]) -> float:
    """
    Return where most unfinished lines were broken, 0 where they were not broken by their width.
    """
    pairs = _pairs(runs)
    rights = sorted(
        line.right for run in runs if len(run) > 1 for line in run if not ROW.search(line.text)
    )
    if not pairs or not rights:
        return 0.0
    column = rights[min(len(rights) - 1, int(len(rights) * SPREAD))]
    without = sum(_had_no_room(line, following, column) for line, following in pairs)
    return column if without >= BROKEN * len(pairs) else 0.0


def _pairs(runs: Sequence[Sequence[Line]]) -> list[tuple[Line, Line]]:
    """
    Return the unfinished lines with the ones below them; one of half a paragraph's width is a
    heading, and says nothing.
    """
    found = []
    for run in runs:
        widest = max((line.right for line in run), default=0.0)
        wide = [pair for pair in pairwise(run) if pair[0].right > widest / 2]
        found += [pair for pair in wide if may_go_on(pair[0].text, pair[1].text)]
    return found


def _had_no_room(line: Line, following: Line, column: float) -> bool:
    token = _TOKEN.match(following.text)
    wanted = columns(token.group().strip()) if token else 1
    space = 0 if _unspaced(line.text, following.text) else 1
    return (
        column > NARROWEST * line.pitch
        and line.right + (space + wanted + SLACK) * line.pitch > column
    )


def _pieces(before: str, after: str, known: frozenset[str], *, hyphens: bool) -> list[str]:
    """Return two pieces of a sentence as they stand in it; the second one with what parts them."""
    before, after = before.rstrip(), after.strip()
    if QUOTE.match(before) and (mark := QUOTE.match(after)):
        after = after[mark.end() :]
    divided = _HYPHENATED.search(before)
    rest = _WORD.match(after)
    if divided and rest and rest.group()[:1].islower():
        first, second = divided[1].lower(), rest.group().lower()
        whole = first + second in known or (hyphens and f"{first}-{second}" not in known)
        return [before[:-1] if whole else before, after]
    return [before, ("" if _unspaced(before, after) else " ") + after]


def _unspaced(before: str, after: str) -> bool:
    """
    Whether no space belongs between two pieces of a sentence: Japanese stands on either side of the
    break.
    """
    last, first = before.rstrip()[-1:], after.lstrip()[:1]
    return bool(_UNSPACED.match(last) or _UNSPACED.match(first)) or bool(_TIED.search(before))
