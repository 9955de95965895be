"""
The way out to one website that an admin named: its origin and no other, wherever a page leads.
"""

from urllib.parse import urlsplit

from bot.download import Download, Hosts, Refused
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
