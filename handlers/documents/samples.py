"""
The sample guidelines of a fictional company, published on one press, so that a newcomer sees
guidelines at work.
"""

from collections.abc import AsyncIterator

from handlers.conversation import Message, Reply
from handlers.documents.context import Context
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.samples.catalogue import shelve


class Samples:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def shelve(self, message: Message) -> AsyncIterator[Reply]:
        """Publish the samples; those that are there already stay as they are."""
        if refused := await self._context.refused(message, "document.samples"):
            yield refused
            return
        try:
            await self._context.write(message, "document.samples")
            count = len(
                [
                    shelved
                    async for shelved in shelve(await self._context.library(), self._context.limits)
                ]
            )
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
        else:
            yield self._context.note(
                "samples", message, self._context.button("back_to_list", message, "list"), n=count
            )
