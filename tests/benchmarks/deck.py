"""
Questions to the built-in deck: is the right slide among the first three, and are the right questions refused?

    nice -n 5 python tests/benchmarks/deck.py [--shared FOLDER]

A result without a score is no hit. Slides count once, however many passages of theirs are found.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from knowledge.answering.answers import Answers
from knowledge.deck.digest import shelve
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.retrieval.encoder import VERSION

ALL = frozenset({"all"})


async def slides(library: Library, question: str) -> list[int | None]:
    hits = await library.search(question, readers=ALL, limit=30)
    return list(dict.fromkeys(hit.passage.place.number for hit in hits if hit.score > 0))[:3]


async def measure(folder: Path, kind: str, library: Library, answers: Answers) -> None:
    places = json.loads((folder / "places.json").read_text(encoding="utf-8"))
    gold = defaultdict(set)
    for line in (folder / f"qrels{kind}.tsv").read_text(encoding="utf-8").splitlines():
        query, item, _ = line.split("\t")
        gold[query].add(places[item])
    hits, asked, said, misses = Counter(), Counter(), Counter(), []
    for line in (folder / f"queries{kind}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = await answers.answer(row["text"], readers=ALL, language=row["lang"])
        said[row["answerable"], answer.certainty if answer.mode != "refused" else "refused"] += 1
        if not row["answerable"]:
            misses += (
                [f"sure of {row['text']}"]
                if answer.mode != "refused" and answer.certainty == "sure"
                else []
            )
            continue
        if answer.mode == "refused":
            misses.append(f"refused {row['text']}")
        first = await slides(library, row["text"])
        asked[row["lang"]] += 1
        hits[row["lang"]] += bool(gold[row["id"]] & set(first))
        if not gold[row["id"]] & set(first):
            misses.append(f"missed {row['text']} wanted {sorted(gold[row['id']])}, found {first}")
    print(
        f"## queries{kind}:",
        ", ".join(f"{spoken} {hits[spoken]}/{asked[spoken]}" for spoken in asked),
    )
    for (answerable, certainty), count in sorted(said.items()):
        print(f"answerable={answerable} {certainty}: {count}")
    print(*misses, sep="\n")


async def run(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        index = open_index(None, Path(place), version=VERSION)
        async with Library(index, sentences=SentenceEncoder()) as library:
            await shelve(library)
            await library.followed()
            answers = Answers(library)
            await answers.warm()
            for kind in ("", "_fresh"):
                await measure(folder, kind, library, answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    asyncio.run(run(parser.parse_args().shared / "bench" / "deck"))


if __name__ == "__main__":
    main()
