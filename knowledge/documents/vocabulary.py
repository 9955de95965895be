"""
Learning the words of what is published ahead of the questions.

A word not yet known costs half a millisecond, and a passage has dozens; whoever asks first after a
start would wait for all of them.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from knowledge.documents.registry import Registry
from knowledge.documents.staging import of
from knowledge.errors import LibraryUnavailable
from knowledge.index.protocol import Index
from knowledge.retrieval.likeness import Likeness, told
from knowledge.retrieval.points import passage_of
from knowledge.values import Passage

TURN = 4  # passages a thread does before it lets others go first


class Vocabulary:
    """Learns in the background, version by version, as long as there is room for words."""

    def __init__(self, index: Index, registry: Registry, likeness: Likeness | None) -> None:
        """Without a `likeness` there is nothing to learn."""
        self._index = index
        self._registry = registry
        self._likeness = likeness
        self._known: set[str] = set()
        self._learning: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Learn what is published now; what is being learnt goes on."""
        if self._likeness is None or (self._learning and not self._learning.done()):
            return
        self._learning = asyncio.create_task(self._learn(self._likeness))

    async def learnt(self) -> None:
        """Wait until what `begin` began is done."""
        if self._learning is not None:
            await asyncio.shield(self._learning)

    async def stop(self) -> None:
        """Leave the rest; comes before the index is closed."""
        if self._learning is not None:
            self._learning.cancel()
            with suppress(asyncio.CancelledError):
                await self._learning

    async def _learn(self, likeness: Likeness) -> None:
        for document in list(self._registry.entries):
            version = self._registry.current(document)
            if not version or version in self._known:
                continue
            try:
                payloads = await self._index.scroll(of(version))
            except LibraryUnavailable:
                return  # the questions learn the rest
            passages = [passage_of(payload) for payload in payloads]
            for start in range(0, len(passages), TURN):
                turn = passages[start : start + TURN]
                if not await asyncio.to_thread(_has_room, likeness, turn):
                    return
            self._known.add(version)


def _has_room(likeness: Likeness, passages: Sequence[Passage]) -> bool:
    """Learn the words of passages and report whether there is room for more."""
    words: list[str] = []
    for passage in passages:
        words += likeness.words(told(passage))
    return likeness.kinship.learn(list(dict.fromkeys(words)))
