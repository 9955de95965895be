"""What happens to nodes between retrieval and answer, one LlamaIndex postprocessor a step."""

import asyncio
from dataclasses import replace

from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle

from knowledge.retrieval.llamaindex.entry import running_loop, wait_for
from knowledge.retrieval.llamaindex.nodes import analysed, node_hit, own_node
from knowledge.retrieval.points import terms
from knowledge.retrieval.preference import prefer
from knowledge.retrieval.rerank import POOL, reranked
from knowledge.retrieval.source import PassageSource
from knowledge.text.analysis import Analysis
from knowledge.values import Hit, Language


class PassageReranker(BaseNodePostprocessor):
    """
    Our second stage: orders the first one's nodes by what they share with the question.

    Nodes of other retrievers are compared by their text, a millisecond each; then the order they
    came in counts as much as ours. Scores become shares of all that was found, 0..1.
    """

    _source: PassageSource = PrivateAttr()
    _readers: frozenset[str] = PrivateAttr()
    _limit: int = PrivateAttr()
    _analysis: Analysis = PrivateAttr()
    _loop: asyncio.AbstractEventLoop | None = PrivateAttr()

    def __init__(
        self,
        source: PassageSource,
        *,
        readers: frozenset[str],
        limit: int = 6,
        analysis: Analysis | None = None,
    ) -> None:
        super().__init__()
        self._source = source
        self._readers = readers
        self._limit = limit
        self._analysis = analysis or Analysis()
        self._loop = running_loop()

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex keeps it under."""
        return "PassageReranker"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        return wait_for(self._apostprocess_nodes(nodes, query_bundle), self._loop)

    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None:
            raise ValueError("a reranker needs the question; none was given")
        if not nodes:
            return []
        query = await analysed(query_bundle, self._source, self._readers)
        hits = [self._first_stage(node, rank) for rank, node in enumerate(nodes, 1)]
        by_id = {node.node.node_id: node.node for node in nodes}
        ordered = []
        for hit in reranked(query, hits, self._limit):
            node = by_id[hit.passage.id]
            ours = own_node(node)
            if ours is not None:
                ours.keep(hit)
            ordered.append(NodeWithScore(node=node, score=hit.score))
        return ordered

    def _first_stage(self, node: NodeWithScore, rank: int) -> Hit:
        """Return a node's hit with its first-stage score and, in the pool, its words."""
        hit = node_hit(node)
        score = node.node.metadata.get("first_score", 0.0)
        if hit.score != score:
            hit = replace(hit, score=score)
        if not hit.terms and rank <= POOL:
            hit = replace(hit, terms=terms(hit.passage, self._analysis).pack())
        return hit


class AudienceFilter(BaseNodePostprocessor):
    """
    Lets through what `readers` may see. A node that names no audience is shown to nobody: whoever
    brings nodes of other retrievers says whom they are for.
    """

    readers: frozenset[str] = Field(description="the audiences the asker belongs to")

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex keeps it under."""
        return "AudienceFilter"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        return [node for node in nodes if node.node.metadata.get("audience") in self.readers]

    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        return self._postprocess_nodes(nodes, query_bundle)


class LanguagePreference(BaseNodePostprocessor):
    """Of a place that a document has in both languages, keeps the one in the asker's."""

    language: Language = Field(description="the asker's language")

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex keeps it under."""
        return "LanguagePreference"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        hits = [node_hit(node) for node in nodes]
        preferred = {hit.passage.id for hit in prefer(hits, self.language)}
        return [node for node in nodes if node.node.node_id in preferred]

    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        return self._postprocess_nodes(nodes, query_bundle)
