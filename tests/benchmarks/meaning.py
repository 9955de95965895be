"""
Everyday questions: is a passage that answers among the first 1, 3 and 10, by words, by meaning, by both?

    nice -n 5 python -m tests.benchmarks.meaning

Over the documents of both everyday sets, the samples and the deck, all on one shelf. A passage answers when it stands at the
place that is right (`other_words.jsonl`) or holds the words that are (`everyday2`). Questions are shown by the language they
are asked in and whether any document in that language answers them.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.deck.digest import shelve as shelve_deck
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.samples.catalogue import shelve as shelve_samples
from knowledge.values import Metadata, Passage
from tests.benchmarks.search import SHARED, lines

ALL = frozenset({"all"})
BENCH = SHARED / "bench"
DEPTHS = (1, 3, 10)
SETS = ("everyday", "everyday2")


@dataclass(frozen=True)
class Asked:
    """A question and whether a passage answers it; `names` are the files of the documents by their ids."""

    id: str
    set: str
    language: str
    text: str
    places: tuple[tuple[str, str], ...] = ()
    quotes: tuple[tuple[str, str], ...] = ()

    def answered_by(self, passage: Passage, name: str) -> bool:
        at = " ".join((*passage.headings, passage.place.label, passage.text[:80]))
        if any(name == file and place in at for file, place in self.places):
            return True
        text = squeezed(passage.text)
        return any(name == file and squeezed(quote) in text for file, quote in self.quotes)


def squeezed(text: str) -> str:
    return "".join(text.split())


def asked() -> list[Asked]:
    """Return the questions whose gold place is known."""
    questions = []
    for row in lines(BENCH / "everyday" / "other_words.jsonl"):
        places = ((row["document"], row["place"]),)
        questions.append(Asked(row["id"], "other words", row["lang"], row["text"], places))
    for row in lines(BENCH / "everyday2" / "questions.jsonl"):
        quotes = tuple(
            (gold["document"], gold["quote"]) for gold in row.get("gold", ()) if gold.get("quote")
        )
        if "text" in row and quotes:
            questions.append(Asked(row["id"], "everyday2", row["lang"], row["text"], (), quotes))
    return questions


async def shelve(library: Library) -> None:
    """Put the documents of both sets, the samples and the deck on the shelf."""
    for name in SETS:
        for path in sorted((BENCH / name / "corpus").iterdir()):
            reading = await read(path.name, path.read_bytes())
            document, version, _ = await library.stage(reading, Metadata(), by="benchmark")
            await library.publish(document.id, version.id)
    async for _ in shelve_samples(library):
        pass
    await shelve_deck(library)


async def names(library: Library) -> dict[str, str]:
    return {one.id: one.published.name for one in await library.documents() if one.published}


def rank(found: Sequence[Passage], question: Asked, files: dict[str, str]) -> int:
    for at, passage in enumerate(found, 1):
        if question.answered_by(passage, files[passage.document]):
            return at
    return 0


def kind(question: Asked, everything: Sequence[Passage], files: dict[str, str]) -> str:
    """Return the set, the language asked in and that of what answers."""
    languages = {p.language for p in everything if question.answered_by(p, files[p.document])}
    answered = question.language if question.language in languages else "/".join(sorted(languages))
    return f"{question.set}, {question.language} on {answered or 'nothing'}"


async def by_meaning(
    library: Library, text: str, everything: dict[tuple[str, int], Passage]
) -> list[Passage]:
    """Return passages by their nearest unit alone, in whatever language."""
    vector = await library._meanings.vector(text)
    found = []
    for language in ("ja", "en"):
        found += library._meanings.nearest(vector, ALL, language, 10)
    found.sort(key=lambda near: -near.score)
    return [everything[near.version, near.position] for near in found]


async def measure() -> None:
    ranks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        async with Library(EmbeddedIndex(place, version=VERSION)) as library:
            await shelve(library)
            files = await names(library)
            everything = []
            for document in await library.documents():
                everything += await library.passages(document.current)
            kinds = {one.id: kind(one, everything, files) for one in asked()}
            for one in asked():
                hits = await library.search(one.text, readers=ALL, limit=30)
                ranks["words"][kinds[one.id]].append(rank([h.passage for h in hits], one, files))
        by_place = {(p.version, p.position): p for p in everything}
        async with Library(
            EmbeddedIndex(place, version=VERSION), sentences=SentenceEncoder()
        ) as library:
            await library.followed()
            for one in asked():
                found = await by_meaning(library, one.text, by_place)
                ranks["meaning"][kinds[one.id]].append(rank(found, one, files))
                hits = await library.search(one.text, readers=ALL, limit=30)
                ranks["both"][kinds[one.id]].append(rank([h.passage for h in hits], one, files))
    show(ranks)


def show(ranks: dict[str, dict[str, list[int]]]) -> None:
    for arm, by_kind in ranks.items():
        print(f"{arm}: hit@{', hit@'.join(map(str, DEPTHS))}")
        for name in sorted(by_kind):
            figures = by_kind[name]
            hits = [sum(0 < at <= depth for at in figures) for depth in DEPTHS]
            print(f"  {name}: {', '.join(map(str, hits))} of {len(figures)}")
        every = [at for figures in by_kind.values() for at in figures]
        shares = [sum(0 < at <= depth for at in every) / len(every) for depth in DEPTHS]
        print(f"  all: {', '.join(f'{share:.2f}' for share in shares)} of {len(every)}")


if __name__ == "__main__":
    asyncio.run(measure())
