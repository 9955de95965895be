"""
Measuring search and answers on a folder of questions whose right documents are known.

The folder holds corpus.jsonl and queries.jsonl ({"id", "title", "text"} a line, queries perhaps with "answers") and
qrels.tsv (query, document, relevance). A temporary embedded index is built from it and thrown away.
"""

import asyncio
import hashlib
import json
import math
import tempfile
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.answers import Answers
from knowledge.errors import KnowledgeError, LibraryUnavailable
from knowledge.language import language_of
from knowledge.library import Library, open_index
from knowledge.reading import Reading
from knowledge.values import Hit, Metadata, Page, Phrase, Place

READERS = frozenset({"all"})
PASSAGES = 50  # fetched a question, so that ten different rows are likely among them
DEPTH = 10
SENTENCES = 3  # of an answer in which the gold answer must stand

Progress = Callable[[int, int], None]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Set:
    corpus: tuple[Row, ...] = field(hash=False)
    queries: tuple[Row, ...] = field(hash=False)
    gold: Mapping[str, Mapping[str, float]] = field(hash=False)


async def evaluate(folder: Path, on_progress: Progress | None = None) -> dict[str, Any]:
    """
    Return the figures of the set in `folder`; shares are 0..1, times are of the search alone.

    `on_progress` hears the questions done and all of them. Questions without a relevant document do not count for search;
    "answer@3" is there only where questions carry answers.

    Raises:
        KnowledgeError: a file of the folder is missing or not in its form; the sentence names it.
    """
    given = await asyncio.to_thread(_load, folder)
    with tempfile.TemporaryDirectory() as place:
        async with Library(open_index(None, Path(place))) as library:
            start = time.perf_counter()
            await _shelve(library, folder.name, given.corpus)
            seconds = time.perf_counter() - start
            return await _measure(library, given, seconds, on_progress or _unheard)


async def _measure(library: Library, given: _Set, seconds: float, heard: Progress) -> dict[str, Any]:
    answers = Answers(library)
    await answers.warm()
    rankings: list[tuple[list[str], Mapping[str, float]]] = []
    times: list[float] = []
    answered: list[bool] = []
    for done, row in enumerate(given.queries, 1):
        start = time.perf_counter()
        hits = await library.search(row["text"], readers=READERS, limit=PASSAGES)
        times.append((time.perf_counter() - start) * 1000)
        if gold := given.gold.get(row["id"]):
            rankings.append((_ranked(hits, given.corpus), gold))
        if spans := row.get("answers"):
            answered.append(await _answered(answers, row["text"], spans))
        heard(done, len(given.queries))
    figures = {
        "documents": len(given.corpus),
        "queries": len(given.queries),
        "ndcg@10": _mean([ndcg(found, gold) for found, gold in rankings]),
        **{f"recall@{k}": _mean([recall(found, gold, k) for found, gold in rankings]) for k in (1, 3, DEPTH)},
        "mrr@10": _mean([reciprocal_rank(found, gold) for found, gold in rankings]),
        "index_seconds": round(seconds, 3),
        "milliseconds": {"p50": round(percentile(times, 50), 3), "p99": round(percentile(times, 99), 3)},
    }
    return figures | ({"answer@3": _mean([float(right) for right in answered])} if answered else {})


def ndcg(found: Sequence[str], gold: Mapping[str, float], depth: int = DEPTH) -> float:
    """Return the discounted gain of the first `depth` found, as a share of the best order's; 0 without gold."""
    best = _gain(sorted(gold.values(), reverse=True)[:depth])
    return _gain([gold.get(id_, 0.0) for id_ in found[:depth]]) / best if best else 0.0


def recall(found: Sequence[str], gold: Mapping[str, float], depth: int) -> float:
    """Return the share of the gold documents among the first `depth` found; 0 without gold."""
    return len(set(found[:depth]) & set(gold)) / len(gold) if gold else 0.0


def reciprocal_rank(found: Sequence[str], gold: Mapping[str, float], depth: int = DEPTH) -> float:
    """Return 1 / the rank of the first gold document, or 0 when it is not among the first `depth`."""
    return next((1 / rank for rank, id_ in enumerate(found[:depth], 1) if id_ in gold), 0.0)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` percent of the values do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)] if ordered else 0.0


def holds(text: str, spans: Sequence[str]) -> bool:
    """Return whether one of `spans` stands in `text`, whatever the width of the letters (NFKC)."""
    plain = unicodedata.normalize("NFKC", text)
    return any(unicodedata.normalize("NFKC", span) in plain for span in spans)


def _gain(relevances: Sequence[float]) -> float:
    return sum(relevance / math.log2(rank + 1) for rank, relevance in enumerate(relevances, 1))


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _ranked(hits: Sequence[Hit], corpus: Sequence[Row]) -> list[str]:
    """Return the ids of the rows found; a row that was cut into several passages counts at its best one."""
    numbers = [hit.passage.place.number for hit in hits if hit.score > 0]
    return list(dict.fromkeys(corpus[number - 1]["id"] for number in numbers if number))


async def _answered(answers: Answers, question: str, spans: Sequence[str]) -> bool:
    try:
        answer = await answers.answer(question, readers=READERS, language=language_of(question, "ja"))
    except LibraryUnavailable:
        raise
    except KnowledgeError:  # the question cannot be asked as it is (too long, wordless): it was not answered
        return False
    return holds("".join(sentence.text for sentence in answer.sentences[:SENTENCES]), spans)


async def _shelve(library: Library, name: str, corpus: Sequence[Row]) -> None:
    pages = tuple(Page(at, Place("page", at), row["text"], str(row.get("title") or "")) for at, row in enumerate(corpus, 1))
    content = "\n".join(row["text"] for row in corpus).encode("utf-8", "replace")
    # No title: the set's own name would stand in every passage and could meet a question's words.
    reading = Reading(name, hashlib.sha256(content).hexdigest(), len(content), "", "text", pages, (), "ja")
    document, version, _ = await library.stage(reading, Metadata(), by="evaluate")
    await library.publish(document.id, version.id)


def _load(folder: Path) -> _Set:
    gold: dict[str, dict[str, float]] = {}
    path = folder / "qrels.tsv"
    corpus, queries = _rows(folder / "corpus.jsonl"), _rows(folder / "queries.jsonl")
    for number, line in enumerate(_lines(path), 1):
        try:
            query, document, relevance = line.split("\t")
            if float(relevance) > 0:
                gold.setdefault(query, {})[document] = float(relevance)
        except ValueError as error:
            raise _malformed(path, number) from error
    return _Set(corpus, queries, gold)


def _rows(path: Path) -> tuple[Row, ...]:
    rows = []
    for number, line in enumerate(_lines(path), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise _malformed(path, number) from error
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("text"), str):
            raise _malformed(path, number)
        rows.append(row)
    return tuple(rows)


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = Phrase(
            f"評価用のファイル {path} がないか、読めません。corpus.jsonl・queries.jsonl・qrels.tsv を UTF-8 で置いてください。",
            f"The file {path} is missing or cannot be read; a set needs corpus.jsonl, queries.jsonl and qrels.tsv in UTF-8.",
        )
        raise KnowledgeError("bad_set", reason) from error


def _malformed(path: Path, number: int) -> KnowledgeError:
    reason = Phrase(
        f"{path} の {number} 行目の形式が違います。JSONLは id と text、TSVは質問・文書・関連度の3列で書いてください。",
        f"Line {number} of {path} is malformed; a JSON line needs id and text, a TSV line query, document and relevance.",
    )
    return KnowledgeError("bad_set", reason)


def _unheard(_done: int, _all: int) -> None:
    """Nobody asked for progress."""
