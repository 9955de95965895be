"""
The RAG demo: what one answer did, from its stored trace and without a new model call; and what
changes with other settings.

Private unless somebody shares it; whoever looks sees only what they may read.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

from handlers.actions.demo import (
    AnswerAlone,
    AskWhyMissing,
    OpenTrace,
    RunAgain,
    ShareTrace,
    StopAsking,
    TakeTour,
)
from handlers.answer_records import AnswerRecords
from handlers.answer_text import titled
from handlers.conversation import Ask, Audience, Field, Form, Message, Reply
from handlers.demo.answering import Answering
from handlers.demo.tour import Tour
from handlers.demo.trace_view import TraceView
from handlers.people import People
from handlers.routes import Routes
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.absence import DEEP, Absence, named, why
from knowledge.answering.trace import Trace
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.values import Language

MOST = 10  # passages a rerun may use
USUAL = 6  # passages an answer uses where nobody says otherwise
TITLE = 200  # characters of a document's name that are taken
NAME = 100  # characters of a document's name that are repeated to whoever asked for it


@dataclass(frozen=True, slots=True)
class StoredTrace:
    """How an answer was made, and the question as it was put."""

    question: str
    trace: Trace


class Demo:
    """The map of the demo: traces, other settings, missing documents and the tour."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        sessions: Sessions,
        people: People,
        questions: Answering,
        texts: Texts,
    ) -> None:
        self._library = library
        self._sessions = sessions
        self._records = AnswerRecords(sessions)
        self._people = people
        self._questions = questions
        self._texts = texts
        self._tour = Tour(library, questions, self.trace, people, texts)

    def routes(self, routes: Routes) -> None:
        """Take the buttons of this room and the form about a missing document."""
        routes.press(TakeTour, self.tour)
        routes.press(OpenTrace, self.open)
        routes.press(RunAgain, self.run_again)
        routes.press(AnswerAlone, self.alone)
        routes.press(AskWhyMissing, self.which)
        routes.press(ShareTrace, self.share)
        routes.press(StopAsking, self.open)
        routes.form(AskWhyMissing, self.missing)

    # ----------------------------------------------------------------- what people do

    async def command(self, message: Message, question: str) -> AsyncIterator[Reply]:
        """Answer `question` and show how; without a question, take the tour."""
        if not question:
            async for reply in self._tour.step(message, 1):
                yield reply
            return
        yield self._running(message)
        yield await self._run(message, question)

    async def tour(self, message: Message, action: TakeTour) -> AsyncIterator[Reply]:
        """Take one stop of the tour."""
        async for reply in self._tour.step(message, action.number):
            yield reply

    async def open(self, message: Message, action: OpenTrace | StopAsking) -> AsyncIterator[Reply]:
        """Show how an answer was made; a button that names none takes the tour."""
        if not action.answer:
            async for reply in self._tour.step(message, 1):
                yield reply
            return
        stored = await self._stored(message, action.answer)
        if isinstance(stored, Reply):
            yield stored
            return
        yield self._view(message).reply(stored.trace, action.answer)

    async def run_again(self, message: Message, action: RunAgain) -> AsyncIterator[Reply]:
        """Answer the same question with other settings and say what that changed."""
        stored = await self._stored(message, action.answer)
        if isinstance(stored, Reply):
            yield stored
            return
        yield self._running(message)
        yield await self._run_again(message, action, stored)

    async def alone(self, message: Message, action: AnswerAlone) -> AsyncIterator[Reply]:
        """Show what the language model says without documents."""
        stored = await self._stored(message, action.answer)
        if isinstance(stored, Reply):
            yield stored
            return
        yield self._running(message)
        trace = stored.trace
        try:
            text = await self._questions.alone(trace.question, trace.language)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        yield self._view(message).reply(trace, action.answer, alone=text)

    async def share(self, message: Message, action: ShareTrace) -> AsyncIterator[Reply]:
        """Show the channel how the answer was made, as far as everybody there may read it."""
        stored = await self._stored(message, action.answer)
        if isinstance(stored, Reply):
            yield stored
            return
        channel = replace(message, audience=Audience(message.audience.id, private=False))
        reply = self._view(channel).reply(stored.trace, action.answer)
        yield replace(reply, private=False, share=True)

    async def which(self, message: Message, action: AskWhyMissing) -> AsyncIterator[Reply]:
        """Ask which document is missing."""
        stored = await self._stored(message, action.answer)
        if isinstance(stored, Reply):
            yield stored
            return
        yield self._which(action, stored.trace, message.person.language)

    async def missing(
        self, message: Message, action: AskWhyMissing, form: Form
    ) -> AsyncIterator[Reply]:
        """Say where a named document was dropped."""
        stored = await self._stored(message, action.answer)
        if isinstance(stored, Reply):
            yield stored
            return
        name = form.values.get("document", "")
        try:
            absence = await self._absence(message, stored.trace, name)
            spoken = await self._other_language(message, stored.trace, absence)
        except SessionsUnavailable:
            yield self._away(message)
            return
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        language = message.person.language
        yield Reply(self._where(absence, name, language, spoken), private=True)

    async def trace(self, answer: str) -> Trace | None:
        """Return the trace of an answer, None once it has expired. Raises SessionsUnavailable."""
        stored = await self._load(answer)
        if stored is None:
            return None
        return stored.trace

    # ----------------------------------------------------------------- how it is done

    async def _run(self, message: Message, question: str) -> Reply:
        try:
            answer = await self._questions.quietly(message, question)
            trace = await self.trace(answer.id)
            if trace is None:
                return self._away(message)
            alone = ""
            if trace.model:
                alone = await self._questions.alone(question, answer.language)
        except SessionsUnavailable:
            return self._away(message)
        except KnowledgeError as error:
            return Reply(error.reason.to(message.person.language))
        return self._view(message).reply(trace, answer.id, alone=alone)

    async def _run_again(self, message: Message, action: RunAgain, before: StoredTrace) -> Reply:
        limit = USUAL
        if 1 <= action.limit <= MOST:
            limit = action.limit
        try:
            answer = await self._questions.quietly(
                message, before.question, limit=limit, kind=action.search
            )
            trace = await self.trace(answer.id)
        except (KnowledgeError, SessionsUnavailable):
            trace = None
        if trace is None:
            return self._away(message)
        view = self._view(message)
        changed = view.difference(before.trace, trace)
        return view.reply(trace, answer.id, changed=changed)

    async def _absence(self, message: Message, trace: Trace, name: str) -> Absence:
        library = await self._library()
        readers = self._people.readers(message)
        document = named(await library.documents(readers=readers), name)
        hits = await library.search(trace.rewritten, readers=readers, limit=DEEP, kind=trace.kind)
        return why(document, trace, hits)

    async def _other_language(
        self, message: Message, trace: Trace, absence: Absence
    ) -> Language | None:
        """
        Return the language of a document that was dropped, None where it is the question's own:
        words of two languages cannot be compared.
        """
        hit = absence.hit
        if hit is None and absence.title:
            library = await self._library()
            readers = self._people.readers(message)
            hits = await library.search(absence.title, readers=readers, limit=DEEP)
            own = [one for one in hits if one.passage.title == absence.title]
            hit = own[0] if own else None
        if hit is None or hit.passage.language == trace.language:
            return None
        return hit.passage.language

    async def _stored(self, message: Message, answer: str) -> StoredTrace | Reply:
        """Return the trace of an answer, or the reply that says why there is none."""
        try:
            stored = await self._load(answer)
        except SessionsUnavailable:
            return self._away(message)
        if stored is None:
            return Reply(self._texts.say("ask.expired", message.person.language), private=True)
        return stored

    async def _load(self, answer: str) -> StoredTrace | None:
        record = await self._records.load(answer)
        if record is None:
            return None
        stored = await self._sessions.load("trace", record.trace)
        if stored is None:
            return None
        return StoredTrace(record.question, Trace.from_json(str(stored["trace"])))

    # ----------------------------------------------------------------- how it looks

    def _view(self, message: Message) -> TraceView:
        return TraceView(self._texts, message.person.language, self._people.readers(message))

    def _running(self, message: Message) -> Reply:
        text = self._texts.say("demo.running", message.person.language)
        return Reply(text, final=False, private=True)

    def _away(self, message: Message) -> Reply:
        return Reply(self._texts.say("feedback.away", message.person.language), private=True)

    def _which(self, action: AskWhyMissing, trace: Trace, language: Language) -> Reply:
        say = self._texts.say
        text = say("demo.why_ask", language, question=trace.question)
        field = Field(
            "document",
            "text",
            say("demo.why_field", language),
            hint=say("demo.why_hint", language),
            max=TITLE,
        )
        ask = Ask(
            form=action.name,
            title=say("demo.why", language),
            text=text,
            fields=(field,),
            submit=say("demo.why_send", language),
            stop=say("feedback.stop", language),
            state=action.data,
            required_error=say("demo.why_required", language),
        )
        return Reply(text, ask=ask, private=True)

    def _where(
        self, absence: Absence, name: str, language: Language, spoken: Language | None
    ) -> str:
        """
        Say how far a document came on the way into the answer; `spoken` is its language where that
        is another than the question's.
        """
        title = name.strip()[:NAME]
        if absence.title:
            title = titled(absence.title, language)
        place = ""
        if absence.hit:
            place = absence.hit.passage.place.to(language)
        values = {"title": title, "place": place, "rank": absence.rank, "last": absence.last}
        text = self._texts.say(f"demo.why_{absence.where}", language, **values)
        if spoken and absence.where != "used":
            gap = "" if language == "ja" else " "
            reason = self._texts.say(f"demo.why_language_{spoken}", language)
            text = f"{text}{gap}{reason}"
        return text
