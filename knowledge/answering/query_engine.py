"""
The LlamaIndex pipeline every question runs through: its `RetrieverQueryEngine`, with our retriever
and our synthesiser.

Importing this module takes more than a second (LlamaIndex does), so it is imported in a thread when
the application starts. Its instrumentation events are timed and kept in the trace.
"""

import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.dispatcher import Dispatcher

from knowledge.values import Hit

Find = Callable[[str], Awaitable[list[Hit]]]
Write = Callable[[list[Hit]], Awaitable[str]]
_ONLY_ASYNC = "this pipeline is asynchronous; use aquery"


class Clock:
    """When each pipeline event happened, in milliseconds since the clock was started."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.events: list[tuple[str, float]] = []

    def mark(self, name: str) -> None:
        self.events.append((name, round((time.perf_counter() - self._start) * 1000, 3)))


_clock: ContextVar[Clock | None] = ContextVar("clock", default=None)


class _Listener(BaseEventHandler):
    """Passes events to the clock of the question they belong to."""

    @classmethod
    def class_name(cls) -> str:
        return "LlmChooseListener"

    def handle(self, event: BaseEvent, **kwargs: Any) -> None:
        if (clock := _clock.get()) is not None:
            clock.mark(event.class_name())


class LibraryRetriever(BaseRetriever):
    """Finds passages on our shelf; keeps the hits of this one question."""

    def __init__(self, find: Find, callbacks: CallbackManager) -> None:
        super().__init__(callback_manager=callbacks)
        self._find = find
        self.hits: list[Hit] = []

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        raise TypeError(_ONLY_ASYNC)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        self.hits = await self._find(query_bundle.query_str)
        return [
            NodeWithScore(node=TextNode(id_=h.passage.id, text=h.passage.text), score=h.score)
            for h in self.hits
        ]


class CheckedSynthesizer(BaseSynthesizer):
    """
    Writes the answer from the hits, by extraction or with a model: `write` decides and checks.
    """

    def __init__(self, write: Write, retriever: LibraryRetriever, fittings: "Pipeline") -> None:
        super().__init__(
            llm=fittings.silent,
            prompt_helper=fittings.helper,
            chat_prompt_helper=fittings.chat_helper,
        )
        self._write = write
        self._retriever = retriever

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        """Prompts are files of ours; LlamaIndex has none to change here."""

    def get_response(self, query_str: str, text_chunks: Any, **response_kwargs: Any) -> str:
        raise TypeError(_ONLY_ASYNC)

    async def aget_response(self, query_str: str, text_chunks: Any, **response_kwargs: Any) -> str:
        return await self._write(self._retriever.hits)


class Pipeline:
    """Builds one engine per question; what is costly to build is built once."""

    def __init__(self) -> None:
        self.silent = MockLLM()  # the engine insists on a model; ours speaks through `write`
        self.helper = PromptHelper(tokenizer=list)
        self.chat_helper = ChatPromptHelper(tokenizer=list)
        self.callbacks = CallbackManager()
        root: Dispatcher = get_dispatcher()
        if not any(isinstance(handler, _Listener) for handler in root.event_handlers):
            root.add_event_handler(_Listener())

    async def run(
        self, question: str, find: Find, write: Write
    ) -> tuple[list[Hit], tuple[tuple[str, float], ...]]:
        """
        Find, then write when anything was found. Return the hits, best first, and the timed events.
        """
        clock = Clock()
        token = _clock.set(clock)
        try:
            retriever = LibraryRetriever(find, self.callbacks)
            engine = RetrieverQueryEngine(
                retriever,
                response_synthesizer=CheckedSynthesizer(write, retriever, self),
                callback_manager=self.callbacks,
            )
            await engine.aquery(question)
        finally:
            _clock.reset(token)
        return retriever.hits, tuple(clock.events)
