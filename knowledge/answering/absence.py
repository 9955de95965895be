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
    found = [
        (_folded(text) != wanted, len(text), document)
        for document in documents
        for text in (document.metadata.title, *(v.name for v in document.versions), document.id)
        if wanted in _folded(text)
    ]
    return min(found, key=lambda row: row[:2])[2] if found else None


def why(document: Document | None, trace: Trace, hits: Sequence[Hit]) -> Absence:
    """
    Tell from a search of `DEEP` passages for the trace's question where `document` was dropped.
    """
    if document is None:
        return Absence("unknown")
    title = document.metadata.title
    if not document.current:
        return Absence("unpublished", title)
    rank, hit = next(
        ((n, h) for n, h in enumerate(hits, 1) if h.passage.document == document.id), (0, None)
    )
    mine = [c for c in trace.candidates if c.document == document.id]
    if any(c.used for c in mine):
        return Absence("used", title, hit, rank)
    if hit is None:
        return Absence("nothing_shared", title)
    if not mine:
        return Absence("far", title, hit, rank, len(trace.candidates))
    return Absence(
        "rank" if all(c.dropped == "rank" for c in mine) else "not_chosen",
        title,
        hit,
        rank,
        trace.limit,
    )


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
