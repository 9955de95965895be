"""How a document gets here, told to whoever asks for it in words."""

from collections.abc import AsyncIterator

from handlers.actions.documents import AddDocument, ListDocuments, RequestDocument
from handlers.conversation import Button, Buttons, Message, Paragraph, Reply
from handlers.people import People
from handlers.texts import Texts


class Adding:
    def __init__(self, people: People, texts: Texts) -> None:
        self._people = people
        self._texts = texts

    async def show(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Say how documents are added to whoever may, and how they are asked for to the rest."""
        language, say = message.person.language, self._texts.say
        listed = Button(say("welcome.documents", language), ListDocuments())
        if self._people.is_admin(message.person):
            words = say("documents.how", language)
            first = Button(say("documents.add", language), AddDocument(), "primary")
        else:
            words = say("talk.add_member", language)
            first = Button(say("documents.request", language), RequestDocument(), "primary")
        yield Reply(words, (Paragraph(words), Buttons((first, listed))))
