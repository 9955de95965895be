"""
The RAG demo: what one answer did, from its stored trace and without a new model call; and what
changes with other settings.

Private unless somebody shares it; whoever looks sees only what they may read.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

from handlers.answer_text import titled
from handlers.conversation import Ask, Audience, Field, Form, Message, Press, Reply
from handlers.demo.tour import Tour
from handlers.demo.trace_view import TraceView
from handlers.people import People
from handlers.questions.ask import Questions
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.absence import DEEP, Absence, named, why
from knowledge.answering.trace import Candidate, Trace
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.values import Language, SearchKind

MOST = 10  # passages a rerun may use
KINDS: dict[str, SearchKind] = {"whole": "whole", "words": "words", "first": "first"}


class Demo:
    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        sessions: Sessions,
        people: People,
        questions: Questions,
        texts: Texts,
    ) -> None:
        self._library = library
        self._sessions = sessions
        self._people = people
        self._questions = questions
        self._texts = texts
        self._tour = Tour(questions, self.trace, people, texts)

    async def command(self, message: Message, question: str) -> AsyncIterator[Reply]:
        """Answer `question` and show how; without a question, take the tour."""
        if not question:
            async for reply in self._tour.step(message, 1):
                yield reply
            return
        yield Reply(
            self._texts.say("demo.running", message.person.language), final=False, private=True
        )
        async for reply in self._run(message, question):
            yield reply

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Open a trace, run it again, ask why a document is missing, share it, or take the tour."""
        language = message.person.language
        answer = str(press.data.get("aid", ""))
        if press.action == "demo.tour" or not answer:
            number = press.data.get("n", 1)
            async for reply in self._tour.step(message, number if isinstance(number, int) else 1):
                yield reply
            return
        try:
            kept = await self._kept(answer)
        except SessionsUnavailable:
            yield Reply(self._texts.say("feedback.away", language), private=True)
            return
        if kept is None:
            yield Reply(self._texts.say("ask.expired", language), private=True)
            return
        record, trace = kept
        match press.action:
            case "demo.rerun":
                yield Reply(self._texts.say("demo.running", language), final=False, private=True)
                async for reply in self._again(message, press, str(record["question"]), trace):
                    yield reply
            case "demo.why":
                yield self._which(answer, trace, language)
            case "demo.alone":
                yield Reply(self._texts.say("demo.running", language), final=False, private=True)
                yield await self._alone(message, answer, trace)
            case "demo.share":
                channel = replace(message, audience=Audience(message.audience.id, private=False))
                shown = TraceView(self._texts, language, self._people.readers(channel)).reply(
                    trace, answer
                )
                yield replace(shown, private=False, share=True)
            case _:
                yield self._inside(message).reply(trace, answer)

    async def form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Say where a named document was dropped."""
        language, readers = message.person.language, self._people.readers(message)
        try:
            kept = await self._kept(str(form.state.get("aid", "")))
            if kept is None:
                yield Reply(self._texts.say("ask.expired", language), private=True)
                return
            trace, library = kept[1], await self._library()
            document = named(
                await library.documents(readers=readers), form.values.get("document", "")
            )
            hits = await library.search(
                trace.rewritten, readers=readers, limit=DEEP, kind=trace.kind
            )
        except SessionsUnavailable:
            yield Reply(self._texts.say("feedback.away", language), private=True)
            return
        except KnowledgeError as error:
            yield Reply(error.reason.to(language), private=True)
            return
        absence = why(document, trace, hits)
        yield Reply(self._told(absence, form.values.get("document", ""), language), private=True)

    async def trace(self, answer: str) -> Trace | None:
        """Return the trace of an answer, None once it has expired. Raises SessionsUnavailable."""
        kept = await self._kept(answer)
        return kept[1] if kept else None

    async def _run(self, message: Message, question: str) -> AsyncIterator[Reply]:
        try:
            answer = await self._questions.quietly(message, question)
            trace = await self.trace(answer.id)
            alone = (
                await self._questions.alone(question, answer.language)
                if trace and trace.model
                else ""
            )
        except SessionsUnavailable:
            yield Reply(self._texts.say("feedback.away", message.person.language), private=True)
            return
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language))
            return
        if trace is None:
            yield Reply(self._texts.say("feedback.away", message.person.language), private=True)
            return
        yield self._inside(message).reply(trace, answer.id, alone=alone)

    async def _again(
        self, message: Message, press: Press, question: str, before: Trace
    ) -> AsyncIterator[Reply]:
        limit, kind = press.data.get("k", 6), KINDS.get(str(press.data.get("s", "")), "whole")
        limit = limit if isinstance(limit, int) and 1 <= limit <= MOST else 6
        try:
            answer = await self._questions.quietly(message, question, limit=limit, kind=kind)
            trace = await self.trace(answer.id)
        except (KnowledgeError, SessionsUnavailable):
            trace = None
        if trace is None:
            yield Reply(self._texts.say("feedback.away", message.person.language), private=True)
            return
        changed = self._changed(
            before, trace, self._people.readers(message), message.person.language
        )
        yield self._inside(message).reply(trace, answer.id, changed=changed)

    async def _alone(self, message: Message, answer: str, trace: Trace) -> Reply:
        try:
            said = await self._questions.alone(trace.question, trace.language)
        except KnowledgeError as error:
            return Reply(error.reason.to(message.person.language), private=True)
        return self._inside(message).reply(trace, answer, alone=said)

    def _inside(self, message: Message) -> TraceView:
        return TraceView(self._texts, message.person.language, self._people.readers(message))

    def _changed(
        self, before: Trace, after: Trace, readers: frozenset[str], language: Language
    ) -> str:
        """Say which passages came into the answer and which left it."""
        old, new = (
            {
                c.passage: f"{titled(c.title, language)} {c.place.to(language)}"
                for c in _used(trace, readers)
            }
            for trace in (before, after)
        )
        say, joint = self._texts.say, "、" if language == "ja" else ", "
        came = [name for id_, name in new.items() if id_ not in old]
        left = [name for id_, name in old.items() if id_ not in new]
        if not came and not left:
            return say("demo.changed_nothing", language)
        parts = [say("demo.changed_came", language, names=joint.join(came))] if came else []
        return " ".join(
            [
                *parts,
                *([say("demo.changed_left", language, names=joint.join(left))] if left else []),
            ]
        )

    def _which(self, answer: str, trace: Trace, language: Language) -> Reply:
        say = self._texts.say
        text = say("demo.why_ask", language, question=trace.question)
        ask = Ask(
            form="demo.why",
            title=say("demo.why", language),
            text=text,
            fields=(
                Field(
                    "document",
                    "text",
                    say("demo.why_field", language),
                    hint=say("demo.why_hint", language),
                    max=200,
                ),
            ),
            submit=say("demo.why_send", language),
            stop=say("feedback.stop", language),
            state={"aid": answer},
            required_error=say("demo.why_required", language),
        )
        return Reply(text, ask=ask, private=True)

    def _told(self, absence: Absence, asked: str, language: Language) -> str:
        place = absence.hit.passage.place.to(language) if absence.hit else ""
        title = titled(absence.title, language) if absence.title else asked.strip()[:100]
        values = {"title": title, "place": place, "rank": absence.rank, "last": absence.last}
        return self._texts.say(f"demo.why_{absence.where}", language, **values)

    async def _kept(self, answer: str) -> tuple[dict[str, Any], Trace] | None:
        record = await self._sessions.load("answer", answer)
        stored = await self._sessions.load("trace", str(record["trace"])) if record else None
        return (record, Trace.from_json(str(stored["trace"]))) if record and stored else None


def _used(trace: Trace, readers: frozenset[str]) -> list[Candidate]:
    return [c for c in trace.candidates if c.used and c.audience in readers]
