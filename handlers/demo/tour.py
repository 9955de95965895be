"""
RAG in five minutes: five stops, each with a real run on the documents of whoever takes it, ending
with what slide 18 warns of.

Nothing here is prepared but the questions: what is shown was just done. The one that cannot be
answered is made from a word that stands in none of those documents.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.actions.choose import StartChoice
from handlers.actions.demo import OpenTrace, TakeTour
from handlers.answer_text import lines, titled
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Details,
    Heading,
    Message,
    Paragraph,
    Reply,
)
from handlers.demo.answering import Answering
from handlers.demo.outside import absent
from handlers.demo.trace_view import TraceView
from handlers.people import People
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.trace import Candidate, Trace
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.values import Answer, Language, SearchKind

STOPS = 5
SHOWN = 5  # candidates at a stop
TRIED = 4  # words that stand nowhere, until a question made of one is refused


Question = Literal["question_learn", "question_outside", "question_choose", "question_limits"]


@dataclass(frozen=True, slots=True)
class Stop:
    """What is run at a stop: a sentence as its question, the most passages, the kind of search."""

    question: Question
    limit: int = 6
    kind: SearchKind = "whole"


RUNS = {
    1: Stop("question_learn"),
    2: Stop("question_learn", limit=2),
    3: Stop("question_outside"),
    4: Stop("question_choose", kind="words"),
    5: Stop("question_limits"),
}


class Tour:
    """The stops one after another; nothing is remembered between them."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        questions: Answering,
        trace: Callable[[str], Awaitable[Trace | None]],
        people: People,
        texts: Texts,
    ) -> None:
        self._library = library
        self._questions = questions
        self._trace = trace
        self._people = people
        self._texts = texts

    async def step(self, message: Message, number: int) -> AsyncIterator[Reply]:
        """Take one stop: what it shows, the run itself, and the way on."""
        language = message.person.language
        number = min(max(number, 1), STOPS)
        stop = RUNS[number]
        yield Reply(self._say("running", language), final=False, private=True)
        try:
            word, question, answer = await self._asked(message, stop)
            trace = await self._trace(answer.id)
        except KnowledgeError as error:
            yield Reply(error.reason.to(language), private=True)
            return
        except SessionsUnavailable:
            trace = None
        if trace is None:
            yield Reply(self._texts.say("feedback.away", language), private=True)
            return
        view = TraceView(self._texts, language, self._people.readers(message))
        title = self._say("tour_title", language, n=number, of=STOPS)
        lesson = self._say(f"tour_{number}", language)
        blocks = (
            Heading(title),
            Paragraph(lesson),
            Paragraph(self._say("tour_asked", language, question=question), "quiet"),
            *self._run(number, answer, trace, view, language, word),
            self._ways(number, answer.id, language),
        )
        heading = self._say("tour_button", language)
        yield Reply(f"{title}\n{lesson}", blocks, private=True, title=heading)

    async def _asked(self, message: Message, stop: Stop) -> tuple[str, str, Answer]:
        """
        Run what a stop asks, and return the word it is made of, "" where it is prepared, and the
        question. Of words that stand nowhere the first is taken whose question is refused, since
        single letters of one may still be found.
        """
        language = message.person.language
        words: tuple[str, ...] = ("",)
        if stop.question == "question_outside":
            readers = self._people.readers(message)
            words = (await absent(self._library, readers, language))[:TRIED]
        for word in words:
            question = self._say(stop.question, language, word=word)
            answer = await self._questions.quietly(
                message, question, limit=stop.limit, kind=stop.kind
            )
            if answer.mode == "refused":
                break
        return word, question, answer

    def _run(
        self,
        number: int,
        answer: Answer,
        trace: Trace,
        view: TraceView,
        language: Language,
        word: str,
    ) -> Iterator[Block]:
        """Yield what a stop shows of its run."""
        seen = view.seen(trace)[:SHOWN]
        match number:
            case 1:
                yield view.stages(trace)
                yield from _table(view, seen)
            case 3:
                yield Paragraph(self._say("tour_absent", language, word=word))
                yield from self._refused(answer, language)
                yield from view.beside(trace)
            case 4:
                yield from _table(view, seen)
            case 2:
                candidates = view.candidates(seen)
                yield from self._answer(answer, language)
                yield Details(candidates.caption, (candidates,))
            case _:
                yield from self._answer(answer, language)
                yield Paragraph(self._say("tour_caution", language), "warning")

    def _refused(self, answer: Answer, language: Language) -> Iterator[Block]:
        """Yield that nothing was found, and what lies nearest."""
        refused = answer.mode == "refused"
        outcome = self._say("tour_refused" if refused else "tour_unsure", language)
        yield Paragraph(outcome, "note")
        rows = [
            f"- {titled(near.title, language)} {near.place.to(language)}" for near in answer.nearest
        ]
        if rows:
            yield Paragraph("\n".join(rows))

    def _answer(self, answer: Answer, language: Language) -> Iterator[Block]:
        """Yield the answer, then its sources."""
        text = "\n".join(lines(answer.sentences)[:SHOWN])
        yield Paragraph(text or self._say("with_nothing", language), "quote")
        rows = []
        for citation in answer.citations:
            title = titled(citation.passage.title, language)
            rows.append(f"[{citation.number}] {title} {citation.passage.place.to(language)}")
        if rows:
            yield Paragraph("\n".join(rows), "quiet")

    def _ways(self, number: int, answer: str, language: Language) -> Buttons:
        record = Button(self._say("tour_record", language), OpenTrace(answer))
        if number < STOPS:
            following = Button(self._say("tour_next", language), TakeTour(number + 1), "primary")
            return Buttons((following, record))
        choose = Button(self._texts.say("ask.choose", language), StartChoice(), "primary")
        return Buttons((choose, record, Button(self._say("tour_first", language), TakeTour())))

    def _say(self, name: str, language: Language, **values: object) -> str:
        return self._texts.say(f"demo.{name}", language, **values)


def _table(view: TraceView, seen: Sequence[Candidate]) -> Iterator[Block]:
    """Yield the candidates; nothing where there are none."""
    if seen:
        yield view.candidates(seen)
