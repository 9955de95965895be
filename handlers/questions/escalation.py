"""
Handing a question over to people: it is posted where it was asked, the people who look after the
documents are called, and whoever settles it says so with a button.
"""

import secrets
from collections.abc import AsyncIterator

from handlers.actions.questions import AskPerson, SettleHandover
from handlers.answer_records import AnswerRecords
from handlers.conversation import Button, Buttons, Called, Message, Paragraph, Person, Reply
from handlers.lifetimes import HANDOVER
from handlers.people import People
from handlers.questions.listeners import Missed
from handlers.sessions import Sessions, SessionsUnavailable, State
from handlers.texts import Texts
from knowledge.text.sanitise import sanitise
from knowledge.values import Language

KIND = "handover"


class Escalation:
    """
    `experts` are ids of people or user groups; without any, people are told who the admins are.

    `missed` is told that somebody asked for what the documents lack.
    """

    def __init__(
        self,
        sessions: Sessions,
        people: People,
        texts: Texts,
        missed: Missed,
        experts: tuple[str, ...] = (),
    ) -> None:
        self._sessions = sessions
        self._records = AnswerRecords(sessions)
        self._people = people
        self._texts = texts
        self._missed = missed
        self._experts = experts

    async def ask(self, message: Message, action: AskPerson) -> AsyncIterator[Reply]:
        """Call somebody for a question; where nobody else can read, say whom to turn to."""
        language, say = message.person.language, self._texts.say
        try:
            record = await self._records.load(action.answer)
            if record is None:
                yield Reply(say("ask.expired", language), private=True)
                return
            await self._missed(record.question, message.person.id)
            if message.audience.private or not self._experts:
                yield await self._whom_to_turn_to(message)
                return
            handover = await self._keep(message, record.question)
        except SessionsUnavailable:
            yield Reply(say("feedback.away", language), private=True)
            return
        name, question = sanitise(message.person.name), sanitise(record.question)
        text = say("handover.asked", language, name=name, question=question)
        settle = Button(say("handover.done", language), SettleHandover(handover), "primary")
        experts = await self._people.names.called(self._experts, message.place)
        yield Reply(text, (Paragraph(text), Buttons((settle,))), share=True, calls=experts)

    async def settle(self, message: Message, action: SettleHandover) -> AsyncIterator[Reply]:
        """Settle a question: the asker, those who were called and admins may."""
        language, say = message.person.language, self._texts.say
        try:
            handover = await self._sessions.load(KIND, action.handover)
            if handover is None:
                yield Reply(say("ask.expired", language), private=True)
                return
            if not self._may_settle(message.person, handover):
                yield Reply(say("handover.not_yours", language), private=True)
                return
            settled = await self._settled(action.handover, handover, message.person.name)
        except SessionsUnavailable:
            yield Reply(say("feedback.away", language), private=True)
            return
        question, name = sanitise(str(settled["question"])), sanitise(str(settled.get("done", "")))
        text = say("handover.settled", settled["language"], question=question, name=name)
        yield Reply(text, (Paragraph(text),))

    async def _keep(self, message: Message, question: str) -> str:
        """Keep a question for those who are called, and return the id of that."""
        id_ = secrets.token_hex(8)
        person = message.person
        handover: State = {
            "question": question,
            "by": person.id,
            "name": person.name,
            "language": person.language,
        }
        await self._sessions.save(KIND, id_, handover, seconds=HANDOVER)
        return id_

    async def _settled(self, id_: str, handover: State, name: str) -> State:
        """Return the settled question: whoever was first to settle it stays named."""
        if "done" in handover:
            return handover
        settled = handover | {"done": name}
        first = await self._sessions.save(
            KIND, id_, settled, expected=handover["rev"], seconds=HANDOVER
        )
        if first:
            return settled
        return await self._sessions.load(KIND, id_) or settled

    def _may_settle(self, person: Person, handover: State) -> bool:
        if handover["by"] == person.id or self._people.is_admin(person):
            return True
        called = set(self._experts)
        called |= {expert.rpartition(":")[2] for expert in self._experts}
        own = {person.id, person.id.rpartition(":")[2]} | person.groups
        return bool(called & own)

    @property
    def has_experts(self) -> bool:
        """Whether anybody is set up to be called."""
        return bool(self._experts)

    async def names(self, message: Message) -> str:
        """Return who can be turned to as a list of names; empty where nobody's is known."""
        return _listed(await self._responsible(message), message.person.language)

    async def _responsible(self, message: Message) -> tuple[Called, ...]:
        ids = self._experts or self._people.admins
        return await self._people.names.called(ids, message.place)

    async def _whom_to_turn_to(self, message: Message) -> Reply:
        """Say who can be turned to, by name where one is known."""
        language, say = message.person.language, self._texts.say
        people = await self._responsible(message)
        names = _listed(people, language)
        if self._experts:
            who = say("handover.expert", language)
            if names:
                who = say("handover.experts", language, names=names)
            text = say("handover.turn_to", language, who=who)
        elif names:
            text = say("handover.admins", language, names=names)
        else:
            text = say("handover.nobody", language)
        return Reply(text, (Paragraph(text),), private=True, calls=people if names else ())


def _listed(people: tuple[Called, ...], language: Language) -> str:
    separator = "、" if language == "ja" else ", "
    names = [sanitise(person.name) for person in people if person.name]
    return separator.join(names)
