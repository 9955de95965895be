"""
Pages of other origins that the settings name may call from a browser; it asks beforehand, and reads
an answer only where the answer says that it may.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS = ("/api/", "/v1/", "/mcp")  # what begins an address for machines
METHODS = "GET, POST, DELETE"
SENT = "Authorization, Content-Type, Accept, Mcp-Session-Id, Mcp-Protocol-Version"
READ = "Retry-After, Mcp-Session-Id, WWW-Authenticate"
AGE = "600"  # seconds a browser remembers the answer


class Cors:
    """`origins` are those that may; for any other nothing changes."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATHS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        if origin not in self._origins:
            await self._app(scope, receive, send)
            return

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = MutableHeaders(scope=message)
                more["Access-Control-Allow-Origin"] = origin
                more["Access-Control-Expose-Headers"] = READ
                more.add_vary_header("Origin")
            await send(message)

        beforehand = "access-control-request-method" in headers
        if scope["method"] != "OPTIONS" or not beforehand:
            await self._app(scope, receive, sender)
            return
        told = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": SENT,
            "Access-Control-Max-Age": AGE,
        }
        await Response(status_code=204, headers=told)(scope, receive, sender)
