"""
One turn on a page: each reply is drawn in place of the one before, and whoever follows the turn is
told.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.stopping import Stopped
from bot.web.conversations import Article, Conversations, noted, placed
from bot.web.pages import Spot
from bot.web.render import Page
from handlers.conversation import Button, Buttons, Paragraph, Press, Reply, Steps


@dataclass(frozen=True, slots=True)
class Change:
    """
    What a reply changes on the page: one article, in place of itself or of the first of those that
    go, with the sheets of its sources (`beside`).
    """

    turn: str
    html: str
    said: str
    beside: str = ""
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """
    A turn as it begins: where, headed by `question`, and the turn it was pressed in (`origin`),
    empty where it was in none.
    """

    turn: str
    spot: Spot
    question: str
    origin: str


class Screen:
    """
    Shows the turn that `begun` says, drawn by `page`; `waits` is said before the first reply, in a
    talk to whoever follows, too. A last reply that is one sentence, pressed in an article, becomes
    a note at its foot.
    """

    def __init__(self, conversations: Conversations, page: Page, begun: Begun, waits: str) -> None:
        self.memory: dict[str, str] = {}
        self.spot = begun.spot
        self.turn = begun.turn
        self.article: Article | None = None
        self._conversations = conversations
        self._page = page
        self._begun = begun
        self._at = datetime.now().astimezone().isoformat(timespec="minutes")
        self._change: Change | None = None
        self._stopped = False
        self._kept = False
        self._over = False
        self._fresh = asyncio.Condition()
        if begun.origin:
            return
        self.article = self._drawn(Reply(waits, final=False))
        if begun.spot.place.kind == "talk":
            self._change = Change(self.turn, page.article(self.article), waits)

    @property
    def going(self) -> Article | None:
        """What stands on the page of this turn until it is kept there; none of a note."""
        if self._kept or self._over:
            return None
        return self.article

    async def show(self, reply: Reply) -> None:
        """Draw a reply in place of the one before, or note it where it was asked for."""
        if self._stopped:
            raise Stopped
        articles = await self._conversations.articles(self.spot.screen)
        origin = _article(articles, self._begun.origin)
        whole = self.article is None and reply.final
        if whole and _spoken(reply) and origin is not None and not origin.asks:
            await self._note(origin, reply.text)
            return
        self.article = self._drawn(reply)
        await self._put(articles)
        if reply.final:
            await self._keep(self.article)

    def _drawn(self, reply: Reply) -> Article:
        language, depends = self.spot.person.language, False
        if reply.answer is not None:
            language, depends = reply.answer.language, reply.answer.depends
        return Article(
            self.turn,
            self._begun.question,
            self._at,
            self._with_files(reply),
            language=language,
            depends=depends,
        )

    async def _put(self, articles: list[Article]) -> None:
        """Tell whoever follows what the article is now, and which others go."""
        article = self.article
        if article is None:
            return
        after = placed(articles, article, self._begun.origin, self.spot.place.kind)
        left = {one.turn for one in after}
        gone = tuple([one.turn for one in articles if one.turn not in left])
        html, beside = self._page.article(article), self._page.drawers(article)
        await self._tell(Change(self.turn, html, article.reply.text, beside, gone))

    async def _note(self, origin: Article, text: str) -> None:
        screen, kind = self.spot.screen, self.spot.place.kind
        await self._conversations.note(screen, self._begun.origin, text, kind)
        (with_note,) = noted([origin], self._begun.origin, text)
        html, beside = self._page.article(with_note), self._page.drawers(with_note)
        await self._tell(Change(self._begun.origin, html, text, beside))

    async def stop(self, none: str) -> None:
        """
        End the turn where it stands: what was shown of the answer is kept; `none` is said where
        nothing was.
        """
        self._stopped = True
        if self.article is None or not self.article.busy:
            return
        shown = [block for block in self.article.reply.blocks if not isinstance(block, Steps)]
        text = self.article.reply.text if shown else none
        blocks = tuple(shown) or (Paragraph(none),)
        reply = Reply(text, blocks)
        self.article = replace(self.article, reply=reply, stopped=bool(shown))
        await self._put(await self._conversations.articles(self.spot.screen))
        await self._keep(self.article)

    async def _keep(self, article: Article) -> None:
        """Keep what the turn has come to on its page."""
        screen, kind = self.spot.screen, self.spot.place.kind
        await self._conversations.place(screen, article, self._begun.origin, kind)
        self._kept = True

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
            address = self._conversations.keep(self.spot.person.id, file)
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
