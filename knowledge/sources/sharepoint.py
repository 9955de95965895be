"""
SharePoint and OneDrive for work: the documents below an address as the browser shows it, through
Microsoft Graph.

Graph answers a file with a redirect to where it lies; our token does not go there.
"""

import posixpath
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, quote, unquote, urlsplit

from knowledge.sources.credentials import microsoft
from knowledge.sources.json_service import Json, Reaching, Service, rows
from knowledge.sources.sentences import too_many, unavailable
from knowledge.sources.source import FILES, Entry, SourceUnavailable, Trouble

GRAPH = "https://graph.microsoft.com"
LOGIN = "https://login.microsoftonline.com"
HOST = ".sharepoint.com"
LIE_UNDER = (".sharepoint.com", ".svc.ms")  # where Graph sends us for a file's bytes
_SITES = ("sites", "teams", "personal")
_FORMS = "/Forms/"  # begins the page that shows a library in the browser
_FIELDS = "$select=id,name,size,file,folder,cTag,eTag,webUrl"


class SharePointSource:
    """A library, a folder of one, or all libraries of a site. `secret` is who we are (Entra)."""

    def __init__(
        self, address: str, secret: str, reaching: Reaching, *, files: int = FILES
    ) -> None:
        self.address = address
        parts = urlsplit(address)
        self._host = parts.hostname or ""
        asked = parse_qs(parts.query).get("id", [""])[0] or unquote(parts.path)
        self._path = asked.partition(_FORMS)[0].rstrip("/")
        self.prefix = f"https://{self._host}{self._path}/"
        self._files = files
        signing = microsoft(secret, LOGIN, reaching(LOGIN, ()), address)
        self._service = Service(address, reaching(GRAPH, LIE_UNDER), signing)
        self._contents: dict[str, str] = {}  # where the bytes of each entry are asked for

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        count = 0
        for drive, folder, below in await self._roots():
            async for one in self._below(drive, folder, below):
                if isinstance(one, Entry):
                    count += 1
                if count > self._files:
                    yield too_many(self.address, self._files)
                    return
                yield one

    async def fetch(self, entry: Entry) -> bytes:
        return await self._service.content(self._contents[entry.id], entry.id)

    async def close(self) -> None:
        """Every request stands for itself."""

    async def _roots(self) -> list[tuple[str, str, str]]:
        """Return the folders to begin at, each with its library and place below the address."""
        words = self._path.strip("/").split("/")
        own = f"/{'/'.join(words[:2])}" if words[0] in _SITES else ""
        named = f"{self._host}:{quote(own)}" if own else self._host
        site = await self._service.json(f"{GRAPH}/v1.0/sites/{named}")
        libraries: list[Json] = []
        drives = f"{GRAPH}/v1.0/sites/{quote(str(site.get('id', '')))}/drives"
        async for page in self._service.pages(drives, _next):
            libraries += rows(page, "value")
        roots = []
        for library in libraries:
            drive = f"{GRAPH}/v1.0/drives/{quote(str(library.get('id', '')))}"
            place = unquote(urlsplit(str(library.get("webUrl", ""))).path).rstrip("/")
            if self._path == place:
                return [(drive, f"{drive}/root", "")]
            if self._path.startswith(f"{place}/"):
                below = quote(self._path.removeprefix(f"{place}/"))
                return [(drive, await self._folder(drive, below), "")]
            if place.startswith(f"{self._path}/"):
                named = f"{place.removeprefix(f'{self._path}/')}/"
                roots.append((drive, f"{drive}/root", named))
        if not roots:
            raise unavailable("no_such", name=self.address)
        return roots

    async def _folder(self, drive: str, below: str) -> str:
        item = await self._service.json(f"{drive}/root:/{below}")
        return f"{drive}/items/{quote(str(item.get('id', '')))}"

    async def _below(self, drive: str, folder: str, place: str) -> AsyncIterator[Entry | Trouble]:
        """Yield all below a folder; one that may not be read is named, and the list is half."""
        waiting = deque([(folder, place)])
        seen = {folder}
        while waiting:
            url, below = waiting.popleft()
            try:
                items = [
                    row
                    async for page in self._service.pages(
                        f"{url}/children?$top=200&{_FIELDS}", _next, name=below
                    )
                    for row in rows(page, "value")
                ]
            except SourceUnavailable as error:
                if url == folder:
                    raise
                yield Trouble(below, error.code, error.reason, whole=False)
                continue
            for item in sorted(items, key=_name):
                own = f"{drive}/items/{quote(str(item.get('id', '')))}"
                id_ = posixpath.join(below, _name(item))
                if "folder" in item and own not in seen:
                    seen.add(own)
                    waiting.append((own, f"{id_}/"))
                elif "file" in item:
                    self._contents[id_] = f"{own}/content"
                    yield self._entry(id_, item)

    def _entry(self, id_: str, item: Json) -> Entry:
        fingerprint = str(item.get("cTag") or item.get("eTag") or "")
        size = int(item.get("size") or -1)
        url = str(item.get("webUrl", ""))
        return Entry(id_, _name(item), fingerprint, size, self.prefix + id_, url)


def _name(item: Json) -> str:
    return str(item.get("name", ""))


def _next(page: Json) -> str:
    return str(page.get("@odata.nextLink", ""))
