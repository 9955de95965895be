"""
The last answer of a talk, as far as it may still be read: what is shortened, translated or opened.

It is put together anew from what is kept and from the shelf of today; the rights are checked again.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handlers.answer_records import AnswerRecord, AnswerRecords, CitedPassage
from handlers.conversation import Message
from handlers.people import People
from handlers.questions.threads import Threads
from handlers.sessions import Sessions, SessionsUnavailable
from knowledge.answering.citations import citation
from knowledge.answering.question import Turn
from knowledge.documents.library import Library
from knowledge.errors import UnknownDocument
from knowledge.values import Answer, Citation, Language, Sentence


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """`answer` is None where nothing was answered; `gone` says that a source is no longer there."""

    answer: Answer | None = None
    id: str = ""
    question: str = ""
    gone: bool = False


class LastAnswers:
    """Loads and keeps the answer a talk is about."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        sessions: Sessions,
        people: People,
        threads: Threads,
    ) -> None:
        self._library = library
        self._records = AnswerRecords(sessions)
        self._people = people
        self._threads = threads

    async def load(self, message: Message) -> LastAnswer:
        """
        Return the last answer of this talk.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        id_ = await self._threads.answer(message.place)
        try:
            record = await self._records.load(id_) if id_ else None
        except SessionsUnavailable:
            record = None
        if record is None:
            return LastAnswer()
        if not record.sentences:
            return LastAnswer(None, id_, record.question)
        try:
            answer = await self._restored(record, message)
        except UnknownDocument:
            return LastAnswer(None, id_, record.question, gone=True)
        return LastAnswer(answer, id_, record.question)

    async def keep(self, message: Message, answer: Answer) -> Answer:
        """
        Let a new wording be the answer the talk is about, under an id of its own.

        Without Redis it is only shown.
        """
        own = replace(answer, id=secrets.token_urlsafe(12))
        try:
            await self._records.keep(AnswerRecord.of(own, message.person.id))
        except SessionsUnavailable:
            return own
        history = await self._threads.history(message.place)
        turn = _turn(own, history)
        await self._threads.add(message.place, turn, message.person.id, own.id)
        return own

    async def _restored(self, record: AnswerRecord, message: Message) -> Answer:
        """Return a kept answer with its sources as they stand now. Raises UnknownDocument."""
        library = await self._library()
        citations = [await self.citation(library, message, cited) for cited in record.cited]
        sentences = [Sentence(one.text, one.citations, one.role) for one in record.sentences]
        language: Language = "en" if record.language == "en" else "ja"
        return Answer(
            record.id,
            record.question,
            language,
            "llm" if record.mode == "llm" else "extractive",
            tuple(sentences),
            tuple(citations),
            trace=record.trace,
        )

    async def citation(self, library: Library, message: Message, cited: CitedPassage) -> Citation:
        """Return a source by what is kept of it. Raises UnknownDocument."""
        readers = self._people.readers(message)
        passage = await library.passage(cited.passage, readers=readers)
        document = await library.document(passage.document)
        today = datetime.now(UTC).date()
        return citation(cited.number, passage, cited.quote, document, today)


def _turn(answer: Answer, history: Sequence[Turn]) -> Turn:
    """Return an answer as a turn: in other words it is about what it was about before."""
    if history and history[-1].question == answer.question:
        return replace(history[-1], answer=answer.text)
    return Turn(answer.question, answer.text, answer.topic, answer.article)
