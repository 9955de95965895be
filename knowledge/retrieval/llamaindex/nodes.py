"""
Passages as LlamaIndex nodes, and nodes as passages.

A node holds everything its hit does, flat in its metadata, so that it may cross any component and
still be cited by document, version and place. A model is shown the title and the place of it alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
)  # fmt: skip


@dataclass
class PassageQuery(QueryBundle):
    """A question that was analysed already; where it was not, components do it themselves."""

    query: Query | None = None


async def analysed(bundle: QueryBundle, source: PassageSource, readers: frozenset[str]) -> Query:
    """Return the bundle's query: the one it brings along, or its text analysed now."""
    if isinstance(bundle, PassageQuery) and bundle.query is not None:
        return bundle.query
    return await source.query(bundle.query_str, readers=readers)


def passage_node(passage: Passage) -> TextNode:
    """Return a passage as a node with the passage's id, its document as the source."""
    return _node(passage, _passage_metadata(passage))


def hit_node(hit: Hit) -> NodeWithScore:
    """Return a hit as a node with the hit's score."""
    metadata = _passage_metadata(hit.passage)
    metadata["terms"] = hit.terms
    metadata["first_score"] = hit.score
    metadata["rank"] = hit.rank
    metadata["parts"] = [list(part) for part in hit.parts]
    metadata["sparse_alone"] = hit.sparse_alone
    metadata["fused"] = hit.fused
    return NodeWithScore(node=_node(hit.passage, metadata), score=hit.score)


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


def _node(passage: Passage, metadata: dict[str, Any]) -> TextNode:
    source = RelatedNodeInfo(node_id=passage.document)
    return TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=metadata,
        excluded_llm_metadata_keys=list(INTERNAL),
        excluded_embed_metadata_keys=list(INTERNAL),
        relationships={NodeRelationship.SOURCE: source},
    )


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
    return node.text if isinstance(node, TextNode) else node.get_content()
