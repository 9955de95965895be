"""
Review dates that have come: the owner is told once for each date, whoever looks; admins see the
rest in the list.

The look is made every hour by every process. Which of them tells the owner is settled in the store,
so that they hear it once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial

from handlers.actions.documents import EditDetails, OpenDocument
from handlers.conversation import Button, Buttons, Paragraph, Reply
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.documents.page import due
from handlers.lifetimes import REVIEW_TOLD
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.values import Document, Language

log = logging.getLogger(__name__)
KIND = "reminder"
EVERY = 3600.0  # seconds between looks
# a person's id, and what to say in their language
Tell = Callable[[str, Callable[[Language], Reply]], Awaitable[bool]]


def utc_today() -> date:
    return datetime.now(UTC).date()


class Reviews:
    """`today` decides what is due."""

    def __init__(self, context: Context, today: Callable[[], date] = utc_today) -> None:
        self._context = context
        self._today = today
        self._tell: dict[str, Tell] = {}

    def reach(self, platform: str, tell: Tell) -> None:
        """
        Let a platform tell its people something of its own accord; `tell` says whether it could.
        """
        self._tell[platform] = tell

    async def tell(self, person: str, say: Callable[[Language], Reply]) -> bool:
        """Tell somebody something of our own accord; False where their platform cannot."""
        tell = self._tell.get(person.partition(":")[0])
        return tell is not None and await tell(person, say)

    async def watch(self) -> None:
        """Look again and again; a store or library that is away is looked at next time."""
        while True:
            with suppress(KnowledgeError, SessionsUnavailable):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> int:
        """
        Tell the owners of documents whose review date has come, each once for each date; return how
        many were told.
        """
        reached = 0
        today = self._today().isoformat()
        library = await self._context.library()
        for document in await library.documents():
            owner = document.metadata.owner
            tell = self._tell.get(owner.partition(":")[0])
            if tell is None or not due(document, today):
                continue
            if not await self._is_first(document, today):
                continue
            if await tell(owner, partial(self._reply, document)):
                reached += 1
            else:
                log.warning(
                    "a review reminder could not be delivered", extra={"document": document.id}
                )
        return reached

    async def _is_first(self, document: Document, today: str) -> bool:
        """Report whether no process has told the owner of this date before."""
        key = f"{document.id} {document.metadata.review}"
        return await self._context.sessions.save(
            KIND, key, {"at": today}, expected=0, seconds=REVIEW_TOLD
        )

    def _reply(self, document: Document, language: Language) -> Reply:
        say = self._context.texts.say
        title, review = display(document.metadata.title), document.metadata.review
        text = say("documents.due", language, title=title, date=review)
        open_ = Button(say("documents.open_document", language), OpenDocument(document.id))
        edit = Button(say("documents.details", language), EditDetails(document.id))
        return Reply(text, (Paragraph(text, "note"), Buttons((open_, edit))), private=True)
