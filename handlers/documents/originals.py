"""
The file of a version as it was sent, for admins to take away; each time it is written into the
book.
"""

from collections.abc import AsyncIterator

from handlers.conversation import Attachment, Message, Reply, Values
from handlers.documents.context import Context
from handlers.documents.names import shown
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError


class Taking:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def original(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Hand over the original of one version."""
        id_, version = str(given.get("d", "")), str(given.get("v", ""))
        if refused := await self._context.refused(message, "document.original", id_):
            yield refused
            return
        try:
            library = await self._context.library()
            document = await library.document(id_)
            drawn = document.version(version)
            if drawn is None or not drawn.original:
                yield self._context.note("no_original", message)
                return
            await self._context.write(message, "document.original", id_, version)
            content = await library.original(drawn)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
        else:
            text = self._context.say(
                "original_ready", message, name=shown(drawn.name), number=drawn.number
            )
            file = Attachment(drawn.name, "application/octet-stream", content)
            yield Reply(text, private=True, attachments=(file,))
