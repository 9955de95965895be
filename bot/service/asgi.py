"""The ASGI application: health, metrics and the routes of every platform that is switched on."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.metrics import MEDIA_TYPE
from bot.service.application import Application
from bot.settings import InvalidSettings
from bot.web.access import Passwords
from bot.web.adapter import Web
from bot.web.health import Health
from handlers.sessions import SessionsUnavailable

OPTIONAL = frozenset({"embedding"})  # parts without which questions are answered all the same

if TYPE_CHECKING:
    from bot.slack.adapter import Slack


def asgi_app(
    application: Application, stop: Callable[[], None]
) -> tuple[Starlette, list[InvalidSettings]]:
    """
    Return the application over a house that its lifespan opens and closes, and the list a failed
    opening is put into.

    A house that cannot be opened calls `stop`, so that the process ends with a sentence and not
    with a traceback.
    """
    settings = application.settings
    passwords = Passwords(settings.web_password, settings.web_admin_password)
    web = Web(
        application.turns,
        application.sessions,
        application.texts,
        lambda: _health(application),
        host=settings.host,
        public_url=settings.public_url,
        passwords=passwords,
    )
    failure: list[InvalidSettings] = []
    stack = AsyncExitStack()
    slack = _slack(application)

    async def live(_: Request) -> Response:
        return JSONResponse({"live": True})

    async def ready(_: Request) -> Response:
        parts = await application.readiness() | ({"slack": await slack.state()} if slack else {})
        everything = all(state == "ready" for name, state in parts.items() if name not in OPTIONAL)
        return JSONResponse({"ready": everything, "parts": parts}, 200 if everything else 503)

    async def metrics(_: Request) -> Response:
        return Response(
            application.turns.metrics.text(await application.readiness()), media_type=MEDIA_TYPE
        )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with stack:
            try:
                if slack:  # its replies go out until the house has finished its turns
                    await stack.enter_async_context(slack)
                await stack.enter_async_context(application)
                if slack:
                    await stack.enter_async_context(slack.listening())
            except InvalidSettings as error:
                failure.append(error)
                stop()
            yield

    routes: list[BaseRoute] = [
        Route("/live", live),
        Route("/ready", ready),
        Route("/metrics", metrics),
    ]
    routes += [*(slack.routes() if slack else []), *_teams(application), *web.routes()]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=web.middleware(),
        exception_handlers=web.errors(),
    ), failure


async def _health(application: Application) -> Health:
    """Return how the house is doing; what cannot be asked just now is left out."""
    parts = await application.readiness()
    documents = (
        await (await application.library()).documents() if parts["library"] == "ready" else []
    )
    try:
        votes = [
            str(row["entry"].get("vote", ""))
            for row in await application.sessions.entries("feedback", last=1000)
        ]
        wishes = [
            await application.sessions.load("wish", id_)
            for id_ in await application.sessions.index_list("library", "wishes")
        ]
    except SessionsUnavailable:
        votes, wishes = [], []
    return Health(
        parts, documents, votes, sum(bool(wish and not wish["document"]) for wish in wishes)
    )


def _slack(application: Application) -> "Slack | None":
    """Return Slack where it is on; its rooms are imported only then."""
    settings = application.settings
    if settings.slack is None:
        return None
    from bot.slack.adapter import Slack

    named = settings.admins.union(*settings.audiences.values())
    groups = frozenset(one for one in named if one.startswith("S"))  # ids of Slack's user groups
    slack = Slack(settings.slack, application.turns, application.texts, application.people, groups)
    application.turns.register(slack)
    application.people.watch(slack.name, slack.again)
    application.documents.reviews.reach(slack.name, slack.tell)
    return slack


def _teams(application: Application) -> list[Route]:
    """Return the routes of Teams where it is on; its SDK is imported only then."""
    settings = application.settings
    if settings.teams is None:
        return []
    from bot.teams.adapter import Teams

    teams = Teams(settings.teams, application.turns, application.sessions, application.texts)
    application.turns.register(teams)
    return teams.routes()
