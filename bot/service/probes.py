"""What a cluster and its operators ask: whether the process lives, is ready, and its figures."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.metrics import MEDIA_TYPE
from bot.platform import Face
from bot.service.application import Application

OPTIONAL = frozenset(
    {"embedding", "meaning"}
)  # parts without which questions are answered all the same


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

    async def _ready(self, _: Request) -> Response:
        """Answer 503 until every part is ready that questions cannot do without."""
        parts = await self._application.readiness()
        for face in self._faces:
            state = await face.state()
            if state is not None:
                parts[face.name] = state
        needed = {name: state for name, state in parts.items() if name not in OPTIONAL}
        ready = all(state == "ready" for state in needed.values())
        return JSONResponse({"ready": ready, "parts": parts}, 200 if ready else 503)

    async def _metrics(self, _: Request) -> Response:
        parts = await self._application.readiness()
        return Response(self._application.turns.metrics.text(parts), media_type=MEDIA_TYPE)
