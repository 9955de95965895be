"""
A question: looked up, answered with sources, and kept so that its sources and its trace can be
opened later.

The first reply comes before any search, so that the person sees within a second what is being done.
What a model has written and has stood its checks is shown while the rest is still being written.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from handlers.actions.questions import (
    AskAgain,
    AskFollowup,
    AskMeant,
    AskPrivately,
    PublishAnswer,
)
from handlers.answer_records import AnswerRecord, AnswerRecords
from handlers.answer_text import said_back
from handlers.conversation import Button, Buttons, Edited, Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.answers import blocks_of, plain_text
from handlers.questions.asked_back import asked_back, picked, understood
from handlers.questions.editable_questions import AskedQuestion, AskedQuestions
from handlers.questions.listeners import Listeners
from handlers.questions.reasons import said_without_reason
from handlers.questions.refusal import refusal
from handlers.questions.threads import Threads
from handlers.questions.working import STEPS, working
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.answers import Answers, Stage, Turn
from knowledge.errors import KnowledgeError
from knowledge.text.courtesy import answer_language
from knowledge.text.sanitise import sanitise
from knowledge.values import Answer, Language, SearchKind

NOTHING = AnswerRecord("", "")  # of an answer that has expired


@dataclass(frozen=True, slots=True)
class Search:
    """How to search, for showing what it does: at most `limit` passages, found by `kind`."""

    limit: int = 6
    kind: SearchKind = "whole"


class Questions:
    """
    `listeners` hear what became of each question; `experts` are the people who can be asked
    instead.
    """

    def __init__(  # noqa: PLR0913  # each is a collaborator of its own
        self,
        answers: Callable[[], Awaitable[Answers]],
        sessions: Sessions,
        people: People,
        texts: Texts,
        threads: Threads,
        listeners: Listeners,
        *,
        experts: tuple[str, ...] = (),
    ) -> None:
        self._experts = experts
        self._answers = answers
        self._records = AnswerRecords(sessions)
        self._asked = AskedQuestions(sessions)
        self._people = people
        self._texts = texts
        self._threads = threads
        self._missed = listeners.missed
        self._noted = listeners.noted

    async def ask(
        self,
        message: Message,
        question: str,
        *,
        limit: int = 6,
        kind: SearchKind = "whole",
        remember: bool = True,
    ) -> AsyncIterator[Reply]:
        """
        Answer `question`: first what is being done, step by step, then the answer.

        `limit` and `kind` change the search, for showing what they do; the thread remembers the
        turn only where it is to `remember` it.
        """
        if remember:
            question = await self._picked(message, question)
        language = answer_language(question, message.person.language)
        stages: asyncio.Queue[Stage | None] = asyncio.Queue()
        yield working(self._texts, language, None)
        answering = asyncio.create_task(
            self._answer(
                message, question, language, stages, Search(limit, kind), remember=remember
            )
        )
        try:
            while (stage := await stages.get()) is not None:
                if stage.status == "running" and stage.name != STEPS[0]:
                    yield working(self._texts, language, stage)
            try:
                answer = await answering
            except KnowledgeError as error:
                yield Reply(error.reason.to(language), fault=error)
                return
        finally:
            answering.cancel()
        answer = said_without_reason(answer, self._texts)
        yield self._offering(message, self._reply(answer), answer)

    async def quietly(
        self, message: Message, question: str, *, limit: int = 6, kind: SearchKind = "whole"
    ) -> Answer:
        """
        Answer without a word on the screen and without remembering it in the thread, for showing
        how it is done.

        Raises:
            KnowledgeError
        """
        language = answer_language(question, message.person.language)
        unseen: asyncio.Queue[Stage | None] = asyncio.Queue()
        search = Search(limit, kind)
        return await self._answer(message, question, language, unseen, search, remember=False)

    async def alone(self, question: str, language: Language) -> str:
        """
        Return what the model says without documents, "" without a model. Raises ModelUnavailable
        when it fails.
        """
        answers = await self._answers()
        return await answers.alone(question, language)

    async def language(self, answer: str, default: Language) -> Language:
        """Return the language an answer was given in, `default` once it has expired."""
        record = await self._record(answer)
        if record is None or not record.language:
            return default
        return "en" if record.language == "en" else "ja"

    async def mention(self, message: Message, subject: str, text: str) -> None:
        """
        Add something talked about elsewhere to this place's thread, so that questions here can
        refer to it.
        """
        await self._threads.add(message.place, Turn(subject, text), message.person.id)

    async def edited(self, message: Message, edited: Edited) -> AsyncIterator[Reply]:
        """
        Offer to answer a question again that was changed within ten minutes; other changes are
        nobody's business.
        """
        language, say = message.person.language, self._texts.say
        with suppress(SessionsUnavailable):
            asked = await self._asked.load(edited.original)
            if asked is None or asked.reads_like(edited.text) or not edited.text.strip():
                return
            await self._asked.keep(edited.original, replace(asked, question=edited.text))
            again = AskAgain(changed=edited.original)
            offer = Button(say("ask.again", language), again, "primary")
            text = say("ask.edited", language, question=said_back(edited.text))
            yield Reply(text, (Paragraph(text), Buttons((offer,))), private=True)

    async def again(self, message: Message, action: AskAgain) -> AsyncIterator[Reply]:
        """
        Answer a changed question, or one whose source is gone, as if it had been asked now.

        The offer for a changed question is shown to its person alone; a question everybody read is
        answered where it stands.
        """
        if action.answer:
            replies = self._repeated(message, await self._record(action.answer))
        else:
            asked = await self._asked_before(action.changed)
            replies = self._changed(message, asked, action.changed)
        async for reply in replies:
            yield reply

    async def followup(self, message: Message, action: AskFollowup) -> AsyncIterator[Reply]:
        """Ask one of the questions an answer suggested, as if it had been typed."""
        record = await self._record(action.answer) or NOTHING
        async for reply in self._suggested(message, record.followups, action.suggestion):
            yield reply

    async def meant(self, message: Message, action: AskMeant) -> AsyncIterator[Reply]:
        """Ask what was meant, as if it had been typed."""
        record = await self._record(action.answer) or NOTHING
        async for reply in self._suggested(message, record.choices, action.suggestion):
            yield reply

    async def publish(self, message: Message, action: PublishAnswer) -> AsyncIterator[Reply]:
        """
        Answer a question of one's own once more, for everybody in the channel: from what everybody
        there may read.
        """
        language, say = message.person.language, self._texts.say
        record = await self._record(action.answer)
        if record is None or record.person != message.person.id:
            yield Reply(say("ask.expired", language), private=True)
            return
        if message.channel is None:
            yield Reply(say("ask.publish_nowhere", language), private=True)
            return
        name, question = sanitise(message.person.name), sanitise(record.question)
        asked = say("ask.published", language, name=name, question=question)
        everybody = replace(message, audience=message.channel, channel=None)
        async for reply in self.ask(everybody, record.question, remember=False):
            if reply.final:
                text = f"{asked}\n{reply.text}"
                blocks = (Paragraph(asked, "quote"), *reply.blocks)
                yield replace(reply, text=text, blocks=blocks, share=True)

    def _repeated(self, message: Message, record: AnswerRecord | None) -> AsyncIterator[Reply]:
        if record is None:
            return self._expired(message)
        return self.ask(message, record.question)

    async def _changed(
        self, message: Message, asked: AskedQuestion | None, changed: str
    ) -> AsyncIterator[Reply]:
        """Answer a question that was changed, where it stands; `changed` is its message."""
        if asked is None or not asked.may_be_repeated_by(message.person):
            async for reply in self._expired(message):
                yield reply
            return
        async for reply in self.ask(asked.where_it_stands(message), asked.question):
            if asked.channel:
                yield replace(reply, share=True, place=asked.place, supersedes=changed)
            else:
                yield replace(reply, supersedes=changed)

    def _suggested(
        self, message: Message, suggestions: tuple[str, ...], number: int
    ) -> AsyncIterator[Reply]:
        if not 0 < number <= len(suggestions):
            return self._expired(message)
        return self.ask(message, suggestions[number - 1])

    async def _expired(self, message: Message) -> AsyncIterator[Reply]:
        yield Reply(self._texts.say("ask.expired", message.person.language), private=True)

    async def _answer(
        self,
        message: Message,
        question: str,
        language: Language,
        stages: asyncio.Queue[Stage | None],
        search: Search,
        *,
        remember: bool,
    ) -> Answer:
        passed: list[Stage] = []

        async def step(stage: Stage) -> None:
            passed.append(stage)
            await stages.put(stage)

        try:
            answers = await self._answers()
            answer = await answers.answer(
                question,
                readers=self._people.readers(message),
                language=language,
                history=await self._threads.history(message.place) if remember else (),
                on_step=step,
                limit=search.limit,
                kind=search.kind,
            )
        finally:
            await stages.put(None)
        record = AnswerRecord.of(answer, message.person.id)
        keeping: list[Awaitable[object]] = [self._records.keep(record)]
        if remember:
            keeping += self._remembering(message, answer, passed)
        # side by side, since a slow session store is waited for; without it the answer is given
        # all the same
        for kept in await asyncio.gather(*keeping, return_exceptions=True):
            if isinstance(kept, BaseException) and not isinstance(kept, SessionsUnavailable):
                raise kept
        return answer

    def _remembering(
        self, message: Message, answer: Answer, passed: list[Stage]
    ) -> list[Awaitable[object]]:
        """Return what keeps a turn in mind: for its thread, for changing it, for the insights."""
        asked = AskedQuestion.of(message, answer.question)
        keeping: list[Awaitable[object]] = [
            self._threads.add(message.place, _turn(answer), message.person.id, answer.id),
            self._asked.keep(message.id, asked),
            self._noted(answer, passed),
        ]
        # No document could tell which approach fits: nobody need add one.
        if answer.mode == "refused" and not answer.depends:
            keeping.append(self._missed(answer.question))
        return keeping

    async def _picked(self, message: Message, text: str) -> str:
        """Return the reading a message picks where one was asked for, else the message itself."""
        record = await self._record(await self._threads.answer(message.place))
        if record is None or record.mode != "asked_back":
            return text
        return picked(text, record.choices) or text

    async def _asked_before(self, message: str) -> AskedQuestion | None:
        try:
            return await self._asked.load(message)
        except SessionsUnavailable:
            return None

    async def _record(self, answer: str) -> AnswerRecord | None:
        try:
            return await self._records.load(answer)
        except SessionsUnavailable:
            return None

    def _offering(self, message: Message, reply: Reply, answer: Answer) -> Reply:
        """
        Offer an answer of their own to somebody who may read more than everybody here, and one for
        everybody to somebody who asked alone.
        """
        if message.channel is not None and message.audience.private:
            return self._restated(reply, answer)
        if not self._people.may_read_more(message):
            return reply
        button = Button(self._texts.say("ask.alone", answer.language), AskPrivately(answer.id))
        row = Buttons((button,), "alone", self._texts.say("ask.for_all", answer.language))
        return replace(reply, blocks=(*reply.blocks, row))

    def _restated(self, reply: Reply, answer: Answer) -> Reply:
        """Put the question before an answer where nobody sees it, and offer both to the channel."""
        if answer.mode in ("refused", "asked_back"):
            return reply
        say, language = self._texts.say, answer.language
        question = say("ask.restated", language, question=said_back(sanitise(answer.question)))
        publish = Button(say("ask.publish", language), PublishAnswer(answer.id))
        row = Buttons((publish,), "publish")
        blocks = (Paragraph(question, "quote"), *reply.blocks, row)
        return replace(reply, text=f"{question}\n{reply.text}", blocks=blocks)

    def _reachable(self) -> bool:
        """Report whether there is anybody to turn to."""
        return bool(self._experts or self._people.admins)

    def _reply(self, answer: Answer) -> Reply:
        if answer.mode == "asked_back":
            return asked_back(answer, self._texts)
        if answer.mode == "refused":
            reply = refusal(answer, self._texts, reachable=self._reachable())
        else:
            blocks = blocks_of(answer, self._texts, reachable=self._reachable())
            reply = Reply(plain_text(answer, self._texts), blocks)
        if not answer.understood:
            return replace(reply, answer=answer)
        note = understood(answer, self._texts)
        text = f"{reply.text}\n{note.label}"
        return replace(reply, text=text, blocks=(*reply.blocks, note), answer=answer)


def _turn(answer: Answer) -> Turn:
    """Return what later questions of a talk may refer to."""
    asked_back = answer.mode == "asked_back"
    return Turn(
        answer.question,
        answer.text,
        answer.topic,
        answer.article,
        asked_back=asked_back,
        understood=answer.understood,
    )
