"""The sample guidelines of a fictional company, published on one press, so that a newcomer sees guidelines at work."""

from collections.abc import AsyncIterator

from handlers.conversation import Message, Reply
from handlers.documents.office import Office
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.samples.catalogue import shelve


class Samples:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def shelve(self, message: Message) -> AsyncIterator[Reply]:
        """Publish the samples; those that are there already stay as they are."""
        if refused := await self._office.refused(message, "document.samples"):
            yield refused
            return
        try:
            await self._office.write(message, "document.samples")
            count = len([shelved async for shelved in shelve(await self._office.library(), self._office.limits)])
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
        except SessionsUnavailable:
            yield self._office.note("no_book", message)
        else:
            yield self._office.note("samples", message, self._office.button("back_to_list", message, "list"), n=count)
