"""
Two things set side by side that no passage sets side by side: what the documents say of each, one
after the other.

The sides are told from the form of the question ("AとBの違い", "difference between A and B"). A passage
that speaks of both is better than two that speak of one each, so this is the second choice.
"""

import re
from dataclasses import dataclass

from knowledge.retrieval.query import Query
from knowledge.values import Hit

SHOWN = 3  # lines of a side
LONGEST = 40  # characters of a side; more is a sentence, not a thing
_FORMS = (
    re.compile(
        r"^(?P<a>.+?)と(?P<b>.+?)(?:と)?(?:って|では|の間|は|の|を|で|が)*"
        r"(?:何|なに|どう|どこ)?(?:が|を)?(?:違|異な|比較|比べ|の差)"
    ),
    re.compile(
        r"^(?P<a>[^、。]+?)と(?P<b>[^、。はの]+?)(?:って|では|は|の|、)+[^。]*?"
        r"(?:同じ|一緒|違|どっち|どちら|比べ|比較)"
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


def asked_of(question: str, names: tuple[str, str]) -> tuple[str, str]:
    """Return a comparing question as it would be asked of either side alone."""
    first, second = names
    begin, end = question.find(first), question.find(second) + len(second)
    before, after = question[:begin], question[end:]
    return f"{before}{first}{after}", f"{before}{second}{after}"


def index_of(hits: list[Hit], hit: Hit) -> int:
    """Return where a hit's passage stands among `hits`, put at their end where it is new."""
    for at, known in enumerate(hits):
        if known.passage.id == hit.passage.id:
            return at
    hits.append(hit)
    return len(hits) - 1
