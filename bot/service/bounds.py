"""What one request to a platform may have at most, so that none has to think of it itself."""

from collections.abc import Mapping, Sequence

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.bodies import TooLarge, bounded
from bot.platform import Limits

TOO_LARGE = 413


class Bounds:
    """Stops reading a body that is longer than its platform's limit, whatever its headers say."""

    def __init__(
        self,
        app: ASGIApp,
        addresses: Mapping[str, Sequence[BaseRoute]],
        limits: Mapping[str, Limits],
    ) -> None:
        self._app = app
        self._bounded: list[tuple[BaseRoute, int]] = []
        for name, routes in addresses.items():
            body = limits[name].body
            if body is not None:
                self._bounded += [(route, body) for route in routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit(scope)
        if limit is None:
            await self._app(scope, receive, send)
            return
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, bounded(receive, limit), sent)
        except TooLarge:
            if not begun:
                await PlainTextResponse("", TOO_LARGE)(scope, receive, send)

    def _limit(self, scope: Scope) -> int | None:
        if scope["type"] != "http":
            return None
        for route, limit in self._bounded:
            if matches(route, scope):
                return limit
        return None


def matches(route: BaseRoute, scope: Scope) -> bool:
    """Report whether a request is for this address, whatever its method."""
    match, _ = route.matches(scope)
    return match is not Match.NONE
