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
from knowledge.evaluation.judging import Fault, faults
from knowledge.evaluation.measures import first_rank, holds, ndcg, recall, reciprocal_rank
from knowledge.evaluation.sets import Case, QuestionSet, Row
from knowledge.index.opening import open_index
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Answer, Hit, Language, Metadata, Page, Passage, Place

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
    alone. `dense` is nDCG@10 without and with dense vectors, where there are any. `faults` are what
    the answer lacks of what is expected, empty for a right one, None where nothing is.
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
    faults: tuple[Fault, ...] | None = None


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
    if questions.corpus is not None:
        return await _evaluate_corpus(questions, questions.corpus, shelf, tell)
    if shelf is None:
        raise ValueError("questions without a corpus need a shelf")
    await shelf.library.renewed()
    documents = len(await shelf.library.documents(readers=shelf.readers))
    outcomes = await _ask_all(shelf, questions.cases, _own_names, tell)
    return Result(questions.name, documents, 0.0, outcomes)


async def _evaluate_corpus(
    questions: QuestionSet, corpus: Sequence[Row], shelf: Corpus | None, heard: Progress
) -> Result:
    """Ask every question of a corpus put into an index of its own, which is thrown away."""
    ids = [row["id"] for row in corpus]

    def names(passage: Passage) -> tuple[str, ...]:
        return (ids[(passage.place.number or 1) - 1],)

    embedding = None
    model, size = "", 0
    if shelf is not None and shelf.library.embedding is not None:
        embedding = shelf.library.embedding
        model, size = embedding.name, embedding.size
    with tempfile.TemporaryDirectory() as place:
        index = open_index(None, Path(place), model=model, size=size, version=VERSION)
        async with Library(index, embedding=embedding) as library:
            start = time.perf_counter()
            await _shelve(library, questions.name, corpus)
            seconds = time.perf_counter() - start
            own = Corpus(library, Answers(library), READERS)
            outcomes = await _ask_all(own, questions.cases, names, heard)
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
    milliseconds = (time.perf_counter() - start) * 1000
    ranked = _ranked(hits, names, case)
    answer = await _answer(shelf, case)
    refused = answer is None or answer.mode == "refused"
    cited = [c.passage for c in answer.citations] if answer else []
    rank, answered, dense, judged = None, None, None, None
    if case.gold:
        rank = first_rank(ranked, case.gold)
    if case.spans:
        answered = holds(_first_sentences(answer), case.spans)
    if case.expected.known:
        judged = faults(case.expected, answer)
    if shelf.library.dense and case.gold:
        dense = await _compared(shelf, case, names)
    return Outcome(
        case,
        rank=rank,
        ndcg=ndcg(ranked, case.gold),
        recall={depth: recall(ranked, case.gold, depth) for depth in DEPTHS},
        reciprocal=reciprocal_rank(ranked, case.gold),
        refused=refused,
        answered=answered,
        cited=_cites_gold(cited, names, case),
        milliseconds=milliseconds,
        found=_titles(hits, case.language),
        dense=dense,
        faults=judged,
    )


def _cites_gold(cited: Sequence[Passage], names: Names, case: Case) -> bool | None:
    """Report whether a right document is cited; None where none is known or nothing is cited."""
    if not case.gold or not cited:
        return None
    cited_names: set[str] = set()
    for passage in cited:
        cited_names.update(names(passage))
    return not case.gold.keys().isdisjoint(cited_names)


async def _compared(shelf: Corpus, case: Case, names: Names) -> tuple[float, float]:
    """Return nDCG@10 without and with dense vectors."""
    gains = []
    for dense in (False, True):
        hits = await shelf.library.search(
            case.text, readers=shelf.readers, limit=PASSAGES, dense=dense
        )
        gain = ndcg(_ranked(hits, names, case), case.gold)
        gains.append(gain)
    return gains[0], gains[1]


async def _answer(shelf: Corpus, case: Case) -> Answer | None:
    """Return the answer; None when the question cannot be asked (wordless, too long)."""
    try:
        return await shelf.answers.answer(case.text, readers=shelf.readers, language=case.language)
    except LibraryUnavailable:
        raise
    except KnowledgeError:
        return None


def _first_sentences(answer: Answer | None) -> str:
    if answer is None or answer.mode == "refused":
        return ""
    return "".join(sentence.text for sentence in answer.sentences[:SENTENCES])


def _ranked(hits: Sequence[Hit], names: Names, case: Case) -> list[str]:
    """
    Return the names of what was found, each once; a passage counts under the name that is gold, if
    one is.
    """
    ranked: dict[str, None] = {}
    for hit in hits:
        if hit.score <= 0:
            continue
        ranked[_counted(names(hit.passage), case)] = None
    return list(ranked)


def _counted(names: Sequence[str], case: Case) -> str:
    """Return the name a passage counts under: the first that is gold, else its first."""
    for name in names:
        if name in case.gold:
            return name
    return names[0]


def _own_names(passage: Passage) -> tuple[str, ...]:
    """
    The names a file of questions may give a passage: its document by id or title, with or without
    the page.
    """
    page = f"#{passage.place.number}"
    return (passage.document, passage.title, passage.document + page, passage.title + page)


def _titles(hits: Sequence[Hit], language: Language) -> tuple[str, ...]:
    """Return the first passages as people would name them, for the report."""
    titles = []
    for hit in hits[:TITLES]:
        title = f"{hit.passage.title} {hit.passage.place.to(language)}".strip()
        titles.append(title)
    return tuple(titles)


async def _shelve(library: Library, name: str, corpus: Sequence[Row]) -> None:
    pages, texts = [], []
    for number, row in enumerate(corpus, 1):
        texts.append(row["text"])
        title = str(row.get("title") or "")
        page = Page(number, Place("page", number), row["text"], title)
        pages.append(page)
    content = "\n".join(texts).encode("utf-8", "replace")
    # No title: the set's own name would stand in every passage and could meet a question's words.
    reading = Reading(
        name, hashlib.sha256(content).hexdigest(), len(content), "", "text", tuple(pages), (), "ja"
    )
    document, version, _ = await library.stage(reading, Metadata(), by="evaluate")
    await library.publish(document.id, version.id)


def _unheard(_done: int, _all: int) -> None:
    """Nobody asked for progress."""
