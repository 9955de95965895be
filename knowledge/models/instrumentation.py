"""
LlamaIndex's own spans (query engine, retriever, postprocessors, synthesiser, models) among ours.

Its dispatcher tells every component's calls to whoever has a span handler; ours passes on the
component's class and method, never what they were given.
"""

import inspect
from typing import Any

from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.span.base import BaseSpan
from llama_index_instrumentation.span_handlers import BaseSpanHandler
from pydantic import PrivateAttr

from knowledge.observation import Observation


class Spans(BaseSpanHandler[BaseSpan]):
    """Makes an observation of every span; one without a parent is a part of what is at work."""

    _at_work: dict[str, Observation] = PrivateAttr(default_factory=dict)

    @classmethod
    def class_name(cls) -> str:
        return "LlmChooseSpans"

    def new_span(
        self,
        id_: str,
        bound_args: inspect.BoundArguments,
        instance: Any = None,
        parent_span_id: str | None = None,
        tags: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> BaseSpan:
        parent = self._at_work.get(parent_span_id or "")
        name = id_.partition("-")[0]  # "PassageRetriever.aretrieve-5f0c…"
        self._at_work[id_] = Observation(f"llama_index.{name}", parent=parent, inner=False)
        return BaseSpan(id_=id_, parent_id=parent_span_id, tags=tags or {})

    def prepare_to_exit_span(
        self,
        id_: str,
        bound_args: inspect.BoundArguments,
        instance: Any = None,
        result: Any = None,
        **kwargs: Any,
    ) -> BaseSpan | None:
        return self._over(id_, "done")

    def prepare_to_drop_span(
        self,
        id_: str,
        bound_args: inspect.BoundArguments,
        instance: Any = None,
        err: BaseException | None = None,
        **kwargs: Any,
    ) -> BaseSpan | None:
        return self._over(id_, type(err).__name__ if err is not None else "dropped")

    def _over(self, id_: str, outcome: str) -> BaseSpan | None:
        observation = self._at_work.pop(id_, None)
        if observation is not None:
            observation.outcome = outcome
            observation.end()
        return self.open_spans.get(id_)


def attach() -> None:
    """Listen from now on. Importing this module imports LlamaIndex: call it in a thread."""
    get_dispatcher().add_span_handler(Spans())
