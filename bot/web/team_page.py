"""Inviting a team to the diagnosis: a link and the same as a picture for phones."""

import io
import re
from collections.abc import Callable

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.press import pack
from bot.web.pages import Spot, place_at
from bot.web.regions import Composer
from bot.web.view import View, session_of
from handlers.conversation import Person, Press

_TEAM = re.compile(r"t_[0-9a-f]{1,32}")  # the id of a team
BORDER = 2  # modules left white around the code


class TeamPage:
    """Whoever may use the page may join; who has finished sees the others, as everywhere."""

    def __init__(
        self, composer: Composer, view: View, person: Callable[[Request], Person | None]
    ) -> None:
        self._composer = composer
        self._view = view
        self._person = person

    def routes(self) -> list[BaseRoute]:
        """Return the one address."""
        return [Route("/team/{team}", self._invitation, methods=["GET"])]

    async def _invitation(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        team = request.path_params["team"]
        if not _TEAM.fullmatch(team):
            raise HTTPException(404)
        spot = Spot(person, session_of(request), place_at("/choose"))
        address = str(request.url.replace(query=""))
        return self._view.inner(
            request,
            person,
            "team",
            place=spot.place,
            rail=await self._composer.rail(spot),
            join=pack(Press("choose.join", {"tid": team})),
            show=pack(Press("choose.team", {"tid": team})),
            address=address,
            picture=drawn(address),
        )


def drawn(address: str) -> str:
    """Return an address as a QR code, black on white whatever the page's colours are."""
    code = segno.make(address, error="m")
    written = io.BytesIO()
    code.save(
        written,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=BORDER,
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return written.getvalue().decode()
