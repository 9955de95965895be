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

from handlers.conversation import Button, Buttons, Paragraph, Press, Reply
from handlers.documents.context import Context
from handlers.documents.listing import due
from handlers.documents.names import shown
from handlers.sessions import DAY, SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.values import Document, Language

log = logging.getLogger(__name__)
EVERY = 3600.0  # seconds between looks
KEPT = 400 * DAY  # seconds it is remembered that a date was told
Tell = Callable[
    [str, Callable[[Language], Reply]], Awaitable[bool]
]  # a person's id, and what to say in their language


class Reviews:
    """`today` decides what is due."""

    def __init__(
        self, context: Context, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        self._context = context
        self._today = today
        self._tell: dict[str, Tell] = {}

    def reach(self, platform: str, tell: Tell) -> None:
        """
        Let a platform tell its people something of its own accord; `tell` says whether it could.
        """
        self._tell[platform] = tell

    async def watch(self) -> None:
        """Look again and again; a store or shelf that is away is looked at next time."""
        while True:
            with suppress(KnowledgeError, SessionsUnavailable):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> int:
        """
        Tell the owners of documents whose review date has come, each once for each date; return how
        many were told.
        """
        told = 0
        today = self._today().isoformat()
        for document in await (await self._context.library()).documents():
            tell = self._tell.get(document.metadata.owner.partition(":")[0])
            if tell is None or not due(document, today):
                continue
            key = f"{document.id} {document.metadata.review}"
            if not await self._context.sessions.save(
                "reminder", key, {"at": today}, expected=0, seconds=KEPT
            ):
                continue
            if await tell(document.metadata.owner, partial(self._reply, document)):
                told += 1
            else:
                log.warning(
                    "a review reminder could not be delivered", extra={"document": document.id}
                )
        return told

    def _reply(self, document: Document, language: Language) -> Reply:
        say = self._context.texts.say
        text = say(
            "documents.due",
            language,
            title=shown(document.metadata.title),
            date=document.metadata.review,
        )
        ways = (
            ("open_document", "open", {"d": document.id}),
            ("details", "details", {"d": document.id}),
        )
        buttons = tuple(
            Button(say(f"documents.{name}", language), Press(f"document.{verb}", data))
            for name, verb, data in ways
        )
        return Reply(text, (Paragraph(text, "note"), Buttons(buttons)), private=True)
