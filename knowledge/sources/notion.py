"""
Pages of Notion that are shared with us: all of them, or those below one.

A page is told from others by its number and read block by block. Notion tells the minute of the
last change, so that a page that changed just now is looked at again.
"""

import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from html import escape
from urllib.parse import urlsplit

from knowledge.sources.credentials import bearer
from knowledge.sources.json_service import Json, Reaching, Service, rows
from knowledge.sources.notion_blocks import drawn
from knowledge.sources.sentences import too_many, unavailable
from knowledge.sources.source import FILES, Entry, SourceUnavailable, Trouble

API = "https://api.notion.com"
HOSTS = ("www.notion.so", "notion.so", "app.notion.com")
SCHEME = "notion://"
VERSION = "2022-06-28"  # of the interface
JUST_NOW = 120.0  # seconds within which a page may have changed without saying so
DEEP = 8  # blocks within blocks that are read
BLOCKS = 5000  # of one page
_PARENTS = ("page_id", "database_id", "block_id")  # else it stands at the top
_NUMBER = re.compile(r"([0-9a-f]{32})$")


class NotionSource:
    """What an integration may read; `secret` is its token. `clock` gives UNIX time."""

    def __init__(
        self,
        address: str,
        secret: str,
        reaching: Reaching,
        *,
        files: int = FILES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.address = address
        path = urlsplit(address).path.rstrip("/")
        match = _NUMBER.search(path.replace("-", "").lower())
        self._root = match[1] if match else ""
        if path.strip("/") and not match:
            raise unavailable("unknown", name=address)
        self.prefix = f"{SCHEME}{self._root or 'all'}/"
        self._files = files
        self._clock = clock
        signing = bearer(secret)

        async def headers() -> Mapping[str, str]:
            return {**await signing(), "Notion-Version": VERSION}

        self._service = Service(address, reaching(API, ()), headers)
        self._parents: dict[str, str] = {}  # of pages, databases and blocks, "" at the top

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        pages: list[Json] = []
        async for row in self._search():
            own = _number(row.get("id"))
            self._parents[own] = _parent(row)
            if row.get("object") == "page" and not (row.get("archived") or row.get("in_trash")):
                pages.append(row)
        if self._root:  # a page that is not shared with us any more is found by no search
            await self._service.json(f"{API}/v1/pages/{self._root}")
        count = 0
        for row in pages:
            try:
                if not await self._is_below(_number(row.get("id"))):
                    continue
            except SourceUnavailable as error:
                yield Trouble(_number(row.get("id")), error.code, error.reason, whole=False)
                continue
            if count == self._files:
                yield too_many(self.address, self._files)
                return
            count += 1
            yield self._entry(row)

    async def fetch(self, entry: Entry) -> bytes:
        text = await self._text(entry.id, entry.label)
        title = escape(entry.label)
        head = f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        return f"{head}<body><h1>{title}</h1>{text}</body></html>".encode()

    async def close(self) -> None:
        """Every request stands for itself."""

    async def _search(self) -> AsyncIterator[Json]:
        """Yield the pages and databases that are shared with us."""
        body: Json = {"page_size": 100}
        seen: set[str] = set()
        while True:
            page = await self._service.json(f"{API}/v1/search", body=body)
            for row in rows(page, "results"):
                yield row
            cursor = str(page.get("next_cursor") or "")
            if not page.get("has_more") or not cursor or cursor in seen:
                return
            seen.add(cursor)
            body = {"page_size": 100, "start_cursor": cursor}

    async def _is_below(self, number: str) -> bool:
        """Tell whether a page is the one that was named, or lies below it at any depth."""
        seen: set[str] = set()
        while self._root and number and number != self._root and number not in seen:
            seen.add(number)
            if number not in self._parents:  # a block, in whose column or list the page stands
                row = await self._service.json(f"{API}/v1/blocks/{number}")
                self._parents[number] = _parent(row)
            number = self._parents[number]
        return not self._root or number == self._root

    def _entry(self, row: Json) -> Entry:
        number = _number(row.get("id"))
        title = _title(row) or number
        edited = str(row.get("last_edited_time", ""))
        if self._is_fresh(edited):
            edited = ""
        name = f"{title.replace('/', '／')[:80]}.html"
        return Entry(number, name, edited, -1, self.prefix + number, str(row.get("url", "")), title)

    def _is_fresh(self, edited: str) -> bool:
        now = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(self._clock() - JUST_NOW))
        return edited[: len(now)] >= now

    async def _text(self, number: str, name: str, deep: int = 0) -> str:
        """Return what stands in a page or block as HTML, with what stands in its blocks."""
        blocks: list[Json] = []
        first = f"{API}/v1/blocks/{number}/children?page_size=100"

        def following(page: Json) -> str:
            cursor = str(page.get("next_cursor") or "")
            more = page.get("has_more") and cursor and len(blocks) < BLOCKS
            return f"{first}&start_cursor={cursor}" if more else ""

        async for page in self._service.pages(first, following, name=name):
            blocks += rows(page, "results")
        inside: dict[str, str] = {}
        for block in blocks:
            own = str(block.get("type", ""))
            own_page = own in ("child_page", "child_database")
            if block.get("has_children") and deep < DEEP and not own_page:
                id_ = str(block.get("id", ""))
                inside[id_] = await self._text(_number(id_), name, deep + 1)
        return drawn(blocks, inside)


def _number(value: object) -> str:
    return str(value or "").replace("-", "").lower()


def _parent(row: Json) -> str:
    parent = row.get("parent")
    if not isinstance(parent, dict):
        return ""
    kind = str(parent.get("type", ""))
    return _number(parent.get(kind)) if kind in _PARENTS else ""


def _title(row: Json) -> str:
    properties = row.get("properties")
    if not isinstance(properties, dict):
        return ""
    for value in properties.values():
        if isinstance(value, dict) and value.get("type") == "title":
            return "".join(str(part.get("plain_text", "")) for part in rows(value, "title")).strip()
    return ""
