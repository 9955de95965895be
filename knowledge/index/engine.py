"""
Qdrant Edge, told in our words: points, questions and filters go in, its errors come out as ours.

The binding is imported when an engine is made, for that takes a while.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from knowledge.errors import LibraryUnavailable
from knowledge.index.protocol import DENSE, FUSION, KEYS, VECTOR, Point, SparseVector, Where
from knowledge.sentences import phrase

log = logging.getLogger(__name__)
CONFIGURATION = "edge_config.json"  # the engine's, in the folder of a shard


class _Translated:
    """
    Turns the engine's errors into ours. The binding raises bare Exception for whatever goes wrong
    inside, and panics.
    """

    def __init__(self, sentence: Literal["failed", "damaged"], folder: Path) -> None:
        self._sentence = sentence
        self._folder = folder

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is Exception or (kind is not None and kind.__name__ == "PanicException"):
            if self._sentence == "failed":  # of one that is damaged its opener tells, once
                log.warning(
                    "the index folder does not work",
                    extra={"place": str(self._folder), "reason": str(kind.__name__)},
                )
            raise LibraryUnavailable(f"library_{self._sentence}", phrase(self._sentence)) from error


class Engine:
    """What is asked of shards in one folder. Every method works where it is called: no thread."""

    def __init__(self, folder: Path) -> None:
        import qdrant_edge

        self._edge: Any = qdrant_edge
        self._folder = folder

    def load(self, shard: Path) -> Any:
        """Open a shard. Raises LibraryUnavailable when it is damaged."""
        with _Translated("damaged", self._folder):
            return self._edge.EdgeShard.load(str(shard))

    def create(self, shard: Path, size: int) -> Any:
        """Make an empty shard with dense vectors of `size` numbers, without any for 0."""
        edge = self._edge
        dense = {}
        if size:
            dense[DENSE] = edge.EdgeVectorParams(size=size, distance=edge.Distance.Cosine)
        sparse = {VECTOR: edge.EdgeSparseVectorParams()}
        config = edge.EdgeConfig(vectors=dense, sparse_vectors=sparse, wal_enabled=True)
        with _Translated("failed", self._folder):
            fresh = edge.EdgeShard.create(str(shard), config)
        keyword = edge.PayloadSchemaType.Keyword
        for key in KEYS:
            fresh.update(edge.UpdateOperation.create_field_index(key, keyword))
        fresh.flush()
        return fresh

    def ask(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a shard's method returns. Raises LibraryUnavailable when it fails."""
        with _Translated("failed", self._folder):
            return call(*arguments)

    def retrieve(self, shard: Any, ids: Sequence[str]) -> list[Any]:
        """Return the points with these ids that exist, with payloads, without vectors."""
        with_payload, with_vector = True, False
        records: list[Any] = self.ask(shard.retrieve, list(ids), with_payload, with_vector)
        return records

    def scroll(
        self, shard: Any, offset: Any, limit: int, where: Where | None = None, **contents: bool
    ) -> tuple[list[Any], Any]:
        """
        Return the next points and where to go on, None at the end; `contents` are `with_payload`
        and `with_vector`.
        """
        options: dict[str, Any] = dict(contents)
        if where is not None:
            options["filter"] = self.filter(where)
        request = self._edge.ScrollRequest(offset=offset, limit=limit, **options)
        records, after = self.ask(shard.scroll, request)
        return records, after

    def count(self, shard: Any, where: Where) -> int:
        """Return how many points fulfil `where`, exactly."""
        request = self._edge.CountRequest(exact=True, filter=self.filter(where))
        return int(self.ask(shard.count, request))

    def question(self, vector: SparseVector, where: Where, limit: int) -> Any:
        """Return the request for the points nearest to a sparse vector."""
        return self._edge.QueryRequest(
            limit=limit,
            query=self._nearest(vector),
            filter=self.filter(where),
            with_payload=True,
        )

    def fused_question(
        self, vector: SparseVector, dense: Sequence[float], where: Where, limit: int
    ) -> Any:
        """Return the request for the nearest points by both vectors, by reciprocal rank."""
        edge = self._edge
        condition = self.filter(where)
        nearest = [edge.Query.Nearest(list(dense), using=DENSE)]
        if vector.indices:
            nearest.append(self._nearest(vector))
        return edge.QueryRequest(
            limit=limit,
            query=edge.Fusion.Rrf(k=FUSION),
            prefetches=[edge.Prefetch(limit=limit, query=q, filter=condition) for q in nearest],
            with_payload=True,
        )

    def upsert(self, points: Sequence[Point], size: int) -> Any:
        """Return the operation that writes points; dense vectors of another size are left out."""
        structs = []
        for point in points:
            vector: dict[str, Any] = {}
            if point.vector:
                vector[VECTOR] = self._sparse(point.vector)
            if point.dense and len(point.dense) == size:
                vector[DENSE] = list(point.dense)
            structs.append(self._edge.Point(id=point.id, vector=vector, payload=point.payload))
        return self._edge.UpdateOperation.upsert_points(structs)

    def overwrite(self, where: Where, payload: dict[str, Any]) -> Any:
        """Return the operation that sets these payload keys on all points that fulfil `where`."""
        return self._edge.UpdateOperation.set_payload_by_filter(self.filter(where), payload)

    def delete(self, where: Where) -> Any:
        """Return the operation that deletes all points that fulfil `where`."""
        return self._edge.UpdateOperation.delete_points_by_filter(self.filter(where))

    def filter(self, where: Where) -> Any:
        """Return the condition that every key holds one of its words."""
        edge = self._edge
        conditions = []
        for key, words in where.items():
            conditions.append(edge.FieldCondition(key=key, match=edge.MatchAny(list(words))))
        return edge.Filter(must=conditions)

    def _nearest(self, vector: SparseVector) -> Any:
        return self._edge.Query.Nearest(self._sparse(vector), using=VECTOR)

    def _sparse(self, vector: SparseVector) -> Any:
        return self._edge.SparseVector(indices=list(vector.indices), values=list(vector.values))


def made_with_rarities(shard: Path) -> bool:
    """
    Report whether a shard was made long ago with the engine's own rarities: what it was made with
    stands in its configuration.
    """
    return "idf" in (shard / CONFIGURATION).read_text("utf-8")
