"""
Train how sure an answer is, and say how well that does on documents unseen.

    nice -n 5 python -m tests.benchmarks.train_certainty [--write]

The model of `certainty.py` where words can be compared by what they mean. It is trained on the questions of `refusing.py`, with
their documents and without them, mixed with JSQuAD questions (with their passage, without it, without its article) and law
questions; figures are by cross-validation over documents and articles (five folds). `refuse` is the bound below which at most
`WRONGLY` of what can be answered falls; `sure` the lowest one above which no more than `BROKEN` of the answers are wrong.
`--write` writes knowledge/answering/certainty.json. Deterministic.
"""

import asyncio
import json
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

from knowledge.answering import certainty
from knowledge.answering.answers import Answers
from knowledge.answering.certainty import Certainty, Judgement
from knowledge.answering.coverage import COVERAGE, Coverage
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.features import Features
from knowledge.retrieval.kinship import Kinship
from knowledge.retrieval.rerank import FEATURES, weights
from knowledge.text.analysis import Analysis
from tests.benchmarks.refusing import ALL, SHARED, Without, answering, fill, plain, questions
from tests.benchmarks.train import FOLDS, LAW, SEED, SET, auc, best, table
from tests.benchmarks.train import questions as reading_questions

WRONGLY = 0.045  # of what can be answered, refused at most
BROKEN = 0.03  # of the answers that are sure, wrong at most
DECAY = 1.0  # L2
# of how much a question of a set counts
WEIGHTS = {
    "own": 1.0, "everyday": 1.0, "everyday2": 1.0, "deck": 1.0, "other words": 0.5,
    "without": 0.1, SET: 0.003, LAW: 0.01,
}  # fmt: skip
MAIN = ("own", "everyday", "everyday2", "deck")
READ = 600  # of the reading questions


class Recorder(Certainty):
    """Keeps the signs of what it judges, and finds every answer sure."""

    def __init__(self, analysis, kinship) -> None:
        super().__init__(analysis, kinship)
        self.row = None

    def judge(self, overlap, hits, distances) -> Judgement:
        coverage = self._coverage(overlap, hits, distances)
        if self.row is None:
            self.row = coverage.row(self._kinship)
        return Judgement(1.0, "sure", ())


class Examples:
    """Rows of signs with what is known of each: its set, whether it can be answered, whether the answer was right."""

    def __init__(self) -> None:
        self.rows, self.present, self.sets, self.groups, self.right, self.texts = (
            [],
            [],
            [],
            [],
            [],
            [],
        )

    def add(self, row, *, present, name, group, right=None, text="") -> None:
        self.rows.append(row)
        self.present.append(present)
        self.sets.append(name)
        self.groups.append(group)
        self.right.append(right)
        self.texts.append(text)


async def everyday(examples: Examples, sentences: SentenceEncoder) -> None:
    analysis = Analysis()
    kinship = Kinship(sentences.encode)
    with tempfile.TemporaryDirectory() as place:
        index = EmbeddedIndex(Path(place), version=VERSION)
        async with Library(index, sentences=sentences) as library:
            names = await fill(library, SHARED)
            for question in questions(SHARED):
                hidden = answering(question, names)
                for source, present in (
                    (library, bool(question.document)),
                    (Without(library, hidden), False),
                ):
                    if source is not library and not hidden:
                        continue
                    recorder = Recorder(analysis, kinship)
                    answers = Answers(source, analysis=analysis, likeness=library.likeness)
                    answers._writer._extractor._certainty = recorder
                    answer = await answers.answer(
                        question.text, readers=ALL, language=question.language
                    )
                    if recorder.row is None:
                        continue
                    text = plain(answer.text)
                    right = None
                    if source is library and (question.must or not present):
                        right = present and all(
                            re.search(pattern, text) for pattern in question.must
                        )
                    name = question.set if source is library else "without"
                    group = question.document or question.id
                    examples.add(
                        recorder.row,
                        present=present,
                        name=name,
                        group=group,
                        right=right,
                        text=question.text,
                    )


async def readings(examples: Examples, sentences: SentenceEncoder) -> None:
    analysis = Analysis()
    kinship = Kinship(sentences.encode)
    passage = weights("passage", FEATURES)
    for name, ways in ((SET, ("", "gold", "article")), (LAW, ("", "gold"))):
        rows = await reading_questions(name)
        np.random.default_rng(SEED).shuffle(rows)
        for row in rows[:READ]:
            for without in ways:
                pool, x, _ = table(row, without)
                if not pool:
                    continue
                chosen, distances = best(pool, x, passage)
                overlap = Features(row.asked, [one[3] for one in chosen])
                coverage = Coverage(overlap, [one[2] for one in chosen], distances, analysis)
                given = coverage.row(kinship)
                examples.add(given, present=not without, name=name, group=row.article)


def fit(
    x: np.ndarray,
    right: np.ndarray,
    counts: np.ndarray,
    constant: int,
    *,
    decay: float = DECAY,
) -> np.ndarray:
    """Train a logistic regression by Newton's method; the column `constant` is not held back."""
    spread = x.std(0) + 1e-9
    spread[constant] = 1.0
    scaled = x / spread
    odds = np.zeros(x.shape[1])
    held_back = np.full(x.shape[1], decay)
    held_back[constant] = 1e-6
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ odds, -30, 30)))
        slope = scaled.T @ (counts * (chance - right)) + held_back * odds
        curve = (scaled * (counts * chance * (1 - chance))[:, None]).T @ scaled + np.diag(held_back)
        step = np.linalg.solve(curve, slope)
        odds -= step
        if np.abs(step).max() < 1e-8:
            break
    return odds / spread


def folds(groups: list[str]) -> np.ndarray:
    names = sorted(set(groups))
    np.random.default_rng(SEED).shuffle(names)
    fold = {name: at % FOLDS for at, name in enumerate(names)}
    return np.array([fold[group] for group in groups])


def trained(examples: Examples, *, shown: bool = False) -> tuple[dict, dict]:
    """Return the weights and the bounds, and print how well they do on what they were not trained on."""
    x, present = np.array(examples.rows), np.array(examples.present, float)
    sets = np.array(examples.sets)
    counts = np.array([WEIGHTS[name] for name in examples.sets])
    constant = COVERAGE.index("one")
    fold = folds(examples.groups)
    odds = np.zeros(len(x))
    for at in range(FOLDS):
        model = fit(x[fold != at], present[fold != at], counts[fold != at], constant)
        odds[fold == at] = x[fold == at] @ model
    chance = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    main, yes = np.isin(sets, MAIN), present > 0
    refuse = float(np.quantile(chance[main & yes], WRONGLY))
    sure = bound(chance, examples)
    print(
        f"AUC of the everyday sets {auc(odds[main], yes[main]):.3f}; refuse {refuse:.4f}, sure {sure:.4f}"
    )
    for name in dict.fromkeys(examples.sets):
        here = sets == name
        for word, which in (("can be answered", here & yes), ("cannot", here & ~yes)):
            if which.any():
                refused, sures = (chance[which] < refuse).mean(), (chance[which] >= sure).mean()
                print(
                    f"  {name:14s}{word:18s}{which.sum():6d}  refused {refused:6.1%}  sure {sures:6.1%}"
                )
    if shown:
        for at in np.flatnonzero(main & yes & (chance < refuse)):
            print("  refused:", examples.texts[at], round(float(chance[at]), 3))
        for at in np.flatnonzero(main & ~yes & (chance >= refuse)):
            print("  answered:", examples.texts[at], round(float(chance[at]), 3))
    model = fit(x, present, counts, constant)
    by_name = {name: round(float(weight), 4) for name, weight in zip(COVERAGE, model)}
    return by_name, {"refuse": round(refuse, 4), "sure": round(sure, 4)}


def bound(chance: np.ndarray, examples: Examples) -> float:
    """Return the lowest chance from which on no more than `BROKEN` of the judged answers are wrong."""
    judged = [(float(c), bool(r)) for c, r in zip(chance, examples.right) if r is not None]
    judged.sort(reverse=True)
    wrong, lowest = 0, 1.0
    for count, (value, right) in enumerate(judged, 1):
        wrong += not right
        if wrong <= BROKEN * count:
            lowest = value
    return lowest


async def main() -> None:
    sentences, examples = SentenceEncoder(), Examples()
    await everyday(examples, sentences)
    await readings(examples, sentences)
    print(f"{len(examples.rows)} examples")
    model, bounds = trained(examples, shown="--shown" in sys.argv)
    if "--write" in sys.argv:
        written = {"version": certainty.VERSION, "weights": model, "bounds": bounds}
        certainty.FILE.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
        print(f"written: {certainty.FILE}")


if __name__ == "__main__":
    asyncio.run(main())
