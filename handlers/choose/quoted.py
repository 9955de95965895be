"""
Quotes that were found before. Everybody is asked the same questions about the same documents, so
what one search found serves all who may see the same, until a document changes or `KEPT` is over.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from knowledge.values import Document, Language

T = TypeVar("T")
KEPT = 60.0  # seconds; how well a passage matches may change without its document
GROUPS = 64  # groups of readers that are kept at once


@dataclass(frozen=True, slots=True)
class Reader:
    """Who would read a quote: the labels of the documents they may see, and their language."""

    readers: frozenset[str]
    language: Language


@dataclass(slots=True)
class Shelf(Generic[T]):
    """What a group of readers may see, as it was at `since`, and the searches in it by question."""

    documents: Sequence[Document]
    since: float
    searches: dict[str, asyncio.Task[T]] = field(default_factory=dict)


class Quoted(Generic[T]):
    """Searches under way and done. Whoever asks while one is under way waits for that one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shelves: dict[Reader, Shelf[T]] = {}

    async def found(
        self,
        reader: Reader,
        documents: Sequence[Document],
        question: str,
        search: Callable[[], Awaitable[T]],
    ) -> T:
        """
        Return what `search` finds for a question, or found in the same documents before. It goes on
        where whoever waits gives up; one that fails is not kept and its error is raised.
        """
        shelf = self._shelf(reader, documents)
        task = shelf.searches.get(question)
        if task is None:
            task = asyncio.create_task(_run(search))
            shelf.searches[question] = task
            task.add_done_callback(lambda ended: _drop(shelf, question, ended))
        return await asyncio.shield(task)

    def _shelf(self, reader: Reader, documents: Sequence[Document]) -> Shelf[T]:
        now = self._clock()
        shelf = self._shelves.get(reader)
        if shelf and now - shelf.since < KEPT and shelf.documents == documents:
            return shelf
        self._shelves.pop(reader, None)
        if len(self._shelves) >= GROUPS:
            self._shelves.pop(next(iter(self._shelves)))
        self._shelves[reader] = Shelf(documents, now)
        return self._shelves[reader]


async def _run(search: Callable[[], Awaitable[T]]) -> T:
    return await search()


def _drop(shelf: Shelf[T], question: str, ended: asyncio.Task[T]) -> None:
    """Forget a search that failed; who waited for it was told, and if nobody did that is all."""
    if ended.cancelled() or ended.exception():
        shelf.searches.pop(question, None)
