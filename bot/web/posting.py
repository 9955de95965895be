"""What is sent from the page: questions, presses, forms and files, each answered by a turn."""

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.web import parse
from bot.web.pages import Spot, listing, lists, page_of, place_at, place_of, query_from
from bot.web.running import Running
from bot.web.security import FILES, FORM
from bot.web.talks import Talks
from bot.web.view import View, session_of
from handlers.conversation import Content, Person, Text, Upload
from handlers.texts import Texts

NDJSON = "application/x-ndjson"
# seconds a browser without a script waits for an answer to a question; its page then asks again
PATIENCE = 0.4
TURN = re.compile(r"[0-9a-f]{8}")  # what a turn is called
Read = Callable[[FormData], tuple[Content, str]]


class Posting:
    """The doors for forms."""

    def __init__(
        self,
        running: Running,
        talks: Talks,
        view: View,
        texts: Texts,
        person: Callable[[Request], Person | None],
    ) -> None:
        self._running = running
        self._talks = talks
        self._view = view
        self._texts = texts
        self._person = person

    def routes(self) -> list[BaseRoute]:
        """Return the addresses that forms are sent to."""
        return [
            Route("/ask", self._ask, methods=["POST"]),
            Route("/press", self._press, methods=["POST"]),
            Route("/form", self._form, methods=["POST"]),
            Route("/upload", self._upload, methods=["POST"]),
            Route("/turns/{turn}", self._turn, methods=["GET"]),
            Route("/turns/{turn}/stop", self._stop, methods=["POST"]),
            Route("/turns/{turn}/dismiss", self._dismiss, methods=["POST"]),
        ]

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

    async def _formed(self, request: Request, read: Read) -> Response:
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
        place = place_at(parse.field(form, "_page"))
        query = query_from(request.headers.get("referer", ""), place)
        here = Spot(person, session_of(request), place, query)
        spot = self._led(here, content)
        origin = ""
        if spot.place == here.place:
            origin = parse.field(form, "_turn")
        if isinstance(content, Text) and spot.place.talk:
            await self._talks.asked(person.id, spot.place.talk, content.text)
        screen, turn = self._running.begin(spot, content, label, origin, form)
        if NDJSON in request.headers.get("accept", ""):
            rows = StreamingResponse(self._running.rows(screen), media_type=NDJSON)
            return self._view.with_cookies(request, rows)
        patience: float | None = None
        if spot.place.talk:
            patience = PATIENCE
        await asyncio.wait({turn}, timeout=patience)
        address = spot.place.path
        if spot.query:
            address += f"?{spot.query}"
        if spot.place.kind != "stage":
            shown = screen.article.turn if screen.article else origin or screen.turn
            address += f"#t{quote(shown, safe='#')}"
        return self._view.with_cookies(request, RedirectResponse(address, 303))

    def _led(self, here: Spot, content: Content) -> Spot:
        """Return where the reply appears: a question on the first page begins a talk."""
        place = place_at(page_of(parse.action(content), here.place.path))
        if place.kind == "talk" and place.name == "ask" and not place.talk:
            place = place_of(secrets.token_hex(8))
        if place == here.place:
            return here
        return replace(here, place=place, query="")

    # ----------------------------------------------------------------- turns that run

    async def _turn(self, request: Request) -> Response:
        """Follow a turn that a reloaded page found running; one that ended meanwhile is empty."""
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        turn = request.path_params["turn"]
        if not TURN.fullmatch(turn):
            raise HTTPException(404)
        screen = self._running.screen(turn, person.id)
        if screen is None:
            return Response(status_code=204)
        return StreamingResponse(self._running.rows(screen), media_type=NDJSON)

    async def _stop(self, request: Request) -> Response:
        """End a turn where it stands; one that is over stays as it is."""
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        screen = await self._running.stop(request.path_params["turn"], person.id)
        if NDJSON in request.headers.get("accept", ""):
            return Response(status_code=204)
        path = "/"
        if screen is not None:
            path = screen.spot.place.path
        return RedirectResponse(path, 303)

    async def _dismiss(self, request: Request) -> Response:
        """Take a card off a desk."""
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        async with request.form(max_files=0, max_part_size=FORM) as form:
            place = place_at(parse.field(form, "_page"))
        spot = Spot(person, session_of(request), place)
        if place.kind == "desk":
            await self._running.conversations.dismiss(spot.screen, request.path_params["turn"])
        return RedirectResponse(place.path, 303)


def _files(form: FormData) -> list[UploadFile]:
    values = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    return [file for file in values if file.filename]


def _form(form: FormData) -> tuple[Content, str]:
    return parse.form(form, _files(form))


def _uploaded(form: FormData) -> tuple[Content, str]:
    return parse.upload(_files(form))
