"""
Files people send: fetched from Slack with the bot's token, which goes to Slack's own file hosts and
nowhere else.

Without the scope files:read Slack answers with its sign-in page, or leads there, so what looks like
one is not a file.
"""

import re
from contextlib import suppress

from bot.download import LIMIT, Download, Hosts
from bot.download import Refused as NotFetched
from bot.slack.api import Api
from bot.slack.objects import shared_file
from bot.slack.payload import SharedFile
from bot.slack.refusals import Refused, Unanswered
from handlers.texts import Texts
from knowledge.errors import UnreadableDocument
from knowledge.text.sizes import megabytes

STORES = frozenset({"files.slack.com", "files-origin.slack.com"})
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html)", re.IGNORECASE)


async def named(slack: Api, file: SharedFile) -> SharedFile:
    """
    Return the file as Slack names it when asked: those of a shared channel come as stubs; as it was
    where Slack does not say.
    """
    if not file.stub:
        return file
    with suppress(Refused, Unanswered):
        answer = await slack.call("files.info", file=file.id)
        if isinstance(answer.get("file"), dict):
            return shared_file(answer["file"])
    return file


class Files:
    """
    `api_base` is the Slack API in use: with another one than Slack's own, files lie on its host,
    too.
    """

    def __init__(self, token: str, api_base: str, texts: Texts) -> None:
        self._download = Download(
            Hosts(STORES, own=api_base, beside=True), {"Authorization": f"Bearer {token}"}
        )
        self._texts = texts

    async def fetch(self, name: str, url: str) -> bytes:
        """
        Return the file's bytes.

        Raises:
            UnreadableDocument: it lies elsewhere, is larger than 25 MB, needs a scope the app
            lacks, or cannot be had.
        """
        if not url:
            # Slack keeps a deleted file, and one of another company, as a stub without an address
            raise self._refusal("file_deleted", name)
        try:
            download = await self._download.fetch(url)
        except NotFetched as refused:
            raise self._refused(name, refused) from refused
        page = download.media_type == "text/html" or _PAGE.match(download.content)
        if page and not name.lower().endswith((".html", ".htm")):
            raise self._refusal("file_scope", name)
        return download.content

    def _refused(self, name: str, refused: NotFetched) -> UnreadableDocument:
        match refused.why:
            case "elsewhere" if refused.hops and refused.host.endswith(".slack.com"):
                return self._refusal("file_scope", name)
            case "elsewhere":
                return self._refusal("file_refused", name)
            case "status" if refused.status in (401, 403):
                return self._refusal("file_scope", name)
            case "status" if refused.status in (404, 410):
                return self._refusal("file_deleted", name)
            case "too_large":
                return self._refusal(
                    "file_too_large", name, size=megabytes(refused.size), limit=megabytes(LIMIT)
                )
            case _:
                return self._refusal("file_gone", name)

    def _refusal(self, code: str, name: str, **values: str) -> UnreadableDocument:
        return UnreadableDocument(code, self._texts.phrase(f"slack.{code}", file=name, **values))
