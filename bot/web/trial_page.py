"""Other answers to a result, tried by their address: as data for a script, as a page without."""

import json
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web import trial
from bot.web.pages import Spot, place_at
from bot.web.regions import Composer
from bot.web.render import Page
from bot.web.view import FRESH, View, session_of
from handlers.conversation import Person
from handlers.texts import Texts

JSON = "application/json"


class TrialPage:
    """Nothing that is tried here is kept."""

    def __init__(
        self,
        composer: Composer,
        view: View,
        texts: Texts,
        person: Callable[[Request], Person | None],
    ) -> None:
        self._composer = composer
        self._view = view
        self._texts = texts
        self._person = person

    def routes(self) -> list[BaseRoute]:
        """Return the one address."""
        return [Route("/choose/trial", self._tried, methods=["GET"])]

    async def _tried(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        query = request.query_params
        asks = trial.asked(query)
        if not asks.data.get(trial.RUN):
            raise HTTPException(404)
        spot = Spot(person, session_of(request), place_at("/choose"))
        page = Page(self._texts, person.language, spot.place)
        shown = await self._composer.tried(page, spot, asks, trial.recorded(query))
        if shown is None:
            raise HTTPException(404)
        if JSON in request.headers.get("accept", ""):
            told = {"board": shown.board, "outcome": shown.outcome, "changed": shown.changed}
            content = json.dumps(told, ensure_ascii=False)
            return Response(content, media_type=JSON, headers={"Cache-Control": FRESH})
        rail = await self._composer.rail(spot)
        title = self._texts.say("web.try_answers", person.language)
        return self._view.inner(
            request, person, "trial", shown=shown, title=title, rail=rail, place=spot.place
        )
