"""
A question: looked up, answered with sources, and kept so that its sources and its trace can be
opened later.

The first reply comes before any search, so that the person sees within a second what is being done.
What a model has written and has stood its checks is shown while the rest is still being written.
"""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from handlers.conversation import (
    Audience,
    Block,
    Button,
    Buttons,
    Edited,
    Message,
    Paragraph,
    Press,
    Reply,
    Step,
    Steps,
)
from handlers.documents.outdated import CITED
from handlers.documents.requests import missed
from handlers.people import People
from handlers.questions.answers import blocks_of, plain_text, refusal
from handlers.questions.threads import Threads
from handlers.sessions import DAY, Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.answers import Answers, Stage
from knowledge.errors import KnowledgeError
from knowledge.text.courtesy import asking
from knowledge.text.language import language_of
from knowledge.values import Answer, Language, SearchKind

EDIT = 10 * 60  # seconds after which a changed question is not offered to be answered again
STEPS = ("tidy", "search", "write")


class Questions:
    def __init__(
        self,
        answers: Callable[[], Awaitable[Answers]],
        sessions: Sessions,
        people: People,
        texts: Texts,
        threads: Threads,
    ) -> None:
        self._answers = answers
        self._sessions = sessions
        self._people = people
        self._texts = texts
        self._threads = threads

    async def ask(
        self,
        message: Message,
        question: str,
        *,
        limit: int = 6,
        kind: SearchKind = "whole",
        kept: bool = True,
    ) -> AsyncIterator[Reply]:
        """
        Answer `question`: first what is being done, step by step, then the answer.

        `limit` and `kind` change the search, for showing what they do; the thread remembers the
        turn only where it is `kept`.
        """
        language = language_of(asking(question), message.person.language)
        steps: asyncio.Queue[Stage | None] = asyncio.Queue()
        yield self._working(language, None)
        answering = asyncio.create_task(
            self._answer(message, question, language, steps, limit, kind, kept=kept)
        )
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
        language = language_of(asking(question), message.person.language)
        return await self._answer(
            message, question, language, asyncio.Queue(), limit, kind, kept=False
        )

    async def alone(self, question: str, language: Language) -> str:
        """
        Return what the model says without documents, "" without a model. Raises ModelUnavailable
        when it fails.
        """
        return await (await self._answers()).alone(question, language)

    async def mention(self, message: Message, subject: str, said: str) -> None:
        """
        Add something talked about elsewhere to this place's thread, so that questions here can
        refer to it.
        """
        await self._threads.add(message.place, subject, said, message.person.id)

    async def edited(self, message: Message, edited: Edited) -> AsyncIterator[Reply]:
        """
        Offer to answer a question again that was changed within ten minutes; other changes are
        nobody's business.
        """
        language, say = message.person.language, self._texts.say
        kept = await self._load("asked", edited.original)
        if kept is None or _same(str(kept["question"]), edited.text) or not edited.text.strip():
            return
        with suppress(SessionsUnavailable):
            changed = {name: value for name, value in kept.items() if name != "rev"} | {
                "question": edited.text
            }
            await self._sessions.save("asked", edited.original, changed, seconds=EDIT)
            offer = Button(
                say("ask.again", language), Press("ask.again", {"m": edited.original}), "primary"
            )
            text = say("ask.edited", language, question=edited.text)
            yield Reply(text, (Paragraph(text), Buttons((offer,))), private=True)

    async def again(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """
        Answer a changed question, or one whose source is gone, as if it had been asked now.

        The offer for a changed question is shown to its person alone; a question everybody read is
        answered where it stands.
        """
        changed = "aid" not in press.data
        kind, id_ = ("asked", press.data.get("m", "")) if changed else ("answer", press.data["aid"])
        kept = await self._load(kind, str(id_))
        if kept is None or (changed and not _may_repeat(kept, message)):
            yield Reply(self._texts.say("ask.expired", message.person.language), private=True)
            return
        open_ = changed and "channel" in kept
        if open_:
            message = replace(
                message, place=kept["place"], audience=Audience(kept["channel"], private=False)
            )
        async for reply in self.ask(message, str(kept["question"])):
            yield replace(reply, share=True, place=kept["place"]) if open_ else reply

    async def suggested(self, message: Message, press: Press, kind: str) -> AsyncIterator[Reply]:
        """
        Ask one of the suggested questions ("followups" or "choices" of an answer), as if it had
        been typed.
        """
        kept = await self._load("answer", str(press.data.get("aid", "")))
        number = press.data.get("k", 0)
        questions = list(kept.get(kind, [])) if kept else []
        if not isinstance(number, int) or not 0 < number <= len(questions):
            yield Reply(self._texts.say("ask.expired", message.person.language), private=True)
            return
        async for reply in self.ask(message, questions[number - 1]):
            yield reply

    async def _answer(
        self,
        message: Message,
        question: str,
        language: Language,
        steps: asyncio.Queue[Stage | None],
        limit: int,
        kind: SearchKind,
        *,
        kept: bool,
    ) -> Answer:
        try:
            answers = await self._answers()
            answer = await answers.answer(
                question,
                readers=self._people.readers(message),
                language=language,
                history=await self._threads.history(message.place) if kept else (),
                on_step=steps.put,
                limit=limit,
                kind=kind,
            )
        finally:
            await steps.put(None)
        await self._remember(message, answer, kept=kept)
        return answer

    async def _remember(self, message: Message, answer: Answer, *, kept: bool) -> None:
        """
        Keep the turn and the answer for a day; without Redis the answer is given all the same.
        """
        record = {
            "question": answer.question,
            "text": answer.text,
            "mode": answer.mode,
            "language": answer.language,
            "sentences": [[s.text, list(s.citations)] for s in answer.sentences],
            "cited": [
                [c.passage.id, c.number, c.quote, c.passage.document, c.passage.place.number]
                for c in answer.citations
            ],
            "followups": list(answer.followups),
            "choices": list(answer.choices),
            "trace": answer.trace,
            "person": message.person.id,
        }
        if kept:
            await self._threads.add(
                message.place, answer.question, answer.text, message.person.id, answer.id
            )
        with suppress(SessionsUnavailable):
            await self._sessions.save("answer", answer.id, record, seconds=DAY)
            for document in {c.passage.document for c in answer.citations}:
                await self._sessions.index_add(document, CITED, answer.id)
            if kept:
                await self._sessions.save(
                    "asked", message.id, _asked(message, answer.question), seconds=EDIT
                )
            if (
                answer.mode == "refused" and kept and not answer.depends
            ):  # no document could tell which approach fits
                await missed(self._sessions, answer.question)

    async def _load(self, kind: str, id_: str) -> dict[str, Any] | None:
        try:
            return await self._sessions.load(kind, id_)
        except SessionsUnavailable:
            return None

    def _working(self, language: Language, stage: Stage | None) -> Reply:
        say = self._texts.say
        at = STEPS.index(stage.name) if stage is not None and stage.name in STEPS else 0
        items = tuple(
            Step(
                f"t{number}",
                say(f"ask.step_{name}", language),
                "complete" if number - 1 < at else "in_progress" if number - 1 == at else "pending",
                say("demo.found", language, n=stage.candidates)
                if stage and name == "search" and stage.candidates
                else "",
            )
            for number, name in enumerate(STEPS, 1)
        )
        text = say(
            "ask.working", language, number=at + 1, step=say(f"ask.step_{STEPS[at]}", language)
        )
        blocks: list[Block] = [Steps(say("ask.steps", language), items)]
        if stage is not None and stage.text:
            blocks.append(Paragraph(stage.text, "answer"))
        return Reply(text, tuple(blocks), final=False)

    def _offering(self, message: Message, reply: Reply, answer: Answer) -> Reply:
        """Offer an answer of their own to somebody who may read more than everybody here."""
        if not self._people.may_read_more(message):
            return reply
        button = Button(
            self._texts.say("ask.alone", answer.language), Press("private.ask", {"aid": answer.id})
        )
        return replace(
            reply,
            blocks=(
                *reply.blocks,
                Buttons((button,), "alone", self._texts.say("ask.for_all", answer.language)),
            ),
        )

    def _reply(self, answer: Answer) -> Reply:
        if answer.mode == "refused":
            return refusal(answer, self._texts)
        return Reply(plain_text(answer, self._texts), blocks_of(answer, self._texts))


def _asked(message: Message, question: str) -> dict[str, Any]:
    """
    Return what is kept of a question for the case that it is changed: whose it is, and the channel
    where all may read it.
    """
    kept = {"question": question, "person": message.person.id, "place": message.place}
    return kept if message.audience.private else kept | {"channel": message.audience.id}


def _may_repeat(kept: dict[str, Any], message: Message) -> bool:
    """
    Report whether a question may be answered again for this person: their own, or one everybody
    read.
    """
    return "channel" in kept or kept.get("person", message.person.id) == message.person.id


def _same(one: str, other: str) -> bool:
    return " ".join(unicodedata.normalize("NFKC", one).split()) == " ".join(
        unicodedata.normalize("NFKC", other).split()
    )
