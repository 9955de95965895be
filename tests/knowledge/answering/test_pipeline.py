"""Components of somebody else's in the pipeline every answer comes from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from knowledge.answering.answers import Answers
from knowledge.answering.query_engine import Pipeline
from knowledge.answering.trace import Stage, Trace
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Page, Place
from tests.knowledge.documents.test_library import put

ALL = frozenset({"all"})
QUESTION = "利用記録は何年間保存しますか"
TEXTS = (
    "生成AIの利用記録は、1年間保存する。",
    "利用記録は、5年間保存することが望ましい。",
    "駐車場の来客用区画は六台とする。",
)


class Reversed(BaseNodePostprocessor):
    """A reranker that thinks the opposite."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        assert query_bundle is not None
        turned = nodes[::-1]
        return [
            NodeWithScore(node=node.node, score=1.0 / rank) for rank, node in enumerate(turned, 1)
        ]


class Kept:
    """Keeps traces."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []

    async def __call__(self, trace: Trace) -> None:
        self.traces.append(trace)


class Wiki(BaseRetriever):
    """A retriever over something that is no shelf of ours."""

    def __init__(self, audience: str) -> None:
        super().__init__()
        self.audience = audience
        self.questions: list[str] = []

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        self.questions.append(query_bundle.query_str)
        metadata = {"title": "社内Wiki", "audience": self.audience, "page_label": "4"}
        text = "社歌は、創立記念日に全員で歌う。"
        return [NodeWithScore(node=TextNode(text=text, metadata=metadata), score=0.5)]


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as opened:
        await put(opened, *TEXTS)
        yield opened


async def test_a_reranker_of_llamaindex_is_one_line(library: Library):
    ours, theirs = Kept(), Kept()
    await Answers(library, keep=ours).answer(QUESTION, readers=ALL, language="ja")
    turned = Pipeline(postprocessors=[Reversed()])
    answers = Answers(library, engine=turned, keep=theirs)
    answer = await answers.answer(QUESTION, readers=ALL, language="ja")

    passages = [candidate.passage for candidate in ours.traces[0].candidates]
    candidates = theirs.traces[0].candidates
    assert len(passages) > 1
    assert [candidate.passage for candidate in candidates] == passages[::-1]
    assert [candidate.score for candidate in candidates][:2] == [1.0, 0.5]
    assert answer.citations


async def test_what_a_postprocessor_drops_is_in_no_answer(library: Library):
    nothing = Pipeline(postprocessors=[SimilarityPostprocessor(similarity_cutoff=2.0)])
    answer = await Answers(library, engine=nothing).answer(QUESTION, readers=ALL, language="ja")
    assert answer.mode == "refused"
    assert answer.nearest == ()


async def test_a_retriever_fused_with_ours_is_one_line(library: Library):
    wiki = Wiki("all")
    answers = Answers(library, engine=Pipeline(retrievers=[wiki]))
    answer = await answers.answer("社歌はいつ歌いますか", readers=ALL, language="ja")
    assert wiki.questions == ["社歌はいつ歌いますか"]
    assert "創立記念日" in answer.text
    source = answer.citations[0]
    assert (source.passage.title, source.passage.place) == ("社内Wiki", Place("page", 4))

    still = await answers.answer(QUESTION, readers=ALL, language="ja")
    assert "1年間" in still.sentences[0].text


async def test_what_another_retriever_brings_is_kept_from_those_it_is_not_for(library: Library):
    answers = Answers(library, engine=Pipeline(retrievers=[Wiki("board")]))
    answer = await answers.answer("社歌はいつ歌いますか", readers=ALL, language="ja")
    assert "創立記念日" not in answer.text
    assert "社内Wiki" not in [near.title for near in answer.nearest]


async def test_a_stage_never_keeps_more_than_it_found(library: Library):
    kept = Kept()
    steps: list[Stage] = []

    async def step(stage: Stage) -> None:
        steps.append(stage)

    pages = []
    for number in range(1, 4):
        place = Place("page", number)
        pages.append(Page(2 * number - 1, place, f"旅費規程{number}: 旅費は三日以内に精算する。"))
        pages.append(Page(2 * number, place, f"Rule {number}: travel expenses within three days."))
    reading = Reading("旅費.txt", "9" * 64, 100, "旅費", "text", tuple(pages), (), "ja")
    document, version, _ = await library.stage(reading, Metadata(), by="test:1")
    await library.publish(document.id, version.id)
    await Answers(library, keep=kept).answer(
        "旅費 travel expenses は?", readers=ALL, language="ja", on_step=step
    )
    assert [stage.name for stage in kept.traces[0].stages] == ["tidy", "search", "write"]
    search = kept.traces[0].stages[1]
    assert search.used <= search.candidates == len(kept.traces[0].candidates)
    assert all(stage.used <= stage.candidates for stage in steps)
