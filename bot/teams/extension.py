"""
The bot beside the compose box and behind a message: what Teams calls a message extension.

What is asked from the compose box is shown to everybody of the conversation, so it is answered from
what everybody may read; what a message is checked against is shown to its person alone until they
put it into the conversation.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.endpoint import Delivery
from bot.teams import posting
from bot.teams.activity import Activity, Json
from bot.teams.refusal import Undelivered
from bot.teams.screen import Recorder
from bot.turns import Turns
from handlers.conversation import Audience, Message, Person, Reply, Text
from handlers.languages import Languages
from handlers.texts import Texts
from knowledge.values import Language

PATIENCE = 4.5  # seconds until a client hears that it takes longer; Teams waits five
ADD = "add"  # the command that takes a message in as a document
Vouch = Callable[[Message, Activity], Awaitable[Message]]
Chat = Callable[[Activity], Awaitable[str]]  # the id of a person's own chat with us


@dataclass(frozen=True, slots=True)
class Extension:
    """`vouch` says who somebody is to the company, `chat` where they alone talk with us."""

    turns: Turns
    languages: Languages
    texts: Texts
    vouch: Vouch
    chat: Chat

    async def found(self, activity: Activity, person: Person) -> Json:
        """Answer a question from the compose box with a card that can be put into the talk."""
        language = await self.languages.last(person.id, activity.language)
        question = activity.extension.question.strip()
        if not question:
            return posting.word(self.texts.say("teams.extension_ask", language))
        return await self._result(activity, person, question)

    async def opened(self, activity: Activity, person: Person) -> Json:
        """Open the window behind a message: what our documents say of it, or how to add it."""
        language = await self.languages.last(person.id, activity.language)
        words = activity.extension.words.strip()
        if not words:
            return posting.window_word(self.texts.say("teams.extension_no_words", language))
        if activity.extension.command == ADD:
            return posting.adding(words, language, self.texts)
        message = self._message(activity, person, words, alone=True)
        reply = await self._reply(activity, message)
        if reply is None:
            return posting.window_word(self.texts.say("teams.extension_slow", language))
        return posting.checked(reply, words, _spoken(reply, language), self.texts)

    async def sent(self, activity: Activity, person: Person, delivery: Delivery) -> Json:
        """Put what was looked up into the talk, or take the message in as a document."""
        language = await self.languages.last(person.id, activity.language)
        extension = activity.extension
        if extension.command == ADD:
            return await self._added(activity, delivery, language)
        return await self._result(activity, person, extension.question or extension.words)

    async def _result(self, activity: Activity, person: Person, question: str) -> Json:
        language = await self.languages.last(person.id, activity.language)
        message = self._message(activity, person, question, alone=False)
        reply = await self._reply(activity, message)
        if reply is None:
            return posting.word(self.texts.say("teams.extension_slow", language))
        return posting.result(reply, question, _spoken(reply, language), self.texts)

    async def _added(self, activity: Activity, delivery: Delivery, language: Language) -> Json:
        """Send the message to our own chat with its person as a file of theirs."""
        try:
            chat = await self.chat(activity)
        except Undelivered:
            return posting.window_word(self.texts.say("teams.extension_no_chat", language))
        file = posting.as_file(activity.extension.words, activity.extension.title)
        raw = delivery.payload | {
            "type": "message",
            "name": None,
            "value": None,
            "text": "",
            "conversation": {
                "id": chat,
                "conversationType": "personal",
                "tenantId": activity.tenant,
            },
            "attachments": [file],
        }
        await self.turns.hear(replace(delivery, payload=raw))
        return posting.window_word(self.texts.say("teams.extension_added", language))

    def _message(self, activity: Activity, person: Person, words: str, *, alone: bool) -> Message:
        place = f"teams:extension:{person.id}"
        audience = Audience(f"teams:{activity.destination.conversation}", private=False)
        if alone:
            audience = Audience(person.id, private=True)
        return Message(f"{place}:{activity.id}", person, place, audience, Text(words))

    async def _reply(self, activity: Activity, message: Message) -> Reply | None:
        """Return the answer to a message, None where it takes longer than the client waits."""
        recorder = Recorder()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                spoken = await self.languages.speaking(await self.vouch(message, activity))
                await self.turns.take(spoken, recorder)
                return recorder.reply
        return None


def _spoken(reply: Reply, language: Language) -> Language:
    return reply.answer.language if reply.answer is not None else language
