"""
What operators watch: counts and times of turns, and which part is ready, in the Prometheus text
format.
"""

from collections.abc import Iterator, Mapping

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
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._registry.register(_ReaderFaults())
        self.turns = Counter(
            "llm_choose_turns",
            "Turns by platform and how they ended",
            ["platform", "outcome"],
            registry=self._registry,
        )
        self.repeats = Counter(
            "llm_choose_repeats", "Deliveries heard before", ["platform"], registry=self._registry
        )
        self.unclaimed = Counter(
            "llm_choose_unclaimed",
            "Turns run without a claim because Redis was away",
            registry=self._registry,
        )
        self.seconds = Histogram(
            "llm_choose_turn_seconds",
            "Seconds from hearing to the last reply",
            ["platform"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._ready = Gauge(
            "llm_choose_ready", "1 when the part is ready", ["part"], registry=self._registry
        )

    def text(self, parts: Mapping[str, str]) -> bytes:
        """
        Return everything as Prometheus reads it; `parts` is each part's state, "ready" when it is.
        """
        for name, state in parts.items():
            self._ready.labels(name).set(state == "ready")
        return generate_latest(self._registry)
