"""
The receipt of a reading: how much of what stands in a file was read, counted in letters and digits.

Order, line ends, white space, width and marks do not count, so that a table, a list or two columns
may be laid out anew. What was left out on purpose is neither there nor missing.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from knowledge.reading.readers.decode import blocks, clean
from knowledge.reading.readers.sections import SEPARATOR
from knowledge.values import Page, Place, Receipt

_LOOKED = 0.98  # share of the text from which nobody asks what is missing
_EFFORT = 200_000_000  # characters looked through for lines that are missing
_WORDS = 24  # characters of a missing piece told

Piece = tuple[Place, str]


def measure(raw: Sequence[Piece], omitted: Iterable[str], pages: Sequence[Page]) -> Receipt:
    """
    Return the receipt of `pages` against the raw text of their file, without what was `omitted`.
    """
    left_out = "\n".join(omitted)
    there = _letters(text for _, text in raw)
    without = _letters([left_out]) & there
    expected = there - without
    read = expected & _letters(_searchable(pages))
    receipt = Receipt(expected.total(), read.total(), without.total())
    if receipt.share >= _LOOKED:
        return receipt
    place, words, lost = _largest_gap(raw, "\n".join((*_searchable(pages), left_out)))
    return Receipt(receipt.there, receipt.read, receipt.left_out, place, words, lost)


def _searchable(pages: Sequence[Page]) -> Iterator[str]:
    """
    Yield all that can be found of the pages: their text, and the headings that each begins with.
    """
    before: list[str] = []
    for page in pages:
        path = page.title.split(SEPARATOR)
        begun = path[_shared(before, path) :] or path[-1:]  # the same heading once more
        lines = page.text.split("\n")
        for heading in begun:
            if heading not in lines:
                yield heading
        yield page.text
        yield page.notes
        before = path


def _shared(path: Sequence[str], other: Sequence[str]) -> int:
    """Return how many headings two paths have in common before they part."""
    for at, (heading, its) in enumerate(zip(path, other, strict=False)):
        if heading != its:
            return at
    return len(path)


def _letters(texts: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        for block in blocks(clean(text)[0]):
            counts.update(block)
    letters: Counter[str] = Counter()
    for sign, count in counts.items():
        for letter in unicodedata.normalize("NFKC", sign):
            if letter.isalnum():
                letters[letter] += count
    return letters


def _bare_letters(text: str) -> str:
    """Return the letters and digits of a text alone, in one width."""
    shown, _ = clean(text)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", shown)))


def _largest_gap(raw: Sequence[Piece], read: str) -> tuple[Place | None, str, int]:
    """
    Return where the longest stretch of missing lines stands, how it begins, and how many letters
    and digits it has.
    """
    flat, effort = _bare_letters(read), 0
    largest: tuple[Place | None, str, int] = (None, "", 0)
    for place, text in raw:
        words, lost = "", 0
        for line in text.split("\n"):
            tight = _bare_letters(line)
            if not tight:
                continue
            effort += len(flat)
            if effort > _EFFORT:
                return largest
            if tight in flat:
                words, lost = "", 0
                continue
            words = words or " ".join(line.split())[:_WORDS]
            lost += len(tight)
            if lost > largest[2]:
                largest = (place, words, lost)
    return largest
