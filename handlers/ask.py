"""
A question: looked up, answered with sources, and kept so that its sources and its trace can be opened later.

The first reply comes before any search, so that the person sees within a second what is being done.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from handlers.answers import blocks_of, passage_reply, plain_text, refusal
from handlers.conversation import Message, Press, Reply, Step, Steps
from handlers.documents.wishes import missed
from handlers.people import People
from handlers.sessions import DAY, Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.answers import Answers, Stage, Turn
from knowledge.errors import KnowledgeError
from knowledge.language import language_of
from knowledge.library import Library
from knowledge.values import Answer, Language

HISTORY = 12  # turns of a thread that are remembered
STEPS = ("tidy", "search", "write")


class Questions:
    def __init__(
        self,
        answers: Callable[[], Awaitable[Answers]],
        library: Callable[[], Awaitable[Library]],
        sessions: Sessions,
        people: People,
        texts: Texts,
    ) -> None:
        self._answers = answers
        self._library = library
        self._sessions = sessions
        self._people = people
        self._texts = texts

    async def ask(self, message: Message, question: str) -> AsyncIterator[Reply]:
        """Answer `question`: first what is being done, step by step, then the answer."""
        language = language_of(question, message.person.language)
        steps: asyncio.Queue[Stage | None] = asyncio.Queue()
        yield self._working(language, None)
        answering = asyncio.create_task(self._answer(message, question, language, steps))
        try:
            while (stage := await steps.get()) is not None:
                if stage.status == "running" and stage.name != STEPS[0]:
                    yield self._working(language, stage)
            try:
                answer = await answering
            except KnowledgeError as error:
                yield Reply(error.reason.to(language))
                return
        finally:
            answering.cancel()
        yield self._reply(answer)

    async def _answer(self, message: Message, question: str, language: Language, steps: asyncio.Queue[Stage | None]) -> Answer:
        try:
            answers = await self._answers()
            answer = await answers.answer(
                question,
                readers=self._people.readers(message),
                language=language,
                history=await self._history(message.place),
                on_step=steps.put,
            )
        finally:
            await steps.put(None)
        await self._remember(message, answer)
        return answer

    async def mention(self, message: Message, subject: str, said: str) -> None:
        """Add something talked about elsewhere to this place's thread, so that questions here can refer to it."""
        with suppress(SessionsUnavailable):
            thread = await self._sessions.load("thread", message.place) or {"turns": []}
            thread["turns"] = [*thread["turns"], [subject, said]][-HISTORY:]
            await self._sessions.save("thread", message.place, thread, seconds=DAY)

    async def source(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Open a source of an answer; the rights are checked again now."""
        language = message.person.language
        library = await self._library()
        try:
            passage = await library.passage(str(press.data.get("s", "")), readers=self._people.readers(message))
            around = await library.neighbours(passage, readers=self._people.readers(message))
        except KnowledgeError:
            yield Reply(self._texts.say("ask.source_gone", language), private=True)
            return
        yield passage_reply(passage, around, int(press.data.get("n", 0)), self._texts, language)

    async def followup(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Ask one of the suggested questions, as if it had been typed."""
        kept = await self._kept(str(press.data.get("aid", "")))
        number = int(press.data.get("k", 0))
        questions = list(kept.get("followups", [])) if kept else []
        if not 0 < number <= len(questions):
            yield Reply(self._texts.say("ask.expired", message.person.language), private=True)
            return
        async for reply in self.ask(message, questions[number - 1]):
            yield reply

    async def follows(self, message: Message) -> bool:
        """Report whether whoever speaks is the one who was answered last in this place."""
        try:
            kept = await self._sessions.load("thread", message.place) or {}
        except SessionsUnavailable:
            return False
        return kept.get("person") == message.person.id

    async def _kept(self, answer: str) -> dict[str, Any] | None:
        try:
            return await self._sessions.load("answer", answer)
        except SessionsUnavailable:
            return None

    async def _history(self, place: str) -> tuple[Turn, ...]:
        try:
            kept = await self._sessions.load("thread", place) or {}
        except SessionsUnavailable:
            return ()
        return tuple(Turn(question, answer) for question, answer in kept.get("turns", []))

    async def _remember(self, message: Message, answer: Answer) -> None:
        """Keep the thread and the answer for a day; without Redis the answer is given all the same."""
        record = {
            "question": answer.question,
            "text": answer.text,
            "mode": answer.mode,
            "followups": list(answer.followups),
            "trace": answer.trace,
            "person": message.person.id,
        }
        with suppress(SessionsUnavailable):
            thread = await self._sessions.load("thread", message.place) or {"turns": []}
            thread["turns"] = [*thread["turns"], [answer.question, answer.text]][-HISTORY:]
            thread["person"] = message.person.id
            await self._sessions.save("thread", message.place, thread, seconds=DAY)
            await self._sessions.save("answer", answer.id, record, seconds=DAY)
            if answer.mode == "refused":
                await missed(self._sessions, answer.question)

    def _working(self, language: Language, stage: Stage | None) -> Reply:
        say = self._texts.say
        at = STEPS.index(stage.name) if stage is not None and stage.name in STEPS else 0
        items = tuple(
            Step(
                f"t{number}",
                say(f"ask.step_{name}", language),
                "complete" if number - 1 < at else "in_progress" if number - 1 == at else "pending",
                say("demo.found", language, n=stage.candidates) if stage and name == "search" and stage.candidates else "",
            )
            for number, name in enumerate(STEPS, 1)
        )
        text = say("ask.working", language, number=at + 1, step=say(f"ask.step_{STEPS[at]}", language))
        return Reply(text, (Steps(say("ask.steps", language), items),), final=False)

    def _reply(self, answer: Answer) -> Reply:
        if answer.mode == "refused":
            return refusal(answer, self._texts)
        return Reply(plain_text(answer, self._texts), blocks_of(answer, self._texts))
