"""
The advisor beside its asked figures. Run by hand: `python tests/benchmarks/advisor.py [USERS]`.

Simulated users answer at random and are not sure about a fifth of the questions: how many questions
they are asked after the page, how long each takes (processor time), how long a result takes, and whether any is told
what their own limits forbid.
"""

import random
import sys
import time
from collections import Counter
from statistics import quantiles

from knowledge.advisor.engine import Advisor


def main(users: int) -> None:
    advisor = Advisor.load()
    model, chance = advisor.model, random.Random(20)
    steps, results, counts = [], [], []
    headlines, bases = Counter[str](), Counter[str]()
    contradictions = 0
    for _ in range(users):
        user = {c.id: chance.choice(c.names) for c in model.single if chance.random() >= 0.2}
        page = (*model.rules.page, *model.rules.optional)
        answers = {name: user[name] for name in page if name in user}
        asked = list(page)
        while True:
            begun = time.process_time()
            step = advisor.step(answers, asked)
            steps.append(time.process_time() - begun)
            if step.question is None:
                break
            asked.append(step.question.id)
            if asked[-1] in user:
                answers[asked[-1]] = user[asked[-1]]
        begun = time.process_time()
        result = advisor.evaluate(answers)
        results.append(time.process_time() - begun)
        counts.append(len(asked) - len(page))
        headlines[result.headline] += 1
        bases[result.advice.base] += 1
        plain = result.advice.base in model.alone
        contradictions += bool(result.now and result.now.violations and not plain)
    print(f"users {users}")
    print(f"next question p95 {_p95(steps):.2f} ms (asked: 10)")
    print(f"result p95 {_p95(results):.2f} ms (asked: 30)")
    print(f"questions after the page, on average {sum(counts) / users:.2f}")
    print(f"told what their own limits forbid: {contradictions} (asked: 0)")
    print("headlines:", ", ".join(f"{name} {count}" for name, count in headlines.most_common()))
    print("advised:", ", ".join(f"{name} {count}" for name, count in bases.most_common()))


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] or ["2000"])))
