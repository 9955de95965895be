"""
Draw the Grafana dashboards anew: `python deploy/grafana/draw.py`.

One row of the tables below is one panel; what Grafana wants around it is the same for all.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WIDTH, HEIGHT, COLUMNS = 8, 7, 3  # of a panel, in Grafana's units; 24 units are a row
Panel = tuple[str, str, list[tuple[str, str]]]  # title, unit, and each expression with its legend

SERVICE: list[Panel] = [
    ("Release", "none", [("llm_choose_build_info", "{{instance}} {{version}}")]),
    ("Parts that are not ready", "none", [("llm_choose_ready == 0", "{{instance}} {{part}}")]),
    ("Turns a minute", "none", [("sum by (platform, outcome) (rate(llm_choose_turns_total[5m])) * 60", "{{platform}} {{outcome}}")]),
    ("Turns: seconds", "s", [
        ("histogram_quantile(0.5, sum by (le) (rate(llm_choose_turn_seconds_bucket[5m])))", "p50"),
        ("histogram_quantile(0.95, sum by (le) (rate(llm_choose_turn_seconds_bucket[5m])))", "p95"),
    ]),
    ("Repeated deliveries and turns without a claim", "none", [
        ("sum by (platform) (rate(llm_choose_repeats_total[5m]))", "repeated {{platform}}"),
        ("sum(rate(llm_choose_unclaimed_total[5m]))", "without a claim"),
    ]),
    ("Event loop late, p99", "s", [("histogram_quantile(0.99, sum by (le, instance) (rate(llm_choose_loop_lag_seconds_bucket[5m])))", "{{instance}}")]),
    ("Redis: uses by outcome", "none", [("sum by (outcome) (rate(llm_choose_store_calls_total[5m]))", "{{outcome}}")]),
    ("Redis: p99", "s", [("histogram_quantile(0.99, sum by (le) (rate(llm_choose_store_seconds_bucket[5m])))", "p99")]),
    ("Redis: memory", "bytes", [("llm_choose_store_memory_bytes", "used {{instance}}"), ("llm_choose_store_memory_limit_bytes", "limit {{instance}}")]),
    ("Clock before ours", "s", [("llm_choose_store_clock_seconds", "{{instance}}")]),
    ("Qdrant: calls by outcome", "none", [("sum by (operation, outcome) (rate(llm_choose_index_calls_total[5m]))", "{{operation}} {{outcome}}")]),
    ("Qdrant: p99", "s", [("histogram_quantile(0.99, sum by (le, operation) (rate(llm_choose_index_seconds_bucket[5m])))", "{{operation}}")]),
    ("Memory of the process", "bytes", [('process_resident_memory_bytes{job=~".*llm-choose.*"}', "{{instance}}")]),
    ("Disk free", "bytes", [("llm_choose_disk_free_bytes", "{{instance}}")]),
    ("Refusals by platforms", "none", [("sum by (what, reason) (rate(llm_choose_refusals_total[5m]))", "{{what}} {{reason}}")]),
    ("Sign-ins", "none", [("sum by (outcome) (rate(llm_choose_sign_ins_total[5m])) * 60", "{{outcome}}")]),
]  # fmt: skip
ANSWERS: list[Panel] = [
    ("Answers a minute", "none", [("sum by (mode, certainty) (rate(llm_choose_answers_total[5m])) * 60", "{{mode}} {{certainty}}")]),
    ("Answers that fell back to quotes", "none", [("sum by (reason) (rate(llm_choose_answer_fallbacks_total[5m])) * 60", "{{reason}}")]),
    ("Answers: p95", "s", [("histogram_quantile(0.95, sum by (le) (rate(llm_choose_answer_seconds_bucket[5m])))", "p95")]),
    ("Search: p50, p95", "s", [
        ("histogram_quantile(0.5, sum by (le) (rate(llm_choose_search_seconds_bucket[5m])))", "p50"),
        ("histogram_quantile(0.95, sum by (le) (rate(llm_choose_search_seconds_bucket[5m])))", "p95"),
    ]),
    ("Model: calls by outcome", "none", [("sum by (model, outcome) (rate(llm_choose_model_calls_total[5m])) * 60", "{{model}} {{outcome}}")]),
    ("Model: p50, p95", "s", [
        ("histogram_quantile(0.5, sum by (le, model) (rate(llm_choose_model_seconds_bucket[5m])))", "p50 {{model}}"),
        ("histogram_quantile(0.95, sum by (le, model) (rate(llm_choose_model_seconds_bucket[5m])))", "p95 {{model}}"),
    ]),
    ("Tokens an hour", "none", [("sum by (model, direction) (increase(llm_choose_model_tokens_total[1h]))", "{{model}} {{direction}}")]),
    ("Cost a day, at the prices above", "currencyUSD", [
        ('sum(increase(llm_choose_model_tokens_total{direction="in"}[1d])) / 1e6 * $price_in', "read"),
        ('sum(increase(llm_choose_model_tokens_total{direction="out"}[1d])) / 1e6 * $price_out', "written"),
    ]),
    ("Embedding: calls by outcome", "none", [("sum by (outcome) (rate(llm_choose_embedding_calls_total[5m])) * 60", "{{outcome}}")]),
    ("Embedding: p95", "s", [("histogram_quantile(0.95, sum by (le) (rate(llm_choose_embedding_seconds_bucket[5m])))", "p95")]),
    ("Documents by how they ended, an hour", "none", [("sum by (outcome, code) (increase(llm_choose_jobs_total[1h]))", "{{outcome}} {{code}}")]),
    ("Documents that wait", "none", [("max(llm_choose_queue_depth)", "waiting"), ("max(llm_choose_workers)", "workers")]),
    ("The oldest has waited", "s", [("max(llm_choose_queue_oldest_seconds)", "oldest")]),
    ("Documents: p95", "s", [("histogram_quantile(0.95, sum by (le) (rate(llm_choose_job_seconds_bucket[1h])))", "p95")]),
    ("Reader faults", "none", [("sum by (format) (increase(llm_choose_reader_faults_total[1h]))", "{{format}}")]),
]  # fmt: skip


def panel(number: int, title: str, unit: str, lines: list[tuple[str, str]]) -> dict[str, Any]:
    """Return one panel as Grafana keeps it, at its place in the grid."""
    source = {"type": "prometheus", "uid": "${source}"}
    targets = []
    for letter, (expression, legend) in zip("ABCD", lines, strict=False):
        targets.append(
            {"refId": letter, "expr": expression, "legendFormat": legend, "datasource": source}
        )
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": source,
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": column * WIDTH, "y": row * HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": targets,
    }


def dashboard(uid: str, title: str, panels: list[Panel], prices: dict[str, str]) -> dict[str, Any]:
    """Return a dashboard; `prices` are variables people set, by name with their usual value."""
    variables: list[dict[str, Any]] = [
        {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    ]
    for name, usual in prices.items():
        label = f"USD for a million tokens ({name.removeprefix('price_')})"
        variables.append({"name": name, "label": label, "type": "textbox", "query": usual})
    return {
        "uid": uid,
        "title": title,
        "schemaVersion": 41,
        "version": 1,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "tags": ["llm-choose"],
        "templating": {"list": variables},
        "annotations": {"list": []},
        "panels": [panel(number, *row) for number, row in enumerate(panels)],
    }


def drawn() -> dict[str, str]:
    """Return each dashboard's text by its file's name."""
    boards = {
        "service.json": dashboard("llm-choose-service", "llm-choose: the service", SERVICE, {}),
        "answers.json": dashboard(
            "llm-choose-answers",
            "llm-choose: answers, model, documents",
            ANSWERS,
            {"price_in": "0.15", "price_out": "0.60"},
        ),
    }
    return {name: json.dumps(board, indent=1) + "\n" for name, board in boards.items()}


if __name__ == "__main__":
    for name, text in drawn().items():
        (HERE / name).write_text(text, "utf-8")
