"""Our retrieval in a LlamaIndex program: the retriever alone, and the components beside it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import Document, NodeWithScore, QueryBundle, TextNode

from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.llamaindex.ingestion import PassageCutter, SparseEncoder
from knowledge.retrieval.llamaindex.nodes import node_hit
from knowledge.retrieval.llamaindex.postprocessors import (
    AudienceFilter,
    LanguagePreference,
    PassageReranker,
)
from knowledge.retrieval.llamaindex.retriever import PassageRetriever
from knowledge.values import Metadata, Place
from tests.knowledge.documents.test_library import put

ALL = frozenset({"all"})
QUESTION = "利用記録は何年間保存しますか"
TEXTS = (
    "生成AIの利用記録は、1年間保存する。",
    "駐車場の来客用区画は六台とする。",
    "利用記録は、情報システム部が年に一度確認する。",
)


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as opened:
        await put(opened, *TEXTS)
        yield opened


async def test_nodes_name_their_source_and_come_back_as_the_hits_they_were(library: Library):
    hits = await library.search(QUESTION, readers=ALL)
    nodes = await PassageRetriever(library, readers=ALL).aretrieve(QUESTION)

    assert [node_hit(node) for node in nodes] == hits
    assert [hit.terms for hit in map(node_hit, nodes)] == [hit.terms for hit in hits]
    first = nodes[0]
    assert (first.node.node_id, first.text) == (hits[0].passage.id, TEXTS[0])
    assert first.score == hits[0].score
    assert first.metadata["title"] == "生成AI利用規程"
    assert first.metadata["place"] == hits[0].passage.place.to("ja")
    assert first.metadata["audience"] == "all"
    assert {first.metadata["document"], first.node.ref_doc_id} == {hits[0].passage.document}
    assert first.metadata["version"] == hits[0].passage.version


async def test_a_model_is_shown_title_and_place_and_nothing_internal(library: Library):
    nodes = await PassageRetriever(library, readers=ALL).aretrieve(QUESTION)
    shown = nodes[0].node.get_content(metadata_mode="llm")
    assert "生成AI利用規程" in shown
    assert nodes[0].metadata["terms"] not in shown
    assert nodes[0].metadata["document"] not in shown


async def test_a_reader_of_another_audience_finds_nothing(library: Library):
    retriever = PassageRetriever(library, readers=frozenset({"board"}))
    assert await retriever.aretrieve(QUESTION) == []


async def test_a_thread_may_retrieve_synchronously(library: Library):
    retriever = PassageRetriever(library, readers=ALL)
    nodes = await asyncio.to_thread(retriever.retrieve, QUESTION)
    assert nodes[0].text == TEXTS[0]


async def test_the_thread_of_the_loop_is_told_to_await(library: Library):
    retriever = PassageRetriever(library, readers=ALL)
    with pytest.raises(RuntimeError, match="aretrieve"):
        retriever.retrieve(QUESTION)


def test_a_program_without_a_running_loop_may_retrieve_synchronously(tmp_path: Path):
    with asyncio.Runner() as runner:
        library = Library(EmbeddedIndex(tmp_path / "index", version=VERSION))
        runner.run(library.__aenter__())
        runner.run(put(library, *TEXTS))
        retriever = PassageRetriever(library, readers=ALL, loop=runner.get_loop())
        nodes = retriever.retrieve(QUESTION)
        runner.run(library.__aexit__(None, None, None))
    assert nodes[0].text == TEXTS[0]


async def test_the_first_stage_and_the_reranker_give_what_the_whole_search_gives(
    library: Library,
):
    whole = await PassageRetriever(library, readers=ALL, limit=30).aretrieve(QUESTION)
    first = await PassageRetriever(library, readers=ALL, limit=30, kind="first").aretrieve(QUESTION)
    reranker = PassageReranker(library, readers=ALL, limit=30)
    ranked = await reranker.apostprocess_nodes(first, QueryBundle(QUESTION))
    assert [node_hit(node) for node in ranked] == [node_hit(node) for node in whole]
    threaded = await asyncio.to_thread(reranker.postprocess_nodes, first, QueryBundle(QUESTION))
    assert [node_hit(node) for node in threaded] == [node_hit(node) for node in whole]


async def test_the_reranker_compares_nodes_of_other_retrievers_by_their_text(library: Library):
    strangers = [
        NodeWithScore(node=TextNode(text="駐車場は六台とする。"), score=9.0),
        NodeWithScore(node=TextNode(text="利用記録は、2年間保存する。"), score=1.0),
        NodeWithScore(node=TextNode(text="社歌は三番まである。"), score=0.5),
    ]
    reranker = PassageReranker(library, readers=ALL)
    ranked = await reranker.apostprocess_nodes(strangers, QueryBundle(QUESTION))
    assert "2年間" in ranked[0].text
    assert strangers[0].metadata == {}


def test_only_what_the_reader_may_see_passes():
    nodes = [
        NodeWithScore(node=TextNode(text="a", metadata={"audience": "all"}), score=1.0),
        NodeWithScore(node=TextNode(text="b", metadata={"audience": "board"}), score=1.0),
        NodeWithScore(node=TextNode(text="c"), score=1.0),
    ]
    passed = AudienceFilter(readers=ALL).postprocess_nodes(nodes)
    assert [node.text for node in passed] == ["a"]


async def test_of_two_languages_of_one_place_the_askers_is_kept(library: Library):
    document, _, _ = await library.stage(_both_languages(), Metadata(title="規程"), by="test:1")
    await library.publish(document.id, document.versions[-1].id)
    nodes = await PassageRetriever(library, readers=ALL, limit=30).aretrieve("旅費 travel expenses")
    english = LanguagePreference(language="en").postprocess_nodes(nodes)
    japanese = LanguagePreference(language="ja").postprocess_nodes(nodes)
    assert any("three days" in node.text for node in english)
    assert not any("三日" in node.text for node in english)
    assert any("三日" in node.text for node in japanese)
    assert not any("three days" in node.text for node in japanese)


def _both_languages():
    from knowledge.reading.reading import Reading
    from knowledge.values import Page

    pages = (
        Page(1, Place("page", 1), "旅費は、三日以内に精算する。"),
        Page(2, Place("page", 1), "Travel expenses are settled within three days."),
    )
    return Reading("旅費.txt", "9" * 64, 100, "旅費", "text", pages, (), "ja")


def test_an_ingestion_pipeline_cuts_passages_as_ours_are():
    text = "第1条 目的を定める。\n\n" + "利用記録は、一年間保存するものとする。" * 40
    documents = [Document(text=text, metadata={"file_name": "規程.txt", "team": "it"})]
    pipeline = IngestionPipeline(transformations=[PassageCutter(audience="all")])
    nodes = pipeline.run(documents=documents)
    again = pipeline.run(documents=documents)

    assert len(nodes) > 1
    assert all(node.text in text for node in nodes)
    assert all(node.text.endswith("。") for node in nodes)
    assert {node.metadata["title"] for node in nodes} == {"規程.txt"}
    assert {node.metadata["audience"] for node in nodes} == {"all"}
    assert {node.metadata["team"] for node in nodes} == {"it"}
    assert {node.ref_doc_id for node in nodes} == {documents[0].node_id}
    assert [node.node_id for node in nodes] == [node.node_id for node in again]


async def test_the_encoder_is_a_sparse_embedding():
    encoder = SparseEncoder()
    question = encoder.get_query_embedding(QUESTION)
    near, far = await encoder.aget_text_embedding_batch([TEXTS[0], TEXTS[1]])

    def product(text: dict[int, float]) -> float:
        return sum(weight * text.get(at, 0.0) for at, weight in question.items())

    assert product(near) > product(far)
