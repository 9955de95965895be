"""
A passage analysed once for everything that is stored of it: its vector and its words unit by unit.

Sudachi takes most of the time a passage costs, so each quotable line is cut once, though a table's
header stands in the unit of each of its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from knowledge.reading.chunks import passage_title
from knowledge.text.analysis import Analysis, Token, normalise
from knowledge.text.provisions import ARTICLE, part_begun
from knowledge.text.quantities import exact, place
from knowledge.text.units import Span, cut
from knowledge.values import Passage


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """
    `text` and `title` are normalised; `amounts` and `title_amounts` are the amounts and references
    in them.

    `units` are the spans of each unit's lines in the passage as it was written, `lines` the tokens
    of each span, in order. `places` holds the passage's own slide or page as a reference, and is
    empty where its place has no number.
    """

    text: str
    amounts: Sequence[str]
    title: str
    title_words: Sequence[Token]
    title_amounts: Sequence[str]
    units: Sequence[tuple[Span, ...]]
    lines: Mapping[Span, Sequence[Token]]
    places: Sequence[str]


def analysed(passage: Passage, analysis: Analysis) -> PassageTerms:
    """Return what `passage` says. About a millisecond."""
    text = normalise(passage.text)
    title = normalise(passage_title(passage))

    units = cut(passage)
    lines = {}
    for start, end in sorted(set(chain(*units))):
        lines[start, end] = analysis.cut(normalise(passage.text[start:end]))

    return PassageTerms(
        text=text,
        amounts=[*exact(text), *_parts(passage)],
        title=title,
        title_words=analysis.words(title),
        title_amounts=exact(title),
        units=units,
        lines=lines,
        places=_places(passage),
    )


def _parts(passage: Passage) -> list[str]:
    """Return the numbers and letters of the paragraphs of an article, as people ask for them."""
    if not ARTICLE.search(passage.place.label):
        return []
    parts: list[str] = []
    for line in passage.text.split("\n"):
        part = part_begun(line)
        if part:
            parts.append(f"paragraph={part}" if part.isdigit() else f"item={part}")
    return list(dict.fromkeys(parts))


def _places(passage: Passage) -> tuple[str, ...]:
    number = passage.place.number
    if not number or passage.place.kind not in ("slide", "page"):
        return ()
    return (place(number),)
