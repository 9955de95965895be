"""
What is kept of an answer for a day: enough to open its sources, to go on from it, and to see later
what it rested on. Rooms meet here: questions writes, the others read.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from handlers.lifetimes import ANSWER
from handlers.sessions import Sessions
from knowledge.values import Answer, Citation

KIND = "answer"
_CITED = "cited"  # the list of answers that cite a document, by its id


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """`number` is the citation's in the answer, `place` the page or slide where there are any."""

    passage: str
    number: int
    quote: str
    document: str = ""
    place: int | None = None

    @classmethod
    def of(cls, citation: Citation) -> "CitedPassage":
        """Return what is kept of a source."""
        passage = citation.passage
        number, quote = citation.number, citation.quote
        return cls(passage.id, number, quote, passage.document, passage.place.number)


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """One sentence of an answer with the numbers of its citations, and what it is there for."""

    text: str
    citations: tuple[int, ...]
    role: Literal["line", "lead", "gap"] = "line"


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """`followups` and `choices` are the suggestions in the order of their buttons."""

    id: str
    question: str
    text: str = ""
    mode: str = ""
    language: str = ""
    sentences: tuple[CitedSentence, ...] = ()
    cited: tuple[CitedPassage, ...] = ()
    followups: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    trace: str = ""
    person: str = ""

    @classmethod
    def of(cls, answer: Answer, person: str) -> "AnswerRecord":
        """Return what is kept of an answer that this person was given."""
        sentences = [CitedSentence(one.text, one.citations, one.role) for one in answer.sentences]
        cited = [CitedPassage.of(citation) for citation in answer.citations]
        return cls(
            answer.id,
            answer.question,
            text=answer.text,
            mode=answer.mode,
            language=answer.language,
            sentences=tuple(sentences),
            cited=tuple(cited),
            followups=answer.followups,
            choices=answer.choices,
            trace=answer.trace,
            person=person,
        )


class AnswerRecords:
    """Answers by id; each method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def load(self, id_: str) -> AnswerRecord | None:
        """Return what is kept of an answer, None once it has expired."""
        stored = await self._sessions.load(KIND, id_)
        return None if stored is None else _record(id_, stored)

    async def keep(self, record: AnswerRecord) -> None:
        """Keep an answer for a day, and that it cites its documents."""
        documents = {cited.document for cited in record.cited}
        await asyncio.gather(
            self._sessions.save(KIND, record.id, _stored(record), seconds=ANSWER),
            *(self._sessions.index_add(document, _CITED, record.id) for document in documents),
        )

    async def citing(self, document: str) -> Sequence[AnswerRecord]:
        """Return the answers of the last day that cite a document, latest first."""
        records = []
        for id_ in await self._sessions.index_list(document, _CITED):
            record = await self.load(id_)
            if record is not None:
                records.append(record)
        return records


def _stored(record: AnswerRecord) -> dict[str, Any]:
    return {
        "question": record.question,
        "text": record.text,
        "mode": record.mode,
        "language": record.language,
        "sentences": [[one.text, list(one.citations), one.role] for one in record.sentences],
        "cited": [[c.passage, c.number, c.quote, c.document, c.place] for c in record.cited],
        "followups": list(record.followups),
        "choices": list(record.choices),
        "trace": record.trace,
        "person": record.person,
    }


def _record(id_: str, stored: dict[str, Any]) -> AnswerRecord:
    sentences = []
    for text, marks, *role in stored.get("sentences", ()):  # of a former version without a role
        sentences.append(CitedSentence(text, tuple(marks), *role))
    return AnswerRecord(
        id_,
        str(stored["question"]),
        text=str(stored.get("text", "")),
        mode=str(stored.get("mode", "")),
        language=str(stored.get("language", "")),
        sentences=tuple(sentences),
        cited=tuple(CitedPassage(*row) for row in stored.get("cited", ())),
        followups=tuple(stored.get("followups", ())),
        choices=tuple(stored.get("choices", ())),
        trace=str(stored.get("trace", "")),
        person=str(stored.get("person", "")),
    )
