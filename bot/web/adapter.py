"""
The web page: forms in, articles out. It needs no JavaScript; with it, replies stream into the page.

A form is answered on the page its action belongs to. A question asked on the first page begins a
talk, which is its person's wherever they are; other pages are one browser's.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ExceptionHandler, Scope

from bot.environment import LOOPBACK
from bot.platform import Face, Health, Tab
from bot.turns import Turns
from bot.web.access import Access
from bot.web.account import Account, Machines
from bot.web.conversations import Article, Conversations
from bot.web.document_view import DocumentPages
from bot.web.identity import Provider
from bot.web.insights import Insights, Sources
from bot.web.pages import PLACES, Spot, place_at
from bot.web.posting import Posting
from bot.web.regions import Composer
from bot.web.running import Running
from bot.web.security import Guard
from bot.web.settings import Passwords, SignIn
from bot.web.shares import Shares
from bot.web.shown_again import again
from bot.web.signing import Known, session_in
from bot.web.signing import SignIn as Signing
from bot.web.source_page import SourcePage
from bot.web.tab import TabPage
from bot.web.talk_pages import TalkPages
from bot.web.talks import Talks
from bot.web.team_page import TeamPage
from bot.web.told import Told
from bot.web.trial_page import TrialPage
from bot.web.view import HERE, Shown, Static, View, language_of, session_of
from handlers.conversation import Person, Reply
from handlers.documents.document_view import DocumentView
from handlers.people import People
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.values import Language

Refusal = Literal["signin_first", "not_found", "not_allowed", "bad_request"]
REFUSALS: dict[int, Refusal] = {
    401: "signin_first",
    404: "not_found",
    405: "not_allowed",
}  # statuses with a sentence


class Web(Face):
    """`public_url` names the host people use. Without one the page is for this machine alone."""

    name = "web"

    def __init__(  # noqa: PLR0913  # each of them is one thing the page is made of
        self,
        turns: Turns,
        sessions: Sessions,
        texts: Texts,
        doctor: Callable[[], Awaitable[Health]],
        *,
        host: str = "127.0.0.1",
        public_url: str = "",
        passwords: Passwords | None = None,
        people: People | None = None,
        machines: Machines | None = None,
        insights: Sources | None = None,
        documents: DocumentView | None = None,
        tab: Tab | None = None,
    ) -> None:
        if passwords is None:
            passwords = Passwords()
        self._texts = texts
        self._embed = passwords.embed
        self._secure = public_url.startswith("https://")
        local = host in LOOPBACK and not public_url
        if local:
            tab = None
        self._frames = self._embed + (tab.origins if tab else ())
        proof = tab.proof if tab else ""
        self._access = Access(passwords, texts, sessions, local=local, people=people, tab=proof)
        named = urlsplit(public_url).hostname or ""
        self._hosts = LOOPBACK | ({named, host} - {""})
        self._conversations = Conversations(sessions, passwords.talk_seconds)
        self._talks = Talks(sessions, passwords.talk_seconds)
        self._told = Told(sessions)
        self._composer = Composer(turns, texts, doctor, self._talks, self._told)
        self._view = View(texts, self._access, secure=self._secure)
        self._tab = TabPage(tab, self._access, self._view)
        provider = _provider(passwords, public_url)
        self._signing = Signing(
            self._access, sessions, texts, self._view, provider, secure=self._secure
        )
        self._account = Account(machines, self._composer, self._view, self._person, texts)
        self._insights = Insights(insights, self._composer, self._view, self._person)
        self._documents = DocumentPages(documents, self._view, self._person, texts)
        self._running = Running(turns, texts, self._conversations, self._composer)
        posting = Posting(self._running, self._talks, self._view, texts, self._person)
        self._posting = posting
        shares = Shares(sessions)
        self._talk_pages = TalkPages(
            self._talks, self._conversations, shares, self._composer, self._view, self._person
        )
        self._sources = SourcePage(self._composer, self._view, texts, self._person)
        self._trials = TrialPage(self._composer, self._view, texts, self._person)

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of the pages, of their forms, and of what they load."""
        pages = [Route(place.path, self._page, methods=["GET"]) for place in PLACES]
        return [
            *pages,
            Route("/t/{talk}", self._talk, methods=["GET"]),
            *self._talk_pages.routes(),
            *self._sources.routes(),
            *self._trials.routes(),
            *TeamPage(self._composer, self._view, self._person).routes(),
            *self._posting.routes(),
            *self._signing.routes(),
            *self._account.routes(),
            *self._tab.routes(),
            *self._insights.routes(),
            *self._documents.routes(),
            Route("/files/{token}", self._file, methods=["GET"]),
            Route("/embed.js", self._embedding, methods=["GET"]),
            Route("/told/clear", self._clear, methods=["POST"]),
            Mount("/static", Static(directory=HERE / "static")),
        ]

    def middleware(self, elsewhere: Callable[[Scope], bool]) -> list[Middleware]:
        """Return the guard of the page, and of every address that is no platform's."""
        guard = Middleware(
            Guard,
            hosts=self._hosts,
            scheme="https" if self._secure else "http",
            elsewhere=elsewhere,
            local=self._access.local,
            embed=self._frames,
        )
        return [guard, Middleware(Known, access=self._access)]

    def errors(self) -> dict[int | type[Exception], ExceptionHandler]:
        """Return what shows a refusal as a page."""
        return {HTTPException: self._refused}

    async def _refused(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        name: Refusal = REFUSALS.get(status, "bad_request")
        return self._view.notice(request, self._person(request), status, name)

    # ----------------------------------------------------------------- pages

    async def _page(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        spot = Spot(person, session_of(request), place_at(request.url.path))
        articles = await self._articles(spot)
        return await self._shown(request, spot, articles)

    async def _talk(self, request: Request) -> Response:
        """Show one talk of this person; one that is not theirs does not exist."""
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        spot = Spot(person, session_of(request), place_at(request.url.path))
        articles = await self._running.on(spot)
        if not spot.place.talk or not articles:
            raise HTTPException(404)
        return await self._shown(request, spot, articles)

    async def _shown(self, request: Request, spot: Spot, articles: list[Article]) -> Response:
        query = request.query_params
        regions = await self._composer.regions(spot, articles, query)
        rail = await self._composer.rail(spot)
        talk = None
        if spot.place.talk:
            talk = await self._talks.one(spot.person.id, spot.place.talk)
        typed = ""
        for article in articles:
            if article.turn == query.get("edit"):
                typed = article.question
        return self._view.page(request, spot, Shown(articles, regions, rail, talk, typed))

    async def _articles(self, spot: Spot) -> list[Article]:
        """
        Return what stands on a page: begun where it is empty, and said again where it speaks
        another language than the reader.
        """
        articles = await self._running.on(spot)
        place = spot.place
        if not articles and place.opening is not None:
            label = self._texts.say(f"web.{place.name}", spot.person.language)
            await self._running.whole(spot, place.opening, label)
            return await self._running.on(spot)
        repeat = again(spot, articles)
        if repeat is not None:
            await self._running.whole(spot, repeat, articles[-1].question)
            return await self._running.on(spot)
        return articles

    async def _file(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            raise HTTPException(404)
        file = self._conversations.file(person.id, request.path_params["token"])
        if file is None:
            raise HTTPException(404)
        name = quote(file.name, safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(file.content, media_type=file.media_type, headers=headers)

    async def _embedding(self, request: Request) -> Response:
        """Return the script that intranet pages embed; it holds nothing of anybody."""
        if not self._embed:
            raise HTTPException(404)
        headers = {
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "public, max-age=3600",
        }
        return FileResponse(HERE / "embed.js", media_type="text/javascript", headers=headers)

    # ----------------------------------------------------------------- what is told

    async def tell(self, person: str, say: Callable[[Language], Reply]) -> bool:
        """Keep something for the next time somebody opens the first page."""
        try:
            await self._told.add(person, {"ja": say("ja"), "en": say("en")})
        except SessionsUnavailable:
            return False
        return True

    async def _clear(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        with suppress(SessionsUnavailable):
            await self._told.clear(person.id)
        return RedirectResponse("/", 303)

    # ----------------------------------------------------------------- who is there

    def _person(self, request: Request) -> Person | None:
        return self._access.person(session_in(request), language_of(request))


def _provider(opening: Passwords, public_url: str) -> Provider | None:
    """Return what vouches for people with an account of the company; None where nothing does."""
    if not isinstance(opening, SignIn) or not opening.issuer:
        return None
    from bot.web.oidc import OpenID

    return OpenID(opening, f"{public_url.rstrip('/')}/signin/back")
