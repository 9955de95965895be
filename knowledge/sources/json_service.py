"""
A service that gives documents as JSON and files: asked with a token, and again when it is busy.

A service that wants to be asked less says for how long; nothing else is tried twice. A page where
JSON should be is a login page. How it is reached is given from outside, where the guard over all
ways out stands.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol

from knowledge.reading.readers.limits import Limits
from knowledge.sources.sentences import Name, unavailable
from knowledge.sources.source import SourceUnavailable
from knowledge.sources.website import Fetched, is_login
from knowledge.text.sizes import megabytes

BUSY = (429, 503)  # statuses of a service that wants to be asked again later
TRIES = 6
LONGEST = 120.0  # seconds that a service may let us wait at once
_STATUSES: Mapping[int, Name] = {
    401: "denied",
    403: "denied",
    404: "no_such",
    410: "no_such",
}
Json = dict[str, Any]
Headers = Callable[[], Awaitable[Mapping[str, str]]]
Pause = Callable[[float], Awaitable[None]]


class Unanswered(Exception):
    """A service gave no answer that can be used; `after` is its Retry-After as written."""

    def __init__(
        self,
        why: Literal["elsewhere", "too_large", "status", "broken"],
        *,
        status: int = 0,
        after: str = "",
        size: int = 0,
    ) -> None:
        super().__init__(why)
        self.why = why
        self.status = status
        self.after = after
        self.size = size


class Call(Protocol):
    """Asks one service; with a body by POST. Raises Unanswered."""

    async def __call__(
        self, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Fetched: ...


Reaching = Callable[[str, tuple[str, ...]], Call]  # an origin, and what its files lie under


class Service:
    """
    One service. `headers` are asked for before each call, and again where a token was refused;
    `name` is what people call the place.
    """

    def __init__(
        self, name: str, call: Call, headers: Headers, pause: Pause = asyncio.sleep
    ) -> None:
        self._name = name
        self._call = call
        self._headers = headers
        self._pause = pause

    async def json(self, url: str, *, name: str = "", body: Json | None = None) -> Json:
        """
        Return what the service says at an address; `name` is what it is asked about.

        Raises:
            SourceUnavailable: no answer, no permission, or a login page in its place.
        """
        shown = name or self._name
        sent = None if body is None else json.dumps(body).encode()
        got = await self._asked(url, shown, sent)
        try:
            answer = json.loads(got.content)
        except (ValueError, RecursionError) as error:
            raise unavailable("login", name=shown) from error
        if not isinstance(answer, dict):
            raise unavailable("away", name=shown)
        return answer

    async def content(self, url: str, name: str) -> bytes:
        """Return the bytes of a file. Raises SourceUnavailable."""
        got = await self._asked(url, name, None)
        if is_login(got):
            raise unavailable("login", name=name)
        return got.content

    async def pages(
        self, url: str, following: Callable[[Json], str], *, name: str = ""
    ) -> AsyncIterator[Json]:
        """
        Yield the pages of a list, from one to its next; a list that leads back to itself ends.
        """
        seen: set[str] = set()
        while url and url not in seen:
            seen.add(url)
            page = await self.json(url, name=name)
            yield page
            url = following(page)

    async def _asked(self, url: str, name: str, body: bytes | None) -> Fetched:
        headers = {"Accept": "*/*", **await self._headers()}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            return await patiently(self._call, url, headers, body, self._pause)
        except Unanswered as error:
            raise refused(error, name) from error


async def patiently(
    call: Call,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    pause: Pause = asyncio.sleep,
) -> Fetched:
    """Ask as often as a busy service wants to be asked. Raises Unanswered."""
    for number in range(TRIES - 1):
        try:
            return await call(url, headers, body)
        except Unanswered as error:
            if error.status not in BUSY:
                raise
            await pause(_seconds(error.after, number))
    return await call(url, headers, body)


def refused(error: Unanswered, name: str) -> SourceUnavailable:
    """Return why a service did not give what was asked for."""
    match error.why:
        case "too_large":
            size, limit = megabytes(error.size), megabytes(Limits().file)
            return unavailable("too_large", name=name, size=size, limit=limit)
        case "elsewhere":
            return unavailable("elsewhere", name=name)
        case "status" if error.status in BUSY:
            return unavailable("busy", name=name)
        case "status" if 300 <= error.status < 400:  # sent on, to sign in
            return unavailable("login", name=name)
        case "status":
            return unavailable(_STATUSES.get(error.status, "away"), name=name)
    return unavailable("away", name=name)


def rows(page: Json, name: str) -> list[Json]:
    """Return the rows of a page's list, without what is none."""
    listed = page.get(name)
    if not isinstance(listed, list):
        return []
    return [row for row in listed if isinstance(row, dict)]


def _seconds(after: str, number: int) -> float:
    """Return how long to wait before the next try; a date is taken for "a while"."""
    if after.isascii() and after.isdigit():
        return min(float(after[:6]), LONGEST)
    return min(2.0**number, LONGEST)
