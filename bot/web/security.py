"""What every request to the web page must pass, and what every response carries: hosts, origins, sizes, headers."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY = 260_000_000  # bytes: ten files of 25 MB and what surrounds them
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PLATFORMS = ("/slack/", "/api/")  # these authenticate each request themselves


class Guard:
    """Refuses foreign hosts (DNS rebinding) and foreign origins (forged forms), and adds the security headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(PLATFORMS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refusal(scope["method"], headers)
        if refused is not None:
            status, why = refused
            await PlainTextResponse(why, status)(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        if _host(headers.get("host", "")) not in self._hosts or len(headers.getlist("host")) != 1:
            return 403, "このアドレスでは開けません。 / This address is not served here."
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:12]) > BODY:
            return 413, "送られた内容が大きすぎます。 / The request is too large."
        if method not in ("GET", "HEAD") and not self._own(headers):
            return 403, "このページの外からは送れません。 / Requests from outside this page are refused."
        return None

    def _own(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return False
        origin = headers.get("origin", "")
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.netloc == headers.get("host", "") and bool(parts.netloc)


def _host(value: str) -> str:
    """Return the host of a Host header without its port."""
    if value.startswith("["):
        return value.partition("]")[0].removeprefix("[")
    return value.partition(":")[0].lower()


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sender
