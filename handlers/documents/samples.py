"""
The sample guidelines of a fictional company, published on one press, so that a newcomer sees
guidelines at work.
"""

from collections.abc import AsyncIterator

from handlers.actions.documents import AddSamples
from handlers.conversation import Message, Reply
from handlers.documents.context import Context
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.samples.catalogue import shelve


class Samples:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def add(self, message: Message, action: AddSamples) -> AsyncIterator[Reply]:
        """Publish the samples; those that are there already stay as they are."""
        context = self._context
        if refused := await context.refused(message, action.name):
            yield refused
            return
        try:
            await context.record(message, action.name)
            samples = shelve(await context.library(), context.limits)
            published = [sample async for sample in samples]
        except KnowledgeError as error:
            yield context.failure(message, error)
        except SessionsUnavailable:
            yield context.note("no_book", message)
        else:
            yield context.note("samples", message, context.back(message), n=len(published))
