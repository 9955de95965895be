"""
Questions to begin with, made from what is on the shelf: the longest sections of the newest
documents that their reader may read, in their language.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handlers.actions.questions import AskExample, AskTopic
from handlers.conversation import Button, Message
from handlers.people import People
from handlers.questions.heading import name_of, question_of
from handlers.texts import Texts
from knowledge.answering.following import bare_heading
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.text.language import told_language
from knowledge.values import Document, Language

OWN: tuple[AskExample, ...] = (  # what the digest that comes with us answers
    AskExample("example_rag"),
    AskExample("example_which"),
    AskExample("example_pros"),
)
SHELF = 3  # questions from the shelf; one of the digest's stands beside them
DOCUMENTS = 6  # the newest, that are looked at
TOPIC = 20  # characters of a topic at most: with them its question fits a phone's button
REMEMBERED = 500  # versions whose topics are kept


@dataclass(frozen=True, slots=True)
class Example:
    """A question to begin with, and the button that asks it."""

    question: str
    button: Button


class Examples:
    def __init__(
        self, library: Callable[[], Awaitable[Library]], people: People, texts: Texts
    ) -> None:
        self._library = library
        self._people = people
        self._texts = texts
        self._topics: dict[str, tuple[str, ...]] = {}  # version → its topics

    async def of(self, message: Message) -> tuple[Example, ...]:
        """Return up to four questions, those of the company's own documents first."""
        language = message.person.language
        found: list[Example] = []
        for document in await self._newest(message):
            topics = await self._spoken(document, language)
            for number, topic in topics[:1]:
                action = AskTopic(document.id, number)
                question = self._asked(topic, language)
                found.append(Example(question, Button(question, action)))
        found = found[:SHELF]
        for example in OWN[: 1 if found else len(OWN)]:
            question = self._texts.say(f"welcome.{example.example}", language)
            found.append(Example(question, Button(question, example)))
        return tuple(found)

    async def question(self, message: Message, action: AskTopic) -> str:
        """Return the question of a button; "" where its document is gone or not theirs to read."""
        for document in await self._newest(message):
            if document.id != action.document:
                continue
            for number, topic in await self._spoken(document, message.person.language):
                if number == action.number:
                    return self._asked(topic, message.person.language)
        return ""

    def _asked(self, topic: str, language: Language) -> str:
        """Return the question about a topic."""
        name = name_of(topic, language)
        return question_of(topic) or self._texts.say("welcome.topic", language, topic=name)

    async def _newest(self, message: Message) -> list[Document]:
        """Return the company's own documents that the reader may read, the newest first."""
        try:
            library = await self._library()
            documents = await library.documents(readers=self._people.readers(message))
        except KnowledgeError:
            return []
        own = [one for one in documents if one.current and one.metadata.kind != "deck"]
        own.sort(key=_since, reverse=True)
        return own[:DOCUMENTS]

    async def _spoken(self, document: Document, language: Language) -> list[tuple[int, str]]:
        """Return the topics of a document in a language that fit a button, with their numbers."""
        spoken = []
        for number, topic in enumerate(await self._topics_of(document), 1):
            if len(topic) <= TOPIC and told_language(topic) == language:
                spoken.append((number, topic))
        return spoken

    async def _topics_of(self, document: Document) -> tuple[str, ...]:
        version = document.current
        if version not in self._topics:
            if len(self._topics) >= REMEMBERED:
                self._topics.clear()
            try:
                library = await self._library()
                headings = await library.topics(version)
                self._topics[version] = tuple([bare_heading(heading) for heading in headings])
            except KnowledgeError:
                return ()
        return self._topics[version]


def _since(document: Document) -> str:
    """Return when what is published of a document was published."""
    return document.published.published if document.published else ""
