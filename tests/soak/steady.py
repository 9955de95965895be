"""
Questions at a steady rate to a bot whose model takes two seconds: memory, descriptors, the loop's lag, and what is lost.

`nice -n 5 python -m tests.soak.steady [MINUTES] [A_SECOND] [PEOPLE]`, 30, 5 and 20 unless told. The first fifth warms up: what is
kept while the process begins does not count as growth. Everything runs on one machine, the model and the people, too.
"""

import asyncio
import sys
import tempfile
import time
from itertools import count

import psutil

from tests.serving import served
from tests.soak.evidence import keep
from tests.soak.page import figures, serving
from tests.stub_model import StubModel

SLOW = 2.0  # seconds the model takes
LOOK = 5.0  # seconds between looks at the process
LAG = "llm_choose_loop_lag_seconds_bucket"
QUESTIONS = (
    "RAGは社内文書を全部学習しますか?",
    "What are the drawbacks of fine-tuning?",
    "開発期間が短いのはどの方式ですか",
    "{}番目の質問です。費用が安いのはどれですか",
)


def slope(samples):
    """Return the growth of samples of (minutes, MB) by least squares, in MB a minute."""
    mean_at = sum(at for at, _ in samples) / len(samples)
    mean = sum(size for _, size in samples) / len(samples)
    over = sum((at - mean_at) * (size - mean) for at, size in samples)
    return over / sum((at - mean_at) ** 2 for at, _ in samples)


def lag_p99(before, after):
    """Return the upper bound of the bucket that holds the 99th percentile, in milliseconds."""
    buckets = []
    for name, value in after.items():
        if name.startswith(LAG):
            bound = name.partition('le="')[2].partition('"')[0]
            buckets.append((float(bound), value - before.get(name, 0.0)))
    buckets.sort()
    wanted = buckets[-1][1] * 0.99
    return next(bound for bound, seen in buckets if seen >= wanted) * 1000


def p95(times):
    return sorted(times)[int(len(times) * 0.95)]


async def main(minutes, rate, people):
    stub = StubModel()
    stub.delay = SLOW
    seconds, warm = minutes * 60, minutes * 12
    answers, samples, descriptors = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        async with served(stub.app) as port:
            settings = {
                "LLM": "openai:fact",
                "LLM_API_KEY": "sk-1",
                "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
            }
            async with serving(folder, people, **settings) as (bot, guests):
                process = psutil.Process(bot.process.pid)
                began, running, first = time.monotonic(), set(), await figures(bot)

                async def ask(number):
                    question = QUESTIONS[number % 4].format(number)
                    answers.append(await guests[number % people].ask(question))

                async def look():
                    nonlocal first
                    while True:
                        at = time.monotonic() - began
                        if at < warm:
                            first = await figures(bot)
                        else:
                            samples.append((at / 60, process.memory_info().rss / 1e6))
                            descriptors.append(process.num_fds())
                        await asyncio.sleep(LOOK)

                looking = asyncio.create_task(look())
                for number in count():
                    due = began + number / rate
                    if due - began >= seconds:
                        break
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    task = asyncio.create_task(ask(number))
                    running.add(task)
                    task.add_done_callback(running.discard)
                await asyncio.gather(*running)
                looking.cancel()
                last = await figures(bot)
    half = len(descriptors) // 2
    found = {
        "lost": sum(not told.html for told in answers),
        "placeholder_p95_s": p95([told.first for told in answers]),
        "answer_p95_s": p95([told.end for told in answers]),
        "slope_mb_min": slope(samples),
        "memory_mb": samples[-1][1],
        "descriptors_grown": max(descriptors[half:]) - max(descriptors[:half]),
        "lag_p99_ms": lag_p99(first, last),
        "redis_mb": last["llm_choose_store_memory_bytes"] / 1e6,
        "model_calls": stub.calls,
    }
    print({name: round(value, 2) for name, value in found.items()})
    size = {"seconds": seconds, "people": people, "rate": rate, "questions": len(answers)}
    keep("steady", size=size, figures=found)


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    asyncio.run(main(*[*words, *(30, 5, 20)[len(words) :]]))
