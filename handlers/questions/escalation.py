"""
Handing a question over to people: it is posted where it was asked, the people who look after the
documents are called, and whoever settles it says so with a button.
"""

import secrets
from collections.abc import AsyncIterator
from typing import Any

from handlers.conversation import Button, Buttons, Message, Paragraph, Person, Press, Reply
from handlers.documents.requests import missed
from handlers.people import People
from handlers.sessions import DAY, Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.text.sanitise import sanitise
from knowledge.values import Language

KEPT = 30 * DAY  # seconds a question waits for somebody


class Escalation:
    """
    `experts` are ids of people or user groups; without any, people are told who the admins are.
    """

    def __init__(
        self, sessions: Sessions, people: People, texts: Texts, experts: tuple[str, ...] = ()
    ) -> None:
        self._sessions = sessions
        self._people = people
        self._texts = texts
        self._experts = experts

    async def ask(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Call somebody for a question; where nobody else can read, say whom to turn to."""
        language, say = message.person.language, self._texts.say
        try:
            kept = await self._sessions.load("answer", str(press.data.get("aid", "")))
            if kept is None:
                yield Reply(say("ask.expired", language), private=True)
                return
            question = str(kept["question"])
            await missed(self._sessions, question, message.person.id)
            if message.audience.private or not self._experts:
                yield Reply(self._told(language), private=True)
                return
            id_ = secrets.token_hex(8)
            record = {
                "question": question,
                "by": message.person.id,
                "name": message.person.name,
                "language": language,
            }
            await self._sessions.save("handover", id_, record, seconds=KEPT)
        except SessionsUnavailable:
            yield Reply(say("feedback.away", language), private=True)
            return
        text = say(
            "handover.asked",
            language,
            name=sanitise(message.person.name),
            question=sanitise(question),
        )
        done = Button(say("handover.done", language), Press("human.done", {"h": id_}), "primary")
        yield Reply(text, (Paragraph(text), Buttons((done,))), share=True, calls=self._experts)

    async def done(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Settle a question: the asker, those who were called and admins may."""
        language, say = message.person.language, self._texts.say
        id_ = str(press.data.get("h", ""))
        try:
            kept = await self._sessions.load("handover", id_)
            if kept is None:
                yield Reply(say("ask.expired", language), private=True)
                return
            if not self._may(message.person, kept):
                yield Reply(say("handover.not_yours", language), private=True)
                return
            fresh = kept if "done" in kept else kept | {"done": message.person.name}
            if fresh is not kept and not await self._sessions.save(
                "handover", id_, fresh, expected=kept["rev"], seconds=KEPT
            ):
                fresh = await self._sessions.load("handover", id_) or fresh
        except SessionsUnavailable:
            yield Reply(say("feedback.away", language), private=True)
            return
        names = {
            "question": sanitise(str(fresh["question"])),
            "name": sanitise(str(fresh.get("done", ""))),
        }
        text = say("handover.settled", fresh["language"], **names)
        yield Reply(text, (Paragraph(text),))

    def _may(self, person: Person, kept: dict[str, Any]) -> bool:
        called = {*self._experts, *(e.rpartition(":")[2] for e in self._experts)}
        own = {person.id, person.id.rpartition(":")[2]} | person.groups
        return kept["by"] == person.id or bool(called & own) or self._people.is_admin(person)

    def _told(self, language: Language) -> str:
        names = self._experts or self._people.admins
        listed = ("、" if language == "ja" else ", ").join(names)
        if not names:
            return self._texts.say("handover.nobody", language)
        return self._texts.say(
            "handover.turn_to" if self._experts else "handover.admins", language, names=listed
        )
