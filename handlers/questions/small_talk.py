"""
A word back: what the bot says when it is greeted, thanked, told that it is wrong, or asked which
approach fits.
"""

from collections.abc import AsyncIterator

from handlers.actions.choose import StartChoice
from handlers.actions.demo import TakeTour
from handlers.conversation import Button, Buttons, Message, Paragraph, Reply
from handlers.questions.hear import Greeting, Word
from handlers.questions.welcome import Welcome
from handlers.texts import Texts


class Talk:
    def __init__(self, welcome: Welcome, texts: Texts) -> None:
        self._welcome = welcome
        self._texts = texts

    async def word(self, message: Message, word: Word) -> AsyncIterator[Reply]:
        """
        Say one sentence and nothing else. Talk among people that only acknowledges something is
        left alone.
        """
        if message.direct or word != "acknowledged":
            yield Reply(self._texts.say(f"talk.{word}", message.person.language))

    async def greet(self, message: Message, greeting: Greeting) -> AsyncIterator[Reply]:
        """Greet back, and say what can be done here."""
        language, say = message.person.language, self._texts.say
        gap = "" if language == "ja" else " "
        text = gap.join((say(f"talk.{greeting}", language), say("talk.can", language)))
        yield Reply(text, (Paragraph(text), self._welcome.buttons(language)))

    async def choosing(self, message: Message) -> AsyncIterator[Reply]:
        """
        Say that no document can tell which approach fits, and lead to the guided dialog that can.
        """
        language, say = message.person.language, self._texts.say
        text = say("ask.depends", language)
        start = Button(say("ask.choose", language), StartChoice(), "primary")
        tour = Button(say("welcome.tour", language), TakeTour())
        yield Reply(text, (Paragraph(text), Buttons((start, tour))))
