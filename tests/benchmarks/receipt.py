"""
How much of each file is read: every readable document of the shared folders, its text counted from its raw parts.

    python tests/benchmarks/receipt.py [folder ...]

Prints a line for each kind, then each file below 98 %, with the largest piece that is missing. Exits with 1 when a file is below
what may be published.
"""

import asyncio
import os
import sys
from collections import defaultdict
from pathlib import Path

from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import Reading, read
from knowledge.values import ENOUGH

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
LISTED = 98  # percent from which a file is not listed


async def outcome(path: Path) -> Reading | None:
    try:
        return await read(path.name, path.read_bytes())
    except UnreadableDocument:
        return None


def summary(kind: str, readings: list[Reading]) -> str:
    receipts = [reading.receipt for reading in readings if reading.receipt is not None]
    there, found = sum(r.there for r in receipts), sum(r.read for r in receipts)
    lowest = min((r.percent for r in receipts), default=100)
    share = 100 * found / there if there else 100.0
    uncounted = len(readings) - len(receipts)
    return (
        f"{kind:10} {len(readings):5} {uncounted:9} {there:11,} {found:11,} {share:7.2f} {lowest:7}"
    )


async def main(folders: list[Path]) -> int:
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    ends = await asyncio.gather(
        *(outcome(path) for path in files if path.suffix not in {".json", ".jsonl"})
    )
    readings = [reading for reading in ends if reading is not None]
    kinds = defaultdict(list)
    for reading in readings:
        kinds[reading.kind].append(reading)
    print(
        f"{'kind':10} {'files':>5} {'uncounted':>9} {'there':>11} {'read':>11} {'%':>7} {'lowest':>7}"
    )
    for kind in sorted(kinds):
        print(summary(kind, kinds[kind]))
    print(summary("all", readings))
    listed = list(
        (r.receipt.percent, r)
        for r in readings
        if r.receipt is not None and r.receipt.percent < LISTED
    )
    for percent, reading in sorted(listed, key=lambda row: row[0]):
        counts = reading.receipt
        print(
            f"{percent:3} % {reading.name}: {counts.read:,} of {counts.there:,}, {counts.left_out:,} left out;",
            end=" ",
        )
        print(
            f"{counts.lost:,} at {counts.place.to('en') if counts.place else '–'}: {counts.words}"
        )
    below = [
        reading.name
        for reading in readings
        if reading.receipt is not None and not reading.receipt.enough
    ]
    print(
        f"{len(readings)} of {len(ends)} files read; below {ENOUGH:.0%}: {', '.join(below) or 'none'}"
    )
    return 1 if below else 0


if __name__ == "__main__":
    asked = [Path(name) for name in sys.argv[1:]] or [
        SHARED / "documents",
        SHARED / "documents_faithful",
    ]
    sys.exit(asyncio.run(main(asked)))
