"""
The only way out to addresses that came with a message: files people sent, and hooks to answer to.

An address is judged by its exact host before anything is resolved; its name is resolved once, and
the connection goes to the address that was judged. Redirects are judged anew, bodies are counted
while they come, and a token is sent to exact hosts only.
"""

import asyncio
import ipaddress
import json
import re
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from bot.environment import LOOPBACK
from knowledge.reading.readers.limits import MEGABYTE, Limits

LIMIT = Limits().file  # bytes of one file
SECONDS = 60.0  # for one file, from its name to its last byte
HOPS = 3  # redirects followed
_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII without space and backslash
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Refused(Exception):
    """
    What was asked for is not fetched.

    "elsewhere": the address, or one it leads to, is not ours to fetch (`host` names it, `hops`
    counts the redirects before); "too_large": more than the limit (`size` in bytes as far as
    known); "status": the answer was not a success (`status`); "broken": no connection, no end
    within the time, or a body cut short.
    """

    def __init__(
        self,
        why: Literal["elsewhere", "too_large", "status", "broken"],
        *,
        host: str = "",
        hops: int = 0,
        status: int = 0,
        size: int = 0,
    ) -> None:
        super().__init__(why)  # never the address: a pre-signed one is a credential
        self.why = why
        self.host = host
        self.hops = hops
        self.status = status
        self.size = size


@dataclass(frozen=True, slots=True)
class Hosts:
    """
    Where we may go: `exact` names and names of one label under a suffix (".sharepoint.com"), both
    by https on 443 and at public addresses; the `own` origin the operator configured
    ("http://127.0.0.1:4003"), wherever it is, with `beside` also its other ports where it is this
    machine (a service for tests); and with `loopback` nothing but this machine.
    """

    exact: frozenset[str] = frozenset()
    under: tuple[str, ...] = ()
    own: str = ""
    beside: bool = False
    loopback: bool = False

    def judge(self, url: str) -> "Target | None":
        """Return where `url` leads if we may go there; nothing is resolved or opened for it."""
        try:
            parts = urlsplit(url) if _PLAIN.fullmatch(url) else SplitResult("", "", "", "", "")
            port = parts.port
        except ValueError:
            return None
        host = parts.hostname or ""
        if (
            not host
            or "@" in parts.netloc
            or parts.netloc.endswith(":")
            or parts.scheme not in ("http", "https")
        ):
            return None
        place = Target(
            parts.scheme, host, port or (443 if parts.scheme == "https" else 80), _path(parts)
        )
        if self.loopback:
            return place if host in LOOPBACK else None
        if self.own and (
            place.origin == _origin(self.own) or (self.beside and self._beside(place))
        ):
            return place
        known = host in self.exact or any(
            _LABEL.fullmatch(host.removesuffix(s)) for s in self.under if host.endswith(s)
        )
        return (
            Target(place.scheme, host, 443, place.path, public=True)
            if known and place.origin == ("https", host, 443)
            else None
        )

    def _beside(self, place: "Target") -> bool:
        return place.host in LOOPBACK and place.origin[:2] == _origin(self.own)[:2]


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was judged. `public` asks for public network addresses behind the name."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    public: bool = False

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self._named}:{self.port}{self.path}"

    @property
    def header(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        usual = {"http": 80, "https": 443}[self.scheme]
        return self._named if self.port == usual else f"{self._named}:{self.port}"

    @property
    def _named(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file's bytes, and the media type the server gave them ("application/pdf", "" when none)."""

    content: bytes
    media_type: str


async def resolve(host: str, port: int) -> list[str]:
    """Return the network addresses of a name, in the system's order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class Download:
    """
    `hosts` decides where to; `headers` (a token) go to each place that was judged, and to no other.
    """

    def __init__(
        self,
        hosts: Hosts,
        headers: Mapping[str, str] | None = None,
        *,
        limit: int = LIMIT,
        seconds: float = SECONDS,
        resolve: Resolve = resolve,
        transport: Callable[[], httpx.AsyncBaseTransport] = httpx.AsyncHTTPTransport,
    ) -> None:
        self._hosts = hosts
        self._headers = dict(headers or {})
        self._limit = limit
        self._seconds = seconds
        self._resolve = resolve
        self._transport = transport

    async def fetch(self, url: str) -> Fetched:
        """
        Return what lies at `url`: at most `limit` bytes, within `seconds` in all.

        Raises:
            Refused
        """
        try:
            async with asyncio.timeout(self._seconds):
                for hops in range(HOPS + 1):
                    async with self._open("GET", url, hops) as answer:
                        if answer.is_redirect:
                            url = urljoin(url, answer.headers.get("location", ""))
                            continue
                        return Fetched(
                            await self._body(answer),
                            answer.headers.get("content-type", "").partition(";")[0],
                        )
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error) as error:
            raise Refused("broken") from error
        raise Refused("broken", hops=HOPS + 1)

    async def post(self, url: str, body: Mapping[str, Any]) -> None:
        """
        Send JSON to `url`; redirects are not followed.

        Raises:
            Refused
        """
        await self._send(
            "POST", url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )

    async def put(self, url: str, content: bytes) -> None:
        """
        Put a whole file at `url`; redirects are not followed.

        Raises:
            Refused
        """
        whole = f"bytes 0-{len(content) - 1}/{len(content)}"
        await self._send(
            "PUT",
            url,
            content,
            {"Content-Type": "application/octet-stream", "Content-Range": whole},
        )

    async def _send(
        self, method: str, url: str, content: bytes, headers: Mapping[str, str]
    ) -> None:
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._open(method, url, 0, content, headers) as answer,
            ):
                if not answer.is_success:
                    raise Refused("status", status=answer.status_code)
        except (httpx.HTTPError, OSError) as error:
            raise Refused("broken") from error

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        url: str,
        hops: int,
        content: bytes | None = None,
        more: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """
        Ask the first judged network address that takes the connection. One client for each, so that
        no cookie travels.
        """
        target = self._hosts.judge(url)
        if target is None:
            raise Refused("elsewhere", host=_host(url), hops=hops)
        addresses = await self._resolve(target.host, target.port)
        if not addresses or (target.public and not all(map(public, addresses))):
            raise Refused("elsewhere", host=target.host, hops=hops)
        headers = {
            "Accept-Encoding": "identity",
            **self._headers,
            **(more or {}),
            "Host": target.header,
        }
        for left, address in enumerate(addresses, 1 - len(addresses)):
            at = httpx.URL(target.url).copy_with(host=address)
            sni = {"sni_hostname": target.host} if target.scheme == "https" else {}
            async with httpx.AsyncClient(
                transport=self._transport(), timeout=self._seconds, trust_env=False
            ) as client:
                request = client.build_request(
                    method, at, headers=headers, content=content, extensions=sni
                )
                try:
                    answer = await client.send(request, stream=True)
                except httpx.ConnectError:
                    if left:
                        continue
                    raise
                try:
                    yield answer
                    return
                finally:
                    await answer.aclose()

    async def _body(self, answer: httpx.Response) -> bytes:
        if not answer.is_success:
            raise Refused("status", status=answer.status_code)
        announced = answer.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:15]) > self._limit:
            raise Refused("too_large", size=int(announced[:15]))
        encoding = answer.headers.get("content-encoding", "identity")
        unpack = (
            None if encoding == "identity" else zlib.decompressobj(wbits=47)
        )  # gzip or zlib, though we asked for neither
        content = bytearray()
        async for piece in answer.aiter_raw():
            content += unpack.decompress(piece, self._limit + 1 - len(content)) if unpack else piece
            if len(content) > self._limit:
                raise Refused("too_large", size=len(content))
        if unpack and not unpack.eof:
            raise Refused("broken")
        return bytes(content)


def public(address: str) -> bool:
    """
    Report whether a network address is on the public internet, looking through IPv6 forms that wrap
    an IPv4 one.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            wrapped = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo:
            return False
        found = wrapped or found
    return found.is_global and not found.is_multicast and not found.is_reserved


def megabytes(size: int) -> str:
    """Return `size` in MB, to two decimals at most and never rounded onto a limit from above."""
    return f"{-(-size * 100 // MEGABYTE) / 100:g}"


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return (
        parts.scheme,
        parts.hostname or "",
        parts.port or (443 if parts.scheme == "https" else 80),
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
