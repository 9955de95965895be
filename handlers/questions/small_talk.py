"""
A word back: what the bot says when it is greeted, thanked, or asked which approach fits.
"""

import re
from collections.abc import AsyncIterator

from handlers.actions.action import Action
from handlers.actions.choose import StartChoice
from handlers.actions.demo import TakeTour
from handlers.actions.documents import AddDocument, RequestDocument
from handlers.conversation import Button, Buttons, Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.intents import Greeting, Word
from handlers.questions.welcome import Welcome
from handlers.texts import Texts
from knowledge.text.courtesy import asking
from knowledge.text.pieces import pieces

SITUATION = 400  # characters of what somebody told of their company that a button carries
_STORED = re.compile(  # where companies keep their files
    r"\.sharepoint\.com/|onedrive\.|1drv\.ms/|(?:drive|docs)\.google\.com|dropbox\.com|box\.com/",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https://[^\s<>|]+")
ADDRESS = 1000  # characters of a link that a button carries
_FIGURE = re.compile(r"\d")


class Talk:
    def __init__(self, welcome: Welcome, texts: Texts, people: People) -> None:
        self._people = people
        self._welcome = welcome
        self._texts = texts

    async def word(self, word: Word, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        Say one sentence and nothing else. Talk among people that only acknowledges something is
        left alone.
        """
        language = message.person.language
        if word == "link" and _STORED.search(text):
            yield self._stored_elsewhere(message, text)
        elif message.direct or word != "acknowledged":
            yield Reply(self._texts.say(f"talk.{word}", language))

    def _stored_elsewhere(self, message: Message, text: str) -> Reply:
        """
        Say how a document behind a link gets here; an admin is offered to register it, with the
        link as the place of its original.
        """
        language, say = message.person.language, self._texts.say
        address = _ADDRESS.search(text)
        if address and self._people.is_admin(message.person):
            words = say("talk.link_to_register", language)
            action: Action = AddDocument(address=address[0][:ADDRESS])
            way = Button(say("talk.register", language), action, "primary")
        else:
            words = say("talk.link_to_file", language)
            way = Button(say("ask.request", language), RequestDocument())
        return Reply(words, (Paragraph(words), Buttons((way,))), private=True)

    async def greet(self, greeting: Greeting, message: Message, text: str) -> AsyncIterator[Reply]:
        """Greet back, and say what can be done here."""
        language, say = message.person.language, self._texts.say
        gap = "" if language == "ja" else " "
        words = gap.join((say(f"talk.{greeting}", language), say("talk.can", language)))
        yield Reply(words, (Paragraph(words), self._welcome.buttons(language)))

    async def choosing(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        Say that no document can tell which approach fits, and lead to the guided dialog that can,
        which then begins with what was told of the company.
        """
        language, say = message.person.language, self._texts.say
        situation = _situation(text)
        words = say("ask.depends", language)
        if situation:
            words = f"{words}{'' if language == 'ja' else ' '}{say('talk.situation', language)}"
        start = Button(say("ask.choose", language), StartChoice(situation=situation), "primary")
        tour = Button(say("welcome.tour", language), TakeTour())
        yield Reply(words, (Paragraph(words), Buttons((start, tour))))


def _situation(text: str) -> str:
    """Return what a message tells of a company; empty where it only asks."""
    words = asking(text)
    tells = len(pieces(words)) > 1 or _FIGURE.search(words)
    return words[:SITUATION] if tells else ""
