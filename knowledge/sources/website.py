"""
A website: the pages of its sitemap, else those that its first page leads to.

It stays on its host and below the folder of its first page, obeys robots.txt, asks one page at a
time and never twice, so that a site that links to itself comes to an end. How pages are fetched is
given from outside, where the guard over all ways out stands.
"""

import hashlib
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from knowledge.formats import FORMATS, format_of
from knowledge.sources.sentences import too_many, trouble, unavailable
from knowledge.sources.source import FILES, Entry, SourceUnavailable, Trouble

AGENT = "llm-choose"  # our name in robots.txt
PAGES = 2000  # of a site without a sitemap
SITEMAPS = 50
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</loc>", re.IGNORECASE)
_LASTMOD = re.compile(r"<lastmod>\s*([^<]+?)\s*</lastmod>", re.IGNORECASE)
_URL = re.compile(r"<url[\s>].*?</url>", re.IGNORECASE | re.DOTALL)
_PASSWORD = re.compile(rb"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)
_NOT_THERE = ("source_no_such", "source_elsewhere", "source_too_large")
_HTML = ("text/html", "application/xhtml+xml", "")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at an address: its bytes and the media type its server gives, "" for none."""

    content: bytes
    media_type: str


Fetch = Callable[[str], Awaitable[Fetched]]  # raises SourceUnavailable


class WebsiteSource:
    """The pages below `address`, which is the first of them."""

    def __init__(self, address: str, fetch: Fetch, files: int = FILES, pages: int = PAGES) -> None:
        self.address = address
        parts = urlsplit(address)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        folder = parts.path.rpartition("/")[0]
        self.prefix = f"{self._origin}{folder}/"
        self._fetch = fetch
        self._files = files
        self._pages = pages
        self._robots = RobotFileParser()
        self._media: dict[str, str] = {}

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        await self._read_robots()
        dated = await self._sitemap()
        count = 0
        listed = self._of_sitemap(dated) if dated else self._crawled()
        async for one in listed:
            if isinstance(one, Entry):
                count += 1
            if count > self._files:
                yield too_many(self.address, self._files)
                return
            yield one

    async def fetch(self, entry: Entry) -> bytes:
        fetched = await self._fetch(entry.place)
        if is_login(fetched):
            raise unavailable("login", name=entry.place)
        return fetched.content

    async def close(self) -> None:
        """Every request stands for itself."""

    async def _read_robots(self) -> None:
        try:
            fetched = await self._fetch(f"{self._origin}/robots.txt")
        except SourceUnavailable as error:
            if error.code == "source_denied":
                self._robots.parse(["User-agent: *", "Disallow: /"])
                return
            if error.code != "source_no_such":
                raise
            self._robots.parse([])
            return
        self._robots.parse(fetched.content.decode("utf-8", "replace").splitlines())

    def _allowed(self, url: str) -> bool:
        return self._robots.can_fetch(AGENT, url)

    def _is_ours(self, url: str) -> bool:
        return url.startswith(self.prefix)

    async def _sitemap(self) -> dict[str, str]:
        """Return the addresses of the site's maps with the days of their last change."""
        waiting = deque(self._robots.site_maps() or [f"{self._origin}/sitemap.xml"])
        seen: set[str] = set()
        dated: dict[str, str] = {}
        while waiting and len(seen) < SITEMAPS and len(dated) <= self._files:
            place = waiting.popleft()
            if place in seen or not place.startswith(f"{self._origin}/"):
                continue
            seen.add(place)
            try:
                fetched = await self._fetch(place)
            except SourceUnavailable:
                continue
            text = fetched.content.decode("utf-8", "replace")
            if "<sitemapindex" in text:
                waiting.extend(unescape(found) for found in _LOC.findall(text))
                continue
            dated |= dict(_dated(text))
        return dated

    async def _of_sitemap(self, dated: dict[str, str]) -> AsyncIterator[Entry | Trouble]:
        for url in sorted(dated):
            if not self._is_ours(url):
                continue
            if not self._allowed(url):
                yield trouble(self._id(url), "robots", name=url)
                continue
            yield self._entry(url, dated[url])

    async def _crawled(self) -> AsyncIterator[Entry | Trouble]:
        """Yield the first page and what it leads to, breadth first."""
        waiting = deque([self.address])
        seen = {self.address}
        asked = 0
        while waiting:
            url = waiting.popleft()
            if not self._allowed(url):
                yield trouble(self._id(url), "robots", name=url)
                continue
            if asked == self._pages:
                yield too_many(self.address, self._pages)
                return
            asked += 1
            got = await self._got(url)
            if isinstance(got, Trouble):
                yield got
                continue
            self._media[url] = got.media_type
            yield self._entry(url, hashlib.sha256(got.content).hexdigest())
            for link in _links(got, url):
                if link not in seen and self._is_ours(link):
                    seen.add(link)
                    waiting.append(link)

    async def _got(self, url: str) -> Fetched | Trouble:
        """Return a page, or why it cannot be had; without the first page there is no site."""
        try:
            got = await self._fetch(url)
            if is_login(got):
                raise unavailable("login", name=url)
        except SourceUnavailable as error:
            if url == self.address:
                raise
            whole = error.code in _NOT_THERE
            return Trouble(self._id(url), error.code, error.reason, whole)
        return got

    def _entry(self, url: str, fingerprint: str) -> Entry:
        return Entry(self._id(url), self._name(url), fingerprint, -1, url, url)

    def _id(self, url: str) -> str:
        return url.removeprefix(self.prefix) or "."

    def _name(self, url: str) -> str:
        """Return the name of the file an address would be saved as."""
        path = unquote(urlsplit(url).path)
        name = path.rstrip("/").rpartition("/")[2] or urlsplit(url).hostname or "index"
        if format_of(name) is not None and not path.endswith("/"):
            return name
        media = self._media.get(url, "text/html") or "text/html"
        for row in FORMATS:
            if row.media_type == media:
                return f"{name}.{row.endings[0]}"
        return f"{name}.html" if media in _HTML else name


def _dated(text: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a sitemap with what it says of their last change."""
    for row in _URL.findall(text):
        place, changed = _LOC.search(row), _LASTMOD.search(row)
        if place:
            url = urldefrag(unescape(place.group(1)))[0]
            yield url, changed.group(1) if changed else ""


def is_login(fetched: Fetched) -> bool:
    """Tell whether a page asks for a password."""
    return fetched.media_type in _HTML and bool(_PASSWORD.search(fetched.content))


class _Links(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        target = given.get("href") or ""
        if tag == "base" and target:
            self.base = urljoin(self.base, target)
        if tag == "a" and target and "nofollow" not in (given.get("rel") or ""):
            self.links.append(target)


def _links(page: Fetched, url: str) -> Iterator[str]:
    """Yield the addresses a page links to, without what stands behind "#"; each maybe twice."""
    if page.media_type not in _HTML:
        return
    parser = _Links(url)
    parser.feed(page.content.decode("utf-8", "replace"))
    for target in parser.links:
        try:
            link = urldefrag(urljoin(parser.base, target))[0]
        except ValueError:
            continue
        if urlsplit(link).scheme in ("http", "https"):
            yield link
