"""A screen on paper: keeps every reply it was shown."""

from collections.abc import AsyncIterator

from handlers.conversation import Reply

SHOWN: list[
    Reply
] = []  # on every sheet of the running test; at its end each is drawn on all faces and pressed


class Sheet:
    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.shown: list[Reply] = []

    async def show(self, reply: Reply) -> None:
        self.shown.append(reply)
        SHOWN.append(reply)


async def last(replies: AsyncIterator[Reply]) -> Reply:
    """Return the last reply of a handler asked directly; all of them are kept."""
    sheet = Sheet()
    async for reply in replies:
        await sheet.show(reply)
    return sheet.shown[-1]
