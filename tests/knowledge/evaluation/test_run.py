"""The measures by hand, and a small set from its files to its figures."""

import json
from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.errors import EmbeddingUnavailable, KnowledgeError
from knowledge.evaluation.figures import History, figures, moved
from knowledge.evaluation.measures import holds, ndcg, percentile, recall, reciprocal_rank
from knowledge.evaluation.run import Corpus, evaluate
from knowledge.evaluation.sets import load
from knowledge.index.opening import open_index
from knowledge.models.embedding import Embedding
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Page, Place
from tests.stub_embedding import StubEmbedding

READERS = frozenset({"all"})
CORPUS = {
    "a": "出張の精算申請は帰着日から7営業日以内に行います。"
    + "交通費は領収書を添えて実費で請求します。" * 60,
    "b": "駐車場の来客用区画は六台です。",
    "c": "契約書の保存期間は十年とします。",
}
QUERIES = (
    ("q1", "精算申請はいつまでに行いますか", ["7営業日"]),
    ("q2", "来客用の駐車場は何台ですか", ["九台"]),
)


def write(folder: Path) -> Path:
    corpus = [json.dumps({"id": id_, "title": "", "text": text}) for id_, text in CORPUS.items()]
    queries = [
        json.dumps({"id": id_, "text": text, "answers": spans}) for id_, text, spans in QUERIES
    ]
    (folder / "corpus.jsonl").write_text("\n".join(corpus), "utf-8")
    (folder / "queries.jsonl").write_text("\n".join(queries), "utf-8")
    (folder / "qrels.tsv").write_text("q1\ta\t1\nq2\tb\t1\nq2\tc\t0\n", "utf-8")
    return folder


def test_ndcg_discounts_by_rank_and_divides_by_the_best_order() -> None:
    assert ndcg(["a", "b"], {"a": 1}) == 1
    assert ndcg(["x", "a"], {"a": 1}) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["b", "a"], {"a": 2, "b": 1}) == pytest.approx(0.8597, abs=1e-4)
    assert ndcg(["x"] * 10 + ["a"], {"a": 1}) == 0


def test_recall_and_rank_look_only_so_deep() -> None:
    assert recall(["a", "x", "b"], {"a": 1, "b": 1}, 1) == 0.5
    assert recall(["a", "x", "b"], {"a": 1, "b": 1}, 3) == 1
    assert reciprocal_rank(["x", "y", "b"], {"b": 1}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "b"], {"b": 1}, 2) == 0


def test_percentile_is_one_of_the_values() -> None:
    assert percentile([4, 1, 3, 2], 50) == 2
    assert percentile([4, 1, 3, 2], 99) == 4
    assert percentile([], 50) == 0


def test_an_answer_is_found_whatever_its_width() -> None:
    assert holds("期限は7営業日です", ["７営業日"])
    assert not holds("期限は7営業日です", ["十日"])


async def test_a_small_set_is_measured(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    found = figures(
        await evaluate(load(write(tmp_path)), heard=lambda done, total: heard.append((done, total)))
    )
    assert (found["documents"], found["queries"]) == (3, 2)
    assert found["ndcg@10"] == found["recall@1"] == found["mrr@10"] == found["citations"] == 1
    assert found["answer@3"] == 0.5
    assert found["languages"]["ja"]["queries"] == 2
    assert "refusal_recall" not in found
    assert heard == [(1, 2), (2, 2)]


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / name).unlink()
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path)
    assert name in caught.value.reason.ja
    assert name in caught.value.reason.en.split(" is missing")[0]


@pytest.mark.parametrize(
    ("name", "line"),
    [("corpus.jsonl", '{"id": "a"}'), ("queries.jsonl", "{"), ("qrels.tsv", "q1 a 1")],
)
def test_a_malformed_line_is_named(tmp_path: Path, name: str, line: str) -> None:
    (write(tmp_path) / name).write_text(line, "utf-8")
    with pytest.raises(KnowledgeError, match=rf"Line 1 of .*{name}"):
        load(tmp_path)


async def test_an_admins_own_questions_are_put_to_the_shelf(tmp_path: Path) -> None:
    rows = [
        {
            "id": "1",
            "text": "領収書の保管は何年ですか",
            "document": "経費規程",
            "answers": ["五年"],
        },
        {"id": "2", "text": "領収書の保管は何年ですか", "document": "別の規程"},
        {"id": "3", "text": "火星の首都はどこですか", "answerable": False},
        {"id": "4", "text": "Where is the capital of Mars?", "answerable": False, "language": "en"},
    ]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    async with Library(open_index(None, tmp_path / "index", version=VERSION)) as library:
        page = Page(1, Place("section", None, "保管"), "領収書は五年間保管します。")
        reading = Reading("k.md", "0" * 64, 10, "", "markdown", (page,), (), "ja")
        document, version, _ = await library.stage(reading, Metadata(title="経費規程"), by="t")
        await library.publish(document.id, version.id)
        found = figures(await evaluate(load(path), Corpus(library, Answers(library), READERS)))

    assert found["documents"] == 1
    assert found["recall@1"] == 0.5
    assert found["answer@3"] == 1
    assert found["refusal_recall"] == found["refusal_precision"] == 1
    assert found["languages"]["en"] == {
        "queries": 1,
        "refusal_precision": 1.0,
        "refusal_recall": 1.0,
    }


@pytest.mark.parametrize(("text", "wins"), [("ほげもげ", True), ("経費はいつ精算しますか", False)])
async def test_dense_vectors_are_judged_on_the_same_questions(
    tmp_path: Path, embedder: StubEmbedding, text: str, wins: bool
) -> None:
    path = tmp_path / "own.jsonl"
    document = "自動車規程" if wins else "経費規程"
    path.write_text(json.dumps({"id": "1", "text": text, "document": document}), "utf-8")
    model = Embedding("openai:small", base_url=embedder.url)
    index = open_index(
        None, tmp_path / "index", model=model.name, size=await model.measure(), version=VERSION
    )
    async with Library(index, embedding=model) as library:
        for title, said in (
            ("自動車規程", "自動車の費用は三万円。"),
            ("経費規程", "経費は月末に精算する。"),
        ):
            page = Page(1, Place("section", None, "一"), said)
            reading = Reading(f"{title}.md", title, 10, "", "markdown", (page,), (), "ja")
            kept, version, _ = await library.stage(reading, Metadata(title=title), by="t")
            await library.publish(kept.id, version.id)
        dense = figures(await evaluate(load(path), Corpus(library, Answers(library), READERS)))[
            "dense"
        ]
    assert dense["wins"] == wins
    assert wins == (dense["ndcg@10"] > dense["without"])
    await model.close()


async def test_nothing_is_judged_while_the_embedding_model_is_away(
    tmp_path: Path, embedder: StubEmbedding
) -> None:
    model = Embedding("openai:small", base_url=embedder.url)
    embedder.mode = "500"
    async with Library(
        open_index(
            None, tmp_path / "index", model=model.name, size=await model.measure(), version=VERSION
        ),
        embedding=model,
    ) as library:
        with pytest.raises(EmbeddingUnavailable):
            await evaluate(load(write(tmp_path)), Corpus(library, Answers(library), READERS))
    await model.close()


def test_runs_are_kept_and_compared(tmp_path: Path) -> None:
    history = History(tmp_path / "evaluations")
    assert history.before("own") is None
    history.keep("own", "2026-01-01", "a", {"recall@1": 0.5, "mrr@10": 0.5})
    history.keep("own", "2026-01-02", "b", {"recall@1": 0.75})
    before = history.before("own")

    assert before is not None
    assert before["state"] == "b"
    assert moved({"recall@1": 0.7, "answer@3": 1.0}, before["figures"]) == {"recall@1": -0.05}
