"""
Files people send: fetched from Slack with the bot's token, which goes to Slack's own hosts and nowhere else.

Without the scope files:read Slack answers 200 with its sign-in page, so what looks like one is not a file.
"""

from urllib.parse import urljoin, urlsplit

import httpx

from handlers.texts import Texts
from knowledge.errors import UnreadableDocument

HOSTS = ("files.slack.com", "files-origin.slack.com")
LIMIT = 25 * 1024 * 1024  # bytes of one file
TIMEOUT = 60.0  # seconds between two pieces of a file
HOPS = 3  # redirects followed, each checked like the first address


class Files:
    """`api_base` is the Slack API in use: with another one than Slack's own, files lie on its host."""

    def __init__(self, token: str, api_base: str, texts: Texts) -> None:
        self._token = token
        self._own = urlsplit(api_base)
        self._texts = texts

    async def fetch(self, name: str, url: str) -> bytes:
        """
        Return the file's bytes.

        Raises:
            UnreadableDocument: it lies elsewhere, is larger than 25 MB, needs a scope the app lacks, or cannot be had.
        """
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
                for _ in range(HOPS + 1):
                    if not self._stored(url):
                        raise self._refusal("file_refused", name)
                    async with client.stream("GET", url, headers={"Authorization": f"Bearer {self._token}"}) as answer:
                        if not answer.is_redirect:
                            return await self._content(name, answer)
                        url = urljoin(url, answer.headers.get("location", ""))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._refusal("file_gone", name) from error
        raise self._refusal("file_gone", name)

    async def _content(self, name: str, answer: httpx.Response) -> bytes:
        if answer.status_code in (401, 403):
            raise self._refusal("file_scope", name)
        answer.raise_for_status()
        content = bytearray()
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > LIMIT:
                raise self._refusal("file_too_large", name)
        page = answer.headers.get("content-type", "").startswith("text/html")
        if page and not name.lower().endswith((".html", ".htm")):
            raise self._refusal("file_scope", name)
        return bytes(content)

    def _stored(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        if "@" in parts.netloc or "\\" in url:
            return False
        slack = parts.scheme == "https" and parts.hostname in HOSTS and port in (None, 443)
        return slack or (parts.scheme, parts.netloc) == (self._own.scheme, self._own.netloc)

    def _refusal(self, code: str, name: str) -> UnreadableDocument:
        values = {"limit": LIMIT // 1024 // 1024} if code == "file_too_large" else {}
        return UnreadableDocument(code, self._texts.phrase(f"slack.{code}", file=name, **values))
