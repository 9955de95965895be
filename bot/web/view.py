"""
The page around the articles: templates, the language of the reader, the cookies of the browser.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from bot.platform import Tab
from bot.press import KEY, pack
from bot.web.access import Access
from bot.web.conversations import Article
from bot.web.cookies import keep
from bot.web.pages import PLACES, Spot
from bot.web.rail import Rail
from bot.web.render import Page
from bot.web.shares import Share
from bot.web.talks import Talk
from bot.web.templates import template
from handlers.conversation import Person, Press
from handlers.lifetimes import COOKIE
from handlers.texts import Texts
from knowledge.formats import accepted, listed
from knowledge.observation import happened
from knowledge.values import Language

HERE = Path(__file__).parent
SESSION, TONGUE = "conversation", "lang"  # cookies
# why nobody is signed in inside a platform: each has a sentence
TROUBLES = ("unset", "outside", "refused", "untrusted", "version", "guest", "cookies", "away")
FOREVER = "public, max-age=31536000, immutable"
# a page is never shown from before: going back asks for it again
FRESH = "private, no-store"


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What a page shows: its turns, what stands beside them, and the rail. `talk` is the talk it is;
    `typed` is what its composer begins with.
    """

    articles: Sequence[Article] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    rail: Rail = field(default_factory=Rail)
    talk: Talk | None = None
    typed: str = ""


class View:
    """Draws whole pages. `secure` says that browsers come by TLS."""

    def __init__(self, texts: Texts, access: Access, *, secure: bool) -> None:
        self._texts = texts
        self._access = access
        self._secure = secure
        self._template = template("page.html")
        self._leading = template("leads_on.html")
        self._shared = template("shared.html")
        self._tab = template("tab.html")
        self._stamp = _stamp(HERE / "static")

    def page(self, request: Request, spot: Spot, shown: Shown) -> Response:
        """Return a page with its turns and what stands beside them."""
        page = Page(self._texts, spot.person.language, spot.place)
        drawn, drawers = [], []
        busy = False
        for article in shown.articles:
            drawn.append(page.article(article, shown.regions))
            drawers.append(page.drawers(article))
            busy = busy or article.busy
        title = page.title(shown.articles)
        if shown.talk is not None:
            title = shown.talk.title
        html = self._html(
            request,
            spot.person,
            place=spot.place,
            articles=drawn,
            drawers=drawers,
            regions=shown.regions,
            rail=shown.rail,
            busy=busy,
            title=title,
            talk=shown.talk,
            typed=shown.typed,
        )
        return self.with_cookies(request, _fresh(html))

    def inner(self, request: Request, person: Person, name: str, **values: Any) -> Response:
        """Return a page of its own template, "places/NAME.html", in the frame of all pages."""
        html = self._html(request, person, inner=name, **values)
        return self.with_cookies(request, _fresh(html))

    def shared(self, request: Request, person: Person, share: Share, **values: Any) -> Response:
        """Return what a link opens: turns to be read, and nothing to be done with them."""
        page = Page(self._texts, person.language, PLACES[0], reads=True)
        drawn = [page.article(article) for article in share.articles]
        drawers = [page.drawers(article) for article in share.articles]
        html = self._render(
            self._shared, request, person, share=share, articles=drawn, drawers=drawers, **values
        )
        return self.with_cookies(request, _fresh(html))

    def sign_in(self, request: Request, status: int, wrong: str = "") -> Response:
        """
        Return the page that asks who is there, or says that it is not open; the page that was asked
        for is kept over the sign-in.
        """
        if wrong:
            happened("sign_in", outcome="refused")
        if not wrong and getattr(request.state, "unknown", False):
            status, wrong = 503, self._texts.say("web.signin_away", language_of(request))
        wanted = getattr(request.state, "wanted", "") or request.query_params.get("wanted", "")
        if request.method == "GET" and not request.url.path.startswith("/signin"):
            wanted = request.url.path
            if request.url.query:
                wanted += f"?{request.url.query}"
        html = self._html(request, None, wrong=wrong, wanted=wanted)
        return self.with_cookies(request, _fresh(html, status))

    def leads_on(self, request: Request, wanted: str) -> Response:
        """
        Return a page that only leads on to another: from it a browser goes as from one of ours.
        """
        html = self._leading.render(
            language=language_of(request),
            wanted=wanted,
            stamp=self._stamp,
            say=partial(self._say, language_of(request)),
        )
        return HTMLResponse(html)

    def tab(self, request: Request, tab: Tab | None) -> Response:
        """Return the page that signs somebody in inside a platform, or says why it cannot."""
        language = language_of(request)
        html = self._tab.render(
            language=language,
            other="en" if language == "ja" else "ja",
            other_address=_in_other_language(request, language),
            stamp=self._stamp,
            tab=tab,
            troubles=TROUBLES,
            say=partial(self._say, language),
        )
        return _fresh(html)

    def notice(self, request: Request, person: Person | None, status: int, name: str) -> Response:
        """Return a page that says one thing and the way on."""
        wrong = self._texts.say(f"web.{name}", language_of(request))
        return _fresh(self._html(request, person, wrong=wrong), status)

    @property
    def stamp(self) -> str:
        """What the addresses of scripts and styles end with."""
        return self._stamp

    def say(self, request: Request, name: str) -> str:
        """Return a sentence of the page in its reader's language."""
        return self._say(language_of(request), name)

    def _html(self, request: Request, person: Person | None, **values: Any) -> str:
        return self._render(self._template, request, person, **values)

    def _render(self, template: Any, request: Request, person: Person | None, **values: Any) -> str:
        language = language_of(request)
        defaults: dict[str, Any] = {
            "place": PLACES[0],
            "articles": [],
            "drawers": [],
            "regions": {},
            "rail": Rail(),
            "busy": False,
            "wrong": "",
            "wanted": "",
            "inner": "",
            "talk": None,
            "typed": "",
            "title": "",
            "find": "",
            "presenting": request.query_params.get("present") == "1",
        }
        html: str = template.render(
            **(defaults | values),
            language=language,
            other="en" if language == "ja" else "ja",
            other_address=_in_other_language(request, language),
            person=person,
            access=self._access,
            stamp=self._stamp,
            key=KEY,
            packed=_packed,
            say=partial(self._say, language),
            accepted=accepted(),
            formats=listed(language),
        )
        return html

    def _say(self, language: Language, name: str, **values: object) -> str:
        return self._texts.say(f"web.{name}", language, **values)

    def with_cookies(self, request: Request, response: Response) -> Response:
        """Let the browser keep its conversation, and its language once it has chosen one."""
        keep(response, request, SESSION, session_of(request), secure=self._secure)
        chosen = request.query_params.get("lang")
        if chosen in ("ja", "en"):
            keep(response, request, TONGUE, chosen, COOKIE, secure=self._secure)
        return response


def _fresh(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers={"Cache-Control": FRESH})


def _in_other_language(request: Request, language: Language) -> str:
    """Return the address of the same page in the other language."""
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    pairs.append(("lang", "en" if language == "ja" else "ja"))
    return f"?{urlencode(pairs)}"


def _packed(action: str, **data: str | int) -> str:
    """Return what a button of the page's own carries."""
    return pack(Press(action, data))


def _stamp(folder: Path) -> str:
    """Return what the files of a folder are addressed with: another one when one has changed."""
    contents = [path.read_bytes() for path in sorted(folder.iterdir())]
    return hashlib.sha256(b"".join(contents)).hexdigest()[:12]


class Static(StaticFiles):
    """Files whose address carries their hash, so that a browser need never ask again."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOREVER
        return response


def session_of(request: Request) -> str:
    """
    Return this browser's conversation, a fresh one where it has none; the same one all through a
    request.
    """
    known: str = getattr(request.state, SESSION, "") or request.cookies.get(SESSION, "")
    if not (len(known) == 32 and known.isascii() and known.isalnum()):  # token_hex(16)
        known = secrets.token_hex(16)
    setattr(request.state, SESSION, known)
    return known


def language_of(request: Request) -> Language:
    """
    Return the language asked for, then the one kept, then the browser's; Japanese where none says.
    """
    chosen = request.query_params.get("lang") or request.cookies.get(TONGUE)
    if chosen not in ("ja", "en"):
        chosen = request.headers.get("accept-language", "").lower()[:2]
    return "en" if chosen == "en" else "ja"
