"""
The ways out to where documents live: one website that an admin named, or one service.

Each is an origin and no other, wherever a page leads. The files of a service may lie at names it
is known to keep them under; these hear no token.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.download import Download, Hosts, Refused
from bot.environment import LOOPBACK
from knowledge.sources.json_service import Call, Unanswered
from knowledge.sources.sentences import Name, unavailable
from knowledge.sources.website import Fetch, Fetched
from knowledge.text.sizes import megabytes

PAGE = 30.0  # seconds for one page
_STATUSES: dict[int, Name] = {401: "denied", 403: "denied", 404: "no_such", 410: "no_such"}


def fetching(address: str) -> Fetch:
    """Return what fetches pages of the site at `address`; it raises SourceUnavailable."""
    parts = urlsplit(address)
    download = Download(Hosts(own=f"{parts.scheme}://{parts.netloc}"), seconds=PAGE)

    async def fetch(url: str) -> Fetched:
        try:
            got = await download.fetch(url)
        except Refused as refused:
            match refused.why:
                case "elsewhere":
                    raise unavailable("elsewhere", name=url) from refused
                case "too_large":
                    size = megabytes(refused.size)
                    limit = megabytes(download.limit)
                    raise unavailable("too_large", name=url, size=size, limit=limit) from refused
                case "status":
                    name = _STATUSES.get(refused.status, "away")
                    raise unavailable(name, name=url) from refused
            raise unavailable("away", name=url) from refused
        return Fetched(got.content, got.media_type)

    return fetch


def reaching(origin: str, files: tuple[str, ...] = ()) -> Call:
    """
    Return what asks the service at `origin` ("https://graph.microsoft.com"); its files may lie at
    one label under `files`.
    """
    own = Hosts(own=origin)
    bare = Hosts(under=files)
    if urlsplit(origin).hostname in LOOPBACK:  # a service of one's own, as in tests
        bare = Hosts(under=files, own=origin, beside=True)
    download = Download(own, bare=bare if files else None, seconds=PAGE)

    async def call(url: str, headers: Mapping[str, str], body: bytes | None = None) -> Fetched:
        try:
            got = await download.fetch(url, headers=headers, body=body)
        except Refused as refused:
            raise Unanswered(
                refused.why, status=refused.status, after=refused.after, size=refused.size
            ) from refused
        return Fetched(got.content, got.media_type)

    return call
