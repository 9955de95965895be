"""
What every request to the web page must pass, and what every response carries: hosts, origins,
sizes, headers.
"""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.bodies import TooLarge, bounded

FILE = 25_000_000  # bytes of one file
FILES = 10  # in one upload
BODY = FILES * FILE + 1_000_000  # bytes of one upload with what surrounds its files
FORM = 1_000_000  # bytes of any other request
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" makes browsers send forms with the origin "null"
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
PROBES = ("/live", "/ready", "/metrics")  # asked by address from inside the network
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
HOST = (403, "このアドレスでは開けません。 / This address is not served here.")
LARGE = (413, "送られた内容が大きすぎます。 / The request is too large.")
ORIGIN = (403, "このページの外からは送れません。 / Requests from outside this page are refused.")
PROXY = (
    403,
    "プロキシの後ろでは PUBLIC_URL を設定してください。 / Behind a proxy, set PUBLIC_URL.",
)


class Guard:
    """
    Refuses foreign hosts (DNS rebinding), foreign origins (forged forms) and bodies that are too
    large, and adds the headers.

    `scheme` is the one browsers come by. `local` says that the page serves this machine alone:
    whoever comes through a proxy is then refused, too. Requests for which `elsewhere` holds are
    another platform's, which authenticates them itself. `embed` are the origins whose pages may
    show this one in a frame.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str],
        scheme: str,
        elsewhere: Callable[[Scope], bool],
        *,
        local: bool,
        embed: tuple[str, ...] = (),
    ) -> None:
        self._headers = _framed_by(embed)
        self._app = app
        self._hosts = hosts
        self._scheme = scheme
        self._elsewhere = elsewhere
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._guards(scope):
            await self._app(scope, receive, send)
            return
        headers, limit = Headers(scope=scope), BODY if scope["path"] == "/upload" else FORM
        refused = self._refusal(scope["method"], headers, limit)
        if refused is not None:
            await _refuse(refused)(scope, receive, _with_headers(send, self._headers))
            return
        started: list[bool] = []
        try:
            await self._app(
                scope, bounded(receive, limit), _with_headers(send, self._headers, started)
            )
        except TooLarge:
            if not started:
                await _refuse(LARGE)(scope, receive, _with_headers(send, self._headers))

    def _guards(self, scope: Scope) -> bool:
        """Report whether a request is the page's to judge."""
        if scope["type"] != "http" or self._elsewhere(scope):
            return False
        return self._local or scope["path"] not in PROBES

    def _refusal(self, method: str, headers: Headers, limit: int) -> tuple[int, str] | None:
        if _host(headers.get("host", "")) not in self._hosts or len(headers.getlist("host")) != 1:
            return HOST
        if self._local and any(name in headers for name in FORWARDED):
            return PROXY
        length = headers.get("content-length", "0")
        if (
            not length.isascii()
            or not length.isdigit()
            or len(length) > len(str(limit))
            or int(length) > limit
        ):
            return LARGE
        if method not in ("GET", "HEAD") and not self._own(headers):
            return ORIGIN
        return None

    def _own(self, headers: Headers) -> bool:
        """
        Report whether the page itself sent this: browsers name the origin of every form and script.
        """
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return False
        return headers.getlist("origin") == [f"{self._scheme}://{headers['host']}"]


def _host(value: str) -> str:
    """Return the host of a Host header without its port."""
    if value.startswith("["):
        return value.partition("]")[0].removeprefix("[")
    return value.partition(":")[0].lower()


def _refuse(refused: tuple[int, str]) -> PlainTextResponse:
    status, why = refused
    return PlainTextResponse(why, status, headers={"Connection": "close"})


def policy(origins: tuple[str, ...] = (), scripts: tuple[str, ...] = ()) -> str:
    """
    Return what a page may do: be shown in a frame by these origins, and run these scripts of other
    hosts beside our own.
    """
    told = HEADERS["Content-Security-Policy"]
    if origins:
        ancestors = f"frame-ancestors 'self' {' '.join(origins)}"
        told = told.replace("frame-ancestors 'none'", ancestors)
    if scripts:
        told += f"; script-src 'self' {' '.join(scripts)}"
    return told


def _framed_by(origins: tuple[str, ...]) -> dict[str, str]:
    """Return the headers of a page that these origins may show in a frame; nobody where none."""
    return HEADERS | {"Content-Security-Policy": policy(origins)}


def _with_headers(
    send: Send, own: dict[str, str], started: list[bool] | None = None
) -> Callable[[Message], Awaitable[None]]:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in own.items():
                headers.setdefault(name, value)
            if started is not None:
                started.append(True)
        await send(message)

    return sender
