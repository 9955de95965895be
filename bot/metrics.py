"""
What operators watch and alert on, in the Prometheus text format: turns, answers, models, search,
index, store, documents, refusals of platforms and people, and how the process itself is doing.

Figures of other rooms come by `knowledge.observation`; those that are only known when somebody asks
(queue, memory of the store) are set by `gauge` then. Names are listed in docs/operations.md, and
the dashboards and alerts of deploy/ are checked against what stands here.
"""

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from platform import python_version

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from knowledge.observation import Attribute
from knowledge.reading import faults

MEDIA_TYPE = CONTENT_TYPE_LATEST
SECONDS = (
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    20,
    60,
    180,
)  # bounds of the histogram; an answer should be in the first half
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)  # seconds
LONG = (1, 2.5, 5, 10, 30, 60, 120, 300, 600)  # seconds, for documents
GAUGES = {
    "queue_depth": "Documents that wait for a worker or are being worked on",
    "queue_oldest_seconds": "Seconds since the oldest document without an outcome came",
    "workers": "Workers that showed life lately",
    "store_memory_bytes": "Memory the session store uses",
    "store_memory_limit_bytes": "Memory the session store may use, 0 without a bound",
    "store_clock_seconds": "Seconds the session store's clock is before ours",
    "disk_free_bytes": "Free bytes on the disk of the data folder",
    "scrape_failures": "Parts that could not be asked for their figures just now",
}


class _ReaderFaults(Collector):
    """Documents that were not read, or not to the end, because a reader has a bug."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(
            "llm_choose_reader_faults", "Readers that failed by a fault of ours", labels=["format"]
        )
        for kind, count in faults.counted().items():
            family.add_metric([kind], count)
        yield family


class Metrics:
    """The figures of one process. It is an `Observer` of all that is done there."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._registry.register(_ReaderFaults())
        self.turns = self._counter("turns", "Turns and how they ended", "platform", "outcome")
        self.repeats = self._counter("repeats", "Deliveries heard before", "platform")
        self.unclaimed = self._counter(
            "unclaimed", "Turns run without a claim because Redis was away"
        )
        self.seconds = self._histogram(
            "turn_seconds", "Seconds from hearing to the last reply", SECONDS, "platform"
        )
        self.loop_lag = self._histogram(
            "loop_lag_seconds", "Seconds the event loop was late for a clock", QUICK
        )
        self._ready = self._gauge("ready", "1 when the part is ready", "part")
        self._build = self._gauge("build_info", "1, with the release", "version", "python")
        self._build.labels(version("llm-choose"), python_version()).set(1)
        self._gauges: dict[str, Gauge] = {}
        for name, meaning in GAUGES.items():
            self._gauges[name] = self._gauge(name, meaning)
        self._make_observed()

    def _make_observed(self) -> None:
        """Make the figures that other rooms tell of by what they observe."""
        self._answers = self._counter(
            "answers", "Answers by what became of the question", "mode", "certainty"
        )
        self._fallbacks = self._counter(
            "answer_fallbacks", "Answers that fell back to quotes, by reason", "reason"
        )
        self._refusals = self._counter(
            "refusals", "What was refused, by what and why", "what", "reason"
        )
        self._sign_ins = self._counter("sign_ins", "Refused sign-ins to the web page", "outcome")
        self._tokens = self._counter(
            "model_tokens", "Tokens the language model read and wrote", "model", "direction"
        )
        self._jobs = self._counter("jobs", "Documents by how they ended", "outcome", "code")
        self._calls: dict[str, tuple[Counter, Histogram]] = {}
        timed = {
            "answer": ("Answers", SECONDS, ()),
            "search": ("Searches", QUICK, ()),
            "model": ("Calls of the language model", SECONDS, ("model",)),
            "embedding": ("Calls of the embedding model", QUICK, ("model",)),
            "index": ("Calls of the Qdrant server", QUICK, ("operation",)),
            "store": ("Uses of Redis", QUICK, ()),
            "job": ("Work on documents", LONG, ()),
        }
        for name, (what, bounds, labels) in timed.items():
            calls = self._counter(f"{name}_calls", f"{what} by outcome", *labels, "outcome")
            seconds = self._histogram(f"{name}_seconds", f"{what}: seconds", bounds, *labels)
            self._calls[name] = (calls, seconds)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"llm_choose_{name}", meaning, labels, registry=self._registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"llm_choose_{name}", meaning, labels, registry=self._registry)

    def _histogram(
        self, name: str, meaning: str, bounds: tuple[float, ...], *labels: str
    ) -> Histogram:
        full = f"llm_choose_{name}"
        return Histogram(full, meaning, labels, buckets=bounds, registry=self._registry)

    # ----------------------------------------------------------------- what is observed

    def began(self, name: str, parent: object | None, *, inner: bool, ago: float = 0.0) -> None:
        """Nothing is kept of what has only begun."""

    def ended(
        self, begun: object, name: str, seconds: float, attributes: dict[str, Attribute]
    ) -> None:
        """Count what is over."""
        if name in self._calls:
            self._count(name, seconds, attributes)
        match name:
            case "answer":
                self._count_answer(attributes)
            case "model":
                model = str(attributes.get("model", ""))
                self._tokens.labels(model, "in").inc(float(attributes.get("tokens_in", 0)))
                self._tokens.labels(model, "out").inc(float(attributes.get("tokens_out", 0)))
            case "job":
                code = str(attributes.get("code", ""))
                self._jobs.labels(str(attributes["outcome"]), code).inc()
            case "sign_in":
                self._sign_ins.labels(str(attributes["outcome"])).inc()
            case "refusal":
                what, why = str(attributes.get("what", "")), str(attributes.get("reason", ""))
                self._refusals.labels(what, why).inc()

    def _count(self, name: str, seconds: float, attributes: dict[str, Attribute]) -> None:
        calls, times = self._calls[name]
        named = ("model", "operation")
        labels = [str(attributes[label]) for label in named if label in attributes]
        calls.labels(*labels, str(attributes["outcome"])).inc()
        timed = times.labels(*labels) if labels else times
        timed.observe(seconds)

    def _count_answer(self, attributes: dict[str, Attribute]) -> None:
        if "mode" not in attributes:  # it failed: its outcome says how
            self._refusals.labels("question", str(attributes["outcome"])).inc()
            return
        mode, certainty = str(attributes["mode"]), str(attributes.get("certainty", ""))
        self._answers.labels(mode, certainty).inc()
        if attributes.get("fallback"):
            self._fallbacks.labels(str(attributes["fallback"])).inc()

    # ----------------------------------------------------------------- what is asked for

    def gauge(self, name: str, value: float) -> None:
        """Set one of `GAUGES`."""
        self._gauges[name].set(value)

    def text(self, parts: Mapping[str, str]) -> bytes:
        """
        Return everything as Prometheus reads it; `parts` is each part's state, "ready" when it is.
        """
        for name, state in parts.items():
            self._ready.labels(name).set(state == "ready")
        return generate_latest(self._registry)
