"""Buttons and forms handed to one room as the router does it."""

from collections.abc import AsyncIterator
from typing import Protocol

from handlers.actions.registry import read
from handlers.conversation import Form, Message, Press, Reply
from handlers.routes import Routes
from handlers.texts import Texts
from tests.sheet import last

OLD = Texts.load().phrase("actions.old")


class Room(Protocol):
    def routes(self, routes: Routes) -> None: ...


async def old(message: Message) -> AsyncIterator[Reply]:
    yield Reply(OLD.to(message.person.language), private=True)


async def act(room: Room, message: Message) -> Reply:
    """Return the last reply to a button or form; one that nobody takes is called old."""
    routes = Routes()
    room.routes(routes)
    content = message.content
    replies = None
    if isinstance(content, Press):
        replies = routes.pressed(message, read(content))
    if isinstance(content, Form):
        replies = routes.sent(message, read(content), content)
    return await last(replies or old(message))
