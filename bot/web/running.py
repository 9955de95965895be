"""The turns that are being made in this process: each goes on to its end, whoever still looks."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

from starlette.datastructures import FormData, QueryParams

from bot.turns import Turns
from bot.web.conversations import Article, Conversations
from bot.web.pages import Spot
from bot.web.regions import Composer, message
from bot.web.render import Page
from bot.web.screen import Begun, Screen
from handlers.conversation import Content
from handlers.texts import Texts


class Running:
    """Begins, follows and stops turns."""

    def __init__(
        self, turns: Turns, texts: Texts, conversations: Conversations, composer: Composer
    ) -> None:
        self._turns = turns
        self._texts = texts
        self.conversations = conversations
        self._composer = composer
        self._screens: dict[str, Screen] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def on(self, spot: Spot) -> list[Article]:
        """Return the articles of a page, those that are still being made included, each once."""
        # looked at first: what is kept meanwhile must not be missing from both
        here = [one.going for one in self._screens.values() if one.spot.screen == spot.screen]
        kept = await self.conversations.articles(spot.screen)
        turns = {article.turn for article in kept}
        going = [article for article in here if article and article.turn not in turns]
        return [*kept, *going]

    def begin(
        self, spot: Spot, content: Content, label: str, origin: str, form: FormData | None = None
    ) -> tuple[Screen, asyncio.Task[None]]:
        """Begin a turn; uploaded files live as long as it does."""
        turn = secrets.token_hex(4)
        page = Page(self._texts, spot.person.language, spot.place)
        waits = self._texts.say("web.waiting", spot.person.language)
        screen = Screen(self.conversations, page, Begun(turn, spot, label, origin), waits)
        self._screens[turn] = screen
        task = asyncio.create_task(self._take(spot, content, screen, form))
        self._tasks[turn] = task
        return screen, task

    async def whole(self, spot: Spot, content: Content, label: str) -> None:
        """Run a turn to its end."""
        _, task = self.begin(spot, content, label, "")
        await task

    async def _take(
        self, spot: Spot, content: Content, screen: Screen, form: FormData | None
    ) -> None:
        try:
            await self._turns.take(message(spot, content), screen)
        finally:
            await screen.close()
            self._screens.pop(screen.turn, None)
            self._tasks.pop(screen.turn, None)
            if form is not None:
                await form.close()

    def screen(self, turn: str, person: str) -> Screen | None:
        """Return the screen of a running turn; None where it is over, or another person's."""
        screen = self._screens.get(turn)
        if screen is None or screen.spot.person.id != person:
            return None
        return screen

    async def stop(self, turn: str, person: str) -> Screen | None:
        """End a turn where it stands; None where it is over already, or another person's."""
        screen = self.screen(turn, person)
        task = self._tasks.get(turn)
        if screen is None or task is None:
            return None
        await screen.stop(self._texts.say("web.stopped_empty", screen.spot.person.language))
        task.cancel()
        return screen

    async def rows(self, screen: Screen) -> AsyncIterator[str]:
        """
        Yield one line of JSON for each reply, and at the end what stands beside the turns now.
        """
        async for change in screen.follow():
            row = {
                "turn": f"t{change.turn}",
                "html": change.html,
                "said": change.said,
                "beside": change.beside,
                "gone": change.gone,
            }
            yield _row(row)
        articles = await self.on(screen.spot)
        query = QueryParams(screen.spot.query)
        regions = await self._composer.regions(screen.spot, articles, query)
        yield _row({"regions": regions})


def _row(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"
