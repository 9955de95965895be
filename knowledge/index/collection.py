"""
The collections on a Qdrant server: which one is served under our alias, and how one is made.

A collection's name is the alias with its format behind it. Every call that leaves goes through
`Collections.ask`, which bounds its time and turns the client's errors into ours.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable
from typing import Any

from knowledge.errors import LibraryUnavailable
from knowledge.index.address import place
from knowledge.index.format import Format
from knowledge.index.layout import Layout
from knowledge.index.protocol import DENSE, KEYS, TIMEOUT, VECTOR
from knowledge.index.server_version import oldest, told
from knowledge.observation import observed
from knowledge.sentences import phrase

log = logging.getLogger(__name__)
ALIAS = "llm-choose"
TENANT = "audience"  # the key that every question of a person names


def connect(url: str, api_key: str | None) -> Any:
    """Return a client that opens nothing before it is asked."""
    from qdrant_client import AsyncQdrantClient

    return AsyncQdrantClient(
        url=url, api_key=api_key, timeout=math.ceil(TIMEOUT), check_compatibility=False
    )


class Collections:
    """Those of one server, spoken to by `client`; `url` stands in the log, without its secrets."""

    def __init__(self, client: Any, url: str, layout: Layout | None = None) -> None:
        from qdrant_client import models

        self._layout = layout or Layout()

        self._client = client
        self._models: Any = models
        self._url = url

    async def ask(self, call: Awaitable[Any]) -> Any:
        """
        Return what the server answers.

        Raises:
            LibraryUnavailable: nothing within `TIMEOUT` seconds, a refusal, or what is no answer.
        """
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.http.exceptions import ApiException

        operation = getattr(call, "__name__", "call")
        try:
            with observed("index", operation=operation):
                async with asyncio.timeout(TIMEOUT):
                    return await call
        # the last two: a page of a proxy, or a result that is missing, in place of an answer
        except (
            ApiException,
            QdrantException,
            TimeoutError,
            OSError,
            ValueError,
            AssertionError,
        ) as error:
            log.warning(
                "the index did not answer",
                extra={"place": place(self._url), "reason": type(error).__name__},
            )
            raise LibraryUnavailable("library_failed", phrase("failed")) from error

    async def served(self) -> str:
        """Return the name of the collection the alias points at, or empty."""
        answer = await self.ask(self._client.get_aliases())
        for alias in answer.aliases:
            if alias.alias_name == ALIAS:
                return str(alias.collection_name)
        return ""

    async def serve(self, name: str) -> None:
        """Point the alias at a collection, away from another one."""
        models = self._models
        create = models.CreateAlias(collection_name=name, alias_name=ALIAS)
        steps: list[Any] = [models.CreateAliasOperation(create_alias=create)]
        if await self.served():
            delete = models.DeleteAlias(alias_name=ALIAS)
            steps.insert(0, models.DeleteAliasOperation(delete_alias=delete))
        await self.ask(self._client.update_collection_aliases(steps))

    async def make(self, name: str, size: int) -> None:
        """
        Make a collection with dense vectors of `size` numbers, without any for 0, unless it is
        there; another process may make it at the same time.

        Raises:
            LibraryUnavailable: one of that name holds other vectors than those we write.
        """
        if not await self._exists(name):
            try:
                await self.ask(self._create(name, size))
            except LibraryUnavailable:
                if not await self._exists(name):
                    raise
        await self._check(name, size)
        for key in KEYS:
            schema = self._schema(key)
            await self.ask(self._client.create_payload_index(name, key, schema, wait=True))

    async def check_version(self) -> None:
        """Raise LibraryUnavailable where the server cannot compare before it writes."""
        server = await self.ask(told(self._client))
        if not server.new_enough:
            log.error(
                "the index server is too old", extra={"version": server.version, "least": oldest()}
            )
            raise LibraryUnavailable("library_old", phrase("old_server"))

    def _schema(self, key: str) -> Any:
        """Return how a payload key is indexed: points of one audience lie together on disk."""
        models = self._models
        return models.KeywordIndexParams(
            type=models.KeywordIndexType.KEYWORD,
            is_tenant=True if key == TENANT else None,
            on_disk=True if self._layout.on_disk else None,
        )

    async def made_with_rarities(self, name: str) -> bool:
        """Report whether a collection was made long ago, with the server's own rarities."""
        described = await self.ask(self._client.get_collection(name))
        terms = (described.config.params.sparse_vectors or {}).get(VECTOR)
        return terms is not None and terms.modifier == self._models.Modifier.IDF

    def _create(self, name: str, size: int) -> Awaitable[Any]:
        models, layout = self._models, self._layout
        on_disk = True if layout.on_disk else None  # None: as the server has it
        quantised = None
        if layout.quantised:
            int8 = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
            quantised = models.ScalarQuantization(scalar=int8)
        dense = {}
        if size:
            dense[DENSE] = models.VectorParams(
                size=size,
                distance=models.Distance.COSINE,
                on_disk=on_disk,
                quantization_config=quantised,
            )
        lying = models.SparseIndexParams(on_disk=on_disk)
        creating: Awaitable[Any] = self._client.create_collection(
            name,
            vectors_config=dense,
            sparse_vectors_config={VECTOR: models.SparseVectorParams(index=lying)},
            shard_number=layout.shards or None,
            replication_factor=layout.replicas or None,
            write_consistency_factor=layout.acknowledged or None,
            on_disk_payload=on_disk,
        )
        return creating

    async def _exists(self, name: str) -> bool:
        return bool(await self.ask(self._client.collection_exists(name)))

    async def _check(self, name: str, size: int) -> None:
        """Raise LibraryUnavailable unless the collection holds the vectors that we write."""
        described = await self.ask(self._client.get_collection(name))
        params = described.config.params
        stored_size = 0
        if isinstance(params.vectors, dict) and DENSE in params.vectors:
            stored_size = params.vectors[DENSE].size
        if VECTOR not in (params.sparse_vectors or {}) or stored_size != size:
            raise LibraryUnavailable("library_foreign", phrase("foreign"))


def name_of(stored_as: Format) -> str:
    """Return what a collection of that format is called."""
    return f"{ALIAS}-{stored_as}"


def format_of(name: str) -> Format:
    """Return the format that a collection's name carries."""
    return Format.read(name.removeprefix(f"{ALIAS}-"))
