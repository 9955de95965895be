"""What somebody wants of people: to ask one, or to be heard about an answer that was wrong."""

from collections.abc import AsyncIterator

from handlers.actions.questions import AskPerson, GiveReason
from handlers.conversation import Block, Buttons, Message, Paragraph, Reply
from handlers.questions.ask import Questions
from handlers.questions.escalation import Escalation
from handlers.questions.feedback import Feedbacks
from handlers.questions.last_answer import LastAnswers
from handlers.questions.ways import Ways
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.text.wanted import wanted


class PeopleAsked:
    def __init__(
        self,
        ask: Questions,
        last: LastAnswers,
        escalation: Escalation,
        feedback: Feedbacks,
        ways: Ways,
        texts: Texts,
    ) -> None:
        self._ask = ask
        self._last = last
        self._escalation = escalation
        self._feedback = feedback
        self._ways = ways
        self._texts = texts

    async def person(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        Hand the last question over to people; without one, say what to send first. Who asks whom to
        turn to is told by the documents where nobody is set up.
        """
        id_ = await self._last_id(message)
        if id_:
            async for reply in self._escalation.ask(message, AskPerson(id_)):
                yield reply
            return
        if wanted(text).kind == "who" and not self._escalation.has_experts:
            async for reply in self._ask.ask(message, text):
                yield reply
            return
        language, say = message.person.language, self._texts.say
        spoken = [say("requests.person_first", language)]
        names = await self._escalation.names(message)
        if names:
            spoken.append(say("requests.person_names", language, names=names))
        yield Reply("\n".join(spoken))

    async def feedback(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Ask what should be better about the last answer."""
        id_ = await self._last_id(message)
        if id_:
            async for reply in self._feedback.ask_reason(message, GiveReason(id_)):
                yield reply
            return
        yield Reply(self._texts.say("requests.feedback_first", message.person.language))

    async def wrong(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Apologise, ask what is wanted, and offer to say what was wrong, or to ask a person."""
        sorry = self._texts.say("talk.wrong", message.person.language)
        blocks: list[Block] = [Paragraph(sorry)]
        try:
            ways = self._ways.about(message, await self._last.load(message))
        except KnowledgeError:
            ways = ()
        if ways:
            blocks.append(Buttons(ways))
        yield Reply(sorry, tuple(blocks) if ways else ())

    async def _last_id(self, message: Message) -> str:
        """Return the id of the last answer, also of one that was refused; "" for none."""
        try:
            return (await self._last.load(message)).id
        except KnowledgeError:
            return ""
