"""Our search as a LlamaIndex retriever, which needs nothing else of ours in somebody's program."""

import asyncio

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle

from knowledge.retrieval.llamaindex.entry import running_loop, wait_for
from knowledge.retrieval.llamaindex.nodes import analysed, hit_node
from knowledge.retrieval.source import PassageSource
from knowledge.values import SearchKind


class PassageRetriever(BaseRetriever):
    """
    Finds what `readers` may see in an open library.

    Each node has the passage's id, text and score; its metadata names document, title, place,
    version and audience. `kind` "first" leaves out the second stage, for a reranker to follow.
    Synchronous callers wait for the loop the library was opened on: `loop`, or the one that runs
    where the retriever is made.

    Raises:
        ValueError: `readers` is empty.
        LibraryUnavailable: the index did not answer.
    """

    def __init__(
        self,
        source: PassageSource,
        *,
        readers: frozenset[str],
        limit: int = 6,
        kind: SearchKind = "whole",
        loop: asyncio.AbstractEventLoop | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._source = source
        self._readers = readers
        self._limit = limit
        self._kind: SearchKind = kind
        self._loop = loop or running_loop()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return wait_for(self._aretrieve(query_bundle), self._loop)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = await analysed(query_bundle, self._source, self._readers)
        hits = await self._source.search(
            query, readers=self._readers, limit=self._limit, kind=self._kind
        )
        return [hit_node(hit) for hit in hits]
