"""
One member asks a hundred things at once: how long does another one wait?

`nice -n 5 python -m tests.soak.noisy [AT_ONCE]`. First the other one asks alone, then beside the hundred; asked for is a p95 of at
most twice as long, and that each of the hundred gets an answer or a kind word.
"""

import asyncio
import sys
import tempfile

from tests.soak.evidence import keep
from tests.soak.page import serving

ALONE = 40  # questions asked by the other one before
QUESTIONS = (
    "RAGは社内文書を全部学習しますか?",
    "開発期間が短いのはどの方式ですか",
    "経費の申請期限は?",
)


def p95(times):
    return sorted(times)[int(len(times) * 0.95)]


async def one_after_the_other(guest, going_on):
    times = []
    while going_on(len(times)):
        told = await guest.ask(QUESTIONS[len(times) % len(QUESTIONS)])
        times.append(told.end)
        await asyncio.sleep(0.05)
    return times


async def main(at_once):
    with tempfile.TemporaryDirectory() as folder:
        async with serving(folder, 2) as (_, (noisy, other)):
            await one_after_the_other(other, lambda asked: asked < 5)
            idle = await one_after_the_other(other, lambda asked: asked < ALONE)
            asking = [noisy.ask(f"{QUESTIONS[n % 3]} {n}") for n in range(at_once)]
            crowd = asyncio.gather(*asking)
            beside = await one_after_the_other(other, lambda _: not crowd.done())
            told = await crowd
    lost = sum(not answer.html for answer in told) + sum(time < 0 for time in beside)
    ratio = p95(beside) / p95(idle)
    print(
        f"{at_once} at once: {lost} lost, the last after {max(answer.end for answer in told):.1f} s; the other one's p95 "
        f"{p95(idle) * 1000:.0f} ms alone, {p95(beside) * 1000:.0f} ms beside ({len(beside)} asked), ratio {ratio:.2f} (asked: 2)"
    )
    figures = {"lost": lost, "p95_ratio": ratio, "alone_p95_ms": p95(idle) * 1000}
    figures["beside_p95_ms"] = p95(beside) * 1000
    keep("noisy", size={"at_once": at_once, "asked_beside": len(beside)}, figures=figures)


if __name__ == "__main__":
    asyncio.run(main(int([*sys.argv[1:], "100"][0])))
