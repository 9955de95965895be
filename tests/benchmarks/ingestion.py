"""
How fast files become searchable, beside LlamaIndex on the same files in the same run.

    python tests/benchmarks/ingestion.py [large|folder]

`large`: one Markdown file of more than a thousand passages, from its bytes to its first hit. `folder`: every difficult document
that we can read, ours two at a time through the sandbox as a worker takes them, then `SimpleDirectoryReader` + `SentenceSplitter` +
`QdrantVectorStore` (local path) with one constant vector, so that no model is timed. Theirs runs in a process of its own with our limit on time for each file and 4 GB of memory, because one
of the files ends it otherwise; files it fails on are counted, with the time it spent on them.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.service.queue import SWITCH
from knowledge.documents.library import Library
from knowledge.errors import UnreadableDocument
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.reading import Limits, read
from knowledge.reading.sandbox import CHILDREN
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
ALL = frozenset({"all"})
DIMENSIONS = 384
MEMORY = 4 << 30  # bytes
ASKED, RATIO = 300, 5  # passages a second; times LlamaIndex


async def put(library: Library, name: str, content: bytes) -> int:
    """Read, stage and publish one file; return its passages."""
    reading = await read(name, content)
    document, version, _ = await library.stage(reading, Metadata(owner="benchmark"), by="benchmark")
    await library.publish(document.id, version.id)
    return version.passages


async def large() -> None:
    rows = [
        json.loads(line)
        for line in (SHARED / "bench/jsquad_valid/corpus.jsonl").read_text("utf-8").splitlines()
    ]
    for repeat in (1, 3, 8):
        text = "\n".join(
            f"# {part + 1}\n" + "\n".join(row["text"] for row in rows) for part in range(repeat)
        )
        with tempfile.TemporaryDirectory() as folder:
            async with Library(EmbeddedIndex(Path(folder), version=VERSION)) as library:
                await put(
                    library, "warm.md", "準備".encode()
                )  # the dictionary is opened once in a process
                began = time.perf_counter()
                passages = await put(library, "large.md", text.encode())
                assert await library.search(rows[0]["text"][:40], readers=ALL)
                spent = time.perf_counter() - began
        rate = passages / spent
        print(
            f"large: {len(text):,} characters, {passages} passages in {spent:.2f} s: {rate:.0f}/s (asked {ASKED}), load {os.getloadavg()[0]:.1f}"
        )


async def ours(paths: list[Path], folder: Path) -> tuple[float, int]:
    gate = asyncio.Semaphore(CHILDREN)
    async with Library(EmbeddedIndex(folder, version=VERSION)) as library:
        await put(library, "warm.md", "準備".encode())

        async def one(number: int, path: Path) -> int:
            async with gate:
                return await put(library, f"{number}-{path.name}", path.read_bytes())

        began = time.perf_counter()
        counts = await asyncio.gather(*(one(*numbered) for numbered in enumerate(paths)))
        return time.perf_counter() - began, sum(counts)


async def readable(paths: list[Path]) -> list[Path]:
    """Return the files we can read: both sides are timed on these."""
    found: list[Path] = []
    for path in paths:
        with suppress(UnreadableDocument):
            await read(path.name, path.read_bytes())
            found.append(path)
    return found


def theirs(paths: list[Path], folder: Path) -> tuple[float, int, int, float]:
    """Return the seconds in all, the nodes, the files it failed on, and the seconds of its slowest failure."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.qdrant import QdrantVectorStore
    from qdrant_client import QdrantClient

    class Constant(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            return [1.0] * DIMENSIONS

        def _get_query_embedding(self, query: str) -> list[float]:
            return [1.0] * DIMENSIONS

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return [1.0] * DIMENSIONS

    client = QdrantClient(path=str(folder))
    store = QdrantVectorStore(client=client, collection_name="benchmark")
    splitter = SentenceSplitter()
    SimpleDirectoryReader(input_files=[paths[0]])
    index: Any = VectorStoreIndex(
        [], storage_context=StorageContext.from_defaults(vector_store=store), embed_model=Constant()
    )
    failed = nodes = 0
    slowest = 0.0
    began = time.perf_counter()
    for path in paths:
        start = time.perf_counter()
        signal.alarm(int(Limits().wall))
        try:
            found = splitter.get_nodes_from_documents(
                SimpleDirectoryReader(input_files=[path], raise_on_error=True).load_data()
            )
        except Exception:
            failed += 1
            slowest = max(slowest, time.perf_counter() - start)
            continue
        finally:
            signal.alarm(0)
        if found:
            index.insert_nodes(found)
            nodes += len(found)
    spent = time.perf_counter() - began
    client.close()
    return spent, nodes, failed, slowest


def _too_long(*_: object) -> None:
    raise TimeoutError


async def folder() -> None:
    files = sorted(
        p
        for p in (SHARED / "documents").rglob("*")
        if p.is_file() and p.suffix not in {".json", ".jsonl"}
    )
    same = await readable(files)
    with tempfile.TemporaryDirectory() as name:
        mine, passages = await ours(same, Path(name, "ours"))
        print(
            f"ours: {len(same)} readable files, {passages} passages in {mine:.1f} s: {passages / mine:.0f}/s",
            flush=True,
        )
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
            running = asyncio.get_running_loop().run_in_executor(
                apart, theirs, same, Path(name, "theirs")
            )
            other, nodes, failed, slowest = await running
    print(
        f"LlamaIndex: the same files, {failed} failed, {nodes} nodes in {other:.1f} s: {nodes / other:.0f}/s"
    )
    print(
        f"time: {other / mine:.2f} × ours (asked {RATIO}), {(other - slowest) / mine:.2f} × without its slowest failure of {slowest:.1f} s;",
        end=" ",
    )
    print(
        f"passages a second: {(passages / mine) / (nodes / other):.2f} ×; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    sys.setswitchinterval(SWITCH)  # as the queue sets it
    what = sys.argv[1:] or ["large", "folder"]
    for word in what:
        asyncio.run({"large": large, "folder": folder}[word]())
