"""
What a cluster and its operators ask: whether the process lives, is ready, and its figures.

Whether is told to everybody; what is wrong, and the figures, only to whoever asks from this very
machine or brings METRICS_TOKEN.
"""

import hmac
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.environment import LOOPBACK
from bot.metrics import MEDIA_TYPE
from bot.platform import Face
from bot.service.application import Application
from bot.service.figures import measure
from bot.troubles import repairs

OPTIONAL = frozenset(
    {"embedding", "meaning", "backup", "budget", "memory", "clock"}
)  # parts without which questions are answered all the same
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
BEARER = "bearer "


class Probes:
    """Asked by address from inside the network, without signing in."""

    def __init__(self, application: Application, faces: Sequence[Face]) -> None:
        self._application = application
        self._faces = faces

    def routes(self) -> list[Route]:
        """Return the three addresses."""
        return [
            Route("/live", self._live),
            Route("/ready", self._ready),
            Route("/metrics", self._metrics),
        ]

    async def _live(self, _: Request) -> Response:
        return JSONResponse({"live": True})

    async def _ready(self, request: Request) -> Response:
        """Answer 503 until every part is ready that questions cannot do without."""
        parts = await self._application.readiness()
        for face in self._faces:
            state = await face.state()
            if state is not None:
                parts[face.name] = state
        needed = {name: state for name, state in parts.items() if name not in OPTIONAL}
        ready = all(state == "ready" for state in needed.values())
        told: dict[str, object] = {"ready": ready}
        if self._may_know(request):
            told["parts"] = parts
            ways = repairs(self._application.texts, parts)
            told["repairs"] = {name: way.en for name, way in ways.items()}
        return JSONResponse(told, 200 if ready else 503)

    async def _metrics(self, request: Request) -> Response:
        if not self._may_know(request):
            refused = {"WWW-Authenticate": "Bearer"}
            return Response("METRICS_TOKEN", 401, headers=refused, media_type="text/plain")
        parts = await self._application.readiness()
        await measure(self._application)
        return Response(self._application.turns.metrics.text(parts), media_type=MEDIA_TYPE)

    def _may_know(self, request: Request) -> bool:
        """Report whether somebody asks who may know how the process is doing."""
        token = self._application.settings.metrics_token
        given = request.headers.get("authorization", "")
        if token and given.casefold().startswith(BEARER):
            brought = given[len(BEARER) :].strip().encode()
            return hmac.compare_digest(brought, token.encode())
        return _from_here(request)


def _from_here(request: Request) -> bool:
    """Report whether a request was made on this machine, and by no proxy of others' requests."""
    client = request.client.host if request.client is not None else ""
    named = request.url.hostname or ""
    return client in LOOPBACK and named in LOOPBACK and not _forwarded(request.headers)


def _forwarded(headers: Headers) -> bool:
    return any(name in headers for name in FORWARDED)
