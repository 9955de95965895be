"""
Search quality and speed on the development sets, beside LlamaIndex's BM25Retriever in the same run.

    python -m tests.benchmarks.search [jsquad_valid] [lawqa_even]
"""

import asyncio
import json
import math
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever

from knowledge.documents.rarities import weighed
from knowledge.documents.registry import identify
from knowledge.index.embedded import EmbeddedIndex
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.retrieval.points import point
from knowledge.values import Passage, Place
from tests.soak.evidence import keep

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))

PLACE = Place("section", 1)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ndcg(found: list[str], wanted: set[str]) -> float:
    gained = sum(
        1 / math.log2(rank + 1) for rank, name in enumerate(found[:10], 1) if name in wanted
    )
    return gained / sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(wanted)) + 1))


async def measure(name: str) -> None:
    corpus, questions = (
        lines(SHARED / "bench" / name / "corpus.jsonl"),
        lines(SHARED / "bench" / name / "queries.jsonl"),
    )
    wanted: dict[str, set[str]] = {}
    for row in (SHARED / "bench" / name / "qrels.tsv").read_text("utf-8").splitlines():
        question, document, grade = row.split("\t")
        if int(grade) > 0:
            wanted.setdefault(question, set()).add(document)
    asked = [q for q in questions if q["id"] in wanted]
    encoder = Encoder()
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedIndex(Path(folder), version=VERSION) as index:
            await index.write(
                [
                    point(
                        Passage(
                            identify(d["id"]), d["id"], "v", 1, d.get("title", ""), PLACE, d["text"]
                        ),
                        "live",
                        encoder,
                    )
                    for d in corpus
                ]
            )
            tally = await index.tally({"shelf": ["live"]})
            scores, times = [], []
            for q in asked:
                start = time.perf_counter()
                vector = weighed(encoder.encode_question(q["text"]), [tally])
                found = await index.find(vector, {"shelf": ["live"], "audience": ["all"]}, 10)
                times.append((time.perf_counter() - start) * 1000)
                scores.append(ndcg([m.payload["document"] for m in found], wanted[q["id"]]))
    peer = BM25Retriever.from_defaults(
        nodes=[TextNode(id_=d["id"], text=f"{d.get('title', '')}\n{d['text']}") for d in corpus],
        similarity_top_k=10,
    )
    theirs, slow = [], []
    for q in asked[:500]:
        start = time.perf_counter()
        found = peer.retrieve(q["text"])
        slow.append((time.perf_counter() - start) * 1000)
        theirs.append(ndcg([n.node.node_id for n in found], wanted[q["id"]]))
    ours, other = statistics.mean(scores), statistics.mean(theirs)
    print(
        f"{name}: {len(corpus)} passages, nDCG@10 {ours:.4f} ({len(asked)} questions), p50 {statistics.median(times):.2f} ms"
    )
    print(
        f"  BM25Retriever {other:.4f} (first {len(theirs)} questions), p50 {statistics.median(slow):.2f} ms; ratio {ours / other:.1f}"
    )
    cut = statistics.quantiles(times, n=100)[94]
    keep(f"search_{name}", size={"passages": len(corpus)}, figures={"ndcg": ours, "p95_ms": cut})


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ["jsquad_valid", "lawqa_even"]:
        asyncio.run(measure(chosen))
