"""
The file of a version as it was sent, for admins to take away; each time it is written into the
audit trail.
"""

from collections.abc import AsyncIterator

from handlers.actions.documents import TakeOriginal
from handlers.conversation import Attachment, Message, Reply
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError


class Originals:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def take(self, message: Message, action: TakeOriginal) -> AsyncIterator[Reply]:
        """Hand over the original of one version."""
        context = self._context
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        try:
            library = await context.library()
            document = await library.document(action.document)
            version = document.version(action.version)
            if version is None or not version.original:
                yield context.note("no_original", message)
                return
            await context.record(message, action.name, action.document, action.version)
            content = await library.original(version)
        except KnowledgeError as error:
            yield context.failure(message, error)
        except SessionsUnavailable:
            yield context.note("no_book", message)
        else:
            name = display(version.name)
            text = context.say("original_ready", message, name=name, number=version.number)
            file = Attachment(version.name, "application/octet-stream", content)
            yield Reply(text, private=True, attachments=(file,))
