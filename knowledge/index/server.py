"""
The index on a Qdrant server, shared by every process of the service.

One collection behind an alias named "llm-choose"; its own name carries the format. A write returns
when the server has applied it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from knowledge.errors import LibraryUnavailable
from knowledge.index.collection import ALIAS, Collections, connect, format_of, name_of
from knowledge.index.format import Format, Formatted
from knowledge.index.layout import Layout
from knowledge.index.protocol import (
    BATCH,
    DENSE,
    FUSION,
    VECTOR,
    Match,
    Payload,
    Point,
    Remake,
    SparseVector,
    Where,
    in_order,
    well_formed,
)
from knowledge.index.tally import Tally

PAGE = 1000  # points per step of a scroll


class ServerIndex(Formatted):
    """
    An `Index` on a server. A ready client may be handed in; otherwise one is made for `url` on
    opening.
    """

    shared = True

    def __init__(  # noqa: PLR0913  # where it is, what it is made with, how it lies
        self,
        url: str,
        api_key: str | None = None,
        *,
        version: str,
        model: str = "",
        size: int = 0,
        layout: Layout | None = None,
        client: Any = None,
    ) -> None:
        super().__init__(version, model, size)
        self._url = url
        self._key = api_key
        self._layout = layout or Layout()
        self._client = client
        self._models: Any = None
        self._collections: Any = None  # `Collections`, once it is open
        self._in_use = ""  # the collection that is served
        self._weighs = False

    async def __aenter__(self) -> Self:
        from qdrant_client import models

        self._models = models
        if self._client is None:
            self._client = connect(self._url, self._key)
        self._collections = Collections(self._client, self._url, self._layout)
        try:
            await self._collections.check_version()
            await self._find_or_make()
        except BaseException:
            await self._client.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    @property
    def weighs(self) -> bool:
        return self._weighs and self.outdated

    async def write(self, points: Sequence[Point]) -> None:
        for start in range(0, len(points), BATCH):
            structs = self._structs(points[start : start + BATCH], self._format)
            await self._ask(self._client.upsert(ALIAS, structs, wait=True))

    async def swap(self, record: Point, seen: str) -> bool:
        """
        The server compares and writes in one step; reading back tells whether this writer was the
        one.

        Among replicas both go through the leader of the piece, one after another: a replica that
        is behind must not take a second writer for the first.
        """
        models = self._models
        strong = models.WriteOrdering.STRONG
        point = models.PointStruct(id=record.id, vector={}, payload=record.payload)
        unchanged = models.Filter(
            must=[models.FieldCondition(key="revision", match=models.MatchValue(value=seen))]
        )
        await self._ask(
            self._client.upsert(ALIAS, [point], wait=True, ordering=strong, update_filter=unchanged)
        )
        stored = await self.fetch([record.id])
        return bool(stored) and stored[0].get("revision") == record.payload["revision"]

    async def renew(self, remake: Remake) -> None:
        """
        Fill a new collection, point the alias at it, then carry what was written to the old one
        meanwhile.

        Several processes may do so at once: the first to finish deletes the old collection, the
        others find it gone.
        """
        if not self.outdated:
            return

        wanted = name_of(self._todays_format)
        try:
            await self._collections.make(wanted, self._todays_format.size)
            revisions = await self._carry(remake, {})
            await self._collections.serve(wanted)
            await self._carry(remake, revisions)
            await self._ask(self._client.delete_collection(self._in_use))
        except LibraryUnavailable:
            if await self._collections.served() != wanted:
                raise
        self._in_use = wanted
        self._format = self._todays_format

    async def find(self, vector: SparseVector, where: Where, limit: int) -> list[Match]:
        if not vector.indices:
            return []
        answer = await self._ask(
            self._client.query_points(
                ALIAS,
                query=self._sparse(vector),
                using=VECTOR,
                query_filter=self._filter(where),
                limit=limit,
            )
        )
        return in_order([match for match in _matches(answer) if match.score > 0])

    async def fused(
        self, vector: SparseVector, dense: Sequence[float], where: Where, limit: int
    ) -> list[Match]:
        models = self._models
        condition = self._filter(where)
        prefetch = [
            models.Prefetch(query=list(dense), using=DENSE, filter=condition, limit=limit),
        ]
        if vector.indices:
            query = self._sparse(vector)
            prefetch.append(
                models.Prefetch(query=query, using=VECTOR, filter=condition, limit=limit)
            )
        fusion = models.RrfQuery(rrf=models.Rrf(k=FUSION))
        answer = await self._ask(
            self._client.query_points(ALIAS, prefetch=prefetch, query=fusion, limit=limit)
        )
        return _matches(answer)

    async def tally(self, where: Where) -> Tally:
        tally = Tally.nothing()
        pages = self._pages(ALIAS, BATCH, where, with_payload=False, with_vectors=[VECTOR])
        async for records in pages:
            vectors = [r.vector[VECTOR].indices for r in records if VECTOR in r.vector]
            tally = await asyncio.to_thread(tally.changed, [Tally.of(vectors)], [])
        return tally

    async def fetch(self, ids: Sequence[str]) -> list[Payload]:
        most = self._models.ReadConsistencyType.MAJORITY  # of its replicas agree
        asking = self._client.retrieve(ALIAS, well_formed(ids), with_payload=True, consistency=most)
        records = await self._ask(asking)
        return [record.payload for record in records]

    async def scroll(self, where: Where) -> list[Payload]:
        payloads: list[Payload] = []
        async for records in self._pages(ALIAS, PAGE, where, with_payload=True):
            payloads += [record.payload for record in records]
        return payloads

    async def count(self, where: Where) -> int:
        condition = self._filter(where)
        answer = await self._ask(self._client.count(ALIAS, count_filter=condition, exact=True))
        return int(answer.count)

    async def set(self, where: Where, payload: Payload) -> None:
        condition = self._filter(where)
        await self._ask(self._client.set_payload(ALIAS, payload, points=condition, wait=True))

    async def delete(self, where: Where) -> None:
        selector = self._models.FilterSelector(filter=self._filter(where))
        await self._ask(self._client.delete(ALIAS, selector, wait=True))

    @property
    def remains(self) -> bool:
        return False

    async def note_remains(self) -> None:
        """A server merges its segments by itself, and nobody else may touch its files."""

    async def compact(self) -> None:
        """Nothing to do: see `note_remains`."""

    async def _find_or_make(self) -> None:
        """
        Find the collection that is served, or make it. Any number of processes may do so at once.
        """
        self._in_use = await self._collections.served()
        if self._in_use:
            self._settle(format_of(self._in_use))
        else:
            self._settle(None)
            self._in_use = name_of(self._format)
            await self._collections.make(self._in_use, self._format.size)
            await self._collections.serve(self._in_use)
        self._weighs = await self._collections.made_with_rarities(self._in_use)

    async def _carry(self, remake: Remake, seen: dict[str, str]) -> dict[str, str]:
        """
        Make the old collection's points anew, but those whose revision was seen; return each
        point's revision.
        """
        carried: dict[str, str] = {}
        async for records in self._pages(self._in_use, BATCH, with_payload=True):
            changed = []
            for record in records:
                point_id, payload = str(record.id), record.payload
                carried[point_id] = str(payload.get("revision", payload["shelf"]))
                if seen.get(point_id) != carried[point_id]:
                    changed.append((point_id, payload))
            if changed:
                await self._write_next(await remake(changed))
        return carried

    async def _write_next(self, points: Sequence[Point]) -> None:
        """Write points into the collection that is to take over."""
        if points:
            structs = self._structs(points, self._todays_format)
            wanted = name_of(self._todays_format)
            await self._ask(self._client.upsert(wanted, structs, wait=True))

    async def _pages(
        self, collection: str, limit: int, where: Where | None = None, **contents: Any
    ) -> AsyncIterator[list[Any]]:
        """Yield the points that fulfil `where`, at most `limit` at a time, in no order."""
        offset = None
        options = dict(contents)
        if where is not None:
            options["scroll_filter"] = self._filter(where)
        while True:
            records, offset = await self._ask(
                self._client.scroll(collection, limit=limit, offset=offset, **options)
            )
            yield records
            if offset is None:
                return

    def _structs(self, points: Sequence[Point], into: Format) -> list[Any]:
        size = into.dense(self._model)
        structs = []
        for point in points:
            vector: dict[str, Any] = {}
            if point.vector:
                vector[VECTOR] = self._sparse(point.vector)
            if point.dense and len(point.dense) == size:
                vector[DENSE] = list(point.dense)
            struct = self._models.PointStruct(id=point.id, vector=vector, payload=point.payload)
            structs.append(struct)
        return structs

    def _sparse(self, vector: SparseVector) -> Any:
        return self._models.SparseVector(indices=list(vector.indices), values=list(vector.values))

    def _filter(self, where: Where) -> Any:
        models = self._models
        conditions = []
        for key, words in where.items():
            match = models.MatchAny(any=list(words))
            conditions.append(models.FieldCondition(key=key, match=match))
        return models.Filter(must=conditions)

    async def _ask(self, call: Any) -> Any:
        return await self._collections.ask(call)


def _matches(answer: Any) -> list[Match]:
    return [Match(str(point.id), point.score, point.payload) for point in answer.points]
