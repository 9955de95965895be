"""
Train the weights of the second stage, of the extractor and of its certainty, and say how well they do on articles unseen.

    nice -n 5 python -m tests.benchmarks.train [--write]

Only the development set jsquad_valid is trained on. Its figures are by cross-validation over articles (five folds): no article
is both trained on and measured. Beside them, in the same run: LlamaIndex's BM25Retriever, the first three sentences of the best
passage, and lawqa_even with the weights of all folds. `--write` writes knowledge/retrieval/weights.json. Deterministic.
"""

import asyncio
import json
import re
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever

from knowledge.answering import certainty, extractive
from knowledge.documents.rarities import rarities, weighed
from knowledge.documents.registry import identify
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.chunks import passages
from knowledge.reading.reading import Reading
from knowledge.retrieval import rerank
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.retrieval.features import Features
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.points import point
from knowledge.retrieval.query import Query
from knowledge.retrieval.terms import Terms
from knowledge.text.analysis import Analysis
from knowledge.values import Page, Passage, Place
from tests.benchmarks.search import SHARED, lines, ndcg

SET, LAW = "jsquad_valid", "lawqa_even"
PEER = 500  # questions asked of the peer
FOLDS, SEED = 5, 0
POOL, DEEPER = (
    30,
    60,
)  # candidates; more of them, so that enough are left when an article is taken away
STEPS, RATE = 400, 0.05
BOUNDS = {"refuse": 0.001, "sure": 0.05}  # the share of answerable questions that may fall below
DECAY = {"passage": 20.0, "unit": 1.0, "signs": 1.0}  # L2


@dataclass
class Question:
    """A question, its article, and its candidates in first-stage order: row id, article, passage, terms, score."""

    text: str
    article: str
    spans: list[str]
    gold: set[str]
    asked: Query
    found: list[tuple[str, str, Passage, Terms, float]]
    tables: dict = field(default_factory=dict)


async def questions(name: str = SET) -> list[Question]:
    folder = SHARED / "bench" / name
    corpus, asked = lines(folder / "corpus.jsonl"), lines(folder / "queries.jsonl")
    gold: dict[str, set[str]] = {}
    for row in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        question, document, grade = row.split("\t")
        if float(grade) > 0:
            gold.setdefault(question, set()).add(document)
    articles = {row["id"]: row["title"] for row in corpus}
    pages = tuple(
        Page(at, Place("page", at), row["text"], row["title"]) for at, row in enumerate(corpus, 1)
    )
    reading = Reading(name, "0" * 64, 1, "", "text", pages, (), "ja")
    parts = passages(reading, document="d", version="v", audience="all", title="")
    encoder, glossary = Encoder(Analysis()), Glossary.load()
    points = [point(replace(p, id=identify(p.id)), "live", encoder) for p in parts]
    by_id = {
        p.id: (corpus[part.place.number - 1]["id"], part, Terms.unpack(p.payload["terms"]))
        for p, part in zip(points, parts)
    }
    rows = []
    with tempfile.TemporaryDirectory() as place:
        async with EmbeddedIndex(Path(place), version=VERSION) as index:
            await index.write(points)
            tally = await index.tally({"shelf": ["live"]})
            for row in asked:
                vector = weighed(encoder.encode_question(row["text"], glossary), [tally])
                found = await index.find(vector, {"shelf": ["live"]}, DEEPER)
                one = Query(row["text"], encoder.analysis, glossary)
                one.weigh(rarities(one.own, [tally]))
                candidates = []
                for match in found:
                    id_, part, terms = by_id[match.id]
                    candidates.append((id_, articles[id_], part, terms, match.score))
                spans = [plain(answer) for answer in row.get("answers", ())]
                if row["id"] not in gold:
                    continue
                rows.append(
                    Question(
                        row["text"],
                        articles[min(gold[row["id"]])],
                        spans,
                        gold[row["id"]],
                        one,
                        candidates,
                    )
                )
    return rows


def opening(text: str) -> str:
    return plain("".join(re.split(r"(?<=[。!?！？])", text)[:3]))


def peer(name: str) -> float:
    folder = SHARED / "bench" / name
    gold: dict[str, set[str]] = {}
    for row in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        question, document, grade = row.split("\t")
        if float(grade) > 0:
            gold.setdefault(question, set()).add(document)
    nodes = [
        TextNode(id_=d["id"], text=f"{d.get('title', '')}\n{d['text']}")
        for d in lines(folder / "corpus.jsonl")
    ]
    retriever = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=10)
    asked = [q for q in lines(folder / "queries.jsonl") if q["id"] in gold][:PEER]
    return float(
        np.mean(
            [
                ndcg([n.node.node_id for n in retriever.retrieve(q["text"])], gold[q["id"]])
                for q in asked
            ]
        )
    )


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def fit(rows: Sequence[tuple[np.ndarray, np.ndarray]], decay: float) -> np.ndarray:
    """
    Train a linear softmax over the rows of each matrix; the marks are 1 for right, 0 for wrong, -1 for left out.

    Any right row will do: the model may choose which.
    """
    rows = [(x, y) for x, y in rows if (y == 1).any() and (y == 0).any()]
    longest, width = max(len(y) for _, y in rows), rows[0][0].shape[1]
    x, right, there = (
        np.zeros((len(rows), longest, width)),
        np.zeros((len(rows), longest)),
        np.zeros((len(rows), longest), bool),
    )
    for at, (features, marks) in enumerate(rows):
        x[at, : len(marks)], right[at, : len(marks)], there[at, : len(marks)] = (
            features,
            marks == 1,
            marks >= 0,
        )
    mean, spread = x[there].mean(0), x[there].std(0) + 1e-9
    x = (x - mean) / spread * there[..., None]

    def slope(weights: np.ndarray) -> np.ndarray:
        odds = np.where(there, x @ weights, -1e9)
        chance = np.exp(odds - odds.max(1, keepdims=True))
        chance /= chance.sum(1, keepdims=True)
        wanted = chance * right
        wanted /= wanted.sum(1, keepdims=True) + 1e-12
        return (np.einsum("nl,nld->d", chance - wanted, x) + decay * weights) / len(rows)

    return descend(slope, width) / spread


def fit_logistic(x: np.ndarray, right: np.ndarray, decay: float) -> np.ndarray:
    """Train a logistic regression; the last column is the constant."""
    spread = x.std(0) + 1e-9
    spread[-1] = 1.0
    scaled = x / spread

    def slope(weights: np.ndarray) -> np.ndarray:
        chance = 1 / (1 + np.exp(-scaled @ weights))
        return (scaled.T @ (chance - right) + decay * weights) / len(x)

    return descend(slope, x.shape[1], steps=3000) / spread


def descend(slope, width: int, steps: int = STEPS) -> np.ndarray:
    """Adam."""
    weights, first, second = np.zeros(width), np.zeros(width), np.zeros(width)
    for step in range(1, steps + 1):
        gradient = slope(weights)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def folds(rows: Sequence[Question]) -> np.ndarray:
    articles = sorted({row.article for row in rows})
    np.random.default_rng(SEED).shuffle(articles)
    fold = {article: at % FOLDS for at, article in enumerate(articles)}
    return np.array([fold[row.article] for row in rows])


def candidates(row: Question, *, without: str = "") -> list[tuple[str, str, Passage, Terms, float]]:
    """The pool of a question; `without` takes its gold passages ("gold") or its whole article ("article") away."""
    kept = [
        c
        for c in row.found
        if not (without == "gold" and c[0] in row.gold)
        and not (without == "article" and c[1] == row.article)
    ]
    return kept[:POOL]


def table(row: Question, without: str = ""):
    """The candidates, their features and their marks: the same for every fold, so made once."""
    if without not in row.tables:
        pool = candidates(row, without=without)
        x = (
            rerank.features(row.asked, [c[3] for c in pool], [c[4] for c in pool])
            if pool
            else np.zeros((0, len(rerank.FEATURES)))
        )
        row.tables[without] = (pool, x, np.array([1 if c[0] in row.gold else 0 for c in pool]))
    return row.tables[without]


def best(pool, x: np.ndarray, weights: np.ndarray):
    """The passages the extractor looks into, with their gaps."""
    odds = x @ weights
    order = np.argsort(-odds, kind="stable")[: extractive.DEPTH]
    return [pool[at] for at in order], np.maximum(odds[order] - odds[order[0]], -10.0)


def unit_texts(chosen) -> list[str]:
    return [
        plain("".join(c[2].text[a:b] for a, b in c[3].unit(n)))
        for c in chosen
        for n in range(len(c[3].sizes))
    ]


def unit_rows(
    row: Question, chosen, gaps: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    overlap = Features(row.asked, [c[3] for c in chosen])
    texts = unit_texts(chosen)
    holds = np.array([any(span in text for span in row.spans) for text in texts])
    gold = np.array([chosen[at][0] in row.gold for at in overlap.passage])
    marks = np.where(holds & gold, 1, np.where(holds, -1, 0))
    return extractive.features(overlap, gaps), marks, overlap.passage, texts


def answered(scores: np.ndarray, owner: np.ndarray, texts: list[str], spans: list[str]) -> bool:
    left, used, shown = list(range(len(scores))), {}, []
    while left and len(shown) < 3:
        chosen = max(left, key=lambda n: scores[n] - extractive.SPREAD * used.get(owner[n], 0))
        left.remove(chosen)
        used[owner[chosen]] = used.get(owner[chosen], 0) + 1
        shown.append(texts[chosen])
    return any(span in "".join(shown) for span in spans)


def sign_row(row: Question, weights: np.ndarray, without: str) -> np.ndarray:
    pool, x, _ = table(row, without)
    if not pool:
        return np.array([0.0] * (len(certainty.SIGNS) - 1) + [1.0])
    chosen, gaps = best(pool, x, weights)
    return certainty.signs(Features(row.asked, [c[3] for c in chosen]), gaps)


def auc(scores: np.ndarray, right: np.ndarray) -> float:
    ranks = np.argsort(np.argsort(scores)) + 1
    n = right.sum()
    return float((ranks[right].sum() - n * (n + 1) / 2) / (n * (~right).sum()))


def train(rows: Sequence[Question], parts: np.ndarray) -> dict[str, np.ndarray]:
    """Train all three on the rows where `parts`; the later ones on what the earlier ones would hand them."""
    used = [row for row, chosen in zip(rows, parts) if chosen]
    passage = fit([table(row)[1:] for row in used], DECAY["passage"])
    units = [unit_rows(row, *best(*table(row)[:2], passage))[:2] for row in used]
    unit = fit(units, DECAY["unit"])
    signs = [sign_row(row, passage, without) for row in used for without in ("", "gold", "article")]
    right = np.tile([True, False, False], len(used))
    return {
        "passage": passage,
        "unit": unit,
        "signs": fit_logistic(np.array(signs), right, DECAY["signs"]),
    }


def measure(rows: Sequence[Question], models: dict[str, np.ndarray]) -> list[tuple]:
    figures = []
    for row in rows:
        pool, x, _ = table(row)
        order = np.argsort(-(x @ models["passage"]), kind="stable")
        first = list(dict.fromkeys(c[0] for c in pool))
        found = list(dict.fromkeys(pool[at][0] for at in order))
        scored, _, owner, texts = unit_rows(row, *best(pool, x, models["passage"]))
        signs = [
            float(sign_row(row, models["passage"], without) @ models["signs"])
            for without in ("", "gold", "article")
        ]
        right = answered(scored @ models["unit"], owner, texts, row.spans)
        figures.append(
            (
                ndcg(first, row.gold),
                first[0] in row.gold,
                ndcg(found, row.gold),
                found[0] in row.gold,
                right,
                *signs,
            )
        )
    return figures


def main() -> None:
    rows = asyncio.run(questions())
    fold = folds(rows)
    figures: list[tuple] = [()] * len(rows)
    for at in range(FOLDS):
        models = train(rows, fold != at)
        for place, figure in zip(
            np.flatnonzero(fold == at),
            measure([rows[n] for n in np.flatnonzero(fold == at)], models),
        ):
            figures[place] = figure
        print(f"fold {at + 1} of {FOLDS}", flush=True)
    shown = np.array(figures, float)
    mean = shown.mean(0)
    print(
        f"{SET}, {len(rows)} questions, {FOLDS} folds over {len({r.article for r in rows})} articles"
    )
    print(f"first stage: nDCG@10 {mean[0]:.4f}, recall@1 {mean[1]:.4f}")
    print(f"second stage: nDCG@10 {mean[2]:.4f} (asked .962), recall@1 {mean[3]:.4f} (asked .935)")
    first = np.mean(
        [any(span in opening(row.found[0][2].text) for span in row.spans) for row in rows]
    )
    print(
        f"answer@3 {mean[4]:.4f} (asked .945); first three sentences of the best passage {first:.4f}"
    )
    for name in (SET, LAW):
        print(
            f"BM25Retriever, {name}: nDCG@10 {peer(name):.4f} (first {PEER} questions)", flush=True
        )
    models = train(rows, np.ones(len(rows), bool))
    law = np.array(
        [figure[:4] for figure in measure(asyncio.run(questions(LAW)), models)], float
    ).mean(0)
    print(
        f"{LAW}: first stage nDCG@10 {law[0]:.4f}, second {law[2]:.4f} (asked .73), recall@1 {law[3]:.4f}"
    )
    yes = np.repeat([True, False], len(rows))
    for name, column in (("gold passage", 6), ("whole article", 7)):
        print(
            f"certainty, {name} taken away: AUC {auc(np.concatenate([shown[:, 5], shown[:, column]]), yes):.3f}"
        )
    chance = 1 / (1 + np.exp(-shown[:, 5:8]))
    bounds = {
        name: round(float(np.quantile(chance[:, 0], share)), 4) for name, share in BOUNDS.items()
    }
    for name, bound in bounds.items():
        below = (chance < bound).mean(0)
        print(
            f"{name}: below {bound} are {below[0]:.1%} of the answerable, {below[1]:.1%} and {below[2]:.1%} of the others"
        )
    if "--write" in sys.argv:
        names = {"passage": rerank.FEATURES, "unit": extractive.UNIT, "signs": certainty.SIGNS}
        trained = {
            model: dict(zip(names[model], (round(float(w), 4) for w in weights)))
            for model, weights in models.items()
        }
        data = {
            "version": rerank.VERSION,
            "trained": f"{SET}, {len(rows)} questions",
            **trained,
            "bounds": bounds,
        }
        rerank.FILE.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
        print(f"written: {rerank.FILE}")


if __name__ == "__main__":
    main()
