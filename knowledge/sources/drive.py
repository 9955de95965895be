"""
A folder of Google Drive with all below it. Google's own documents are taken as Office files.

Drive knows no paths: two files of one folder may have one name, and a folder may stand in itself
through a shortcut. A folder that is not shared with us looks empty, so that it is asked for first.
"""

import posixpath
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode, urlsplit

from knowledge.sources.credentials import google
from knowledge.sources.json_service import Json, Reaching, Service, rows
from knowledge.sources.sentences import too_many, trouble, unavailable
from knowledge.sources.source import FILES, Entry, SourceUnavailable, Trouble

API = "https://www.googleapis.com"
TOKENS = "https://oauth2.googleapis.com"
HOST = "drive.google.com"
FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
_OFFICE = "application/vnd.openxmlformats-officedocument"
EXPORTS = {  # Google's own kinds: the ending and media type they are taken as
    "application/vnd.google-apps.document": (
        ".docx",
        f"{_OFFICE}.wordprocessingml.document",
    ),
    "application/vnd.google-apps.spreadsheet": (".xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    "application/vnd.google-apps.presentation": (
        ".pptx",
        f"{_OFFICE}.presentationml.presentation",
    ),
}
_FIELDS = "id,name,mimeType,size,md5Checksum,modifiedTime,webViewLink,shortcutDetails"
_ALL = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}


class DriveSource:
    """The folder at `https://drive.google.com/drive/folders/ID`. `secret` is who we are."""

    def __init__(
        self, address: str, secret: str, reaching: Reaching, *, files: int = FILES
    ) -> None:
        self.address = address
        path = urlsplit(address).path.rstrip("/")
        self._root = path.rpartition("/")[2]
        self.prefix = f"https://{HOST}{path}/"
        self._files = files
        signing = google(secret, f"{TOKENS}/token", reaching(TOKENS, ()), address)
        self._service = Service(address, reaching(API, ()), signing)
        self._contents: dict[str, str] = {}

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        about = urlencode({"fields": "id,mimeType,trashed", "supportsAllDrives": "true"})
        root = await self._service.json(f"{API}/drive/v3/files/{quote(self._root)}?{about}")
        if root.get("trashed") or root.get("mimeType") != FOLDER:
            raise unavailable("no_such", name=self.address)
        waiting = deque([(self._root, "")])
        seen = {self._root}
        while waiting:
            folder, below = waiting.popleft()
            try:
                files, whole = await self._children(folder, below)
            except SourceUnavailable as error:
                if folder == self._root:
                    raise
                yield Trouble(below, error.code, error.reason, whole=False)
                continue
            if not whole:
                yield trouble(below, "away", whole=False, name=below or self.address)
            for row in files:
                id_, kind, name = _target(row)
                if kind == FOLDER and id_ not in seen:
                    seen.add(id_)
                    waiting.append((id_, f"{posixpath.join(below, name)}/"))
                if kind == FOLDER:
                    continue
                if len(self._contents) == self._files:
                    yield too_many(self.address, self._files)
                    return
                yield self._entry(row, below)

    async def fetch(self, entry: Entry) -> bytes:
        return await self._service.content(self._contents[entry.id], entry.id)

    async def close(self) -> None:
        """Every request stands for itself."""

    async def _children(self, folder: str, below: str) -> tuple[list[Json], bool]:
        """Return what lies in a folder, and whether that is all of it."""
        query = {
            "q": f"'{folder}' in parents and trashed = false",
            "fields": f"nextPageToken,incompleteSearch,files({_FIELDS})",
            "orderBy": "name,createdTime",
            "pageSize": "1000",
            **_ALL,
        }
        first = f"{API}/drive/v3/files?{urlencode(query)}"

        def following(page: Json) -> str:
            token = page.get("nextPageToken")
            return f"{first}&{urlencode({'pageToken': token})}" if token else ""

        files: list[Json] = []
        whole = True
        async for page in self._service.pages(first, following, name=below):
            files += rows(page, "files")
            whole = whole and not page.get("incompleteSearch")
        return files, whole

    def _entry(self, row: Json, below: str) -> Entry:
        target, kind, name = _target(row)
        content = f"{API}/drive/v3/files/{quote(target)}"
        if kind in EXPORTS:
            ending, media_type = EXPORTS[kind]
            name += ending
            content += f"/export?{urlencode({'mimeType': media_type})}"
        else:
            content += "?alt=media&supportsAllDrives=true"
        id_ = posixpath.join(below, name)
        if id_ in self._contents:  # another one of this name lies beside it
            stem, ending = posixpath.splitext(id_)
            id_ = f"{stem} ({target}){ending}"
        self._contents[id_] = content
        told = str(row.get("md5Checksum") or row.get("modifiedTime") or "")
        if row.get("mimeType") == SHORTCUT:  # what it tells is not about the file it leads to
            told = ""
        size = int(row.get("size") or -1)
        if kind in EXPORTS:
            size = -1
        return Entry(id_, name, told, size, self.prefix + id_, str(row.get("webViewLink", "")))


def _target(row: Json) -> tuple[str, str, str]:
    """Return the id, kind and name of a file, or of what a shortcut leads to."""
    details = row.get("shortcutDetails")
    name = str(row.get("name", "")).replace("/", "／")
    if row.get("mimeType") == SHORTCUT and isinstance(details, dict):
        return str(details.get("targetId", "")), str(details.get("targetMimeType", "")), name
    return str(row.get("id", "")), str(row.get("mimeType", "")), name
