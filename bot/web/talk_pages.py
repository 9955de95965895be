"""
What one can do with a talk: find it, call it by another name, share it, delete it; and what a
shared one shows to others.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web import parse
from bot.web.conversations import Article, Conversations
from bot.web.pages import PLACES, Spot, place_of
from bot.web.regions import Composer
from bot.web.security import FORM
from bot.web.shares import Shares
from bot.web.source_page import OPEN
from bot.web.talks import Talk, Talks
from bot.web.view import View, session_of
from handlers.conversation import Person, Press, Sources
from handlers.sessions import SessionsUnavailable


class TalkPages:
    """A talk is its person's alone; what is not theirs does not exist."""

    def __init__(  # each of them is one thing these pages are made of
        self,
        talks: Talks,
        conversations: Conversations,
        shares: Shares,
        composer: Composer,
        view: View,
        person: Callable[[Request], Person | None],
    ) -> None:
        self._talks = talks
        self._conversations = conversations
        self._shares = shares
        self._composer = composer
        self._view = view
        self._person = person

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of the list, of what is done with one talk, and of shared ones."""
        return [
            Route("/talks", self._list, methods=["GET"]),
            Route("/t/{talk}/rename", self._rename, methods=["POST"]),
            Route("/t/{talk}/delete", self._delete, methods=["POST"]),
            Route("/t/{talk}/share", self._share, methods=["POST"]),
            Route("/s/{token}", self._shared, methods=["GET"]),
            Route("/s/{token}/end", self._end, methods=["POST"]),
        ]

    # ----------------------------------------------------------------- one's own

    async def _list(self, request: Request) -> Response:
        """List a person's talks, those that hold the words looked for where there are any."""
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        find = request.query_params.get("find", "")[:200]
        spot = Spot(person, session_of(request), PLACES[0])
        talks = await self._talks.of(person.id, find)
        try:
            shares = await self._shares.of(person.id)
        except SessionsUnavailable:
            shares = []
        values = {
            "title": self._view.say(request, "all_talks"),
            "talks": talks,
            "find": find,
            "rail": await self._composer.rail(spot),
            "shares": shares,
            "place": None,
        }
        return self._view.inner(request, person, "talks", **values)

    async def _rename(self, request: Request) -> Response:
        person, talk = await self._own(request)
        async with request.form(max_files=0, max_part_size=FORM) as form:
            name = parse.field(form, "name")
        await self._talks.rename(person.id, talk.id, name)
        return RedirectResponse(f"/t/{talk.id}", 303)

    async def _delete(self, request: Request) -> Response:
        """Delete a talk and every link to it."""
        person, talk = await self._own(request)
        try:
            for share in await self._shares.of(person.id):
                if share.talk == talk.id:
                    await self._shares.end(person.id, share.token)
            await self._conversations.forget(self._spot(request, person, talk.id).screen)
        except SessionsUnavailable as error:
            raise HTTPException(503) from error
        await self._talks.forget(person.id, talk.id)
        return RedirectResponse("/", 303)

    async def _share(self, request: Request) -> Response:
        """Share a whole talk, or one turn of it, as it is now."""
        person, talk = await self._own(request)
        async with request.form(max_files=0, max_part_size=FORM) as form:
            turn = parse.field(form, "turn")
        spot = self._spot(request, person, talk.id)
        articles = await self._conversations.articles(spot.screen)
        if turn:
            articles = [article for article in articles if article.turn == turn]
        finished = [article for article in articles if not article.busy]
        if not finished:
            raise HTTPException(404)
        title = finished[0].question if turn else talk.title
        try:
            token = await self._shares.make(person.id, person.name, title, talk.id, finished)
        except SessionsUnavailable as error:
            raise HTTPException(503) from error
        return RedirectResponse(f"/s/{token}", 303)

    async def _own(self, request: Request) -> tuple[Person, Talk]:
        """
        Return who asks, and their talk.

        Raises:
            HTTPException: nobody is there (401), or they have no such talk (404).
        """
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        talk = await self._talks.one(person.id, request.path_params["talk"])
        if talk is None:
            raise HTTPException(404)
        return person, talk

    def _spot(self, request: Request, person: Person, talk: str) -> Spot:
        return Spot(person, session_of(request), place_of(talk))

    # ----------------------------------------------------------------- shared

    async def _shared(self, request: Request) -> Response:
        """
        Show what a link opens to whoever may use the page; answers from what they may not read are
        left out.
        """
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        try:
            share = await self._shares.open(request.path_params["token"])
        except SessionsUnavailable as error:
            raise HTTPException(503) from error
        if share is None:
            raise HTTPException(404)
        articles = []
        hidden = 0
        for article in share.articles:
            if await self._readable(request, person, article):
                articles.append(article)
            else:
                hidden += 1
        shown = replace(share, articles=tuple(articles))
        own = share.person == person.id
        address = str(request.url.replace(query=""))
        return self._view.shared(
            request, person, shown, own=own, hidden=hidden, address=address, title=share.title
        )

    async def _end(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        try:
            ended = await self._shares.end(person.id, request.path_params["token"])
        except SessionsUnavailable as error:
            raise HTTPException(503) from error
        if not ended:
            raise HTTPException(404)
        return RedirectResponse("/talks", 303)

    async def _readable(self, request: Request, person: Person, article: Article) -> bool:
        """Report whether a person may read every source of a turn now."""
        spot = Spot(person, session_of(request), PLACES[0])
        presses = _opens(article)
        if not presses:
            return True
        replies = await self._composer.replies(spot, *presses)
        return all(reply.title for reply in replies)


def _opens(article: Article) -> Sequence[Press]:
    """Return what opens each source of a turn."""
    presses: list[Press] = []
    for block in article.reply.blocks:
        if isinstance(block, Sources):
            opens = [Press(OPEN, {"s": one.id, "aid": block.answer}) for one in block.items]
            presses += opens
    return presses
