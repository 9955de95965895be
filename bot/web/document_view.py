"""
What was read of a document, beside the page itself: an address for each page of each version.

It is opened from a citation, whose sentence the address names behind the "#", so that it is lit
without a script. The rights are asked at each request, for the picture as for the text; what
somebody may not read is not there for them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.pages import Spot, leading, place_at, way_back
from bot.web.regions import message
from bot.web.templates import template
from bot.web.view import View, session_of
from handlers.conversation import Message, Person, Press
from handlers.documents.document_view import DocumentView, Seen
from handlers.documents.flags import where
from handlers.documents.names import display
from handlers.texts import Texts
from knowledge.errors import LibraryUnavailable, UnknownDocument
from knowledge.values import Language, Place

LEAVES = ("page", "slide", "sheet")  # what people count a document by
Counted = Literal[
    "documents.view_about_page",
    "documents.view_about_slide",
    "documents.view_about_sheet",
    "documents.view_about_part",
]
COUNTED: dict[str, Counted] = {
    "page": "documents.view_about_page",
    "slide": "documents.view_about_slide",
    "sheet": "documents.view_about_sheet",
}
PAGE = "/documents/{document}/v/{version}/page/{number:int}"


class DocumentPages:
    """The pages of documents. `person` tells who asks; without `view` there are none."""

    def __init__(
        self,
        documents: DocumentView | None,
        view: View,
        person: Callable[[Request], Person | None],
        texts: Texts,
    ) -> None:
        self._documents = documents
        self._view = view
        self._person = person
        self._texts = texts
        self._template = template("document_view.html")

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of pages, of their pictures, and of passages on them."""
        if self._documents is None:
            return []
        passage = "/documents/{document}/v/{version}/passage/{position:int}/{line:int}"
        return [
            Route(PAGE, self._page, methods=["GET"]),
            Route(f"{PAGE}/picture.png", self._picture, methods=["GET"]),
            Route(passage, self._passage, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        try:
            seen = await self._asked(request, person, self._leaf)
        except LibraryUnavailable as error:
            return PlainTextResponse(error.reason.to(person.language), 503)
        back = way_back(request.query_params.get("from", ""))
        html = self._html(seen, person.language, back)
        return self._view.with_cookies(request, HTMLResponse(html))

    async def _picture(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            raise HTTPException(404)
        try:
            picture = await self._asked(request, person, self._drawn)
        except LibraryUnavailable:
            picture = b""
        if not picture:
            raise HTTPException(404)
        return Response(picture, media_type="image/png")

    async def _passage(self, request: Request) -> Response:
        """Lead to the page on which a passage stands, with one of its lines lit."""
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        try:
            number = await self._asked(request, person, self._number)
        except LibraryUnavailable as error:
            return PlainTextResponse(error.reason.to(person.language), 503)
        asked = request.path_params
        document, version = quote(asked["document"], safe=""), quote(asked["version"], safe="")
        line = f"p{asked['position']}-{asked['line']}"
        page = f"/documents/{document}/v/{version}/page/{number}"
        back = way_back(request.query_params.get("from", ""))
        return RedirectResponse(f"{page}{leading(back)}#{line}", 303)

    async def _asked(self, request: Request, person: Person, ask: Callable[..., Any]) -> Any:
        """Return what the library says; what is not there, or not for this person, is no page."""
        spot = Spot(person, session_of(request), place_at("/knowledge"))
        heard = message(spot, Press("document.open"))
        asked = request.path_params
        try:
            return await ask(heard, asked)
        except UnknownDocument as error:
            raise HTTPException(404) from error

    async def _leaf(self, heard: Message, asked: dict[str, Any]) -> Seen:
        documents = self._opened
        return await documents.leaf(heard, asked["document"], asked["version"], asked["number"])

    async def _drawn(self, heard: Message, asked: dict[str, Any]) -> bytes:
        documents = self._opened
        return await documents.picture(heard, asked["document"], asked["version"], asked["number"])

    async def _number(self, heard: Message, asked: dict[str, Any]) -> int:
        documents = self._opened
        return await documents.number(heard, asked["document"], asked["version"], asked["position"])

    @property
    def _opened(self) -> DocumentView:
        if self._documents is None:
            raise HTTPException(404)
        return self._documents

    def _html(self, seen: Seen, language: Language, back: str) -> str:
        """Return the page; it leads `back` to the answer it was opened from, if it was."""
        count = COUNTED.get(seen.leaf.place.kind, "documents.view_about_part")
        return self._template.render(
            seen=seen,
            back=back,
            leads=leading(back),
            count=self._texts.say(count, language, n=len(seen.numbers)),
            title=display(seen.document.metadata.title),
            file=display(seen.version.name),
            place=_place(seen.leaf.place, seen.leaf.number, language),
            notes=self._notes(seen, language),
            language=language,
            stamp=self._view.stamp,
            base=f"/documents/{seen.document.id}/v",
            say=partial(self._say, language),
        )

    def _notes(self, seen: Seen, language: Language) -> list[str]:
        """Return what an admin should know about this page."""
        if not seen.admin:
            return []
        number = seen.leaf.number
        here = [flag for flag in seen.version.flags if flag.page == number]
        notes: list[str] = []
        for kind in sorted({flag.kind for flag in here}):
            place = where(self._texts, language, here, kind)
            notes.append(self._texts.say(f"documents.flag_{kind}", language, pages=place))
        return notes

    def _say(self, language: Language, name: str, **values: object) -> str:
        return self._texts.say(f"documents.view_{name}", language, **values)


def _place(place: Place, number: int, language: Language) -> str:
    """Return what people call a leaf: the page, slide or sheet; its number where it has no name."""
    if place.kind in LEAVES:
        return place.to(language)
    return Place("part", number).to(language)
