"""
Files people send: fetched from where Teams keeps them, and from nowhere else.

The address is pre-authorised, so it is a credential itself: no bearer goes along, and it is never logged.
"""

from urllib.parse import urlsplit

import httpx

from bot.teams.auth import LOOPBACK
from handlers.texts import Texts
from knowledge.errors import UnreadableDocument

STORES = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us")
LIMIT = 200 * 1024 * 1024  # bytes of one file
TIMEOUT = 60.0  # seconds between two pieces of a file


class Files:
    def __init__(self, texts: Texts, *, local: bool) -> None:
        self._texts = texts
        self._local = local

    async def fetch(self, name: str, url: str) -> bytes:
        """
        Return the file's bytes.

        Raises:
            UnreadableDocument: it lies elsewhere, is larger than 200 MB, or cannot be had.
        """
        if not self._stored(url):
            raise self._refusal("file_refused", name)
        content = bytearray()
        try:
            async with (
                httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client,
                client.stream("GET", url) as answer,
            ):
                answer.raise_for_status()
                async for piece in answer.aiter_bytes():
                    content += piece
                    if len(content) > LIMIT:
                        raise self._refusal("file_too_large", name)
        except httpx.HTTPError as error:
            raise self._refusal("file_gone", name) from error
        return bytes(content)

    def _stored(self, url: str) -> bool:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if self._local:
            return host in LOOPBACK
        return parts.scheme == "https" and "@" not in parts.netloc and parts.port in (None, 443) and host.endswith(STORES)

    def _refusal(self, code: str, name: str) -> UnreadableDocument:
        values = {"limit": LIMIT // 1024 // 1024} if code == "file_too_large" else {}
        return UnreadableDocument(code, self._texts.phrase(f"teams.{code}", file=name, **values))
