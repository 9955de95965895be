"""
Passages as LlamaIndex nodes, and nodes as passages.

A node holds everything its hit does, flat in its metadata, so that it may cross any component and
still be cited by document, version and place. A model is shown the title and the place of it alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from llama_index.core.bridge.pydantic import Field
from llama_index.core.schema import (
    BaseNode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource
from knowledge.text.language import language_of
from knowledge.values import Hit, Passage, Place

SHOWN = ("title", "place")  # the metadata a model reads beside the text
INTERNAL = (
    "document", "version", "audience", "position", "headings", "language", "kind", "place_kind",
    "place_number", "place_label", "terms", "first_score", "rank", "parts", "sparse_alone", "fused",
    "meaning", "near", "likeness",
)  # fmt: skip


class PassageNode(TextNode):
    """
    A node that still has the hit it was made of at hand; its metadata says the same in words.

    The hit lies in a slot, since pydantic's private attributes are slow to read; a copy has none.
    """

    __slots__ = ("_hit",)
    excluded_llm_metadata_keys: list[str] = Field(default_factory=lambda: list(INTERNAL))
    excluded_embed_metadata_keys: list[str] = Field(default_factory=lambda: list(INTERNAL))

    def keep(self, hit: Hit) -> None:
        """Say in the metadata what the search and the second stage know of the passage."""
        self._hit = hit
        self.metadata["terms"] = hit.terms
        self.metadata["rank"] = hit.rank
        self.metadata["parts"] = hit.parts
        self.metadata["sparse_alone"] = hit.sparse_alone
        self.metadata["fused"] = hit.fused
        self.metadata["meaning"] = hit.meaning
        self.metadata["near"] = hit.near
        self.metadata["likeness"] = hit.likeness

    def hit(self, score: float) -> Hit | None:
        """Return the hit with the score it has now; None once the text was made another one."""
        hit: Hit | None = getattr(self, "_hit", None)
        if hit is None or hit.passage.text != self.text:
            return None
        if hit.score == score:
            return hit
        return replace(hit, score=score)


@dataclass
class PassageQuery(QueryBundle):
    """A question that was analysed already; where it was not, components do it themselves."""

    query: Query | None = None


async def analysed(bundle: QueryBundle, source: PassageSource, readers: frozenset[str]) -> Query:
    """Return the bundle's query: the one it brings along, or its text analysed now."""
    if isinstance(bundle, PassageQuery) and bundle.query is not None:
        return bundle.query
    return await source.query(bundle.query_str, readers=readers)


def passage_node(passage: Passage) -> PassageNode:
    """Return a passage as a node with the passage's id, its document as the source."""
    node = PassageNode(id_=passage.id, text=passage.text)
    node.metadata = _passage_metadata(passage)
    node.relationships[NodeRelationship.SOURCE] = _source(passage.document)
    return node


def hit_node(hit: Hit) -> NodeWithScore:
    """Return a hit of a search as a node with the hit's score."""
    node = passage_node(hit.passage)
    node.metadata["first_score"] = hit.score
    node.keep(hit)
    return NodeWithScore(node=node, score=hit.score)


def own_node(node: BaseNode) -> PassageNode | None:
    """Return a node as one of ours; by its very type, for pydantic's `isinstance` is slow."""
    return node if type(node) is PassageNode else None


def is_hit(node: BaseNode) -> bool:
    """Report whether a node was made of a hit of ours."""
    return "first_score" in node.metadata


def node_hit(scored: NodeWithScore) -> Hit:
    """
    Return the hit that a node stands for, with the node's present score, 0 where it has none.

    A node of somebody else's needs no metadata of ours: "title" or "file_name" is its document's
    name, "page_label" its page, and its language is told from its text.
    """
    metadata = scored.node.metadata
    score = scored.score or 0.0
    ours = own_node(scored.node)
    if ours is not None:
        hit = ours.hit(score)
        if hit is not None:
            return hit
    if "place_kind" not in metadata:
        return Hit(foreign_passage(scored.node), score, fused=True)
    if not is_hit(scored.node):
        return Hit(node_passage(scored.node), score, fused=True)
    parts = tuple((str(name), float(value)) for name, value in metadata["parts"])
    return Hit(
        node_passage(scored.node),
        score,
        parts,
        metadata["rank"],
        metadata["terms"],
        metadata["sparse_alone"],
        metadata["fused"],
        metadata["meaning"],
        tuple(metadata["near"]),
        metadata["likeness"],
    )


def node_passage(node: BaseNode) -> Passage:
    """Return the passage that `passage_node` or `hit_node` made the node of."""
    metadata = node.metadata
    place = Place(metadata["place_kind"], metadata["place_number"], metadata["place_label"])
    return Passage(
        node.node_id,
        metadata["document"],
        metadata["version"],
        metadata["position"],
        metadata["title"],
        place,
        _text(node),
        tuple(metadata["headings"]),
        metadata["language"],
        metadata["kind"],
        metadata["audience"],
    )


@lru_cache(maxsize=1024)
def _source(document: str) -> RelatedNodeInfo:
    return RelatedNodeInfo(node_id=document)


def _passage_metadata(passage: Passage) -> dict[str, Any]:
    place = passage.place
    return {
        "document": passage.document,
        "title": passage.title,
        "place": place.to(passage.language),
        "version": passage.version,
        "audience": passage.audience,
        "position": passage.position,
        "headings": list(passage.headings),
        "language": passage.language,
        "kind": passage.kind,
        "place_kind": place.kind,
        "place_number": place.number,
        "place_label": place.label,
    }


def foreign_passage(node: BaseNode) -> Passage:
    """Return somebody else's node as one passage, with what its metadata tells of it."""
    metadata = node.metadata
    text = _text(node)
    title = str(metadata.get("title") or metadata.get("file_name") or "")
    return Passage(
        node.node_id,
        str(metadata.get("document") or node.ref_doc_id or node.node_id),
        str(metadata.get("version") or ""),
        0,
        title,
        _foreign_place(metadata),
        text,
        (title,) if title else (),
        language_of(text, "ja"),
        audience=str(metadata.get("audience") or ""),
    )


def _foreign_place(metadata: Mapping[str, Any]) -> Place:
    page = str(metadata.get("page_label") or "")
    if page.isdecimal():
        return Place("page", int(page))
    return Place("part", 1)


def _text(node: BaseNode) -> str:
    return str(node.get_content())
