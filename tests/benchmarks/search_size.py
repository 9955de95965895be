"""
Search speed at size: a whole `Library.search`, encoding included, beside LlamaIndex's BM25Retriever on the same passages.

    nice -n 5 python -m tests.benchmarks.search_size [10000] [--no-peer] [--words]

`--words` leaves out what passages mean. Whole answers without a model, each question asked once, are timed over the same shelf.

Every passage joins half of one development text to half of another, so that no two are alike.
"""

import asyncio
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.documents.rarities import weighed
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.values import Metadata, Page, Passage, Place
from tests.benchmarks.search import SHARED, lines

DOCUMENT = 500  # passages a document
QUESTIONS = 500
ALL = frozenset({"all"})


def texts(size: int) -> list[tuple[str, str]]:
    """Return `size` different (title, text) pairs."""
    rows = [
        row
        for name in ("jsquad_valid", "lawqa_even")
        for row in lines(SHARED / "bench" / name / "corpus.jsonl")
    ]
    made = []
    for number in range(size):
        turn, place = divmod(number, len(rows))
        first, second = rows[place], rows[(place * 7 + turn * 131 + 1) % len(rows)]
        cut, rest = (
            first["text"][: len(first["text"]) // 2],
            second["text"][len(second["text"]) // 2 :],
        )
        made.append((first.get("title", ""), f"{cut}{rest}" if turn else first["text"]))
    return made


def cutter(rows: list[tuple[str, str]]) -> Callable[..., list[Passage]]:
    """Return a `cut` that makes one passage of each page, under its own title."""

    def cut(
        reading: Reading, *, document: str, version: str, audience: str, title: str
    ) -> list[Passage]:
        start = int(reading.name)
        return [
            Passage(
                "",
                document,
                version,
                n,
                own or title,
                Place("page", n),
                text,
                (),
                "ja",
                "prose",
                audience,
            )
            for n, (own, text) in enumerate(rows[start : start + DOCUMENT], 1)
        ]

    return cut


def spread(times: list[float]) -> str:
    return f"p50 {statistics.median(times):.2f} ms, p99 {statistics.quantiles(times, n=100)[98]:.2f} ms"


async def ours(
    rows: list[tuple[str, str]], asked: list[str]
) -> tuple[list[float], list[float], float]:
    """Return the milliseconds of each first stage and of each whole search, and the mean processor time of the latter."""
    with tempfile.TemporaryDirectory() as folder:
        index = EmbeddedIndex(Path(folder), version=VERSION)
        sentences = None if "--words" in sys.argv else SentenceEncoder()
        async with Library(index, cut=cutter(rows), sentences=sentences) as library:
            start = time.perf_counter()
            for place in range(0, len(rows), DOCUMENT):
                pages = tuple(
                    Page(n, Place("page", n), text)
                    for n, (_, text) in enumerate(rows[place : place + DOCUMENT], 1)
                )
                sha = hashlib.sha256(str(place).encode()).hexdigest()
                read = Reading(str(place), sha, 1, str(place), "text", pages, (), "ja")
                document, version, _ = await library.stage(read, Metadata(), by="benchmark")
                await library.publish(document.id, version.id)
            print(
                f"{len(rows)} passages written in {time.perf_counter() - start:.1f} s", flush=True
            )
            start, spent, before = time.perf_counter(), time.process_time(), memory()
            await library.followed()
            print(
                f"meaning made in {time.perf_counter() - start:.1f} s, processor time {time.process_time() - spent:.1f} s, "
                f"memory {before} to {memory()} MB, index folder {folder_size(Path(folder)):.1f} MB",
                flush=True,
            )
            await library.search(asked[0], readers=ALL)
            encoder, first, tally = Encoder(), [], await index.tally({"shelf": ["live"]})
            for question in asked:
                start = time.perf_counter()
                vector = weighed(encoder.encode_question(question), [tally])
                await index.find(vector, {"shelf": ["live"], "audience": ["all"]}, 6)
                first.append((time.perf_counter() - start) * 1000)
            times, full, worked = [], 0, time.process_time()
            for question in asked:
                start = time.perf_counter()
                found = await library.search(question, readers=ALL, limit=6)
                times.append((time.perf_counter() - start) * 1000)
                full += len(found) == 6
            busy = (time.process_time() - worked) * 1000 / len(asked)
            print(f"{full} of {len(asked)} questions found six passages", flush=True)
            await answers_timed(library, asked[::2])
            return first, times, busy


async def answers_timed(library: Library, asked: list[str]) -> None:
    """Print how long whole answers take."""
    answers = Answers(library, likeness=library.likeness)
    await answers.warm()
    await answers.answer(asked[0], readers=ALL, language="ja")
    times, worked = [], time.process_time()
    for question in asked[1:]:
        start = time.perf_counter()
        await answers.answer(question, readers=ALL, language="ja")
        times.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(times, n=100)
    print(
        f"whole answer: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms; processor time "
        f"{(time.process_time() - worked) * 1000 / len(times):.1f} ms ({len(times)} questions)",
        flush=True,
    )


def memory() -> int:
    """Return how many MB this process holds now."""
    return psutil.Process().memory_info().rss // 2**20


def folder_size(folder: Path) -> float:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 2**20


def theirs(rows: list[tuple[str, str]], asked: list[str]) -> list[float]:
    nodes = [TextNode(id_=str(n), text=f"{title}\n{text}") for n, (title, text) in enumerate(rows)]
    peer = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=6)
    times = []
    for question in asked:
        start = time.perf_counter()
        peer.retrieve(question)
        times.append((time.perf_counter() - start) * 1000)
    return times


def main() -> None:
    size = next((int(word) for word in sys.argv[1:] if word.isdigit()), 10_000)
    rows = texts(size)
    asked = [row["text"] for row in lines(SHARED / "bench" / "jsquad_valid" / "queries.jsonl")][
        :: 4442 // QUESTIONS
    ][:QUESTIONS]
    first, mine, busy = asyncio.run(ours(rows, asked))
    print(f"first stage with encoding: {spread(first)}", flush=True)
    print(
        f"Library.search, both stages: {spread(mine)}; processor time {busy:.2f} ms ({len(asked)} questions)",
        flush=True,
    )
    if "--no-peer" not in sys.argv:
        other = theirs(rows, asked)
        print(
            f"BM25Retriever: {spread(other)}; ratio of p50 {statistics.median(mine) / statistics.median(other):.2f}"
        )


if __name__ == "__main__":
    main()
