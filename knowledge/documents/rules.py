"""
The rules of the guided dialog: marks that an admin set on passages, and what they point at today.

A mark keeps the text it was set on, not the passage's id, so that it outlives new versions for as
long as they say the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from knowledge.documents.comparison import tight
from knowledge.documents.registry import Registry, unknown
from knowledge.index.protocol import Index
from knowledge.retrieval.points import is_passage, passage_of
from knowledge.values import Document, Mark, Passage, Rule

Passages = Callable[[str], Awaitable[list[Passage]]]
Edit = Callable[[str, Mapping[str, Any]], Awaitable[Document]]


class Rules:
    """Marks over one registry; `passages` returns those of a version, `edit` changes a document."""

    def __init__(self, index: Index, registry: Registry, passages: Passages, edit: Edit) -> None:
        self._index = index
        self._registry = registry
        self._passages = passages
        self._edit = edit

    async def mark(self, passage: str, criterion: str, option: str = "") -> Document:
        """
        Mark a passage as the rule for a criterion of the guided dialog; a mark on the same text and
        criterion is replaced.

        Raises:
            UnknownDocument: the passage is gone.
        """
        payloads = [p for p in await self._index.fetch([passage]) if is_passage(p)]
        if not payloads:
            raise unknown()
        marked = passage_of(payloads[0])
        document = await self._registry.known(marked.document)
        same = (criterion, marked.text)
        others = [m for m in document.metadata.marks if (m.criterion, m.quote) != same]
        mark = Mark(criterion, option, marked.text)
        return await self._edit(document.id, {"marks": (*others, mark)})

    async def rules(self, *, readers: frozenset[str]) -> list[Rule]:
        """
        Return what the marks of the published documents these readers may see point at today, by
        document.

        A mark whose text a newer version no longer has gives none; `lost_marks` names those to
        admins.
        """
        if not readers:
            raise ValueError("rules need the audiences their reader belongs to; none were given")
        rules: list[Rule] = []
        for document in await self._registry.documents(readers=readers):
            places = await self._places(document)
            for mark in document.metadata.marks:
                passage = places.get(mark)
                if passage is None:
                    continue
                rules.append(Rule(mark.criterion, mark.option, mark.quote, passage))
        return rules

    async def lost_marks(self, document: str) -> tuple[Mark, ...]:
        """Return the marks of a document whose text its published version no longer has."""
        known = await self._registry.known(document)
        places = await self._places(known)
        return tuple(mark for mark in known.metadata.marks if mark not in places)

    async def _places(self, document: Document) -> dict[Mark, Passage]:
        """Return the first published passage that holds each mark's text, where one does."""
        if not document.metadata.marks or not document.current:
            return {}
        passages = await self._passages(document.current)
        places: dict[Mark, Passage] = {}
        for passage in passages:
            text = tight(passage.text)
            for mark in document.metadata.marks:
                if mark not in places and tight(mark.quote) in text:
                    places[mark] = passage
        return places
