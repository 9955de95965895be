"""
A space of Confluence, in the cloud or in a house of its own: its pages, and what is attached.

A page is told from others by its number, so that it may be renamed. Both kinds of Confluence list
by the same query; what a page says is asked for by the second version of the interface in the
cloud, and by the first elsewhere.
"""

import re
from collections.abc import AsyncIterator
from html import escape
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from knowledge.sources.credentials import basic_or_bearer
from knowledge.sources.json_service import Json, Reaching, Service, rows
from knowledge.sources.sentences import too_many, unavailable
from knowledge.sources.source import FILES, Entry, Trouble

SCHEME = "confluence+"
CLOUD = ".atlassian.net"
LIE_UNDER = (".atlassian.com", ".atlassian.net", ".media.atlassian.com")
_SPACE = re.compile(r"(?P<base>.*?)/(?:spaces|display)/(?P<key>[^/]+)")
PAGE = 100  # rows of one answer


class ConfluenceSource:
    """
    The space at `https://SITE.atlassian.net/wiki/spaces/KEY`, or at an address of one's own behind
    "confluence+". `secret` is "mail:token" in the cloud, a token elsewhere.
    """

    def __init__(
        self, address: str, secret: str, reaching: Reaching, *, files: int = FILES
    ) -> None:
        self.address = address
        parts = urlsplit(address.removeprefix(SCHEME))
        self._origin = f"{parts.scheme}://{parts.netloc}"
        match = _SPACE.match(parts.path)
        if match is None:
            raise unavailable("unknown", name=address)
        self._base = f"{self._origin}{match['base']}"
        self._key = unquote(match["key"])
        self._is_cloud = (parts.hostname or "").endswith(CLOUD)
        self.prefix = f"{self._base}/spaces/{match['key']}/"
        self._files = files
        call = reaching(self._origin, LIE_UNDER)
        self._service = Service(address, call, basic_or_bearer(secret))
        self._rows: dict[str, Json] = {}

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        key = self._key.replace("\\", "\\\\").replace('"', '\\"')
        query = {
            "cql": f'space = "{key}" and type in (page, blogpost, attachment) order by created',
            "expand": "version,extensions,container",
            "limit": str(PAGE),
        }
        first = f"{self._base}/rest/api/content/search?{urlencode(query)}"
        async for page in self._service.pages(first, self._next):
            for row in rows(page, "results"):
                if len(self._rows) == self._files:
                    yield too_many(self.address, self._files)
                    return
                entry = self._entry(row)
                if entry is not None and entry.id not in self._rows:
                    self._rows[entry.id] = row
                    yield entry
        if not self._rows:  # a space that may not be read is found by no query
            await self._service.json(f"{self._base}/rest/api/space/{quote(self._key)}")

    async def fetch(self, entry: Entry) -> bytes:
        row = self._rows[entry.id]
        if row.get("type") == "attachment":
            link = str(_inner(row, "_links").get("download", ""))
            return await self._service.content(self._absolute(link), entry.label)
        number = quote(str(row.get("id", "")))
        url = f"{self._base}/rest/api/content/{number}?expand=body.export_view"
        if self._is_cloud:
            kind = "blogposts" if row.get("type") == "blogpost" else "pages"
            url = f"{self._base}/api/v2/{kind}/{number}?body-format=export_view"
        answer = await self._service.json(url, name=entry.label)
        text = str(_inner(_inner(answer, "body"), "export_view").get("value", ""))
        title = escape(str(row.get("title", "")))
        head = f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        return f"{head}<body><h1>{title}</h1>{text}</body></html>".encode()

    async def close(self) -> None:
        """Every request stands for itself."""

    def _entry(self, row: Json) -> Entry | None:
        number, title = str(row.get("id", "")), str(row.get("title", ""))
        if not number or not title:
            return None
        name, size = f"{title.replace('/', '／')}.html", -1
        label = title
        if row.get("type") == "attachment":
            name = title.replace("/", "／")
            size = int(_inner(row, "extensions").get("fileSize") or -1)
            label = f"{_inner(row, 'container').get('title', '')}/{title}".lstrip("/")
        version = str(_inner(row, "version").get("number", ""))
        link = str(_inner(row, "_links").get("webui", ""))
        url = self._absolute(link) if link else ""
        return Entry(number, name, version, size, self.prefix + number, url, label)

    def _next(self, page: Json) -> str:
        link = str(_inner(page, "_links").get("next", ""))
        return self._absolute(link) if link else ""

    def _absolute(self, link: str) -> str:
        """Return the address of a link, which is written from the base or from the host."""
        path = urlsplit(self._base).path
        if link.startswith("/") and not link.startswith(f"{path}/"):
            return self._base + link
        return urljoin(f"{self._origin}/", link)


def _inner(row: Json, name: str) -> Json:
    value = row.get(name)
    return value if isinstance(value, dict) else {}
