"""
Why a named document is not in an answer: where on its way it was dropped, told only to those who
may see it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.answering.trace import Trace
from knowledge.values import Document, Hit

DEEP = 200  # passages looked through for it
Where = Literal["unknown", "unpublished", "nothing_shared", "far", "rank", "not_chosen", "used"]


@dataclass(frozen=True, slots=True)
class Absence:
    """
    Where a document was dropped. `rank` is its best passage's among all that were found, 0 when
    none was; `last` is the rank of the last passage looked at or used, whichever kept it out.
    `title` and `place` name the passage.
    """

    where: Where
    title: str = ""
    hit: Hit | None = None
    rank: int = 0
    last: int = 0


def named(documents: Sequence[Document], name: str) -> Document | None:
    """
    Return the document whose title or file name is or holds `name`, the closest one; None when
    there is none.
    """
    wanted = _folded(name)
    if not wanted:
        return None
    closest: tuple[bool, int] | None = None
    nearest = None
    for document in documents:
        for text in _names(document):
            distance = (_folded(text) != wanted, len(text))
            if wanted in _folded(text) and (closest is None or distance < closest):
                closest, nearest = distance, document
    return nearest


def why(document: Document | None, trace: Trace, hits: Sequence[Hit]) -> Absence:
    """
    Tell from a search of `DEEP` passages for the trace's question where `document` was dropped.
    """
    if document is None:
        return Absence("unknown")
    title = document.metadata.title
    if not document.current:
        return Absence("unpublished", title)
    rank, hit = _best(document, hits)
    candidates = [c for c in trace.candidates if c.document == document.id]
    if any(candidate.used for candidate in candidates):
        return Absence("used", title, hit, rank)
    if hit is None:
        return Absence("nothing_shared", title)
    if not candidates:
        return Absence("far", title, hit, rank, len(trace.candidates))
    beyond = {candidate.dropped for candidate in candidates} == {"rank"}
    return Absence("rank" if beyond else "not_chosen", title, hit, rank, trace.limit)


def _names(document: Document) -> list[str]:
    """Return all that a document may be called."""
    files = [version.name for version in document.versions]
    return [document.metadata.title, *files, document.id]


def _best(document: Document, hits: Sequence[Hit]) -> tuple[int, Hit | None]:
    """Return a document's best hit and its rank, from 1; (0, None) when there is none."""
    for rank, hit in enumerate(hits, 1):
        if hit.passage.document == document.id:
            return rank, hit
    return 0, None


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
