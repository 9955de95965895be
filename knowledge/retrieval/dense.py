"""
The dense vector beside the sparse one: made for every passage, used for searching only once an
evaluation says that it wins.

The verdict is a record in the index, and holds for the model it was measured with.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from knowledge.index.protocol import FUSION, Index, Point
from knowledge.models.embedding import BATCH, Embedding, Vector
from knowledge.reading.chunks import passage_title
from knowledge.retrieval.points import passage_of

RECORD = "b1f1c1de-2c0b-5d0e-9d55-6a3f6f0f7c44"  # the id of the one point that holds the verdict
FRESH = 10.0  # seconds a shared index' verdict may be believed


class Dense:
    """Over an index; without an `embedding` it does nothing and asks nobody."""

    def __init__(
        self,
        index: Index,
        embedding: Embedding | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` tells seconds, from any moment on."""
        self._clock = clock
        self._index = index
        self.embedding = embedding
        self._wins: bool | None = None
        self._read_at = 0.0

    async def batches(self, points: list[Point]) -> AsyncIterator[list[Point]]:
        """
        Yield the points with their dense vectors a few at a time, which may take seconds each; at
        once without a model.
        """
        step = max(len(points), 1)
        if self.embedding and self._index.dense_wanted:
            step = BATCH
        for start in range(0, len(points), step):
            yield await self.points(points[start : start + step])

    async def points(self, points: list[Point]) -> list[Point]:
        """
        Return the points with the dense vectors the index is to hold. Raises EmbeddingUnavailable.
        """
        size = self._index.dense_wanted
        if self.embedding is None or not size:
            return points

        texts = []
        for point in points:
            if point.vector:  # a record has none, and gets no dense one either
                passage = passage_of(point.payload)
                texts.append(f"{passage_title(passage)}\n{passage.text}")
        vectors = iter(await self.embedding.passages(texts, size))

        completed = []
        for point in points:
            if point.vector:
                completed.append(replace(point, dense=next(vectors)))
            else:
                completed.append(point)
        return completed

    async def due(self, *, forced: bool | None) -> bool:
        """
        Report whether a question is to get a dense vector: as `forced`, otherwise as the evaluation
        said. Never without a model, nor where the index has no vectors of it.
        """
        if self.embedding is None or not self._index.dense:
            return False
        if forced is not None:
            return forced
        return await self.wins()

    async def vector(self, question: str, *, forced: bool) -> Vector:
        """
        Return a question's vector, empty when there is none in time. Raises EmbeddingUnavailable
        when it is `forced`.
        """
        if self.embedding is None:
            return ()
        vector = await self.embedding.question(question, self._index.dense)
        if forced and not vector:
            raise self.embedding.away()
        return vector

    async def wins(self) -> bool:
        """
        Report what the last evaluation said of this very model; another process' word is heard
        within ten seconds.
        """
        now = self._clock()
        stale = self._index.shared and now - self._read_at > FRESH
        if self._wins is None or stale:
            wins = False
            for verdict in await self._index.fetch([RECORD]):
                wins = verdict["model"] == self._model and verdict["wins"]
            self._wins = wins
            self._read_at = now
        return self._wins

    async def judge(self, *, wins: bool) -> None:
        """Keep what an evaluation said."""
        verdict = {"shelf": "verdict", "model": self._model, "wins": wins}
        await self._index.write([Point(RECORD, verdict)])
        self._wins = None

    @property
    def _model(self) -> str:
        """The model's address and the size of its vectors, which a verdict holds for."""
        if self.embedding is None:
            return ""
        return f"{self.embedding.name} {self._index.dense}"


def fuse(*orders: Sequence[int]) -> list[int]:
    """Return what stands in the orders by the sum of 1 / (60 + rank); ties keep the first order."""
    scores: dict[int, float] = {}
    for order in orders:
        for rank, at in enumerate(order, 1):
            scores[at] = scores.get(at, 0.0) + 1 / (FUSION + rank)
    return sorted(scores, key=scores.__getitem__, reverse=True)
