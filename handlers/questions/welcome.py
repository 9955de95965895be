"""The first words: what can be done here, and what was left unfinished."""

from collections.abc import AsyncIterator, Awaitable, Callable

from handlers.conversation import Block, Button, Buttons, Heading, Message, Paragraph, Press, Reply
from handlers.people import People
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.values import Language

EXAMPLES = ("example_rag", "example_which", "example_pros")


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
        count = len(
            [d for d in await library.documents(readers=self._people.readers(message)) if d.current]
        )
        blocks: list[Block] = [
            Heading(say("welcome.title", language)),
            Paragraph(say("welcome.what", language, count=count)),
            self.buttons(language),
            Paragraph("\n".join(f"- {say(f'welcome.{name}', language)}" for name in EXAMPLES)),
        ]
        yield Reply(
            f"{say('welcome.title', language)}\n{say('welcome.what', language, count=count)}",
            tuple(blocks),
        )

    def buttons(self, language: Language) -> Buttons:
        """Return one button for each ability."""
        say = self._texts.say
        return Buttons(
            (
                Button(say("welcome.choose", language), Press("choose.start"), "primary"),
                Button(say("welcome.tour", language), Press("demo.tour")),
                Button(say("welcome.documents", language), Press("document.list")),
            )
        )
