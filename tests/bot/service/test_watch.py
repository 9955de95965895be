"""What operators see: one answer is one trace with its stages, every figure moves with what is done, and none of it is public."""

import asyncio
import json
import logging

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot.environment import InvalidSettings
from bot.metrics import GAUGES, Metrics
from bot.service.application import Application
from bot.service.logs import JsonLines
from bot.service.probes import Probes
from bot.service.tracing import traced
from bot.service.watch import watched
from bot.settings import load
from handlers.conversation import Audience, Message, Person, Text
from knowledge.observation import happened, observed, request, unwatched, watching
from knowledge.values import Metadata
from tests.serving import served
from tests.sheet import Sheet
from tests.stub_model import StubModel

pytestmark = pytest.mark.usefixtures("sandbox_known")
TOKEN = "0123456789abcdef-token"
SECRET_WORDS = ("RAGは社内文書", "知らない言葉ザルゴン")


class Kept:
    """An exporter that keeps its spans."""

    def __init__(self):
        self.spans = []

    def export(self, spans):
        from opentelemetry.sdk.trace.export import SpanExportResult

        self.spans += spans
        return SpanExportResult.SUCCESS

    def shutdown(self):
        """Nothing to close."""

    def force_flush(self, timeout_millis=0):
        return True


def asked(text: str, number: int) -> Message:
    person = Person("web:local", "Aoi", "ja", "admin")
    return Message(
        f"m{number}", person, f"p:{number}", Audience(person.id, private=True), Text(text)
    )


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Return each sample by its name and the values of its labels, in the order of their names."""
    told = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = [value for _, value in sorted(sample.labels.items())]
            told[sample.name, *labels] = sample.value
    return told


async def test_one_answer_is_one_trace_with_its_stages_and_every_figure_moves(house):
    kept = Kept()
    pytest.importorskip("opentelemetry.sdk")
    from knowledge.models import instrumentation

    instrumentation.attach()
    stub = StubModel()
    async with served(stub.app) as port:
        model = {
            "LLM": "openai:fact",
            "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "LLM_API_KEY": "x",
            "LLM_SECONDS": "300",
        }
        settings = load({"METRICS_TOKEN": TOKEN} | model, data=str(house))
        async with Application(settings, threads=1) as application:
            await application.answers()
            with traced(kept):
                async with watched(application):
                    for number, text in enumerate(SECRET_WORDS):
                        await application.turns.take(
                            asked(f"{text}を覚えていますか", number), Sheet()
                        )
                    job = await application.jobs.submit(
                        "j1",
                        "規程.md",
                        "# 規程\n\n上限は五万円である。\n".encode(),
                        Metadata("規程"),
                        by="terminal:local",
                    )
                    async for _ in application.jobs.follow(job.id):
                        pass
                    happened("sign_in", outcome="refused")
                    happened("refusal", what="slack", reason="ratelimited")
                    app = Starlette(routes=Probes(application, ()).routes())
                    async with served(app) as probes:
                        await judged(probes)
                        text = await metrics(probes)
    judge_spans(kept.spans)
    judge_figures(figures(text))
    for word in SECRET_WORDS:
        assert word not in str([span.to_json() for span in kept.spans])
        assert word not in text


def judge_spans(spans) -> None:
    by_trace: dict[int, list[str]] = {}
    for span in spans:
        by_trace.setdefault(span.context.trace_id, []).append(span.name)
    turns = [names for names in by_trace.values() if "turn" in names]
    known = {span.context.span_id: span for span in spans}
    names = turns[0]

    assert len(turns) == len(SECRET_WORDS)
    assert names.count("turn") == names.count("answer") == 1
    assert {"answer.tidy", "answer.search", "answer.write", "search", "model"} <= set(names)
    engine = [name for name in names if name.startswith("llama_index.")]
    assert any("aquery" in name for name in engine)
    assert any("retrieve" in name for name in engine)
    for span in spans:
        if span.name in ("answer", "model", "search"):
            above = []
            at = span
            while at.parent is not None:
                at = known[at.parent.span_id]
                above.append(at.name)
            assert above[-1:] == ["turn"] or span.name == "search"
        if span.name == "model":
            assert span.attributes["llm_choose.tokens_in"] > 0
        assert span.end_time >= span.start_time


def judge_figures(told) -> None:
    at_least_one = [
        ("llm_choose_turns_total", "answered", "web"),
        ("llm_choose_model_calls_total", "openai:fact", "done"),
        ("llm_choose_model_tokens_total", "in", "openai:fact"),
        ("llm_choose_model_tokens_total", "out", "openai:fact"),
        ("llm_choose_search_calls_total", "done"),
        ("llm_choose_answer_calls_total", "done"),
        ("llm_choose_store_calls_total", "done"),
        ("llm_choose_jobs_total", "", "staged"),
        ("llm_choose_sign_ins_total", "refused"),
        ("llm_choose_refusals_total", "ratelimited", "slack"),
        ("llm_choose_loop_lag_seconds_count",),
        ("llm_choose_disk_free_bytes",),
        ("llm_choose_store_memory_bytes",),
        ("llm_choose_workers",),
    ]
    for name in at_least_one:
        assert told.get(name, 0) >= 1, (name, [n for n in told if n[0] == name[0]])
    answers = [value for name, value in told.items() if name[0] == "llm_choose_answers_total"]
    assert sum(answers) == len(SECRET_WORDS)
    assert told["llm_choose_scrape_failures",] == 0
    assert [name for name in told if name[0] == "llm_choose_build_info"]


async def metrics(port: int) -> str:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        return (await client.get("/metrics")).text


async def judged(port: int) -> None:
    """Look from this machine, through a proxy, by another name, with a wrong and the right token."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        here = {}
        proxied = {"X-Forwarded-For": "203.0.113.7"}
        named = {"Host": "bot.example.com"}
        wrong = named | {"Authorization": f"Bearer {TOKEN}x"}
        right = named | {"Authorization": f"bearer {TOKEN}"}
        seen = []
        for headers in (here, proxied, named, wrong, right):
            figures_ = await client.get("/metrics", headers=headers)
            ready = await client.get("/ready", headers=headers)
            assert ready.status_code in (200, 503)
            assert "ready" in ready.json()
            seen.append((figures_.status_code, "parts" in ready.json()))
            assert (await client.get("/live", headers=headers)).json() == {"live": True}
    shown, hidden = (200, True), (401, False)
    assert seen == [shown, hidden, hidden, hidden, shown]


def test_a_token_that_can_be_guessed_is_refused():
    with pytest.raises(InvalidSettings, match="METRICS_TOKEN"):
        load({"METRICS_TOKEN": "short"})


def test_what_fails_is_counted_by_the_kind_of_its_fault():
    metrics_ = Metrics()
    with watching(metrics_):
        for name, labels in (
            ("model", {"model": "openai:x"}),
            ("index", {"operation": "upsert"}),
            ("store", {}),
            ("answer", {}),
        ):
            with pytest.raises(TimeoutError), observed(name, **labels):
                raise TimeoutError
    told = figures(metrics_.text({"library": "library_failed"}).decode())

    assert told["llm_choose_model_calls_total", "openai:x", "TimeoutError"] == 1
    assert told["llm_choose_index_calls_total", "upsert", "TimeoutError"] == 1
    assert told["llm_choose_store_calls_total", "TimeoutError"] == 1
    assert told["llm_choose_refusals_total", "TimeoutError", "question"] == 1
    assert told["llm_choose_ready", "library"] == 0
    for name in GAUGES:
        assert (f"llm_choose_{name}",) in told


def test_a_rehearsal_is_no_answer():
    metrics_ = Metrics()
    with watching(metrics_), unwatched():
        with observed("answer") as answer:
            answer.add(mode="extractive", certainty="sure")
        happened("sign_in", outcome="refused")
    told = metrics_.text({}).decode()

    assert "llm_choose_answers_total{" not in told
    assert "llm_choose_sign_ins_total{" not in told


def test_a_line_of_the_log_names_the_turn_and_the_trace_at_work():
    record = logging.LogRecord("bot.turns", logging.ERROR, "x", 1, "turn failed", (), None)
    before = json.loads(JsonLines().format(record))
    token = request.set("abc123")
    pytest.importorskip("opentelemetry.sdk")
    with traced(Kept()), observed("turn"):
        line = json.loads(JsonLines().format(record))
    request.reset(token)

    assert "request" not in before
    assert "trace" not in before
    assert line["request"] == "abc123"
    assert len(line["trace"]) == 32


async def test_spans_that_cannot_be_sent_do_no_harm(monkeypatch):
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with traced():
        with observed("turn") as turn:
            turn.add(platform="web")
        await asyncio.sleep(0)
    assert turn.outcome == "done"


def test_traces_without_what_sends_them_stop_the_start(monkeypatch):
    import sys

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(InvalidSettings) as refused, traced():
        pass
    assert "llm-choose[otel]" in refused.value.reason.ja
