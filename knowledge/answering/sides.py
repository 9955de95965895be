"""
Two things set side by side that no passage sets side by side: what the documents say of each, one
after the other.

The sides are told from the form of the question ("AとBの違い", "difference between A and B"). A passage
that speaks of both is better than two that speak of one each, so this is the second choice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answering.extractive import Extractor, Pick
from knowledge.retrieval.query import Query
from knowledge.retrieval.table import CELL
from knowledge.text.analysis import normalise
from knowledge.text.units import Unit
from knowledge.values import Hit

SHOWN = 3  # lines of a side
LONGEST = 40  # characters of a side; more is a sentence, not a thing
_FORMS = (
    re.compile(
        r"^(?P<a>.+?)と(?P<b>.+?)(?:と)?(?:って|では|の間|は|の|を|で|が)*"
        r"(?:何|なに|どう|どこ)?(?:が|を)?(?:違|異な|比較|比べ|の差)"
    ),
    re.compile(r"^(?P<a>.+?)と(?P<b>.+?)(?:と)?(?:って|では|は|、)*(?:どっち|どちら)"),
    re.compile(
        r"\b(?:differences?|differ|compar\w+)\b(?: between)? (?P<a>.+?)"
        r" (?:and|with|to|vs\.?|versus) (?P<b>.+?)[?.]?$",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bhow (?:does|do|is|are) (?P<a>.+?)"
        r" (?:differ(?:ent)? from|compared? (?:with|to)) (?P<b>.+?)[?.]?$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?P<a>.+?) (?:vs\.?|versus) (?P<b>.+?)[?.]?$", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Side:
    """
    One of the two things: as the question names it, its query, and what was found for it
    alone.
    """

    text: str
    query: Query
    hits: tuple[Hit, ...]


def sides(question: str) -> tuple[str, str] | None:
    """Return the two things a question compares, as it names them; None when it names no two."""
    for form in _FORMS:
        if match := form.search(question):
            first, second = match["a"].strip(), match["b"].strip()
            if first and second and max(len(first), len(second)) <= LONGEST:
                return first, second
    return None


def speaks_of_all(queries: Sequence[Query], hits: Sequence[Hit], extractor: Extractor) -> bool:
    """Report whether one of the hits holds every word of every side."""
    for hit in hits:
        lacking = [extractor.missing(query, hit) for query in queries]
        if not any(lacking):
            return True
    return False


def each(
    pair: Sequence[Side], hits: Sequence[Hit], extractor: Extractor
) -> tuple[tuple[Pick, ...], tuple[Hit, ...]]:
    """
    Return the best unit for each side, and `hits` followed by those passages of the sides that were
    not among them.

    No units when nothing likely was found for one of them, or when both would say the same; the
    hits are then those that were looked at until that was known.
    """
    among = list(hits)
    picks: list[Pick] = []
    for side in pair:
        extract = extractor.extract(side.query, side.hits, most=1)
        if extract.verdict != "sure":
            return (), tuple(among)
        pick = extract.picks[0]
        at = _index(among, side.hits[pick.hit])
        unit = _about(side, pick.unit)
        fewer = len(unit.lines) < len(pick.unit.lines) and CELL not in unit.lines[-1]
        picks.append(replace(pick, hit=at, unit=unit, partial=pick.partial or fewer))
    if len({(pick.hit, pick.unit.text) for pick in picks}) < 2:
        return (), tuple(among)
    return tuple(picks), tuple(among)


def _index(hits: list[Hit], hit: Hit) -> int:
    """Return where a hit's passage stands among `hits`, put at their end where it is new."""
    for at, known in enumerate(hits):
        if known.passage.id == hit.passage.id:
            return at
    hits.append(hit)
    return len(hits) - 1


def _about(side: Side, unit: Unit) -> Unit:
    """
    Return the first lines of a unit that name the side, below the line that heads them all; all of
    them when none does.
    """
    name = normalise(side.text)
    head, *below = unit.lines
    named = [line for line in below if name in normalise(line)]
    if not named:
        return unit
    lines = (head, *named[:SHOWN])
    return Unit(lines, "\n".join(lines))
