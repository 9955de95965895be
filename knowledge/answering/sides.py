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
        r"^(?P<a>.+?)と(?P<b>.+?)(?:と)?(?:って|では|の間|は|の|を|で|が)*(?:何|なに|どう|どこ)?(?:が|を)?(?:違|異な|比較|比べ|の差)"
    ),
    re.compile(r"^(?P<a>.+?)と(?P<b>.+?)(?:と)?(?:って|では|は|、)*(?:どっち|どちら)"),
    re.compile(
        r"\b(?:differences?|differ|compar\w+)\b(?: between)? (?P<a>.+?) (?:and|with|to|vs\.?|versus) (?P<b>.+?)[?.]?$",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bhow (?:does|do|is|are) (?P<a>.+?) (?:differ(?:ent)? from|compared? (?:with|to)) (?P<b>.+?)[?.]?$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?P<a>.+?) (?:vs\.?|versus) (?P<b>.+?)[?.]?$", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Side:
    """
    One of the two things: as the question names it, what that asks, and what was found for it
    alone.
    """

    text: str
    asked: Query
    hits: tuple[Hit, ...]


def sides(question: str) -> tuple[str, str] | None:
    """Return the two things a question compares, as it names them; None when it names no two."""
    for form in _FORMS:
        if match := form.search(question):
            first, second = match["a"].strip(), match["b"].strip()
            if first and second and max(len(first), len(second)) <= LONGEST:
                return first, second
    return None


def speaks_of_all(asked: Sequence[Query], hits: Sequence[Hit], extractor: Extractor) -> bool:
    """Report whether one of the hits holds every word of every side."""
    return any(all(not extractor.missing(side, hit) for side in asked) for hit in hits)


def each(pair: Sequence[Side], hits: list[Hit], extractor: Extractor) -> tuple[Pick, ...]:
    """
    Return the best unit for each side, its passage added to `hits` where it is new.

    None when nothing likely was found for one of them, or when both would say the same.
    """
    found: list[Pick] = []
    for side in pair:
        extract = extractor.extract(side.asked, side.hits, most=1)
        if extract.verdict != "sure":
            return ()
        pick = extract.picks[0]
        hit = side.hits[pick.hit]
        at = next(
            (n for n, known in enumerate(hits) if known.passage.id == hit.passage.id), len(hits)
        )
        if at == len(hits):
            hits.append(hit)
        unit = _about(side, pick.unit)
        shortened = pick.partial or (
            len(unit.lines) < len(pick.unit.lines) and CELL not in unit.lines[-1]
        )
        found.append(replace(pick, hit=at, unit=unit, partial=shortened))
    return tuple(found) if len({(pick.hit, pick.unit.text) for pick in found}) > 1 else ()


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
