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
    found: list[Page] = []
    for page in bare:
        last = next((at for at in range(len(found) - 1, -1, -1) if found[at].text.strip()), -1)
        if last >= 0 and (moved := _moved(found[last].text, page.text)):
            found[last] = replace(found[last], text=moved[0])
            found.append(replace(page, text=moved[1]))
        else:
            found.append(page)
    return found, furniture


def without_furniture(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """
    Return the pages without their furniture, and its lines.

    What stands at the edge of many pages is left on the first of them; with a number, nowhere.
    Sentences and items stay.
    """
    texts = [page for page in pages if page.text.strip()]
    counted = Counter(key for page in texts for key in {_key(line) for line in _edges(page.text)})
    enough = max(FEWEST, SHARE * len(texts))
    numbers = sum(any(_NUMBER.fullmatch(line) for line in _edges(page.text)) for page in texts)
    seen: set[str] = set()
    found: list[Page] = []
    furniture: list[str] = []
    for page in pages:
        lines = page.text.split("\n")
        for at in reversed(_places(lines)):
            line = lines[at]
            key = _key(line)
            numbered = numbers > 1 and bool(_NUMBER.fullmatch(line))
            own = ended(line) or bool(MARKER.match(line))
            repeated = (
                not own and counted[key] >= enough and (key in seen or bool(_DIGITS.search(line)))
            )
            seen.add(key)
            if numbered or repeated:
                furniture.append(lines.pop(at))
        found.append(replace(page, text="\n".join(lines)))
    return found, furniture


def _places(lines: Sequence[str]) -> list[int]:
    """Return which lines stand at the page's top and foot, in order."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    return sorted({*filled[:EDGE], *filled[-EDGE:]})


def _edges(text: str) -> list[str]:
    lines = text.split("\n")
    return [lines[at] for at in _places(lines)]


def _key(line: str) -> str:
    return _DIGITS.sub("0", "".join(line.split()))


def _moved(before: str, after: str) -> tuple[str, str] | None:
    """
    Return two pages' texts with the sentence that goes on at the first one; None where none does.
    """
    *kept, line = before.rstrip().split("\n")
    first, _, rest = after.lstrip().partition("\n")
    if not may_go_on(line, first):
        return None
    runs_on = len(line) >= LONG and ended(first)
    if not (says_so(line, first) or runs_on):
        return None
    return "\n".join([*kept, together(line, first)]), rest
