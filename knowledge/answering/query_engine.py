"""
The LlamaIndex pipeline every question runs through: its `RetrieverQueryEngine`, with our retriever,
our postprocessors and our synthesiser.

This is the one place where another component goes in: a LlamaIndex reranker is one line in
`Pipeline(postprocessors=...)`, a retriever to be fused with ours one in `Pipeline(retrievers=...)`.
Importing this module takes more than a second (LlamaIndex does), so it is imported in a thread when
the application starts. Its instrumentation events are timed and kept in the trace.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.dispatcher import Dispatcher

from knowledge.answering.stages import Question, Retrieved, Written
from knowledge.answering.writing import FOUND
from knowledge.retrieval.llamaindex.nodes import PassageQuery, analysed, node_hit
from knowledge.retrieval.llamaindex.postprocessors import (
    AudienceFilter,
    LanguagePreference,
    PassageReranker,
)
from knowledge.retrieval.llamaindex.retriever import PassageRetriever
from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource
from knowledge.text.analysis import Analysis

Write = Callable[[Retrieved], Awaitable[Written]]
OnRetrieved = Callable[[int], Awaitable[None]]
_ONLY_ASYNC = "this pipeline is asynchronous; use aquery"


class Clock:
    """When each pipeline event happened, in milliseconds since the clock was started."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.events: list[tuple[str, float]] = []

    def mark(self, name: str) -> None:
        """Keep that an event of this name happened now."""
        self.events.append((name, round((time.perf_counter() - self._start) * 1000, 3)))


_clock: ContextVar[Clock | None] = ContextVar("clock", default=None)


class _Listener(BaseEventHandler):
    """Passes events to the clock of the question they belong to."""

    @classmethod
    def class_name(cls) -> str:
        return "LlmChooseListener"

    def handle(self, event: BaseEvent, **kwargs: Any) -> None:
        clock = _clock.get()
        if clock is not None:
            clock.mark(event.class_name())


@dataclass
class WrittenResponse(Response):
    """A LlamaIndex response with the whole of what was written."""

    written: Written | None = None


class CheckedSynthesizer(BaseSynthesizer):
    """
    Writes the answer from the query and the nodes it is given, by extraction or with a model:
    `write` decides and checks.
    """

    def __init__(
        self, write: Write, source: PassageSource, readers: frozenset[str], fittings: "Pipeline"
    ) -> None:
        super().__init__(
            llm=fittings.silent,
            callback_manager=fittings.callbacks,
            prompt_helper=fittings.helper,
            chat_prompt_helper=fittings.chat_helper,
        )
        self._write = write
        self._source = source
        self._readers = readers

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        """Prompts are files of ours; LlamaIndex has none to change here."""

    async def asynthesize(
        self,
        query: str | QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> Any:
        """Hand the nodes on beside their texts, since citations need their metadata."""
        bundle = QueryBundle(query) if isinstance(query, str) else query
        return await super().asynthesize(
            bundle,
            nodes,
            additional_source_nodes,
            bundle=bundle,
            retrieved=nodes,
            **response_kwargs,
        )

    def get_response(self, query_str: str, text_chunks: Any, **response_kwargs: Any) -> str:
        """Refuse: see `aget_response`."""
        raise TypeError(_ONLY_ASYNC)

    async def aget_response(
        self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any
    ) -> Any:
        """Return what is written from the nodes, as they stand after every postprocessor."""
        nodes: Sequence[NodeWithScore] = response_kwargs["retrieved"]
        query = await analysed(response_kwargs["bundle"], self._source, self._readers)
        hits = tuple(node_hit(node) for node in nodes)
        return await self._write(Retrieved(query, hits))

    def _prepare_response_output(
        self, response_str: Any, source_nodes: list[NodeWithScore]
    ) -> WrittenResponse:
        written: Written = response_str
        text = "\n".join(sentence.text for sentence in written.draft.sentences)
        metadata = self._get_metadata_for_response([scored.node for scored in source_nodes])
        return WrittenResponse(text, source_nodes, metadata, written=written)


class AnswerEngine(RetrieverQueryEngine):
    """LlamaIndex's query engine, which tells how many nodes there are before it goes on."""

    def __init__(self, on_retrieved: OnRetrieved, **parts: Any) -> None:
        super().__init__(**parts)
        self._on_retrieved = on_retrieved

    async def aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Retrieve and postprocess."""
        nodes: list[NodeWithScore] = await super().aretrieve(query_bundle)
        await self._on_retrieved(len(nodes))
        return nodes


class Pipeline:
    """
    Builds one engine per question; what is costly to build is built once.

    `postprocessors` follow ours, in order, before the answer is written. `retrievers` are asked
    beside ours and fused with it by reciprocal rank; of their nodes only those whose "audience" the
    asker belongs to are used.
    """

    def __init__(
        self,
        *,
        postprocessors: Sequence[BaseNodePostprocessor] = (),
        retrievers: Sequence[BaseRetriever] = (),
    ) -> None:
        self._postprocessors = tuple(postprocessors)
        self._retrievers = tuple(retrievers)
        self.silent = MockLLM()  # the engine insists on a model; ours speaks through `write`
        self.helper = PromptHelper(tokenizer=list)
        self.chat_helper = ChatPromptHelper(tokenizer=list)
        self.callbacks = CallbackManager()
        root: Dispatcher = get_dispatcher()
        if not any(isinstance(handler, _Listener) for handler in root.event_handlers):
            root.add_event_handler(_Listener())

    async def run(
        self,
        source: PassageSource,
        question: Question,
        query: Query,
        *,
        analysis: Analysis,
        write: Write,
        on_retrieved: OnRetrieved,
    ) -> tuple[Written, tuple[tuple[str, float], ...]]:
        """Retrieve, then write when anything was found. Return that and the timed events."""
        clock = Clock()
        token = _clock.set(clock)
        try:
            engine = AnswerEngine(
                on_retrieved,
                retriever=self._retriever(source, question),
                node_postprocessors=self._steps(source, question, analysis),
                response_synthesizer=CheckedSynthesizer(write, source, question.readers, self),
                callback_manager=self.callbacks,
            )
            response = await engine.aquery(PassageQuery(question.search_text, query=query))
        finally:
            _clock.reset(token)
        written = response.written if isinstance(response, WrittenResponse) else None
        return written or Written(), tuple(clock.events)

    def _retriever(self, source: PassageSource, question: Question) -> BaseRetriever:
        ours = PassageRetriever(
            source,
            readers=question.readers,
            limit=FOUND,
            kind="first" if question.kind == "whole" else question.kind,
            callback_manager=self.callbacks,
        )
        if not self._retrievers:
            return ours
        return QueryFusionRetriever(
            [ours, *self._retrievers],
            llm=self.silent,
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=FOUND,
            num_queries=1,  # the question as it is, none made up
            callback_manager=self.callbacks,
        )

    def _steps(
        self, source: PassageSource, question: Question, analysis: Analysis
    ) -> list[BaseNodePostprocessor]:
        """Return what happens to the nodes between retrieval and writing, in order."""
        steps: list[BaseNodePostprocessor] = []
        if self._retrievers:
            steps.append(AudienceFilter(readers=question.readers))
        if question.kind == "whole":
            steps.append(
                PassageReranker(source, readers=question.readers, limit=FOUND, analysis=analysis)
            )
        steps.append(LanguagePreference(language=question.language))
        return [*steps, *self._postprocessors]
