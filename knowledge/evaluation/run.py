"""
Asking every question of a set, and what came of it.

A folder's corpus is put into a temporary embedded index that is thrown away; a file's questions are
put to the shelf as it is.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError, LibraryUnavailable
from knowledge.evaluation.measures import first_rank, holds, ndcg, recall, reciprocal_rank
from knowledge.evaluation.sets import Case, QuestionSet, Row
from knowledge.index.opening import open_index
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Hit, Language, Metadata, Page, Passage, Place

READERS = frozenset({"all"})
PASSAGES = 50  # fetched a question, so that ten different rows are likely among them
DEPTHS = (1, 3, 10)
SENTENCES = 3  # of an answer in which the gold answer must stand
TITLES = 3  # of what was found instead, kept for the report

Progress = Callable[[int, int], None]
Names = Callable[[Passage], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What came of one question.

    `rank` is that of the first right document, 0 when none was found, None when no right one is
    known. `answered` says whether a gold span stands in the first sentences, `cited` whether the
    answer cites a right document; None where that is unknown. `milliseconds` are of the search
    alone. `dense` is nDCG@10 without and with dense vectors, where there are any.
    """

    case: Case
    rank: int | None
    ndcg: float
    recall: dict[int, float] = field(hash=False)
    reciprocal: float
    refused: bool
    answered: bool | None
    cited: bool | None
    milliseconds: float
    found: tuple[str, ...] = ()
    dense: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is asked, and whose rights the questions are asked with."""

    library: Library
    answers: Answers
    readers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Result:
    """
    All outcomes of a set. `documents` counts its corpus or the shelf; `seconds` is what indexing
    the corpus took.
    """

    name: str
    documents: int
    seconds: float
    outcomes: tuple[Outcome, ...]


async def evaluate(
    questions: QuestionSet, shelf: Corpus | None = None, *, heard: Progress | None = None
) -> Result:
    """
    Ask every question; `shelf` is needed for questions without a corpus.

    `heard` is told the questions done and all of them.

    Raises:
        LibraryUnavailable: the index did not answer, or an embedding model.
    """
    tell = heard or _unheard
    if questions.corpus is None:
        if shelf is None:
            raise ValueError("questions without a corpus need a shelf")
        await shelf.library.renewed()
        documents = len(await shelf.library.documents(readers=shelf.readers))
        return Result(
            questions.name, documents, 0.0, await _ask_all(shelf, questions.cases, _own_names, tell)
        )
    embedding = shelf.library.embedding if shelf else None
    model, size = (embedding.name, embedding.size) if embedding else ("", 0)
    with tempfile.TemporaryDirectory() as place:
        async with Library(
            open_index(None, Path(place), model=model, size=size, version=VERSION),
            embedding=embedding,
        ) as library:
            start = time.perf_counter()
            await _shelve(library, questions.name, questions.corpus)
            seconds = time.perf_counter() - start
            ids = tuple(row["id"] for row in questions.corpus)
            own = Corpus(library, Answers(library), READERS)
            outcomes = await _ask_all(
                own, questions.cases, lambda p: (ids[(p.place.number or 1) - 1],), tell
            )
            return Result(questions.name, len(ids), seconds, outcomes)


async def _ask_all(
    shelf: Corpus, cases: Sequence[Case], names: Names, heard: Progress
) -> tuple[Outcome, ...]:
    await shelf.answers.warm()
    if shelf.library.embedding and not shelf.library.dense:
        raise shelf.library.embedding.away()  # there is nothing to judge it by
    outcomes = []
    for done, case in enumerate(cases, 1):
        outcomes.append(await _ask(shelf, case, names))
        heard(done, len(cases))
    return tuple(outcomes)


async def _ask(shelf: Corpus, case: Case, names: Names) -> Outcome:
    start = time.perf_counter()
    hits = await shelf.library.search(case.text, readers=shelf.readers, limit=PASSAGES)
    spent = (time.perf_counter() - start) * 1000
    found = _ranked(hits, names, case)
    said, cited = await _answer(shelf, case)
    return Outcome(
        case,
        rank=first_rank(found, case.gold) if case.gold else None,
        ndcg=ndcg(found, case.gold),
        recall={depth: recall(found, case.gold, depth) for depth in DEPTHS},
        reciprocal=reciprocal_rank(found, case.gold),
        refused=said is None,
        answered=holds(said or "", case.spans) if case.spans else None,
        cited=any(name in case.gold for passage in cited for name in names(passage))
        if case.gold and cited
        else None,
        milliseconds=spent,
        found=_titles(hits, case.language),
        dense=await _compared(shelf, case, names) if shelf.library.dense and case.gold else None,
    )


async def _compared(shelf: Corpus, case: Case, names: Names) -> tuple[float, float]:
    without, with_ = [
        ndcg(
            _ranked(
                await shelf.library.search(
                    case.text, readers=shelf.readers, limit=PASSAGES, dense=dense
                ),
                names,
                case,
            ),
            case.gold,
        )
        for dense in (False, True)
    ]
    return without, with_


async def _answer(shelf: Corpus, case: Case) -> tuple[str | None, tuple[Passage, ...]]:
    """
    Return the first sentences and the passages cited; None when it was refused or cannot be asked
    (wordless, too long).
    """
    try:
        answer = await shelf.answers.answer(
            case.text, readers=shelf.readers, language=case.language
        )
    except LibraryUnavailable:
        raise
    except KnowledgeError:
        return None, ()
    if answer.mode == "refused":
        return None, ()
    text = "".join(sentence.text for sentence in answer.sentences[:SENTENCES])
    return text, tuple(citation.passage for citation in answer.citations)


def _ranked(hits: Sequence[Hit], names: Names, case: Case) -> list[str]:
    """
    Return the names of what was found, each once; a passage counts under the name that is gold, if
    one is.
    """
    ranked = []
    for hit in hits:
        own = names(hit.passage)
        if hit.score > 0:
            ranked.append(next((name for name in own if name in case.gold), own[0]))
    return list(dict.fromkeys(ranked))


def _own_names(passage: Passage) -> tuple[str, ...]:
    """
    The names a file of questions may give a passage: its document by id or title, with or without
    the page.
    """
    page = f"#{passage.place.number}"
    return (passage.document, passage.title, passage.document + page, passage.title + page)


def _titles(hits: Sequence[Hit], language: Language) -> tuple[str, ...]:
    return tuple(f"{h.passage.title} {h.passage.place.to(language)}".strip() for h in hits[:TITLES])


async def _shelve(library: Library, name: str, corpus: Sequence[Row]) -> None:
    pages = tuple(
        Page(at, Place("page", at), row["text"], str(row.get("title") or ""))
        for at, row in enumerate(corpus, 1)
    )
    content = "\n".join(row["text"] for row in corpus).encode("utf-8", "replace")
    # No title: the set's own name would stand in every passage and could meet a question's words.
    reading = Reading(
        name, hashlib.sha256(content).hexdigest(), len(content), "", "text", pages, (), "ja"
    )
    document, version, _ = await library.stage(reading, Metadata(), by="evaluate")
    await library.publish(document.id, version.id)


def _unheard(_done: int, _all: int) -> None:
    """Nobody asked for progress."""
