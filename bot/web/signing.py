"""
Signing in and out: the forms and addresses for it, and what tells each request who sent it.

Coming back from a company's provider is a navigation from another site, on which a browser sends no
strict cookie, not even after a redirect. So what is needed then lies in a cookie that is lax and
lives ten minutes, and the answer is a small page that leads on from here.
"""

import logging
import secrets
from dataclasses import asdict
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web import parse
from bot.web.access import Access, Session
from bot.web.cookies import FRAMED, SIGNED, is_framed, keep_in_frame, word_of
from bot.web.identity import Attempt, NotSignedIn, Provider
from bot.web.security import FORM
from bot.web.tries import Tries
from bot.web.view import SESSION, View, language_of
from handlers.lifetimes import KNOWN_BROWSER, SIGN_IN, SIGN_IN_ATTEMPT
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts

log = logging.getLogger(__name__)
BROWSER = "browser"  # the cookie of a browser that signed in before
AWAY = "signing"  # the cookie of one that is at the company's provider
ATTEMPT, KNOWN = "signin.attempt", "signin.browser"  # kinds of state
PATH = 500  # characters of an address that is kept over the sign-in
UNKNOWN = "unknown"  # in a request's state: nobody can say who sent it
Refused = Literal[
    "signin_wrong",
    "signin_wait",
    "signin_away",
    "signin_provider_away",
    "signin_refused",
    "signin_expired",
]


class Known:
    """
    Puts the session of whoever sent a request into its state, as "session"; "unknown" where it
    cannot be looked up at this moment.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            cookie = word_of(Request(scope))
            state = scope.setdefault("state", {})
            try:
                state["session"] = await self._access.session(cookie)
            except SessionsUnavailable:
                state["session"] = None
                state[UNKNOWN] = True
        await self._app(scope, receive, send)


def session_in(request: Request) -> Session | None:
    """Return the session of whoever sent a request."""
    session: Session | None = getattr(request.state, "session", None)
    return session


class SignIn:
    """`provider` is the company's, None where there is none; `secure` says browsers come by TLS."""

    def __init__(  # each of them is one thing that signing in needs
        self,
        access: Access,
        sessions: Sessions,
        texts: Texts,
        view: View,
        provider: Provider | None,
        *,
        secure: bool,
    ) -> None:
        self._access = access
        self._sessions = sessions
        self._texts = texts
        self._view = view
        self._provider = provider
        self._secure = secure
        self._tries = Tries(sessions)

    def routes(self) -> list[BaseRoute]:
        """Return the addresses for coming and going."""
        return [
            Route("/signin", self._with_password, methods=["POST"]),
            Route("/signin/account", self._leave, methods=["GET"]),
            Route("/signin/back", self._come_back, methods=["GET"]),
            Route("/signout", self._sign_out, methods=["POST"]),
            Route("/signout/everywhere", self._sign_out_everywhere, methods=["POST"]),
        ]

    # ----------------------------------------------------------------- with a password

    async def _with_password(self, request: Request) -> Response:
        async with request.form(max_files=0, max_part_size=FORM) as form:
            password, name = parse.field(form, "password"), parse.field(form, "name")
            wanted = local_path(parse.field(form, "wanted"))
        request.state.wanted = wanted
        address = request.client.host if request.client else ""
        try:
            browser = await self._known(request)
            if await self._tries.wait(address, name, browser):
                return self._refused(request, "signin_wait", 403)
            session = self._access.with_password(password, name)
            if session is None:
                await self._tries.wrong(address, name, browser)
                return self._refused(request, "signin_wrong", 403)
            await self._tries.right(address, name, browser)
            return await self._signed_in(request, session, RedirectResponse(wanted, 303))
        except SessionsUnavailable:
            return self._refused(request, "signin_away", 503)

    async def _known(self, request: Request) -> str:
        """Return the word of a browser that signed in before, "" for any other."""
        word = request.cookies.get(BROWSER, "")
        if word and await self._sessions.load(KNOWN, word) is not None:
            return word
        return ""

    async def _signed_in(self, request: Request, session: Session, answer: Response) -> Response:
        """Begin a session, and end the one this browser had before. Raises SessionsUnavailable."""
        before = request.cookies.get(SIGNED, "")
        if before:
            await self._access.end(before)
        self._keep(answer, SIGNED, await self._access.begin(session), SIGN_IN)
        browser = await self._known(request) or secrets.token_urlsafe(24)
        await self._sessions.save(KNOWN, browser, {}, seconds=KNOWN_BROWSER)
        self._keep(answer, BROWSER, browser, KNOWN_BROWSER)
        return answer

    # ----------------------------------------------------------------- with the company's account

    async def _leave(self, request: Request) -> Response:
        """Send a browser to the provider, and remember where it wanted to go."""
        if self._provider is None:
            return self._refused(request, "signin_refused", 404)
        wanted = local_path(request.query_params.get("wanted", ""))
        try:
            address, attempt = await self._provider.begin()
            word = secrets.token_urlsafe(24)
            state = asdict(attempt) | {"wanted": wanted}
            await self._sessions.save(ATTEMPT, word, state, seconds=SIGN_IN_ATTEMPT)
        except NotSignedIn as error:
            return self._refused_by(request, error)
        except SessionsUnavailable:
            return self._refused(request, "signin_away", 503)
        leaving = RedirectResponse(address, 303)
        leaving.set_cookie(
            AWAY,
            word,
            SIGN_IN_ATTEMPT,
            path="/signin",
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )
        return leaving

    async def _come_back(self, request: Request) -> Response:
        """Take somebody in whom the provider vouches for."""
        word = request.cookies.get(AWAY, "")
        try:
            stored = await self._sessions.load(ATTEMPT, word) if word else None
            if self._provider is None or stored is None:
                return self._refused(request, "signin_expired", 400)
            await self._sessions.delete(ATTEMPT, word)  # whatever comes of it, it is used once
            attempt = Attempt(stored["state"], stored["nonce"], stored["verifier"])
            who = await self._provider.finish(attempt, request.query_params)
            session = self._access.with_account(who.id, who.name, who.groups)
            page = self._view.leads_on(request, local_path(str(stored["wanted"])))
            answer = await self._signed_in(request, session, page)
        except NotSignedIn as error:
            return self._refused_by(request, error)
        except SessionsUnavailable:
            return self._refused(request, "signin_away", 503)
        answer.delete_cookie(AWAY, path="/signin")
        return answer

    # ----------------------------------------------------------------- going

    async def _sign_out(self, request: Request) -> Response:
        """End this session, wherever else its cookie may lie."""
        try:
            await self._access.end(word_of(request))
        except SessionsUnavailable:
            return self._refused(request, "signin_away", 503)
        return _gone(request)

    async def _sign_out_everywhere(self, request: Request) -> Response:
        """End every session of this person."""
        session = session_in(request)
        try:
            if session is not None:
                await self._access.end_all(session.person)
        except SessionsUnavailable:
            return self._refused(request, "signin_away", 503)
        return _gone(request)

    # ----------------------------------------------------------------- what is said

    def _refused_by(self, request: Request, error: NotSignedIn) -> Response:
        """Say what the provider did not do; the log has why, for operators."""
        log.warning("nobody was signed in by the provider", extra={"why": str(error)})
        if error.trouble == "away":
            return self._refused(request, "signin_provider_away", 503)
        return self._refused(request, "signin_refused", 403)

    def _refused(self, request: Request, name: Refused, status: int) -> Response:
        said = self._texts.say(f"web.{name}", language_of(request))
        return self._view.sign_in(request, status, said)

    def _keep(self, answer: Response, name: str, value: str, seconds: int) -> None:
        answer.set_cookie(
            name, value, seconds, httponly=True, samesite="strict", secure=self._secure
        )


def _gone(request: Request) -> Response:
    response = RedirectResponse("/", 303)
    for name in (SIGNED, SESSION):
        response.delete_cookie(name)
    if is_framed(request):
        for name in (FRAMED, SESSION):
            keep_in_frame(response, name, "", 0)
    return response


def local_path(wanted: str) -> str:
    """Return the page somebody wanted, the first one where it is not surely a page of ours."""
    plain = wanted.isprintable() and "\\" not in wanted and len(wanted) <= PATH
    place = urlsplit(wanted) if plain else None
    if place is None or place.scheme or place.netloc or not wanted.startswith("/"):
        return "/"
    if wanted.startswith("//") or place.path.startswith(("/signin", "/signout")):
        return "/"
    return wanted
