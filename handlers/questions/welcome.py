"""The first words: what can be done here, and what was left unfinished."""

from collections.abc import AsyncIterator, Awaitable, Callable

from handlers.actions.choose import StartChoice
from handlers.actions.demo import TakeTour
from handlers.actions.documents import ListDocuments
from handlers.actions.questions import AskExample, AskTopic
from handlers.conversation import Block, Button, Buttons, Heading, Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.examples import Examples
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.values import Language


class Welcome:
    def __init__(
        self, library: Callable[[], Awaitable[Library]], people: People, texts: Texts
    ) -> None:
        self._library = library
        self._people = people
        self._texts = texts
        self._examples = Examples(library, people, texts)

    async def hello(self, message: Message) -> AsyncIterator[Reply]:
        """Ask what to do, with one button for each ability."""
        title = self._texts.say("welcome.title", message.person.language)
        yield await self._menu(message, title)

    async def shown(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Say what the bot does, to whoever asks for it in words."""
        title = self._texts.say("welcome.can", message.person.language)
        yield await self._menu(message, title)

    async def _menu(self, message: Message, title: str) -> Reply:
        language, say = message.person.language, self._texts.say
        library = await self._library()
        documents = await library.documents(readers=self._people.readers(message))
        published = [document for document in documents if document.current]
        what = say("welcome.what", language, count=len(published))
        if not message.audience.private:
            what = say("welcome.what_among_others", language, count=len(published))
        blocks: list[Block] = [
            Heading(title),
            Paragraph(what),
            self.buttons(language),
            await self._to_begin_with(message),
        ]
        return Reply(f"{title}\n{what}", tuple(blocks))

    def question(self, action: AskExample, language: Language) -> str:
        """Return the question of an example."""
        return self._texts.say(f"welcome.{action.example}", language)

    async def prompts(self, message: Message) -> AsyncIterator[Reply]:
        """
        Return questions to begin with, a line and a button each, for a platform that offers them
        itself.
        """
        begin = await self._to_begin_with(message)
        lines = [button.label for button in begin.items]
        yield Reply("\n".join(lines), (begin,), private=True)

    async def topic(self, message: Message, action: AskTopic) -> str:
        """Return the question about a document's topic, "" where that is gone."""
        return await self._examples.question(message, action)

    def gone(self, message: Message) -> Reply:
        """Say that the document behind an example is gone."""
        text = self._texts.say("welcome.gone", message.person.language)
        return Reply(text, (Paragraph(text, "note"),), private=True)

    async def _to_begin_with(self, message: Message) -> Buttons:
        """Return questions to begin with, which are asked when they are pressed."""
        examples = await self._examples.of(message)
        buttons = tuple([example.button for example in examples])
        label = self._texts.say("welcome.try", message.person.language)
        return Buttons(buttons, "followup", label)

    def buttons(self, language: Language) -> Buttons:
        """Return one button for each ability."""
        say = self._texts.say
        choose = Button(say("welcome.choose", language), StartChoice(), "primary")
        tour = Button(say("welcome.tour", language), TakeTour())
        documents = Button(say("welcome.documents", language), ListDocuments())
        return Buttons((choose, tour, documents))
