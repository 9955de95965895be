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
from knowledge.text.quantities import exact
from knowledge.text.units import Span, cut
from knowledge.values import Passage


@dataclass(frozen=True, slots=True)
class Analysed:
    """
    `text` and `title` are normalised; `amounts` and `title_amounts` are the amounts and references
    in them.

    `units` are the spans of each unit's lines in the passage as it was written, `lines` the tokens
    of each span, in order. `number` is that of the passage's slide or page.
    """

    text: str
    amounts: Sequence[str]
    title: str
    title_words: Sequence[Token]
    title_amounts: Sequence[str]
    units: Sequence[tuple[Span, ...]]
    lines: Mapping[Span, Sequence[Token]]
    number: int | None


def analysed(passage: Passage, analysis: Analysis) -> Analysed:
    """Return what `passage` says. About a millisecond."""
    text, title = normalise(passage.text), normalise(passage_title(passage))
    units = cut(passage)
    lines = {
        span: analysis.cut(normalise(passage.text[slice(*span)]))
        for span in sorted(set(chain(*units)))
    }
    number = passage.place.number if passage.place.kind in ("slide", "page") else None
    return Analysed(
        text, exact(text), title, analysis.words(title), exact(title), units, lines, number
    )
