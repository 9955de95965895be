"""Inviting a team to the diagnosis: a link and the same as a picture for phones."""

import io
import re
from collections.abc import Callable

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
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
        """Return the invitation and the wall on it, which a script asks for again and again."""
        return [
            Route("/team/{team}", self._invitation, methods=["GET"]),
            Route("/team/{team}/wall", self._wall, methods=["GET"]),
        ]

    async def _wall(self, request: Request) -> Response:
        """Answer with how far the team is, as far as this person may see it."""
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        spot = Spot(person, session_of(request), place_at("/choose"))
        wall = await self._composer.wall(spot, _team(request))
        return HTMLResponse(wall, headers={"Cache-Control": "no-store"})

    async def _invitation(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        team = _team(request)
        spot = Spot(person, session_of(request), place_at("/choose"))
        address = str(request.url.replace(query=""))
        return self._view.inner(
            request,
            person,
            "team",
            place=spot.place,
            rail=await self._composer.rail(spot),
            join=pack(Press("choose.join", {"tid": team})),
            live=f"/team/{team}/wall",
            wall=await self._composer.wall(spot, team),
            address=address,
            picture=drawn(address),
        )


def _team(request: Request) -> str:
    """Return the id of the team an address names."""
    team = str(request.path_params["team"])
    if not _TEAM.fullmatch(team):
        raise HTTPException(404)
    return team


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
