"""
How long reading takes and what a child needs.

    python -m tests.benchmarks.reading [folder]

Prints p50, p95 and the longest time in seconds, and the largest resident memory of any child so far, by name. Which
facts are kept, beside other readers, is `tests.benchmarks.peers`.
"""

import asyncio
import os
import resource
import sys
import time
from pathlib import Path

from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import read
from tests.soak.evidence import keep

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))


async def main(folder: Path) -> None:
    times: list[tuple[float, str]] = []
    largest: tuple[int, str] = (0, "")
    refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in {".json", ".jsonl"}
    )
    for path in files:
        start = time.perf_counter()
        try:
            await read(path.name, path.read_bytes())
        except UnreadableDocument:
            refused += 1
        times.append((time.perf_counter() - start, path.name))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        largest = max(largest, (peak, path.name), key=lambda pair: pair[0])
    times.sort()
    print(f"{len(times)} files, {refused} refused")
    print(f"p50 {times[len(times) // 2][0]:.2f} s, p95 {times[int(len(times) * 0.95)][0]:.2f} s")
    print("longest: " + ", ".join(f"{name} {seconds:.1f} s" for seconds, name in times[:-4:-1]))
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"largest child {largest[0]} MB ({largest[1]}); parent grew by {growth} MB")
    figures = {"p95_s": times[int(len(times) * 0.95)][0], "longest_s": times[-1][0]}
    figures |= {"child_mb": largest[0], "parent_mb": growth}
    keep("reading", size={"files": len(times)}, figures=figures)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "documents"))
