"""The first words: what can be done here, and what was left unfinished."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

from handlers.actions.choose import StartChoice
from handlers.actions.demo import TakeTour
from handlers.actions.documents import ListDocuments
from handlers.actions.questions import AskExample
from handlers.conversation import Block, Button, Buttons, Heading, Message, Paragraph, Reply
from handlers.people import People
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.values import Language

Example = Literal["example_rag", "example_which", "example_pros"]
EXAMPLES: tuple[Example, ...] = ("example_rag", "example_which", "example_pros")


class Welcome:
    def __init__(
        self, library: Callable[[], Awaitable[Library]], people: People, texts: Texts
    ) -> None:
        self._library = library
        self._people = people
        self._texts = texts

    async def hello(self, message: Message) -> AsyncIterator[Reply]:
        """Say what the bot does, with one button for each ability."""
        language, say = message.person.language, self._texts.say
        library = await self._library()
        documents = await library.documents(readers=self._people.readers(message))
        published = [document for document in documents if document.current]
        title = say("welcome.title", language)
        what = say("welcome.what", language, count=len(published))
        if not message.audience.private:
            what = say("welcome.what_among_others", language, count=len(published))
        blocks: list[Block] = [
            Heading(title),
            Paragraph(what),
            self.buttons(language),
            self._examples(language),
        ]
        yield Reply(f"{title}\n{what}", tuple(blocks))

    async def shown(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Say what the bot does, to whoever asks for it in words."""
        async for reply in self.hello(message):
            yield reply

    def question(self, action: AskExample, language: Language) -> str:
        """Return the question of an example."""
        return self._texts.say(f"welcome.{action.example}", language)

    def _examples(self, language: Language) -> Buttons:
        """Return questions to begin with, which are asked when they are pressed."""
        shown = []
        for name in EXAMPLES:
            action = AskExample(name)
            shown.append(Button(self.question(action, language), action))
        return Buttons(tuple(shown), "followup", self._texts.say("welcome.try", language))

    def buttons(self, language: Language) -> Buttons:
        """Return one button for each ability."""
        say = self._texts.say
        choose = Button(say("welcome.choose", language), StartChoice(), "primary")
        tour = Button(say("welcome.tour", language), TakeTour())
        documents = Button(say("welcome.documents", language), ListDocuments())
        return Buttons((choose, tour, documents))
