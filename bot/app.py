"""The ASGI application: health, metrics and the routes of every platform that is switched on."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.house import House
from bot.metrics import MEDIA_TYPE
from bot.settings import InvalidSettings
from bot.web.access import Passwords
from bot.web.adapter import Web
from bot.web.health import Health
from handlers.sessions import SessionsUnavailable


def application(house: House, stop: Callable[[], None]) -> tuple[Starlette, list[InvalidSettings]]:
    """
    Return the application over a house that its lifespan opens and closes, and the list a failed opening is put into.

    A house that cannot be opened calls `stop`, so that the process ends with a sentence and not with a traceback.
    """
    settings = house.settings
    passwords = Passwords(settings.web_password, settings.web_admin_password)
    web = Web(
        house.turns,
        house.sessions,
        house.texts,
        lambda: _health(house),
        host=settings.host,
        public_url=settings.public_url,
        passwords=passwords,
    )
    failure: list[InvalidSettings] = []
    stack = AsyncExitStack()

    async def live(_: Request) -> Response:
        return JSONResponse({"live": True})

    async def ready(_: Request) -> Response:
        parts = await house.readiness()
        everything = all(state == "ready" for state in parts.values())
        return JSONResponse({"ready": everything, "parts": parts}, 200 if everything else 503)

    async def metrics(_: Request) -> Response:
        return Response(house.turns.metrics.text(await house.readiness()), media_type=MEDIA_TYPE)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with stack:
            try:
                await stack.enter_async_context(house)
            except InvalidSettings as error:
                failure.append(error)
                stop()
            yield

    routes: list[BaseRoute] = [Route("/live", live), Route("/ready", ready), Route("/metrics", metrics)]
    routes += [*_platforms(house), *web.routes()]
    return Starlette(routes=routes, lifespan=lifespan, middleware=web.middleware(), exception_handlers=web.errors()), failure


async def _health(house: House) -> Health:
    """Return how the house is doing; what cannot be asked just now is left out."""
    parts = await house.readiness()
    documents = await (await house.library()).documents() if parts["library"] == "ready" else []
    try:
        votes = [str(row["entry"].get("vote", "")) for row in await house.sessions.entries("feedback", last=1000)]
        unanswered = await house.sessions.index_list("library", "unanswered")
    except SessionsUnavailable:
        votes, unanswered = [], []
    return Health(parts, documents, votes, len(unanswered))


def _platforms(house: House) -> list[BaseRoute]:
    """Return the routes of the chat platforms that are on; an SDK is imported only when its platform is."""
    routes: list[BaseRoute] = []
    settings = house.settings
    if settings.slack is not None:
        from bot.slack.adapter import Slack

        slack = Slack(settings.slack, house.turns, house.texts)
        house.turns.register(slack)
        routes += slack.routes()
    if settings.teams is not None:
        from bot.teams.adapter import Teams

        teams = Teams(settings.teams, house.turns, house.sessions, house.texts)
        house.turns.register(teams)
        routes += teams.routes()
    return routes
