"""
What happens to documents before they are indexed, for an ingestion pipeline of LlamaIndex: cut into
passages, and made sparse vectors.

The encoder is a sparse embedding and no `BaseEmbedding`: its vectors have four thousand million
dimensions, of which a passage uses a few hundred, so that as a list of numbers they would have no
length to be.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

from llama_index.core.base.embeddings.base_sparse import BaseSparseEmbedding
from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.schema import BaseNode, TransformComponent

from knowledge.index.protocol import SparseVector
from knowledge.reading.chunks import passages
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.llamaindex.nodes import foreign_passage, passage_node
from knowledge.retrieval.passage_terms import analysed
from knowledge.values import Page, Passage, Place


class PassageCutter(TransformComponent):
    """
    Cuts documents into passages as ours are: between sentences, paragraphs and rows of Japanese and
    English, lists and their heads together.

    A passage keeps its document's metadata and says which document, place and audience it is of;
    the same document gives the same passages with the same ids.
    """

    audience: str = Field(default="", description="whom documents are for that do not say so")

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex keeps it under."""
        return "PassageCutter"

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """Return the passages of the nodes, document by document, in order."""
        cut: list[BaseNode] = []
        for node in nodes:
            for passage in self._passages(foreign_passage(node)):
                made = passage_node(passage)
                made.metadata = {**node.metadata, **made.metadata}
                cut.append(made)
        return cut

    def _passages(self, whole: Passage) -> tuple[Passage, ...]:
        digest = hashlib.sha256(whole.text.encode()).hexdigest()
        page = Page(1, whole.place, whole.text)
        reading = Reading(
            whole.title,
            digest,
            len(whole.text.encode()),
            whole.title,
            "text",
            (page,),
            (),
            whole.language,
        )
        return passages(
            reading,
            document=whole.document,
            version=whole.version or digest,
            audience=whole.audience or self.audience,
            title=whole.title,
        )


class SparseEncoder(BaseSparseEmbedding):
    """
    Our offline encoder as LlamaIndex knows sparse embeddings: dimensions and their weights.

    Texts are weighed by BM25's saturation and length; a query's terms count once each, for their
    rarity is known only where documents are.
    """

    _encoder: Encoder = PrivateAttr()

    def __init__(self, encoder: Encoder | None = None, **fields: Any) -> None:
        super().__init__(**{"model_name": f"llm-choose {Encoder.version}", **fields})
        self._encoder = encoder or Encoder()

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex keeps it under."""
        return "SparseEncoder"

    def _get_query_embedding(self, query: str) -> dict[int, float]:
        return _weights(self._encoder.encode_question(query))

    async def _aget_query_embedding(self, query: str) -> dict[int, float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> dict[int, float]:
        passage = Passage("", "", "", 1, "", Place("part", 1), text)
        return _weights(self._encoder.encode_passage(analysed(passage, self._encoder.analysis)))

    async def _aget_text_embedding(self, text: str) -> dict[int, float]:
        return await asyncio.to_thread(self._get_text_embedding, text)


def _weights(vector: SparseVector) -> dict[int, float]:
    return dict(zip(vector.indices, vector.values, strict=True))
