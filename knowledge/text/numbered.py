"""
Places that have a number and are asked for by it: 第12条, 別表, "article 4.2", スライド18, "page 3". Pure.
"""

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.text.analysis import normalise
from knowledge.text.quantities import in_digits
from knowledge.values import Passage

Kind = Literal["article", "annex", "slide", "page"]
_ARTICLE = re.compile(r"第\s*(\d+)\s*条(?:の\s*(\d+))?")
_PARAGRAPH = re.compile(r"第\s*\d+\s*項")
_CLAUSE = re.compile(r"\b(?:article|section|clause|art\.|§)\s*(\d{1,3}(?:\.\d{1,3})*)\b")
_ANNEX = re.compile(r"別表(?:第?\s*\d+)?|[附付]則|\b(?:annex|appendix)(?: [a-z0-9])?\b")
_SLIDE = re.compile(r"(?:スライド|slide)\s*(\d{1,3})|(\d{1,3})\s*枚目(?:のスライド)?")
_PAGE = re.compile(r"(?:ページ|頁|page)\s*(\d{1,4})|(\d{1,4})\s*(?:ページ|頁)目?")
_NUMBER_FIRST = re.compile(r"^(\d{1,3}(?:\.\d{1,3})*)[.:)]?\s")
_NEXT = re.compile(r"次の|\bnext\b")
_FORMER = re.compile(r"前の|\b(?:previous|former|one before)\b")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A place by its number as it is written: "12", "12の2", "4.2"; an annex by its whole name."""

    kind: Kind
    number: str


def numbered(text: str) -> Numbered | None:
    """Return the first place a text names by number, None where it names none."""
    words = in_digits(normalise(text))
    article = _ARTICLE.search(words)
    if article:
        branch = f"の{article[2]}" if article[2] else ""
        return Numbered("article", f"{article[1]}{branch}")
    clause = _CLAUSE.search(words)
    if clause:
        return Numbered("article", clause[1])
    slide, page = _SLIDE.search(words), _PAGE.search(words)
    if slide:
        return Numbered("slide", slide[1] or slide[2])
    if page:
        return Numbered("page", page[1] or page[2])
    annex = _ANNEX.search(words)
    if annex:
        return Numbered("annex", annex[0].replace("付則", "附則"))
    return None


def step(text: str) -> int:
    """Return 1 for the place after the one spoken of, -1 for the one before, 0 for neither."""
    words = normalise(text)
    if _NEXT.search(words):
        return 1
    if _FORMER.search(words):
        return -1
    return 0


def place_of(passage: Passage) -> Numbered | None:
    """Return the numbered place a passage stands at, None where its place has no number."""
    place = passage.place
    if place.kind == "slide" and place.number is not None:
        return Numbered("slide", str(place.number))
    if place.kind == "page" and place.number is not None:
        return Numbered("page", str(place.number))
    for name in (place.label, *reversed(passage.headings)):
        own = in_digits(normalise(name))
        article = _ARTICLE.match(own)
        if article or _CLAUSE.match(own) or _ANNEX.match(own):
            return numbered(name)
        first = _NUMBER_FIRST.match(own)
        if first:
            return Numbered("article", first[1])
    return None


def at(wanted: Numbered, passages: list[Passage]) -> list[Passage]:
    """Return the passages of one document that stand at a place, in order; one language of two."""
    standing: list[Passage] = []
    for passage in passages:
        own = place_of(passage)
        if own is None or own.kind != wanted.kind:
            continue
        same = own.number == wanted.number
        if wanted.kind == "annex":
            same = own.number.startswith(wanted.number) or wanted.number.startswith(own.number)
        if same:
            standing.append(passage)
    return standing


def of_paragraph(text: str, passages: list[Passage]) -> list[Passage]:
    """Return the passages of the paragraph (第2項) a text names, all where none is cut so."""
    named = _PARAGRAPH.search(in_digits(normalise(text)))
    if named is None:
        return passages
    cut = [one for one in passages if named[0] in in_digits(normalise(one.place.label))]
    return cut or passages


def beside(place: Numbered, passages: list[Passage], steps: int) -> Numbered | None:
    """Return the place after (1) or before (-1) a place, None at the end of the document."""
    order: list[Numbered] = []
    for own in map(place_of, passages):
        if own is not None and own not in order[-1:]:
            order.append(own)
    if place not in order:
        return None
    wanted = order.index(place) + steps
    if 0 <= wanted < len(order):
        return order[wanted]
    return None
