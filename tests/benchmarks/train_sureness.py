"""
Train when an answer is called sure, and say how often that is right on documents unseen.

    nice -n 5 python -m tests.benchmarks.train_sureness [--write] [--shown]

Trained on everyday questions of both shelves of `refusing.py`, as they are answered: an answer is right if the judge of everyday2
finds it right and whole, if it holds the pattern of `data/refusing.jsonl`, or if whoever read it said so
(`data/everyday_verdicts.jsonl`; "partly" counts as wrong); an answer to what nothing on the shelf answers is wrong, and so is one
given without the document that answers, unless it holds the pattern all the same. Figures are by cross-validation over documents
(five folds, four ways of folding), and on JSQuAD questions, which are not trained on, with their passage and without its article.
What would be refused is left out. The bound is the lowest one above which the wrong answers are at most `BROKEN` of all answers.
`--write` writes knowledge/answering/sureness.json, `--shown` prints the wrong ones above the bound. Deterministic.
"""

import asyncio
import json
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from knowledge.answering import sureness
from knowledge.answering.answers import Answers
from knowledge.answering.sureness import SIGNS, Sureness
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Answer, Metadata, Page, Passage, Place
from tests.benchmarks.everyday import OURS, judge, load, place
from tests.benchmarks.refusing import (
    ALL,
    SHARED,
    SHELVES,
    Question,
    Without,
    answering,
    fill,
    plain,
    questions,
)
from tests.benchmarks.train_certainty import fit

BROKEN = 0.02  # of all answers: those that are called sure and wrong
DECAY = 30.0  # L2
FOLDS, WAYS = 5, 4
READ = 20  # one JSQuAD question in so many
SET = "jsquad_valid"
WITHOUT = 0.25  # how much an answer without its document counts
BOUNDS = (0.97, 0.95, 0.93, 0.9, 0.85)
VERDICTS = Path(__file__).with_name("data") / "everyday_verdicts.jsonl"


@dataclass
class Example:
    """The signs of an answer, and whether it was right; None where nobody can say."""

    set: str
    group: str
    text: str
    row: np.ndarray
    right: bool | None


class Recorder(Sureness):
    """Keeps the signs of what it judges."""

    def __init__(self, likeness) -> None:
        super().__init__(likeness)
        self.rows = []

    def is_sure(self, choice, extract) -> bool:
        self.rows.append(self.row(choice, extract))
        return False


async def example(source, likeness, question: Question, right) -> Example | None:
    """Answer a question; None where nothing, or several things at once, are said."""
    answers = Answers(source, likeness=likeness)
    recorder = Recorder(likeness)
    answers._writer._quoter._sureness = recorder
    answer = await answers.answer(question.text, readers=ALL, language=question.language)
    if len(recorder.rows) != 1 or answer.mode == "refused":
        return None
    row = np.array([recorder.rows[0][name] for name in SIGNS])
    group = question.document or question.id
    return Example(question.set, group, question.text, row, right(answer))


async def everyday(sentences: SentenceEncoder) -> list[Example]:
    """Return the answers to the questions of both shelves, with their documents and without."""
    examples = []
    for shelf in SHELVES:
        with tempfile.TemporaryDirectory() as folder:
            index = EmbeddedIndex(Path(folder), version=VERSION)
            async with Library(index, sentences=sentences) as library:
                names = await fill(library, SHARED, shelf)
                judged = judges(names)
                for question in questions(SHARED, shelf):
                    hidden = answering(question, names)
                    right = judged(question)
                    examples.append(await example(library, library.likeness, question, right))
                    if hidden:
                        absent = replace(question, set="without")
                        source = Without(library, hidden)
                        examples.append(
                            await example(source, library.likeness, absent, without(question))
                        )
    return [one for one in examples if one is not None]


def judges(names: dict[str, str]):
    """Return who tells of a question whether an answer is right."""
    module = judge(place(SHARED, "everyday2") / "judge.py")
    verdicts = {row["id"]: row["verdict"] == "right" for row in load(VERDICTS)}
    rows = {}
    for name in ("everyday2", OURS):
        for row in load(place(SHARED, name) / "questions.jsonl"):
            rows |= {(name, one["id"]): one for one in row.get("turns") or [row]}

    def of(question: Question):
        def right(answer: Answer) -> bool | None:
            row = rows.get((question.set, question.id))
            if not question.document:
                return False
            if row is not None:
                cited = [{"document": names[one.passage.document]} for one in answer.citations]
                said = {"text": answer.text, "mode": answer.mode, "citations": cited}
                return bool(module.judge_one(row, said)["right"])
            if question.set == "everyday":
                return verdicts[question.id]
            return holds(question, answer) if question.must else None

        return right

    return of


def without(question: Question):
    def right(answer: Answer) -> bool | None:
        return None if question.must and holds(question, answer) else False

    return right


def holds(question: Question, answer: Answer) -> bool:
    text = plain(answer.text)
    return all(re.search(pattern, text) for pattern in question.must)


class WithoutTitle(Without):
    """A library without the article that answers a question."""

    async def search(self, question, *, readers, limit=6, kind="whole"):
        hits = await self._library.search(question, readers=readers, limit=limit + 90, kind=kind)
        left = [hit for hit in hits if hit.passage.title not in self._hidden]
        return [replace(hit, rank=rank) for rank, hit in enumerate(left[:limit], 1)]


async def reading(sentences: SentenceEncoder) -> list[Example]:
    """Return answers to JSQuAD questions, with their article and without."""
    folder = SHARED / "bench" / SET
    corpus = load(folder / "corpus.jsonl")
    rows = load(folder / "queries.jsonl")[::READ]
    titles = {row["id"]: row["title"] for row in corpus}
    gold = dict(line.split("\t")[:2] for line in (folder / "qrels.tsv").read_text().splitlines())

    def cut(read: Reading, *, document: str, version: str, audience: str, title: str):
        parts = enumerate(corpus, 1)
        return tuple(
            Passage(row["id"], document, version, at, row["title"], Place("page", at), row["text"])
            for at, row in parts
        )

    examples = []
    with tempfile.TemporaryDirectory() as temporary:
        index = EmbeddedIndex(Path(temporary), version=VERSION)
        async with Library(index, cut=cut, sentences=sentences) as library:
            pages = (Page(1, Place("page", 1), "-"),)
            read = Reading(SET, "0" * 64, 1, SET, "text", pages, (), "ja")
            document, version, _ = await library.stage(read, Metadata(title=SET), by="benchmark")
            await library.publish(document.id, version.id)
            await library.followed()
            for row in rows:
                title = titles[gold[row["id"]]]
                question = Question(SET, row["id"], row["text"], "ja", title)
                right = spans(row["answers"])
                examples.append(await example(library, library.likeness, question, right))
                source = WithoutTitle(library, frozenset({title}))
                absent = replace(question, set=f"{SET} without")
                examples.append(await example(source, library.likeness, absent, lambda _: False))
    return [one for one in examples if one is not None]


def spans(answers: list[str]):
    def right(answer: Answer) -> bool:
        said = re.sub(r"\s", "", plain(answer.sentences[0].text))
        return any(re.sub(r"\s", "", plain(span)) in said for span in answers)

    return right


def folds(groups: list[str], seed: int) -> np.ndarray:
    names = sorted(set(groups))
    np.random.default_rng(seed).shuffle(names)
    fold = {name: at % FOLDS for at, name in enumerate(names)}
    return np.array([fold[group] for group in groups])


def logistic(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))


def unseen(x, right, counts, groups, seed: int) -> np.ndarray:
    """Return the chance of each example by weights that never saw its document."""
    fold = folds(groups, seed)
    chance = np.zeros(len(x))
    constant = SIGNS.index("one")
    for at in range(FOLDS):
        seen = fold != at
        weights = fit(x[seen], right[seen], counts[seen], constant, decay=DECAY)
        chance[fold == at] = logistic(x[fold == at] @ weights)
    return chance


def curve(chance: np.ndarray, right: np.ndarray) -> tuple[list[str], float]:
    """Return what each promise costs, as rows of a table, and the bound that is chosen."""
    order = np.argsort(-chance)
    told = right[order]
    count = np.arange(1, len(told) + 1)
    wrong = np.cumsum(1 - told)
    rows = []
    last = {f"right ≥ {100 * bound:.0f} %": 1 - wrong / count >= bound for bound in BOUNDS}
    chosen = wrong <= BROKEN * len(told)
    last[f"wrong ≤ {100 * BROKEN:.0f} % of all answers"] = chosen
    for name, holds_until in last.items():
        among = int(np.flatnonzero(holds_until)[-1]) + 1 if holds_until.any() else 0
        share = told[:among].sum() / told.sum()
        kept = told[:among].mean() if among else 0.0
        rows.append(
            f"| {name} | {among} of {len(told)} | {share:.2f} | {kept:.3f} "
            f"| {(among - told[:among].sum()) / len(told):.3f} |"
        )
    return rows, float(chance[order][np.flatnonzero(chosen)[-1]])


def reliability(chance: np.ndarray, right: np.ndarray) -> list[str]:
    """Return how often answers of a chance are right, as rows of a table."""
    rows = []
    edges = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0)
    for low, high in pairwise(edges):
        here = (chance >= low) & (chance < high)
        if here.any():
            rows.append(
                f"| {low:.1f} – {high:.1f} | {here.sum()} | {chance[here].mean():.2f} "
                f"| {right[here].mean():.2f} |"
            )
    return rows


def trained(examples: list[Example], apart: list[Example], *, shown: bool) -> tuple[dict, float]:
    """Return weights and bound, and print how well they do on what they were not trained on."""
    judged = [one for one in examples if one.right is not None]
    x, right = np.array([one.row for one in judged]), np.array([float(one.right) for one in judged])
    main = np.array([one.set != "without" for one in judged])
    counts = np.where(main, 1.0, WITHOUT)
    groups = [one.group for one in judged]
    ways = [unseen(x, right, counts, groups, seed) for seed in range(WAYS)]
    chance = np.concatenate([way[main] for way in ways])
    rows, bound = curve(chance, np.tile(right[main], WAYS))
    print(f"{main.sum()} answers, {right[main].sum():.0f} right; {WAYS} ways of folding\n")
    print("| promise | sure | of the right ones | right of the sure | wrong and sure, of all |")
    print("|---|---|---|---|---|", *rows, sep="\n")
    print("\n| chance | answers | mean chance | right |\n|---|---|---|---|")
    print(*reliability(chance, np.tile(right[main], WAYS)), sep="\n")
    without_ = np.concatenate([way[~main] for way in ways])
    print(f"\nbound {bound:.3f}; without their documents sure: {(without_ >= bound).mean():.3f}")
    weights = fit(x, right, counts, SIGNS.index("one"), decay=DECAY)
    for name in dict.fromkeys(one.set for one in apart):
        rows_, right_ = _of(apart, name)
        sure = logistic(rows_ @ weights) >= bound
        kept = right_[sure].mean() if sure.any() else 0.0
        print(f"{name}: {len(sure)} answers, sure {sure.mean():.3f}, right of these {kept:.3f}")
    if shown:
        _show(judged, ways[0], bound)
    by_name = {name: round(float(weight), 4) for name, weight in zip(SIGNS, weights, strict=True)}
    return by_name, round(bound, 4)


def _of(examples: list[Example], name: str) -> tuple[np.ndarray, np.ndarray]:
    here = [one for one in examples if one.set == name]
    return np.array([one.row for one in here]), np.array([float(one.right) for one in here])


def _show(judged: list[Example], chance: np.ndarray, bound: float) -> None:
    for one, value in sorted(zip(judged, chance, strict=True), key=lambda pair: -pair[1]):
        if value >= bound and not one.right:
            print(f"  wrong: {one.set} {value:.2f} {one.text}")


async def main() -> None:
    sentences = SentenceEncoder()
    examples = await everyday(sentences)
    apart = await reading(sentences)
    weights, bound = trained(examples, apart, shown="--shown" in sys.argv)
    if "--write" in sys.argv:
        written = {"version": sureness.VERSION, "weights": weights, "bound": bound}
        sureness.FILE.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
        print(f"written: {sureness.FILE}")


if __name__ == "__main__":
    asyncio.run(main())
