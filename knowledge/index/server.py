"""
The index on a Qdrant server, shared by every process of the service.

One collection behind an alias named "llm-choose"; its own name carries the format. A write returns
when the server has applied it.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Sequence
from types import TracebackType
from typing import Any, Self

from knowledge.errors import LibraryUnavailable
from knowledge.index.address import place
from knowledge.index.format import Format, Formatted
from knowledge.index.protocol import (
    BATCH,
    FUSION,
    KEYS,
    TIMEOUT,
    Match,
    Payload,
    Point,
    Remake,
    SparseVector,
    Where,
    in_order,
)
from knowledge.index.tally import Tally
from knowledge.sentences import phrase

log = logging.getLogger(__name__)
ALIAS = "llm-choose"
VECTOR = "terms"
DENSE = "meaning"
PAGE = 1000  # points per step of a scroll


class ServerIndex(Formatted):
    """
    An `Index` on a server. A ready client may be handed in; otherwise one is made for `url` on
    opening.
    """

    shared = True

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        version: str,
        model: str = "",
        size: int = 0,
        client: Any = None,
    ) -> None:
        super().__init__(version, model, size)
        self._url = url
        self._key = api_key
        self._client = client
        self._models: Any = None
        self._in_use = ""  # the collection that is served
        self._weighs = False

    @property
    def _collection(self) -> str:
        """The collection of today's format."""
        return f"{ALIAS}-{self._wanted}"

    async def __aenter__(self) -> Self:
        from qdrant_client import AsyncQdrantClient, models

        self._models = models
        if self._client is None:
            self._client = AsyncQdrantClient(
                url=self._url,
                api_key=self._key,
                timeout=math.ceil(TIMEOUT),
                check_compatibility=False,
            )
        try:
            await self._settle()
        except BaseException:
            await self._client.close()
            raise
        return self

    async def _settle(self) -> None:
        """
        Find the collection that is served, or make it. Any number of processes may do so at once.
        """
        self._in_use = await self._target()
        self._made_by = (
            Format.read(self._in_use.removeprefix(f"{ALIAS}-"))
            if self._in_use
            else Format(self._version)
        )
        self._wanted = self._made_by.today(self._version, self._model, self._size)
        if not self._in_use:
            self._made_by = self._wanted
            await self._create()
            await self._point_to(self._collection)
            self._in_use = self._collection
        self._weighs = await self._made_with_rarities()

    @property
    def weighs(self) -> bool:
        return self._weighs and self.outdated

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def write(self, points: Sequence[Point]) -> None:
        for start in range(0, len(points), BATCH):
            await self._ask(
                self._client.upsert(
                    ALIAS, self._structs(points[start : start + BATCH], self._made_by), wait=True
                )
            )

    async def swap(self, record: Point, seen: str) -> bool:
        """
        The server compares and writes in one step; reading back tells whether this writer was the
        one.
        """
        models = self._models
        point = models.PointStruct(id=record.id, vector={}, payload=record.payload)
        unchanged = models.Filter(
            must=[models.FieldCondition(key="revision", match=models.MatchValue(value=seen))]
        )
        await self._ask(self._client.upsert(ALIAS, [point], wait=True, update_filter=unchanged))
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
        try:
            await self._create()
            carried = await self._carry(remake, {})
            await self._point_to(self._collection)
            await self._carry(remake, carried)
            await self._ask(self._client.delete_collection(self._in_use))
        except LibraryUnavailable:
            if await self._target() != self._collection:
                raise
        self._in_use, self._made_by = self._collection, self._wanted

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
        return in_order(
            [Match(str(p.id), p.score, p.payload) for p in answer.points if p.score > 0]
        )

    async def fused(
        self, vector: SparseVector, dense: Sequence[float], where: Where, limit: int
    ) -> list[Match]:
        models, kept = self._models, self._filter(where)
        nearest: list[tuple[Any, str]] = [(list(dense), DENSE)]
        if vector.indices:
            nearest.append((self._sparse(vector), VECTOR))
        answer = await self._ask(
            self._client.query_points(
                ALIAS,
                prefetch=[
                    models.Prefetch(query=q, using=name, filter=kept, limit=limit)
                    for q, name in nearest
                ],
                query=models.RrfQuery(rrf=models.Rrf(k=FUSION)),
                limit=limit,
            )
        )
        return [Match(str(p.id), p.score, p.payload) for p in answer.points]

    async def tally(self, where: Where) -> Tally:
        tally, offset = Tally.nothing(), None
        while True:
            records, offset = await self._ask(
                self._client.scroll(
                    ALIAS,
                    scroll_filter=self._filter(where),
                    limit=BATCH,
                    offset=offset,
                    with_payload=False,
                    with_vectors=[VECTOR],
                )
            )
            held = [record.vector[VECTOR].indices for record in records if VECTOR in record.vector]
            tally = await asyncio.to_thread(tally.changed, [Tally.of(held)], [])
            if offset is None:
                return tally

    async def fetch(self, ids: Sequence[str]) -> list[Payload]:
        return [
            r.payload
            for r in await self._ask(self._client.retrieve(ALIAS, list(ids), with_payload=True))
        ]

    async def scroll(self, where: Where) -> list[Payload]:
        payloads: list[Payload] = []
        offset = None
        while True:
            records, offset = await self._ask(
                self._client.scroll(
                    ALIAS,
                    scroll_filter=self._filter(where),
                    limit=PAGE,
                    offset=offset,
                    with_payload=True,
                )
            )
            payloads += [r.payload for r in records]
            if offset is None:
                return payloads

    async def count(self, where: Where) -> int:
        return int(
            (
                await self._ask(
                    self._client.count(ALIAS, count_filter=self._filter(where), exact=True)
                )
            ).count
        )

    async def set(self, where: Where, payload: Payload) -> None:
        await self._ask(
            self._client.set_payload(ALIAS, payload, points=self._filter(where), wait=True)
        )

    async def delete(self, where: Where) -> None:
        selector = self._models.FilterSelector(filter=self._filter(where))
        await self._ask(self._client.delete(ALIAS, selector, wait=True))

    async def _create(self) -> None:
        """
        Make the collection of today's format, unless it is there; another process may make it at
        the same time.
        """
        models = self._models
        if not await self._exists():
            dense = {}
            if self._wanted.size:
                dense[DENSE] = models.VectorParams(
                    size=self._wanted.size, distance=models.Distance.COSINE
                )
            sparse = {VECTOR: models.SparseVectorParams()}
            making = self._client.create_collection(
                self._collection, vectors_config=dense, sparse_vectors_config=sparse
            )
            try:
                await self._ask(making)
            except LibraryUnavailable:
                if not await self._exists():
                    raise
        await self._check()
        for key in KEYS:
            keyword = models.PayloadSchemaType.KEYWORD
            await self._ask(
                self._client.create_payload_index(self._collection, key, keyword, wait=True)
            )

    async def _made_with_rarities(self) -> bool:
        """
        Report whether the collection in use was made long ago, with the server's own rarities.
        """
        described = await self._ask(self._client.get_collection(self._in_use))
        terms = (described.config.params.sparse_vectors or {}).get(VECTOR)
        return terms is not None and terms.modifier == self._models.Modifier.IDF

    async def _exists(self) -> bool:
        return bool(await self._ask(self._client.collection_exists(self._collection)))

    async def _check(self) -> None:
        """Raise LibraryUnavailable unless the collection holds the vectors that we write."""
        held = (await self._ask(self._client.get_collection(self._collection))).config.params
        dense = held.vectors.get(DENSE) if isinstance(held.vectors, dict) else None
        size = dense.size if dense is not None else 0
        if VECTOR not in (held.sparse_vectors or {}) or size != self._wanted.size:
            raise LibraryUnavailable("library_foreign", phrase("foreign"))

    async def _target(self) -> str:
        """Return the collection the alias points at, or empty."""
        aliases = await self._ask(self._client.get_aliases())
        return next((str(a.collection_name) for a in aliases.aliases if a.alias_name == ALIAS), "")

    async def _point_to(self, collection: str) -> None:
        models = self._models
        steps = [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name=collection, alias_name=ALIAS)
            )
        ]
        if await self._target():
            steps.insert(
                0, models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=ALIAS))
            )
        await self._ask(self._client.update_collection_aliases(steps))

    async def _carry(self, remake: Remake, seen: dict[str, str]) -> dict[str, str]:
        """
        Make the old collection's points anew, but those whose revision was seen; return each
        point's revision.
        """
        carried: dict[str, str] = {}
        offset = None
        while True:
            records, offset = await self._ask(
                self._client.scroll(self._in_use, limit=BATCH, offset=offset, with_payload=True)
            )
            revisions = {
                str(r.id): str(r.payload.get("revision", r.payload["shelf"])) for r in records
            }
            changed = [r for r in records if seen.get(str(r.id)) != revisions[str(r.id)]]
            if changed:
                new = await remake([(str(r.id), r.payload) for r in changed])
                if new:
                    await self._ask(
                        self._client.upsert(
                            self._collection, self._structs(new, self._wanted), wait=True
                        )
                    )
            carried |= revisions
            if offset is None:
                return carried

    def _structs(self, points: Sequence[Point], into: Format) -> list[Any]:
        made = []
        for p in points:
            vector = {VECTOR: self._sparse(p.vector)} if p.vector else {}
            if p.dense and len(p.dense) == into.dense(self._model):
                vector[DENSE] = list(p.dense)
            made.append(self._models.PointStruct(id=p.id, vector=vector, payload=p.payload))
        return made

    def _sparse(self, vector: SparseVector) -> Any:
        return self._models.SparseVector(indices=list(vector.indices), values=list(vector.values))

    def _filter(self, where: Where) -> Any:
        models = self._models
        return models.Filter(
            must=[
                models.FieldCondition(key=k, match=models.MatchAny(any=list(words)))
                for k, words in where.items()
            ]
        )

    async def _ask(self, call: Awaitable[Any]) -> Any:
        from qdrant_client.http.exceptions import ApiException

        try:
            async with asyncio.timeout(TIMEOUT):
                return await call
        except (ApiException, TimeoutError, OSError) as error:
            log.warning(
                "the index did not answer",
                extra={"place": place(self._url), "reason": type(error).__name__},
            )
            raise LibraryUnavailable("library_failed", phrase("failed")) from error
