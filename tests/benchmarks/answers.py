"""
Extractive answers over a whole shelf: is the gold answer inside them, how long do they take, what is refused.

    nice -n 5 python tests/benchmarks/answers.py [--shared FOLDER] [--every N]

Beside ours: the first three sentences of the best passage, from the same search. `--every` takes one question in N.
"""

import argparse
import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Page, Passage, Place

ALL = frozenset({"all"})


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


async def measure(folder: Path, every: int) -> None:
    corpus, queries = rows(folder / "corpus.jsonl"), rows(folder / "queries.jsonl")[::every]

    def cut(
        reading: Reading, *, document: str, version: str, audience: str, title: str
    ) -> tuple[Passage, ...]:
        return tuple(
            Passage(
                str(i),
                document,
                version,
                i,
                row["title"],
                Place("page", i),
                row["text"],
                audience=audience,
            )
            for i, row in enumerate(corpus, 1)
        )

    pages = (Page(1, Place("page", 1), "-"),)
    with tempfile.TemporaryDirectory() as place:
        async with Library(EmbeddedIndex(Path(place), version=VERSION), cut=cut) as library:
            reading = Reading(folder.name, "0" * 64, 1, folder.name, "text", pages, (), "ja")
            document, version, _ = await library.stage(
                reading, Metadata(title=folder.name), by="benchmark"
            )
            await library.publish(document.id, version.id)
            answers = Answers(library)
            await answers.warm()
            ours = peer = gold = 0
            times, busy, modes = [], [], {}
            for row in queries:
                start, worked = time.perf_counter(), time.process_time()
                answer = await answers.answer(row["text"], readers=ALL, language="ja")
                times.append((time.perf_counter() - start) * 1000)
                busy.append((time.process_time() - worked) * 1000)
                key = (row.get("answerable", True), answer.mode, answer.certainty)
                modes[key] = modes.get(key, 0) + 1
                if spans := [plain(a) for a in row.get("answers", ())]:
                    gold += 1
                    ours += any(a in plain(answer.text) for a in spans)
                    hits = await library.search(row["text"], readers=ALL, limit=1)
                    first = (
                        "".join(re.split(r"(?<=[。!?！？])", hits[0].passage.text)[:3])
                        if hits
                        else ""
                    )
                    peer += any(a in plain(first) for a in spans)
    print(f"## {folder.name}: {len(queries)} questions, {len(corpus)} passages")
    if gold:
        print(
            f"answer@3 {ours / gold:.3f}; first three sentences of the best passage {peer / gold:.3f}; ratio {ours / peer:.2f}"
        )
    times.sort()
    print(
        f"whole answer p50 {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms"
    )
    mean = statistics.mean(busy)
    print(
        f"processor time {mean:.1f} ms an answer, so {1000 / mean:.0f} answers a second on one core that does nothing else"
    )
    for (answerable, mode, certainty), count in sorted(modes.items()):
        print(f"answerable={answerable} {mode}/{certainty}: {count}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    for name in ("deck", "jsquad_valid"):
        asyncio.run(measure(chosen.shared / "bench" / name, chosen.every if name != "deck" else 1))


if __name__ == "__main__":
    main()
