"""
Train the second stage where meaning is known, too, and say how well it does on articles unseen.

    nice -n 5 python -m tests.benchmarks.train_meaning [--write]

Passages in the question's own language are learnt from jsquad_valid: all questions as they are, and every tenth once more with
six of ten content words exchanged for words of other questions, which stands for people who ask in words of their own. What is
learnt of passages in another language is three numbers beside these, from the everyday questions; those that a document in their
own language answers count three times, for most questions are such. Figures are by
cross-validation: five folds over articles, and over questions for the other language. `--write` changes the model "meaning" in
weights.json and nothing else there. Deterministic.
"""

import asyncio
import itertools
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from knowledge.documents.library import Library
from knowledge.documents.rarities import rarities, weighed
from knowledge.documents.registry import identify
from knowledge.documents.search import BY_MEANING, FARTHEST
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.chunks import passages
from knowledge.reading.reading import Reading
from knowledge.retrieval import rerank
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.meaning import Block, meaning
from knowledge.retrieval.points import point
from knowledge.retrieval.query import Query
from knowledge.retrieval.terms import Terms
from knowledge.text.analysis import Analysis
from knowledge.values import Page, Place
from tests.benchmarks.meaning import ALL, asked, names, shelve
from tests.benchmarks.search import SHARED, lines, ndcg
from tests.benchmarks.train import DECAY, FOLDS, LAW, SEED, SET, fit

OWN = len(rerank.FEATURES) + 2  # features of passages in the question's language
EXCHANGED, EVERY = (
    0.6,
    10,
)  # share of content words, and which questions are asked in other words, too
OFTEN = 3  # times a question counts whose own language has the answer
OTHERS = ("名詞", "動詞", "形容詞", "形状詞")


@dataclass
class Row:
    """One question: its article, the names of its candidates, their features, which are right."""

    article: str
    names: list[str]
    x: np.ndarray
    marks: np.ndarray
    gold: set[str]

    def ndcg(self, weights: np.ndarray) -> float:
        order = np.argsort(-(self.x @ weights), kind="stable")
        return ndcg(list(dict.fromkeys(self.names[at] for at in order)), self.gold)


def in_other_words(texts: Sequence[str], analysis: Analysis) -> list[str]:
    """Return the questions with most of their content words exchanged for nouns of others."""
    chance = random.Random(SEED)
    cut = []
    for text in texts:
        cut.append([(m.surface(), m.part_of_speech()) for m in analysis._morphemes(text)])
    nouns = [s for words in cut for s, part in words if part[0] == "名詞" and content(s, part)]
    changed = []
    for words in cut:
        text = ""
        for surface, part in words:
            exchanged = content(surface, part) and chance.random() < EXCHANGED
            text += chance.choice(nouns) if exchanged else surface
        changed.append(text)
    return changed


def content(surface: str, part: Sequence[str]) -> bool:
    return len(surface) > 1 and part[0] in OTHERS and part[1] != "数詞"


async def rows(name: str, encoder: SentenceEncoder) -> tuple[list[Row], list[Row]]:
    """Return a set's questions as they are, and some of them in other words."""
    folder = SHARED / "bench" / name
    corpus, questions = lines(folder / "corpus.jsonl"), lines(folder / "queries.jsonl")
    gold: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        question, document, grade = line.split("\t")
        if float(grade) > 0:
            gold[question].add(document)
    questions = [row for row in questions if row["id"] in gold]
    pages = tuple(
        Page(at, Place("page", at), row["text"], row["title"]) for at, row in enumerate(corpus, 1)
    )
    reading = Reading(name, "0" * 64, 1, "", "text", pages, (), "ja")
    parts = passages(reading, document="d", version="v", audience="all", title="")
    parts = [replace(part, id=identify(part.id)) for part in parts]
    words, glossary = Encoder(Analysis()), Glossary.load()
    points = [point(part, "live", words) for part in parts]
    terms = {part.position: Terms.unpack(p.payload["terms"]) for part, p in zip(parts, points)}
    block = Block([meaning("v", [(part, terms[part.position]) for part in parts], encoder)])
    named = {part.position: corpus[part.place.number - 1] for part in parts}
    vectors = encoder.encode([row["text"] for row in questions])

    async def asked_as(text: str, vector: np.ndarray, right: set[str]) -> Row:
        query = Query(text, words.analysis, glossary)
        query.weigh(rarities(query.own, [tally]))
        sparse = weighed(words.encode_question(text, glossary), [tally])
        found = await index.find(sparse, {"shelf": ["live"]}, rerank.POOL)
        scores = {match.payload["position"]: match.score for match in found}
        near = [
            n
            for n in block.nearest(vector, rerank.POOL)
            if n.position not in scores and n.score >= FARTHEST
        ]
        only = [n.position for n in near[: int(rerank.POOL * BY_MEANING)]]
        pool = [*list(scores)[: rerank.POOL - len(only)], *only]
        x = rerank.features(query, [terms[at] for at in pool], [scores.get(at, 0.0) for at in pool])
        cosines = np.array([block.of(vector, "v", at).score for at in pool])
        x = rerank.meaning_features(
            x, rerank.Sense(cosines, np.zeros(len(pool), np.bool_), np.full(len(pool), np.nan))
        )
        ids = [named[at]["id"] for at in pool]
        article = next(row["title"] for row in corpus if row["id"] == min(right))
        return Row(article, ids, x, np.array([int(id_ in right) for id_ in ids]), right)

    with tempfile.TemporaryDirectory() as place:
        async with EmbeddedIndex(Path(place), version=VERSION) as index:
            await index.write(points)
            tally = await index.tally({"shelf": ["live"]})
            plain = [
                await asked_as(row["text"], vector, gold[row["id"]])
                for row, vector in zip(questions, vectors)
            ]
            changed = in_other_words([row["text"] for row in questions], words.analysis)
            others = []
            for row, text, vector in list(zip(questions, changed, vectors))[::EVERY]:
                others.append(await asked_as(text, vector, gold[row["id"]]))
    return plain, others


async def everyday(encoder: SentenceEncoder) -> list[tuple[str, Row]]:
    """Return the everyday questions with candidates of both languages, each with its kind."""
    found = []
    with tempfile.TemporaryDirectory() as place:
        async with Library(
            EmbeddedIndex(Path(place), version=VERSION), sentences=encoder
        ) as library:
            await shelve(library)
            await library.followed()
            files = await names(library)
            for question in asked():
                query = await library.query(question.text, readers=ALL)
                hits = await library.search(query, readers=ALL, limit=rerank.POOL, kind="first")
                x = rerank.features(
                    query, [Terms.unpack(hit.terms) for hit in hits], [hit.score for hit in hits]
                )
                x = rerank.meaning_features(x, rerank._sense(query, hits))
                right = [
                    question.answered_by(hit.passage, files[hit.passage.document]) for hit in hits
                ]
                own = [r for r, hit in zip(right, hits) if hit.passage.language == query.language]
                kind = f"{question.set}, {question.language} {'own' if any(own) else 'other'}"
                found.append(
                    (
                        kind,
                        Row(
                            question.id,
                            [h.passage.id for h in hits],
                            x,
                            np.array(right, int),
                            set(),
                        ),
                    )
                )
    return found


def fit_foreign(rows: Sequence[tuple[str, Row]], own: np.ndarray) -> np.ndarray:
    """Return the three weights of passages in another language beside those of its own."""
    offsets = []
    for kind, row in rows:
        if row.marks.any():
            times = OFTEN if kind.endswith("own") else 1
            offsets += [(row.x[:, :OWN] @ own, row.x[:, OWN:], row.marks == 1)] * times

    def loss(weights: tuple[float, float, float]) -> float:
        lost = 0.002 * float(np.square(weights).sum())
        for offset, x, right in offsets:
            odds = offset + x @ np.array(weights)
            chance = np.exp(odds - odds.max())
            lost -= float(np.log(chance[right].sum() / chance.sum()))
        return lost

    grid = itertools.product(
        np.arange(-14.0, 2.0), np.arange(8.0, 50.0, 4.0), np.arange(0.0, 14.0, 2.0)
    )
    return np.array(min(grid, key=loss))


def first_right(row: Row, weights: np.ndarray) -> int:
    order = np.argsort(-(row.x @ weights), kind="stable")
    ranks = np.flatnonzero(row.marks[order])
    return int(ranks[0]) + 1 if len(ranks) else 0


def train(rows: Sequence[Row]) -> np.ndarray:
    return fit([(row.x[:, :OWN], row.marks) for row in rows], DECAY["passage"])


def main() -> None:
    encoder = SentenceEncoder()
    plain, others = asyncio.run(rows(SET, encoder))
    law, _ = asyncio.run(rows(LAW, encoder))
    daily = asyncio.run(everyday(encoder))
    articles = sorted({row.article for row in plain})
    np.random.default_rng(SEED).shuffle(articles)
    fold = {article: at % FOLDS for at, article in enumerate(articles)}
    figures: list[float] = []
    for at in range(FOLDS):
        own = train([row for row in (*plain, *others) if fold[row.article] != at])
        own = np.append(own, [0.0, 0.0, 0.0])
        figures += [row.ndcg(own) for row in plain if fold[row.article] == at]
    print(
        f"{SET}, {len(plain)} questions, {FOLDS} folds: nDCG@10 {np.mean(figures):.4f} (asked .962)"
    )
    own = train([*plain, *others])
    print(
        f"{LAW}: nDCG@10 {np.mean([row.ndcg(np.append(own, [0.0, 0.0, 0.0])) for row in law]):.4f} (asked .764)"
    )
    ranks: dict[str, list[int]] = defaultdict(list)
    for at in range(FOLDS):
        weights = np.append(
            own, fit_foreign([one for n, one in enumerate(daily) if n % FOLDS != at], own)
        )
        for n, (kind, row) in enumerate(daily):
            if n % FOLDS == at:
                ranks[kind].append(first_right(row, weights))
    for kind, found in sorted(ranks.items()):
        hits = [sum(0 < rank <= depth for rank in found) for depth in (1, 3, 10)]
        print(f"{kind}: hit@1, @3, @10 {', '.join(map(str, hits))} of {len(found)}")
    weights = np.append(own, fit_foreign(daily, own))
    named = dict(zip(rerank.FEATURES + rerank.MEANING, (round(float(w), 4) for w in weights)))
    print(named)
    if "--write" in sys.argv:
        data = json.loads(rerank.FILE.read_text("utf-8"))
        bounds = data.pop("bounds")
        rerank.FILE.write_text(
            json.dumps({**data, "meaning": named, "bounds": bounds}, indent=1) + "\n", "utf-8"
        )
        print(f"written: {rerank.FILE}")


if __name__ == "__main__":
    main()
