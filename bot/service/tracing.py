"""
Traces for OpenTelemetry: one turn is one trace, with the stages of its answer, the calls of model,
index and store, and LlamaIndex's own spans below.

They go to the address in OTEL_EXPORTER_OTLP_ENDPOINT, by the exporter's own rules; without that
variable nothing is imported. Spans hold numbers and names of ours, never a text.
"""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from bot.environment import InvalidSettings
from handlers.texts import Texts
from knowledge.observation import Attribute, watching

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NANO = 1_000_000_000  # a second
FAULTS = ("done", "answered", "stopped", "busy")  # outcomes that are no faults


def wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Report whether traces are to be sent anywhere."""
    off = environment.get("OTEL_SDK_DISABLED", "").strip().casefold() == "true"
    return not off and any(environment.get(name, "").strip() for name in ENDPOINTS)


class Tracing:
    """An `Observer` that makes a span of each observation; `exporter` takes them later."""

    def __init__(self, exporter: Any) -> None:
        from opentelemetry import context, trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        named = os.environ.get("OTEL_SERVICE_NAME", "llm-choose")
        resource = Resource.create(
            {"service.name": named, "service.version": version("llm-choose")}
        )
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("llm-choose")
        self._trace, self._context = trace, context

    def began(
        self, name: str, parent: object | None, *, inner: bool, ago: float = 0.0
    ) -> tuple[Any, Any]:
        """Begin a span below `parent`, or below the one at work; `inner` puts it to work."""
        above = None
        if isinstance(parent, tuple):
            above = self._trace.set_span_in_context(parent[0])
        began = time.time_ns() - round(ago * NANO)
        span = self._tracer.start_span(name, context=above, start_time=began)
        token = None
        if inner:
            token = self._context.attach(self._trace.set_span_in_context(span))
        return span, token

    def ended(
        self, begun: object, name: str, seconds: float, attributes: dict[str, Attribute]
    ) -> None:
        """End the span; what is no ordinary end is marked as an error."""
        if not isinstance(begun, tuple):
            return
        span, token = begun
        for key, value in attributes.items():
            span.set_attribute(f"llm_choose.{key}", value)
        outcome = str(attributes.get("outcome", "done"))
        if outcome not in FAULTS and token is not None:
            span.set_status(self._trace.StatusCode.ERROR, outcome)
        span.end(time.time_ns())
        if token is not None:
            self._context.detach(token)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def trace_id() -> str:
    """Return the id of the trace at work, "" where there is none."""
    try:
        from opentelemetry import trace
    except ImportError:
        return ""
    at_work = trace.get_current_span().get_span_context()
    return f"{at_work.trace_id:032x}" if at_work.is_valid else ""


@contextmanager
def traced(exporter: Any = None) -> Iterator[None]:
    """
    Send traces for as long as it is open, where somebody wants them.

    Raises:
        InvalidSettings: somebody does, and the extra is not installed.
    """
    if exporter is None and not wanted():
        yield
        return
    try:
        tracing = Tracing(exporter or _exporter())
    except ImportError as missing:
        reason = Texts.load().phrase("settings.missing_otel")
        raise InvalidSettings("missing_extra", reason) from missing
    try:
        with watching(tracing):
            yield
    finally:
        tracing.close()


def _exporter() -> Any:
    # a collector that is away is one line now and then, not one a second
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
