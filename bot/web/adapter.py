"""
The web page: forms in, articles out. It needs no JavaScript; with it, replies stream into the page.

A form is answered on the page its action belongs to. A browser is one conversation on each page; on
a page of this machine alone all browsers are one person.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ExceptionHandler, Scope

from bot.environment import LOOPBACK
from bot.platform import Face, Health
from bot.turns import Turns
from bot.web import parse
from bot.web.access import Access
from bot.web.account import Account, Machines
from bot.web.conversations import Article, Conversations
from bot.web.document_view import DocumentPages
from bot.web.identity import Provider
from bot.web.insights import Insights, Sources
from bot.web.pages import PLACES, Place, listing, lists, page_of, place_at
from bot.web.regions import Composer, message
from bot.web.render import Page
from bot.web.screen import Begun, Screen
from bot.web.security import FILES, FORM, Guard
from bot.web.settings import Passwords, SignIn
from bot.web.signing import Known, session_in
from bot.web.signing import SignIn as Signing
from bot.web.view import HERE, Static, View, language_of, session_of
from handlers.conversation import Content, Person, Upload
from handlers.documents.document_view import DocumentView
from handlers.people import People
from handlers.sessions import Sessions
from handlers.texts import Texts

NDJSON = "application/x-ndjson"
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
    ) -> None:
        self._turns = turns
        self._texts = texts
        self._secure = public_url.startswith("https://")
        local = host in LOOPBACK and not public_url
        opening = passwords or Passwords()
        self._access = Access(opening, texts, sessions, local=local, people=people)
        named = urlsplit(public_url).hostname or ""
        self._hosts = LOOPBACK | ({named, host} - {""})
        self._conversations = Conversations(sessions)
        self._composer = Composer(turns, texts, doctor)
        self._view = View(texts, self._access, secure=self._secure)
        provider = _provider(opening, public_url)
        self._signing = Signing(
            self._access, sessions, texts, self._view, provider, secure=self._secure
        )
        self._account = Account(machines, self._view, self._person, texts)
        self._insights = Insights(insights, self._view, self._person)
        self._documents = DocumentPages(documents, self._view, self._person, texts)
        # running turns: the page each appears on, and its screen
        self._screens: dict[str, tuple[str, Screen]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of the pages, of their forms, and of what they load."""
        pages = [Route(place.path, self._page, methods=["GET"]) for place in PLACES]
        return [
            *pages,
            Route("/ask", self._ask, methods=["POST"]),
            Route("/press", self._press, methods=["POST"]),
            Route("/form", self._form, methods=["POST"]),
            Route("/upload", self._upload, methods=["POST"]),
            *self._signing.routes(),
            *self._account.routes(),
            *self._insights.routes(),
            Route("/turns/{turn}", self._turn, methods=["GET"]),
            Route("/files/{token}", self._file, methods=["GET"]),
            *self._documents.routes(),
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
        place = place_at(request.url.path)
        person = self._person(request)
        session = session_of(request)
        if person is None:
            return self._view.sign_in(request, 401)
        articles = await self._on(place, person, session)
        if not articles and place.opening is not None:
            label = self._texts.say(f"web.{place.name}", person.language)
            screen = self._screen(person, session, place, label, "")
            await self._take(person, session, place.opening, screen)
            articles = await self._on(place, person, session)
        regions = await self._composer.regions(
            place, person, session, articles, request.query_params
        )
        return self._view.page(request, person, place, articles, regions)

    async def _on(self, place: Place, person: Person, session: str) -> list[Article]:
        """Return the articles of a page, those that are still being made included."""
        where = _where(person, session, place)
        running = []  # looked at first: what ends meanwhile must not be missing from both
        for page, screen in self._screens.values():
            if page == where and screen.article and screen.article.busy:
                running.append(screen.article)
        return [*await self._conversations.articles(where), *running]

    # ----------------------------------------------------------------- turns

    async def _ask(self, request: Request) -> Response:
        return await self._formed(request, parse.question)

    async def _press(self, request: Request) -> Response:
        return await self._formed(request, parse.press)

    async def _form(self, request: Request) -> Response:
        return await self._formed(request, _form)

    async def _upload(self, request: Request) -> Response:
        person = self._person(request)
        if person is not None and person.role != "admin":  # refused without reading a byte of it
            label = self._texts.say("web.upload", person.language)
            return await self._answer(request, person, Upload(()), label, FormData())
        return await self._formed(request, _uploaded)

    async def _formed(
        self, request: Request, read: Callable[[FormData], tuple[Content, str]]
    ) -> Response:
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        form = await request.form(max_files=FILES, max_part_size=FORM)
        return await self._answer(request, person, *read(form), form)

    async def _answer(
        self, request: Request, person: Person, content: Content, label: str, form: FormData
    ) -> Response:
        """Take a turn on the page it belongs to: streamed to a script, waited for otherwise."""
        if lists(parse.action(content)):
            await form.close()
            return self._view.with_cookies(request, RedirectResponse(listing(content), 303))
        here = place_at(parse.field(form, "_page"))
        origin = parse.field(form, "_turn")
        place = place_at(page_of(parse.action(content), here.path))
        session = session_of(request)
        screen = self._screen(person, session, place, label, origin if place is here else "")
        turn = asyncio.create_task(self._take(person, session, content, screen, form))
        self._running.add(turn)
        turn.add_done_callback(self._running.discard)
        if NDJSON in request.headers.get("accept", ""):
            streamed = StreamingResponse(self._rows(person, session, screen), media_type=NDJSON)
            return self._view.with_cookies(request, streamed)
        await asyncio.shield(turn)
        address = place.path
        if place.kind != "stage":
            shown = screen.article.turn if screen.article else origin
            address += f"#t{quote(shown, safe='#')}"
        return self._view.with_cookies(request, RedirectResponse(address, 303))

    def _screen(
        self, person: Person, session: str, place: Place, label: str, origin: str
    ) -> Screen:
        turn = secrets.token_hex(4)
        page = Page(self._texts, person.language, place, turn)
        where = _where(person, session, place)
        begun = Begun(turn, person.id, where, place, label, origin)
        screen = Screen(self._conversations, page, begun)
        self._screens[turn] = where, screen
        return screen

    async def _take(
        self,
        person: Person,
        session: str,
        content: Content,
        screen: Screen,
        form: FormData | None = None,
    ) -> None:
        """
        Run a turn to its end, whoever is still looking; uploaded files live as long as it does.
        """
        try:
            await self._turns.take(message(person, session, content), screen)
        finally:
            await screen.close()
            self._screens.pop(screen.turn, None)
            if form is not None:
                await form.close()

    async def _turn(self, request: Request) -> Response:
        """Follow a turn that a reloaded page found running."""
        person, session = self._person(request), session_of(request)
        where, screen = self._screens.get(request.path_params["turn"], ("", None))
        if person is None or screen is None or where != _where(person, session, screen.place):
            raise HTTPException(404)
        return StreamingResponse(self._rows(person, session, screen), media_type=NDJSON)

    async def _rows(self, person: Person, session: str, screen: Screen) -> AsyncIterator[str]:
        """
        Yield one line of JSON for each reply, and at the end what stands beside the turns now.
        """
        async for change in screen.follow():
            turn = f"t{change.turn}"
            row = {"turn": turn, "html": change.html, "said": change.said, "gone": change.gone}
            yield _row(row)
        place = screen.place
        articles = await self._on(place, person, session)
        address = QueryParams()
        regions = await self._composer.regions(place, person, session, articles, address)
        yield _row({"regions": regions})

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

    # ----------------------------------------------------------------- who is there

    def _person(self, request: Request) -> Person | None:
        return self._access.person(session_in(request), language_of(request))


def _provider(opening: Passwords, public_url: str) -> Provider | None:
    """Return what vouches for people with an account of the company; None where nothing does."""
    if not isinstance(opening, SignIn) or not opening.issuer:
        return None
    from bot.web.oidc import OpenID

    return OpenID(opening, f"{public_url.rstrip('/')}/signin/back")


def _row(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _where(person: Person, session: str, place: Place) -> str:
    """Name one person's page in one browser: whoever signs in after them sees their own."""
    return f"{person.id}/{session}{place.path}"


def _files(form: FormData) -> list[UploadFile]:
    values = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    return [file for file in values if file.filename]


def _form(form: FormData) -> tuple[Content, str]:
    return parse.form(form, _files(form))


def _uploaded(form: FormData) -> tuple[Content, str]:
    return parse.upload(_files(form))
