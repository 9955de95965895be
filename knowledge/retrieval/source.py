"""What can be searched for passages: a library, one version of a document, a stand-in of a test."""

from typing import Protocol

from knowledge.retrieval.query import Query
from knowledge.values import Hit, SearchKind


class PassageSource(Protocol):
    """A question becomes a query once, and the query finds hits."""

    async def query(self, question: str, *, readers: frozenset[str] | None) -> Query:
        """Return the question analysed, its words weighed by what `readers` may read."""

    async def search(
        self,
        question: str | Query,
        *,
        readers: frozenset[str],
        limit: int = 6,
        kind: SearchKind = "whole",
    ) -> list[Hit]:
        """Return at most `limit` hits that `readers` may see, best first."""
