"""The evaluate command: figures as JSON, a run compared with the one before, and a page that cannot be broken by a question."""

import asyncio
import json
from html.parser import HTMLParser

import pytest

from tests.bot.command.conftest import ENGLISH, run

pytestmark = pytest.mark.early


@pytest.fixture
def evaluate(tmp_path, call):
    """Return what evaluates in the running process."""

    def evaluated(*words: str, **settings: str):
        data = str(tmp_path / "data")
        return call("evaluate", *words, "--data", data, environment=ENGLISH | settings)

    return evaluated


@pytest.fixture
def questions(tmp_path):
    rows = [
        {"id": "1", "text": "RAGは社内文書を全部学習しますか?", "answerable": True},
        {"id": "2", "text": "<script>alert(1)</script>の値段は?", "answerable": False},
    ]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_a_run_is_measured_kept_compared_and_shown_on_a_page(tmp_path, evaluate, questions):
    page = tmp_path / "report.html"
    first = evaluate(str(questions), "--json")
    data = ("--data", str(tmp_path / "data"))
    words = ("evaluate", str(questions), "--json", "--report", str(page), *data)
    second = run(*words)  # the run before is known to another process

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    figures = json.loads(first.stdout)["sets"]["own"]
    assert figures["queries"] == 2
    assert "refusal_recall" in figures
    assert "before" not in figures
    assert json.loads(second.stdout)["sets"]["own"]["before"]["moved"]["refusal_recall"] == 0
    tags = Tags()
    tags.feed(page.read_text("utf-8"))
    assert "script" not in [tag for tag, _ in tags.seen]
    assert not [
        value for _, attrs in tags.seen for name, value in attrs.items() if name in ("src", "href")
    ]


def test_a_page_that_cannot_be_written_is_named(tmp_path, evaluate, questions):
    told = evaluate(str(questions), "--report", str(tmp_path / "nowhere" / "x.html"))

    assert told.returncode == 1
    assert str(tmp_path / "nowhere") in told.stderr
    assert "Traceback" not in told.stderr


def test_a_missing_set_is_named(tmp_path, evaluate):
    told = evaluate(str(tmp_path / "none.jsonl"), "--json")

    assert told.returncode == 1
    assert "none.jsonl" in json.loads(told.stdout)["error"]["ja"]


async def test_with_an_embedding_model_its_verdict_is_printed(tmp_path, evaluate, embedder):
    path = tmp_path / "own.jsonl"
    deck = {"id": "1", "text": "RAGは社内文書を全部学習しますか?", "document": "no such document"}
    path.write_text(json.dumps(deck), "utf-8")
    told = await asyncio.to_thread(
        evaluate,
        str(path),
        "--json",
        EMBEDDING="openai:small",
        LLM_BASE_URL=embedder.url,
        LLM_API_KEY="k",
        LLM="",
    )

    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["sets"]["own"]["dense"] == {
        "ndcg@10": 0.0,
        "without": 0.0,
        "wins": False,
    }
    assert len(embedder.texts) > 20  # the passages of the digest and the question


RIGHT = {
    "text": "RAGは社内文書を全部学習しますか?",
    "kind": "yes/no",
    "must": ["検索"],
    "must_not": ["全部学習します。"],
    "outcome": "answered",
}


@pytest.mark.parametrize(
    ("changed", "fault", "share"),
    [
        ({}, "", "right"),
        ({"must": ["検索", "そんな言葉はどこにもない"]}, "something that must be said", "says"),
        ({"must_not": ["検索"]}, "says something it must not", "says"),
        ({"first": "^そんな文はない"}, "the first sentence is another one", "first"),
        ({"outcome": "refused"}, "another outcome", "right"),
    ],
)
def test_own_questions_are_judged_by_what_is_said(tmp_path, evaluate, changed, fault, share):
    path, page = tmp_path / "own.jsonl", tmp_path / "report.html"
    path.write_text(json.dumps({"id": "1"} | RIGHT | changed) + "\n", "utf-8")

    told = evaluate(str(path), "--json", "--report", str(page))

    figures = json.loads(told.stdout)["sets"]["own"]
    assert figures[share] == (0.0 if fault else 1.0)
    assert figures["right"] == (0.0 if fault else 1.0)
    assert figures["kinds"] == {"yes/no": {"queries": 1, "right": figures["right"]}}
    assert fault in page.read_text("utf-8")


def test_each_kind_has_a_row_of_its_own(tmp_path, evaluate):
    path = tmp_path / "own.jsonl"
    rows = [
        {"id": "1"} | RIGHT,
        {"id": "2", "text": "What's the limit?", "kind": "no topic", "outcome": "asked_back"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    told = evaluate(str(path), COLUMNS="200")

    assert "kind “yes/no” (1 question)" in told.stdout
    assert "kind “no topic” (1 question)" in told.stdout


@pytest.mark.parametrize(
    "wrong", [{"must": "検索"}, {"must": ["("]}, {"first": "["}, {"outcome": "maybe"}]
)
def test_an_expectation_in_a_form_of_its_own_is_named_with_its_line(tmp_path, evaluate, wrong):
    path = tmp_path / "own.jsonl"
    rows = [{"id": "1"} | RIGHT, {"id": "2", "text": "RAGとは?"} | wrong]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    told = evaluate(str(path), "--json")

    assert told.returncode == 1
    assert "2" in json.loads(told.stdout)["error"]["en"]
