"""
How fast the advisor is, and how many questions people are asked. Run by hand: `python -m tests.benchmarks.advisor [USERS]`.

Simulated users answer at random and are not sure about a fifth of the questions.
"""

import random
import sys
import time
from statistics import quantiles

from knowledge.advisor.engine import Advisor


def main(users: int) -> None:
    advisor, chance = Advisor.load(), random.Random(20)
    steps, results, counts = [], [], []
    stops = {"certain": [0, 0], "probable": [0, 0], "all": [0, 0]}
    for _ in range(users):
        user = {
            c.id: "ns" if chance.random() < 0.2 else chance.choice([o.id for o in c.options]) for c in advisor.model.criteria
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
        advisor.evaluate(answers)
        results.append(time.perf_counter() - begun)
        counts.append(len(answers))
        stops[step.stop][0] += 1
        stops[step.stop][1] += advisor.winner(answers) != advisor.winner(user)
    print(f"users {users}")
    print(f"next question p95 {quantiles(steps, n=20)[-1] * 1000:.2f} ms")
    print(f"result p95 {quantiles(results, n=20)[-1] * 1000:.2f} ms")
    print(f"questions on average {sum(counts) / users:.2f}")
    for stop, (count, other) in stops.items():
        print(f"stopped {stop}: {count}, full answers would have changed the result: {other}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
