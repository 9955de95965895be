"""
What is refused, and what is sure: questions whose answer lies on the shelf, and questions whose answer does not.

    nice -n 5 python -m tests.benchmarks.refusing [--shared FOLDER] [--fails]

The first shelf is that of the everyday questions: the samples, the deck and both shared corpora. Its questions: `data/refusing.jsonl`
(ours, with a pattern that a right answer holds), the shared everyday sets, other words and deck questions. The second one has the
corpus of `data/everyday3` and its questions. All are asked once more "without" the document that answers them, which leaves a shelf
of the same world. JSQuAD and law questions are asked
of their own shelves by `train_certainty`, which prints their figures. Columns: the share refused of what cannot be answered
(right) and of what can (wrong), the share of answers that are sure, and the share of sure answers that lack the pattern.
"""

import argparse
import asyncio
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.answering.answers import Answers
from knowledge.deck import digest
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.query import Query
from knowledge.samples import catalogue
from knowledge.values import Document, Hit, Language, Metadata, Passage, SearchKind
from tests.benchmarks.everyday import OURS, SETS, corpora, place
from tests.benchmarks.search import SHARED, lines

ALL = frozenset({"all"})
OWN = Path(__file__).with_name("data") / "refusing.jsonl"
SHELVES = (SETS[1], OURS)
TALK = {"smalltalk", "ambiguous"}
NO_QUESTION = {"d66", "l01", "l02", "l03", "o01", "o02", "o03", "o04"}
EDITIONS = "security-requirements"  # both editions say much the same


@dataclass(frozen=True)
class Question:
    """`document` is part of the file's name or title that answers it, "" for none; `must` are patterns of a right answer."""

    set: str
    id: str
    text: str
    language: Language
    document: str = ""
    must: tuple[str, ...] = ()


class Without:
    """A library without the documents that answer a question."""

    def __init__(self, library: Library, hidden: frozenset[str]) -> None:
        self._library = library
        self._hidden = hidden
        self.sentences = library.sentences

    async def query(self, question: str, *, readers: frozenset[str] | None) -> Query:
        return await self._library.query(question, readers=readers)

    async def search(
        self,
        question: str | Query,
        *,
        readers: frozenset[str],
        limit: int = 6,
        kind: SearchKind = "whole",
    ) -> list[Hit]:
        hits = await self._library.search(question, readers=readers, limit=limit + 90, kind=kind)
        left = [hit for hit in hits if hit.passage.document not in self._hidden]
        return [replace(hit, rank=rank) for rank, hit in enumerate(left[:limit], 1)]

    async def neighbours(
        self, passage: Passage, *, readers: frozenset[str], around: int = 1
    ) -> list[Passage]:
        return await self._library.neighbours(passage, readers=readers, around=around)

    async def document(self, id: str) -> Document:  # noqa: A002
        return await self._library.document(id)


def questions(shared: Path, shelf: str = SETS[1]) -> list[Question]:
    """Return the questions of all sets that are asked of a shelf."""
    if shelf == OURS:
        return _judged_by_patterns(OURS, place(shared, OURS))
    return _of_the_everyday_shelf(shared)


def _judged_by_patterns(name: str, folder: Path) -> list[Question]:
    asked = []
    for row in lines(folder / "questions.jsonl"):
        if "turns" in row or TALK & set(row["kinds"]) or row["id"] in NO_QUESTION:
            continue
        document = row["gold"][0]["document"].rsplit(".", 1)[0] if row["gold"] else ""
        must = tuple(row["must"])
        asked.append(Question(name, row["id"], row["text"], row["lang"], document, must))
    return asked


def _of_the_everyday_shelf(shared: Path) -> list[Question]:
    asked = []
    for row in lines(OWN):
        must = (row["must"],) if row["must"] else ()
        asked.append(
            Question("own", row["id"], row["text"], row["language"], row["document"], must)
        )
    asked += _judged_by_patterns(SETS[1], place(shared, SETS[1]))
    for row in lines(shared / "bench/everyday/questions.jsonl"):
        if row["id"][0] == "t" or row["id"] in NO_QUESTION:
            continue
        document = ""
        if row["id"][0] != "m":
            document = (row["documents"] or ["?"])[0].removeprefix("sample: ").rsplit(".", 1)[0]
        asked.append(Question("everyday", row["id"], row["text"], row["lang"], document))
    for row in lines(shared / "bench/everyday/other_words.jsonl"):
        document = row["document"].rsplit(".", 1)[0]
        asked.append(Question("other words", row["id"], row["text"], row["lang"], document))
    for name in ("queries", "queries_fresh"):
        for row in lines(shared / f"bench/deck/{name}.jsonl"):
            document = "digest" if row.get("answerable", True) else ""
            asked.append(Question("deck", row["id"], row["text"], row["lang"], document))
    return asked


async def fill(library: Library, shared: Path, shelf: str = SETS[1]) -> dict[str, str]:
    """Put everything on a shelf and return each document's names by its id."""
    async for _ in catalogue.shelve(library):
        pass
    await digest.shelve(library)
    for path in corpora(shared, shelf):
        reading = await read(path.name, path.read_bytes())
        metadata = Metadata(title=reading.title or path.stem, audience="all")
        document, version, _ = await library.stage(reading, metadata, by="benchmark")
        await library.publish(document.id, version.id)
    await library.followed()
    names = {}
    for document in await library.documents():
        files_of = [version.name for version in document.versions]
        names[document.id] = " ".join([document.metadata.title, *files_of])
    return names


def answering(question: Question, names: dict[str, str]) -> frozenset[str]:
    """Return the ids of the documents that answer a question."""
    if not question.document:
        return frozenset()
    wanted = EDITIONS if EDITIONS in question.document else question.document
    return frozenset(id_ for id_, name in names.items() if wanted in name)


def plain(text: str) -> str:
    """Return a text as patterns are searched in it."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"(?<=\d),(?=\d{3})", "", folded)


@dataclass
class Tally:
    """Of one set in one language."""

    absent: int = 0
    absent_refused: int = 0
    present: int = 0
    present_refused: int = 0
    answered: int = 0
    sure: int = 0
    judged_sure: int = 0
    wrong_sure: int = 0

    def row(self) -> str:
        def share(part: int, whole: int) -> str:
            return f"{part}/{whole} {100 * part / whole:3.0f}%" if whole else "-"

        cells = (
            share(self.absent_refused, self.absent),
            share(self.present_refused, self.present),
            share(self.sure, self.answered),
            share(self.wrong_sure, self.judged_sure),
        )
        return "".join(f"{cell:>16s}" for cell in cells)


async def measure(shared: Path, *, fails: bool, meaning: bool) -> None:
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    sentences = SentenceEncoder() if meaning else None
    for shelf in SHELVES:
        await _asked(shared, shelf, sentences, tallies, fails=fails)
    head = ("refused right", "refused wrong", "sure", "sure and wrong")
    print(f"{'':24s}" + "".join(f"{name:>16s}" for name in head))
    for (name, language), tally in sorted(tallies.items()):
        print(f"{name:20s}{language:>4s}" + tally.row())


async def _asked(
    shared: Path,
    shelf: str,
    sentences: SentenceEncoder | None,
    tallies: dict[tuple[str, str], Tally],
    *,
    fails: bool,
) -> None:
    """Ask the questions of a shelf, with their documents and without them."""
    with tempfile.TemporaryDirectory() as folder:
        index = EmbeddedIndex(Path(folder), version=VERSION)
        async with Library(index, sentences=sentences) as library:
            names = await fill(library, shared, shelf)
            likeness = library.likeness
            answers = Answers(library, likeness=likeness)
            for question in questions(shared, shelf):
                hidden = answering(question, names)
                await ask(answers, question, tallies, fails=fails)
                if hidden:
                    absent = replace(question, set=f"{question.set} without", document="", must=())
                    without = Answers(Without(library, hidden), likeness=likeness)
                    await ask(without, absent, tallies, fails=False)


async def ask(
    answers: Answers,
    question: Question,
    tallies: dict[tuple[str, str], Tally],
    *,
    fails: bool,
) -> None:
    answer = await answers.answer(question.text, readers=ALL, language=question.language)
    refused = answer.mode == "refused"
    text = plain(answer.text)
    right = all(re.search(pattern, text) for pattern in question.must)
    for key in ((question.set, question.language), (question.set, "all")):
        count(tallies[key], question, refused=refused, sure=answer.certainty == "sure", right=right)
    wrong = refused == bool(question.document) or (answer.certainty == "sure" and not right)
    if fails and wrong:
        print(f"{question.set} {question.id} {answer.certainty}: {question.text}\n  {text[:160]!r}")


def count(tally: Tally, question: Question, *, refused: bool, sure: bool, right: bool) -> None:
    if question.document:
        tally.present += 1
        tally.present_refused += refused
    else:
        tally.absent += 1
        tally.absent_refused += refused
    if refused:
        return
    tally.answered += 1
    tally.sure += sure
    if sure and (question.must or not question.document):
        tally.judged_sure += 1
        tally.wrong_sure += not question.document or not right


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--fails", action="store_true")
    parser.add_argument("--words", action="store_true", help="without the sentence encoder")
    given = parser.parse_args(arguments)
    asyncio.run(measure(given.shared, fails=given.fails, meaning=not given.words))


if __name__ == "__main__":
    main()
