"""
What becomes of a text that is deleted: nothing of it stays where this house keeps anything.

The library deletes passages and files. Here what was made of them goes, too (answers, their
records, talks that quote them), and whoever deletes hears what is gone, and what holds it still:
the backups, with the day by which those of the night are gone.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Literal

from handlers.conversation import Message
from handlers.documents.context import Context
from handlers.sessions import State
from handlers.texts import Texts
from knowledge.errors import LibraryUnavailable
from knowledge.values import Document

WAIT = 20.0  # seconds somebody waits for the index; a large one is done a little later
LANGUAGES: tuple[Literal["ja", "en"], ...] = ("ja", "en")
Where = Literal["gone_everywhere", "gone_soon", "gone_by_server"]


class Erasure:
    """Forgets what was made of documents, in every record of this house."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def marks(self, document: Document, version: str = "") -> frozenset[str]:
        """Return the ids by which records name a document, or one version of it alone."""
        library = await self._context.library()
        marks = set()
        for known in document.versions:
            if version and known.id != version:
                continue
            passages = await library.passages(known.id)
            marks.update([known.id, *(passage.id for passage in passages)])
        if not version:
            marks.add(document.id)
        return frozenset(marks)

    async def forget(self, marks: frozenset[str]) -> None:
        """Forget what was made of the texts with these ids. Raises SessionsUnavailable."""
        await self._context.sessions.forget_texts(marks, self._instead)
        await self._context.sessions.rewrite()

    async def told(self, message: Message) -> str:
        """Return what is gone of a document that was just deleted, and what is not; waits a bit."""
        say = self._context.say
        return f"{say(await self._gone(), message)}\n{self._backups(message)}"

    async def _gone(self) -> Where:
        library = await self._context.library()
        with suppress(TimeoutError, LibraryUnavailable):
            async with asyncio.timeout(WAIT):
                if await library.compacted():
                    return "gone_everywhere"
                return "gone_by_server"
        return "gone_soon"

    def _backups(self, message: Message) -> str:
        nights = self._context.nights
        if not nights:
            return self._context.say("gone_backups", message)
        until = datetime.now(UTC).date() + timedelta(days=nights)
        return self._context.say("gone_nights", message, until=until.isoformat())

    def _instead(self, language: str) -> State:
        return _stands_for(self._context.texts, language)


def _stands_for(texts: Texts, language: str) -> State:
    """Return the reply that a page shows in place of one that quoted, as pages keep replies."""
    spoken = LANGUAGES[language == "en"]
    text = texts.say("documents.gone_answer", spoken)
    return {"text": text, "final": True, "blocks": [{"is": "Paragraph", "text": text}]}
