"""The ASGI application: the probes, and the addresses of every platform that is on."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ExceptionHandler, Scope

from bot.platform import Face
from bot.service.application import Application
from bot.service.bounds import Bounds, matches
from bot.service.faces import Faces
from bot.service.probes import Probes
from bot.service.watch import watched
from bot.settings import InvalidSettings


def asgi_app(
    application: Application,
    stop: Callable[[], None],
    beside: Sequence[AbstractAsyncContextManager[object]] = (),
) -> tuple[Starlette, list[InvalidSettings]]:
    """
    Return the application its lifespan opens and closes, and the list a failed opening is put into.

    `beside` are opened last and closed first. One that cannot be opened calls `stop`, so that the
    process ends with a sentence and not with a traceback.
    """
    made = Faces(application).made()
    faces = [face for _, face in made.values()]
    failure: list[InvalidSettings] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                await _open(stack, application, faces)
                for part in beside:
                    await stack.enter_async_context(part)
            except InvalidSettings as error:
                failure.append(error)
                stop()
            yield

    addresses = {name: list(face.routes()) for name, (_, face) in made.items()}
    limits = {name: platform.limits for name, (platform, _) in made.items()}
    middleware = [Middleware(Bounds, addresses=addresses, limits=limits)]
    handlers: dict[int | type[Exception], ExceptionHandler] = {}
    for face in faces:
        middleware += face.middleware(partial(_elsewhere, _others(face, addresses)))
        handlers |= face.errors()
    routes: list[BaseRoute] = [*Probes(application, faces).routes()]
    for own in addresses.values():
        routes += own
    app = Starlette(
        routes=routes, lifespan=lifespan, middleware=middleware, exception_handlers=handlers
    )
    return app, failure


def _others(face: Face, addresses: dict[str, list[BaseRoute]]) -> list[BaseRoute]:
    others = []
    for name, routes in addresses.items():
        if name != face.name:
            others += routes
    return others


def _elsewhere(others: list[BaseRoute], scope: Scope) -> bool:
    return any(matches(route, scope) for route in others)


async def _open(stack: AsyncExitStack, application: Application, faces: list[Face]) -> None:
    """Open the faces first: their replies go out until the application has finished its turns."""
    await stack.enter_async_context(watched(application))
    for face in faces:
        await stack.enter_async_context(face)
    await stack.enter_async_context(application)
    for face in faces:
        await stack.enter_async_context(face.listening())
