"""An ability's own reply to a message; where it has none, the message is asked as a question."""

from collections.abc import AsyncIterator, Awaitable, Callable

from handlers.conversation import Message, Reply
from handlers.questions.ask import Questions
from knowledge.errors import KnowledgeError

Own = Callable[[Message, str], Awaitable[Reply | None]]  # to a message and its words


async def own_or_asked(
    questions: Questions, message: Message, text: str, own: Own
) -> AsyncIterator[Reply]:
    """Show what `own` makes of a message, or why it could not; ask the message where it is None."""
    try:
        reply = await own(message, text)
    except KnowledgeError as error:
        reply = Reply(error.reason.to(message.person.language))
    if reply is not None:
        yield reply
        return
    async for other in questions.ask(message, text):
        yield other
