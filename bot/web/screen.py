"""
One turn on a page: each reply is drawn in place of the one before, and whoever follows the turn is
told.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.web.conversations import Article, Conversations, noted, placed
from bot.web.pages import Place
from bot.web.render import Page
from handlers.conversation import Button, Buttons, Paragraph, Press, Reply


@dataclass(frozen=True, slots=True)
class Change:
    """
    What a reply changes on the page: one article, in place of itself or of the first of those that
    go.
    """

    turn: str
    html: str
    said: str
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """
    A turn as it begins: on which page of which browser (`screen`), whose, headed by `question`, and
    the turn it was pressed in (`origin`), empty where it was in none.
    """

    turn: str
    person: str
    screen: str
    place: Place
    question: str
    origin: str


class Screen:
    """
    Shows the turn `page` was made for. A last reply that is one sentence, pressed in an article,
    becomes a note at its foot.
    """

    def __init__(self, conversations: Conversations, page: Page, begun: Begun) -> None:
        self.memory: dict[str, str] = {}
        self.place = begun.place
        self.turn = begun.turn
        self.article: Article | None = None
        self._conversations = conversations
        self._page = page
        self._person = begun.person
        self._screen = begun.screen
        self._question = begun.question
        self._origin = begun.origin
        self._at = datetime.now().astimezone().isoformat(timespec="minutes")
        self._change: Change | None = None
        self._over = False
        self._fresh = asyncio.Condition()

    async def show(self, reply: Reply) -> None:
        """Draw a reply in place of the one before, or note it where it was asked for."""
        articles = await self._conversations.articles(self._screen)
        origin = _article(articles, self._origin)
        whole = self.article is None and reply.final
        if whole and _spoken(reply) and origin is not None and not origin.asks:
            await self._note(origin, reply.text)
            return
        self.article = self._page.draw(self._with_files(reply), self._question, self._at)
        after = placed(articles, self.article, self._origin, self.place.kind)
        left = {article.turn for article in after}
        gone = tuple([article.turn for article in articles if article.turn not in left])
        if reply.final:
            await self._conversations.place(
                self._screen, self.article, self._origin, self.place.kind
            )
        await self._tell(Change(self.turn, self._page.article(self.article), reply.text, gone))

    async def _note(self, origin: Article, text: str) -> None:
        await self._conversations.note(self._screen, self._origin, text)
        (with_note,) = noted([origin], self._origin, text)
        await self._tell(Change(self._origin, self._page.article(with_note), text))

    async def close(self) -> None:
        """Say that the turn is over: whoever follows it stops."""
        async with self._fresh:
            self._over = True
            self._fresh.notify_all()

    async def follow(self) -> AsyncIterator[Change]:
        """
        Yield the latest change whenever there is a new one, until the turn is over; those in
        between may be left out.
        """
        seen: Change | None = None
        over = False
        while not over:
            async with self._fresh:
                while self._change is seen and not self._over:
                    await self._fresh.wait()
                latest, over = self._change, self._over
            if latest is not None and latest is not seen:
                yield latest
            seen = latest

    async def _tell(self, change: Change) -> None:
        async with self._fresh:
            self._change = change
            self._fresh.notify_all()

    def _with_files(self, reply: Reply) -> Reply:
        """Return the reply with a link for each file to take away."""
        if not reply.attachments:
            return reply
        links = []
        for file in reply.attachments:
            address = self._conversations.keep(self._person, file)
            links.append(Button(file.name, Press("web.file"), url=address))
        blocks = reply.blocks or (Paragraph(reply.text),)
        return replace(reply, blocks=(*blocks, Buttons(tuple(links), "files")))


def _spoken(reply: Reply) -> bool:
    """Report whether a reply is one sentence and nothing to press or take away."""
    for block in reply.blocks:
        if not isinstance(block, Paragraph) or block.text != reply.text:
            return False
    return reply.ask is None and not reply.attachments


def _article(articles: list[Article], turn: str) -> Article | None:
    for article in articles:
        if article.turn == turn:
            return article
    return None
