"""
The page inside a chat platform: a small page asks the platform who sits there, and exchanges what
it says for a session like any other.

The platform's own script is loaded on that one page and nowhere else; without a platform that shows
us inside itself the page says so, and what to do.
"""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.platform import NotVouched, Tab
from bot.web import parse
from bot.web.access import Access
from bot.web.cookies import FRAMED, keep_in_frame
from bot.web.security import FORM, policy
from bot.web.signing import session_in
from bot.web.view import View
from handlers.lifetimes import SIGN_IN
from handlers.sessions import SessionsUnavailable

log = logging.getLogger(__name__)
PATH = "/tab"
TOKEN = 16_000  # characters
STATUS = {"away": 503, "untrusted": 403, "version": 403, "guest": 403}


class TabPage:
    """`tab` is the platform that shows us inside itself, None where none does."""

    def __init__(self, tab: Tab | None, access: Access, view: View) -> None:
        self._tab = tab
        self._access = access
        self._view = view

    def routes(self) -> list[BaseRoute]:
        """Return the page and what its script asks."""
        return [
            Route(PATH, self._page, methods=["GET"]),
            Route(f"{PATH}/signin", self._sign_in, methods=["POST"]),
            Route(f"{PATH}/there", self._there, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        answer = self._view.tab(request, self._tab)
        if self._tab is not None:
            # it has to be one page for Teams and for us: the script of Teams and what it asks of us
            own = policy(self._tab.origins, scripts=(self._tab.library,))
            answer.headers["Content-Security-Policy"] = own
        return answer

    async def _sign_in(self, request: Request) -> Response:
        """Begin a session for whoever the platform's token names."""
        if self._tab is None:
            return _trouble("unset", 404)
        async with request.form(max_files=0, max_part_size=FORM) as form:
            token = parse.field(form, "token")
        if not token or len(token) > TOKEN:
            return _trouble("untrusted", 403)
        try:
            who = await self._tab.vouch(token)
            before = request.cookies.get(FRAMED, "")
            if before:
                await self._access.end(before)
            word = await self._access.begin(self._access.with_tab(who.id, who.name))
        except NotVouched as error:
            log.warning("nobody was signed in inside a tab", extra={"why": str(error)})
            return _trouble(error.trouble, STATUS[error.trouble])
        except SessionsUnavailable:
            return _trouble("away", 503)
        answer = Response(status_code=204)
        keep_in_frame(answer, FRAMED, word, SIGN_IN)
        return answer

    async def _there(self, request: Request) -> Response:
        """Tell whether the browser kept the session: some keep nothing inside a frame."""
        return Response(status_code=204 if session_in(request) is not None else 401)


def _trouble(name: str, status: int) -> Response:
    return JSONResponse({"trouble": name}, status)
