"""
The advisor beside its asked figures. Run by hand: `python tests/benchmarks/advisor.py [USERS] [SETS]`.

First simulated users, who answer at random and are not sure about a fifth of the questions: how many questions they are asked,
how long each takes, and whether stopping early ever contradicts what their full answers lead to. Then random sets of answers
and the public cases against the reference engine of the shared folder, which is also the peer for speed.
"""

import importlib.util
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import quantiles
from types import ModuleType

import yaml

from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import record

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def main(users: int, sets: int) -> None:
    advisor = Advisor.load()
    simulate(advisor, users)
    if SHARED.is_dir():
        compare(advisor, sets)


def simulate(advisor: Advisor, users: int) -> None:
    chance = random.Random(20)
    steps, results, counts = [], [], []
    stops, wins = {"certain": [0, 0], "probable": [0, 0], "all": [0, 0]}, Counter[str]()
    for _ in range(users):
        user = {
            c.id: "ns" if chance.random() < 0.2 else chance.choice([o.id for o in c.options])
            for c in advisor.model.criteria
        }
        answers: dict[str, str] = {}
        while True:
            begun = time.perf_counter()
            step = advisor.step(answers, list(answers))
            steps.append(time.perf_counter() - begun)
            if step.question is None:
                break
            answers[step.question.criterion.id] = user[step.question.criterion.id]
        begun = time.perf_counter()
        wins[advisor.evaluate(answers).recommendation] += 1
        results.append(time.perf_counter() - begun)
        counts.append(len(answers))
        stops[step.stop][0] += 1
        stops[step.stop][1] += advisor.winner(answers) != advisor.winner(user)
    print(f"users {users}")
    print(f"next question p95 {_p95(steps):.2f} ms (asked: 10)")
    print(f"result with confidence and flips p95 {_p95(results):.2f} ms (asked: 30)")
    print(f"questions on average {sum(counts) / users:.2f} (asked: 7.8 or fewer)")
    for stop, (count, other) in stops.items():
        print(
            f"stopped {stop}: {count}, full answers lead elsewhere: {other}{' (asked: 0)' if stop == 'certain' else ''}"
        )
    print("won:", ", ".join(f"{c.id} {wins[c.id]}" for c in advisor.model.configurations))


def compare(advisor: Advisor, sets: int) -> None:
    oracle = _oracle().Model(SHARED / "decision/model.yaml")
    chance, wrong, ours, theirs = random.Random(11), Counter[str](), [], []
    furthest = 0.0
    for _ in range(sets):
        answers = {q: chance.choice(oracle.opts[q]) for q in oracle.cid if chance.random() < 0.75}
        begun = time.perf_counter()
        result = advisor.evaluate(answers)
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        ranking, scores = oracle.ranking(answers)
        flips, expected = oracle.flips(answers), oracle.confidence(answers)
        theirs.append(time.perf_counter() - begun)
        found = record(result)["confidence"]
        standings = {s.id: s for s in result.standings}
        furthest = max(furthest, *(abs(found[k] - expected[k]) * 2000 for k in found))
        wrong["ranking"] += [s.id for s in result.standings if not s.excluded_by] != ranking
        wrong["scores"] += any(abs(standings[c].score - scores[c]) > 1e-6 for c in ranking)
        wrong["exclusions"] += {s.id for s in result.standings if s.excluded_by} != set(
            standings
        ) - set(ranking)
        wrong["flips"] += [
            (f.step, f.criterion, f.option, f.recommendation) for f in result.flips
        ] != [(step, q, o, w) for step, q, _, o, w in flips]
        wrong["confidence"] += any(abs(found[k] - expected[k]) * 2000 > 1 + 1e-6 for k in found)
    print(
        f"answer sets {sets}; unlike the reference:",
        ", ".join(f"{k} {v}" for k, v in wrong.items()),
        "(asked: 0)",
    )
    print(f"furthest confidence {furthest:.2f} of 2,000 samples (asked: 1)")
    print(f"result p95 {_p95(ours):.2f} ms, the reference {_p95(theirs):.0f} ms")
    cases = yaml.safe_load((SHARED / "decision/cases-dev.yaml").read_text("utf-8"))["cases"]
    accepted = sum(
        advisor.winner({q: str(v) for q, (v, _) in c["answers"].items()}) in c["accepted"]
        for c in cases
    )
    print(f"public cases accepted {accepted} of {len(cases)} (asked: all)")


def _oracle() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "oracle", SHARED / "reference/decision/decision_eval.py"
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(SHARED)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] + ["10000", "2000"][len(sys.argv) - 1 :])))
