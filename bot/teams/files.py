"""
Files people send: fetched from where Teams keeps them, and from nowhere else.

The address is pre-authorised, so it is a credential itself: no bearer and no cookie goes along, and
it is never logged.
"""

from bot.download import LIMIT, Download, Hosts, Refused
from handlers.texts import Texts
from knowledge.errors import UnreadableDocument
from knowledge.text.sizes import megabytes

# one label of the tenant's own before it
STORES = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us")


class Files:
    """`local` also takes files from this machine, for the test client."""

    def __init__(self, texts: Texts, *, local: bool) -> None:
        self._download = Download(Hosts(under=STORES, loopback=local))
        self._texts = texts

    async def fetch(self, name: str, url: str) -> bytes:
        """
        Return the file's bytes.

        Raises:
            UnreadableDocument: it lies elsewhere, is larger than 25 MB, or cannot be had (any
            more).
        """
        try:
            download = await self._download.fetch(url)
        except Refused as refused:
            raise self._refused(name, refused) from refused
        if download.media_type == "text/html" and not name.lower().endswith((".html", ".htm")):
            raise self._refusal("file_expired", name)
        return download.content

    def _refused(self, name: str, refused: Refused) -> UnreadableDocument:
        match refused.why:
            case "elsewhere":
                return self._refusal("file_refused", name)
            case "status" if refused.status in (401, 403, 404, 410):
                return self._refusal("file_expired", name)
            case "too_large":
                return self._refusal(
                    "file_too_large", name, size=megabytes(refused.size), limit=megabytes(LIMIT)
                )
            case _:
                return self._refusal("file_gone", name)

    def _refusal(self, code: str, name: str, **values: str) -> UnreadableDocument:
        return UnreadableDocument(code, self._texts.phrase(f"teams.{code}", file=name, **values))
