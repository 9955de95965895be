"""
The only way out to addresses that came with a message: files people sent, and hooks to answer to.

An address is judged by its exact host before anything is resolved; its name is resolved once, and
the connection goes to the address that was judged. Redirects are judged anew, bodies are counted
while they come, and a token is sent to exact hosts only.

Where the environment names a proxy for https (HTTPS_PROXY, but for what NO_PROXY names), exact
hosts are reached through it: it resolves their names, and TLS is still ours up to the host, whose
certificate says that it is the one. Names under a suffix, this machine and the operator's own
address never go through it, since there the address we judged is what protects us.
"""

import asyncio
import json
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin
from urllib.request import getproxies, proxy_bypass

import httpx

from bot.hosts import Hosts, Target, host_of, public
from knowledge.reading.readers.limits import Limits

LIMIT = Limits().file  # bytes of one file
SECONDS = 60.0  # for one file, from its name to its last byte
HOPS = 3  # redirects followed
GZIP = 47  # zlib's word for gzip or zlib, whichever it is
Resolve = Callable[[str, int], Awaitable[list[str]]]

__all__ = ["LIMIT", "Download", "Fetched", "Hosts", "Refused", "public", "resolve"]


class Refused(Exception):
    """
    What was asked for is not fetched.

    "elsewhere": the address, or one it leads to, is not ours to fetch (`host` names it, `hops`
    counts the redirects before); "too_large": more than the limit (`size` in bytes as far as
    known); "status": the answer was not a success (`status`, and `after` as its Retry-After says);
    "broken": no connection, no end within the time, or a body cut short.
    """

    def __init__(
        self,
        why: Literal["elsewhere", "too_large", "status", "broken"],
        *,
        host: str = "",
        hops: int = 0,
        status: int = 0,
        size: int = 0,
        after: str = "",
    ) -> None:
        super().__init__(why)  # never the address: a pre-signed one is a credential
        self.why = why
        self.host = host
        self.hops = hops
        self.status = status
        self.size = size
        self.after = after


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file's bytes, and the media type the server gave them ("application/pdf", "" when none)."""

    content: bytes
    media_type: str


async def resolve(host: str, port: int) -> list[str]:
    """Return the network addresses of a name, in the system's order."""
    loop = asyncio.get_running_loop()
    rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(sockaddr[0]) for *_, sockaddr in rows]
    return list(dict.fromkeys(addresses))


def proxy_to(host: str) -> str | None:
    """Return the proxy the environment names for https to a host; None where there is none."""
    if proxy_bypass(host):
        return None
    return getproxies().get("https")


class Download:
    """
    `hosts` decides where to; `headers` (a token) go to each place that was judged, and to no other.
    What is asked for may lie at a place of `bare` instead, which hears no header.
    """

    def __init__(  # noqa: PLR0913  # each is a bound or a door of its own
        self,
        hosts: Hosts,
        headers: Mapping[str, str] | None = None,
        *,
        bare: Hosts | None = None,
        limit: int = LIMIT,
        seconds: float = SECONDS,
        resolve: Resolve = resolve,
        transport: Callable[..., httpx.AsyncBaseTransport] = httpx.AsyncHTTPTransport,
    ) -> None:
        self._hosts = hosts
        self._headers = dict(headers or {})
        self._bare = bare
        self._limit = limit
        self._seconds = seconds
        self._resolve = resolve
        self._transport = transport

    @property
    def limit(self) -> int:
        """Bytes that one file may have."""
        return self._limit

    async def fetch(
        self, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Fetched:
        """
        Return what lies at `url`, or what answers `body`: at most `limit` bytes, within `seconds`
        in all. With a body, redirects are not followed.

        Raises:
            Refused
        """
        method = "GET" if body is None else "POST"
        try:
            async with asyncio.timeout(self._seconds):
                for hops in range(HOPS + 1):
                    async with self._open(method, url, hops, body, headers) as answer:
                        if body is not None or not answer.is_redirect:
                            return await self._whole(answer)
                        url = urljoin(url, answer.headers.get("location", ""))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error) as error:
            raise Refused("broken") from error
        raise Refused("broken", hops=HOPS + 1)

    async def post(self, url: str, body: Mapping[str, Any]) -> None:
        """
        Send JSON to `url`; redirects are not followed.

        Raises:
            Refused
        """
        headers = {"Content-Type": "application/json"}
        await self._send("POST", url, json.dumps(body).encode(), headers)

    async def send(self, url: str, content: bytes, headers: Mapping[str, str]) -> None:
        """
        Send bytes to `url` as they are; redirects are not followed.

        Raises:
            Refused
        """
        await self._send("POST", url, content, headers)

    async def put(self, url: str, content: bytes) -> None:
        """
        Put a whole file at `url`; redirects are not followed.

        Raises:
            Refused
        """
        whole = f"bytes 0-{len(content) - 1}/{len(content)}"
        headers = {"Content-Type": "application/octet-stream", "Content-Range": whole}
        await self._send("PUT", url, content, headers)

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
        """Ask the first judged network address that takes the connection."""
        target = self._hosts.judge(url)
        own = {**self._headers, **(more or {})}
        if target is None and self._bare is not None:
            target, own = self._bare.judge(url), {}
        if target is None:
            raise Refused("elsewhere", host=host_of(url), hops=hops)
        headers = {"Accept-Encoding": "identity", **own, "Host": target.header}
        *others, last = await self._ways(target, hops)
        for way in others:
            try:
                async with self._by(way, method, headers, content) as answer:
                    yield answer
                    return
            except httpx.ConnectError:
                continue
        async with self._by(last, method, headers, content) as answer:
            yield answer

    async def _ways(self, target: Target, hops: int) -> list["_Way"]:
        """Return the ways to a place, to be tried in this order; never none. Raises Refused."""
        proxy = proxy_to(target.host) if target.known else None
        if proxy is not None:
            return [_Way(httpx.URL(target.url), {"proxy": proxy}, {})]
        addresses = await self._resolve(target.host, target.port)
        if not addresses or (target.public and not _all_public(addresses)):
            raise Refused("elsewhere", host=target.host, hops=hops)
        named = {"sni_hostname": target.host} if target.scheme == "https" else {}
        url = httpx.URL(target.url)
        return [_Way(url.copy_with(host=address), {}, named) for address in addresses]

    @asynccontextmanager
    async def _by(
        self, way: "_Way", method: str, headers: Mapping[str, str], content: bytes | None
    ) -> AsyncIterator[httpx.Response]:
        """Ask by one way, with a client of its own, so that no cookie travels."""
        transport = self._transport(**way.transport)
        async with httpx.AsyncClient(
            transport=transport, timeout=self._seconds, trust_env=False
        ) as client:
            request = client.build_request(
                method, way.url, headers=headers, content=content, extensions=way.extensions
            )
            answer = await client.send(request, stream=True)
            try:
                yield answer
            finally:
                await answer.aclose()

    async def _whole(self, answer: httpx.Response) -> Fetched:
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        return Fetched(await self._body(answer), media_type)

    async def _body(self, answer: httpx.Response) -> bytes:
        if not answer.is_success:
            after = answer.headers.get("retry-after", "")
            raise Refused("status", status=answer.status_code, after=after)
        announced = _announced(answer)
        if announced > self._limit:
            raise Refused("too_large", size=announced)
        unpack = None
        if answer.headers.get("content-encoding", "identity") != "identity":
            unpack = zlib.decompressobj(wbits=GZIP)  # though we asked for neither
        content = bytearray()
        async for piece in answer.aiter_raw():
            if unpack is None:
                content += piece
            else:
                content += unpack.decompress(piece, self._limit + 1 - len(content))
            if len(content) > self._limit:
                raise Refused("too_large", size=len(content))
        if unpack and not unpack.eof:
            raise Refused("broken")
        return bytes(content)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to a place: its address, and what the transport and the request are told."""

    url: httpx.URL
    transport: Mapping[str, str]
    extensions: dict[str, Any]


def _all_public(addresses: list[str]) -> bool:
    return all(public(address) for address in addresses)


def _announced(answer: httpx.Response) -> int:
    """Return the length an answer says it has, in bytes; 0 where it says none that can be read."""
    length = answer.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        return 0
    return int(length[:15])
