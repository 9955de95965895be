"""A process killed while adding: nothing acknowledged is lost, nothing half-written is seen."""

import signal
import subprocess
import sys
from pathlib import Path

from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.retrieval.encoder import VERSION
from tests.preloaded import Started

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import asyncio, hashlib, sys
from pathlib import Path
from knowledge.index.embedded import EmbeddedIndex
from knowledge.documents.library import Library
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Page, Place

async def main():
    async with Library(EmbeddedIndex(Path(sys.argv[1]), version=VERSION)) as library:
        for n in range(1000):
            pages = tuple(Page(p, Place("page", p), f"規則{n}の第{p}項。") for p in range(1, 21))
            sha = hashlib.sha256(str(n).encode()).hexdigest()
            reading = Reading(f"{n}.txt", sha, 1, "規則", "text", pages, (), "ja")
            document, version, _ = await library.stage(reading, Metadata(), by="test:1")
            await library.publish(document.id, version.id)
            print(document.id, flush=True)

asyncio.run(main())
"""


async def test_a_kill_loses_nothing_acknowledged_and_leaves_no_half(tmp_path):
    writer = Started(
        [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    acknowledged = [writer.stdout.readline().strip() for _ in range(12)]
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.stdout.close()
    writer.wait()
    index = EmbeddedIndex(tmp_path, version=VERSION)
    async with Library(index) as library:
        known = {d.id: d for d in await library.documents()}
        assert set(acknowledged + rest) <= set(known)
        for document in known.values():
            assert (
                await index.count(
                    {"version": [document.versions[0].id], "shelf": ["staged", "live", "old"]}
                )
                == 20
            )
        assert await index.count({"shelf": ["staged", "live", "old"]}) == 20 * len(known)
