"""
What runs over the pages of a document that knows pages alone: heads and feet leave, a sentence cut
by a page's end is joined.

It needs all pages at once, so it is done where they are gathered, not in the child that reads one
page after the other.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from knowledge.reading.readers.paragraphs import together
from knowledge.text.lines import MARKER, ended, may_go_on, says_so
from knowledge.values import Page

EDGE = 2  # lines at a page's top and foot that may be a running head or foot
FEWEST = 3  # pages on which a text at their edge is one
SHARE = 0.3  # of the pages; left and right ones may differ
LONG = 30  # columns; an unfinished last line below it may be a label
_NUMBER = re.compile(
    r"(?i)[-–—\s]*(?:p(?:age)?\.?\s*)?\d{1,4}(?:\s*(?:/|of|／)\s*\d{1,4})?\s*(?:ページ|頁)?[-–—\s]*"
)
_DIGITS = re.compile(r"\d+")


def tidied(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """
    Return the pages without running heads, feet and page numbers, and those lines.

    What goes on over a page's end stands where it began.
    """
    bare, furniture = without_furniture(pages)
    last = -1  # page with text before this one
    for at, page in enumerate(bare):
        if last >= 0:
            texts = _joined_over_break(bare[last].text, page.text)
            if texts is not None:
                bare[last] = replace(bare[last], text=texts[0])
                bare[at] = replace(page, text=texts[1])
        if bare[at].text.strip():
            last = at
    return bare, furniture


def without_furniture(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """
    Return the pages without their furniture, and its lines.

    What stands at the edge of many pages is left on the first of them; with a number, nowhere.
    Sentences and items stay.
    """
    edges = _Edges(pages)
    bare: list[Page] = []
    furniture: list[str] = []
    for page in pages:
        lines = page.text.split("\n")
        for at in reversed(_edge_places(lines)):
            line = lines[at]
            if edges.is_furniture(line):
                furniture.append(line)
                del lines[at]
        bare.append(replace(page, text="\n".join(lines)))
    return bare, furniture


class _Edges:
    """What stands at the edges of the pages, counted; asked line by line, in the order of pages."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._counts: Counter[str] = Counter()  # of pages
        self._seen: set[str] = set()
        self._numbered = 0  # pages
        count = 0
        for page in pages:
            if not page.text.strip():
                continue
            count += 1
            edges = _edge_lines(page.text)
            self._counts.update({_shape(line) for line in edges})
            self._numbered += any(map(_NUMBER.fullmatch, edges))
        self._enough = max(FEWEST, SHARE * count)

    def is_furniture(self, line: str) -> bool:
        """Tell whether a line at an edge is a page number, or was there on a page before."""
        key = _shape(line)
        seen_before = key in self._seen
        self._seen.add(key)
        if self._numbered > 1 and _NUMBER.fullmatch(line):
            return True
        if ended(line) or MARKER.match(line) or self._counts[key] < self._enough:
            return False
        return seen_before or bool(_DIGITS.search(line))


def _edge_places(lines: Sequence[str]) -> list[int]:
    """Return which lines stand at the page's top and foot, in order."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    return sorted({*filled[:EDGE], *filled[-EDGE:]})


def _edge_lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [lines[at] for at in _edge_places(lines)]


def _shape(line: str) -> str:
    return _DIGITS.sub("0", "".join(line.split()))


def _joined_over_break(before: str, after: str) -> tuple[str, str] | None:
    """
    Return two pages' texts with the sentence that goes on at the first one; None where none does.
    """
    *above, line = before.rstrip().split("\n")
    first, _, rest = after.lstrip().partition("\n")
    if not may_go_on(line, first):
        return None
    runs_on = len(line) >= LONG and ended(first)
    if not (says_so(line, first) or runs_on):
        return None
    return "\n".join([*above, together(line, first)]), rest
