"""
Slack's Web API as we use it: every call bounded, rate limits waited out, nothing posted twice.

The SDK is imported with the first call, so that a start without Slack does not pay for it. A call
without an answer may have been carried out: what can be repeated is repeated, a post is looked for
before it is posted again.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from bot.download import Download, Hosts
from bot.download import Refused as NotSent
from bot.slack.settings import Slack as Settings
from handlers.conversation import Attachment

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)
CALL = 20  # seconds one try may take
TRIES = 3  # of one call
PAUSE = 0.5  # seconds before the second try, doubled for the third
LONGEST = 60.0  # seconds a rate limit is waited out; a longer one is a failure
HOOKS = frozenset({"hooks.slack.com"})  # the host of every response_url
OURS = "llm_choose_turn"  # the metadata our messages carry
LOOK = 50  # messages looked through for one of ours
ONCE = frozenset(
    {"chat.postMessage", "chat.postEphemeral", "views.open", "views.push"}
)  # not repeated when unsure
BROKEN = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)  # Slack's own failures
GONE = frozenset(
    {"token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired"}
)
Told = dict[str, Any]


class Refused(Exception):
    """Slack refused a call; `code` is its word for why ("not_in_channel")."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code


class Unanswered(Exception):
    """Slack did not answer, or failed itself; what was asked for may have happened."""


class _Wait(Exception):
    """Slack asks to wait so many seconds; what was asked for has not happened."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Api:
    """Opens with `async with`; connections are kept between calls."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: AsyncWebClient | None = None
        self._session: ClientSession | None = None
        self.granted: frozenset[str] = frozenset()  # scopes of our token, as far as Slack has told
        self._hooks = Download(Hosts(HOOKS, own=settings.api_base, beside=True), seconds=CALL)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        session, self._session, self._client = self._session, None, None
        if session is not None:
            await session.close()

    def client(self) -> "AsyncWebClient":
        """Return the client itself, for Bolt and its socket."""
        if self._client is None:
            from slack_sdk.web.async_client import AsyncWebClient

            token, base = self._settings.bot_token, self._settings.api_base
            self._client = AsyncWebClient(
                token=token, base_url=base, timeout=CALL, session=self.session(), retry_handlers=[]
            )
        return self._client

    def session(self) -> "ClientSession":
        if self._session is None:
            from aiohttp import ClientSession

            self._session = ClientSession()
        return self._session

    async def call(self, method: str, /, **arguments: object) -> Told:
        """
        Call a method and return what Slack told.

        Raises:
            Refused: Slack said no.
            Unanswered: no answer after three tries, or after one where the call must not be
            repeated.
        """
        for attempt in range(TRIES):
            try:
                return await self._once(method, arguments)
            except Unanswered:
                if method in ONCE or attempt == TRIES - 1:
                    raise
            await asyncio.sleep(PAUSE * 2**attempt)
        raise Unanswered(method)

    async def post(
        self,
        mark: str,
        channel: str,
        thread: str,
        drawn: Told,
        *,
        since: float,
        unsure: bool = False,
    ) -> tuple[str, str]:
        """
        Post a message once and return its channel and ts.

        `mark` is what this message has of its own; `unsure` says that another process may have
        posted it already, not before `since` (seconds since 1970).

        Raises:
            Refused, Unanswered: as in `call`.
        """
        place = {"thread_ts": thread} if thread else {}
        metadata = {"event_type": OURS, "event_payload": {"turn": mark}}
        arguments = {"channel": channel, **place, **drawn, "metadata": metadata}
        for attempt in range(TRIES):
            if unsure and (found := await self._posted(mark, channel, thread, since)):
                return found
            try:
                told = await self._once("chat.postMessage", arguments)
                posted = str(told.get("channel") or channel), str(told["ts"])
                return await self._one_of(mark, posted, thread, since) if unsure else posted
            except Unanswered:
                if attempt == TRIES - 1:
                    raise
                unsure = True
            await asyncio.sleep(PAUSE * 2**attempt)
        raise Unanswered("chat.postMessage")

    async def upload(self, channel: str, thread: str, attachments: tuple[Attachment, ...]) -> None:
        """
        Post files in one message: an upload address for each, then one word that all are there.
        """
        files = [{"filename": a.name, "title": a.name, "content": a.content} for a in attachments]
        place = {"thread_ts": thread} if thread else {}
        await self._once("files.upload_v2", {"channel": channel, "file_uploads": files, **place})

    async def respond(self, url: str, body: Told) -> None:
        """
        Answer by the address that came with a command or click: it works where the bot is no
        member.

        Raises:
            Refused: the address is not Slack's, or Slack said no.
            Unanswered: no answer.
        """
        try:
            await self._hooks.post(url, body)
        except NotSent as error:
            if error.why in ("elsewhere", "status"):
                raise Refused("response_url", error.why) from error
            raise Unanswered("response_url") from error

    async def _posted(
        self, mark: str, channel: str, thread: str, since: float
    ) -> tuple[str, str] | None:
        """
        Look for our own message with this mark; None when it is not there or may not be looked for.
        """
        method = "conversations.replies" if thread else "conversations.history"
        place = {"ts": thread} if thread else {}
        oldest = {"oldest": f"{since:.6f}"} if since else {}
        try:
            told = await self.call(
                method, channel=channel, limit=LOOK, include_all_metadata=True, **place, **oldest
            )
        except (Refused, Unanswered) as error:
            log.warning("could not look for a message of ours", extra={"reason": str(error)})
            return None
        ours = [str(row["ts"]) for row in told.get("messages") or [] if _mark(row) == mark]
        return (channel, min(ours, key=float)) if ours else None

    async def _one_of(
        self, mark: str, posted: tuple[str, str], thread: str, since: float
    ) -> tuple[str, str]:
        """
        Return the first of the messages with this mark; where two processes posted at once, ours
        gives way to it.
        """
        first = await self._posted(mark, posted[0], thread, since) or posted
        if first[1] != posted[1]:
            with suppress(Refused, Unanswered):
                await self.call("chat.delete", channel=posted[0], ts=posted[1])
        return first

    async def _once(self, method: str, arguments: Mapping[str, object]) -> Told:
        """Call once, waiting out rate limits: what was limited has not happened."""
        for attempt in range(TRIES):
            try:
                return await self._answer(method, arguments)
            except _Wait as wait:
                if attempt == TRIES - 1 or wait.seconds > LONGEST:
                    break
                await asyncio.sleep(wait.seconds + random.uniform(0, 0.3))  # noqa: S311  # so that not all return at once
        raise Unanswered(f"{method}: ratelimited")

    async def _answer(self, method: str, arguments: Mapping[str, object]) -> Told:
        call = getattr(self.client(), method.replace(".", "_"))
        from aiohttp import ClientError
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            async with asyncio.timeout(CALL):
                told = await call(**arguments)
            if scopes := str(told.headers.get("x-oauth-scopes", "")):
                self.granted = frozenset(scope.strip() for scope in scopes.split(","))
            return dict(told.data) if isinstance(told.data, dict) else {}
        except SlackApiError as error:
            raise _meaning(method, error) from error
        except (SlackClientError, ClientError, TimeoutError, OSError) as error:
            raise Unanswered(f"{method}: {type(error).__name__}") from error


def _mark(row: Told) -> str:
    """Return what tells a message of ours from others, "" for one that is not ours."""
    held = (row.get("metadata") or {}).get("event_payload") or {}
    return str(held.get("turn", ""))


def _meaning(method: str, error: "SlackApiError") -> Exception:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code == "ratelimited":
        waits = next((v for k, v in response.headers.items() if k.lower() == "retry-after"), "1")
        return _Wait(float(waits) if waits.isdigit() else 1.0)
    if status >= 500 or code in BROKEN or not code:
        return Unanswered(f"{method}: {status} {code}".strip())
    if code in GONE:
        log.error(
            "Slack no longer takes SLACK_BOT_TOKEN: install the app again",
            extra={"method": method, "code": code},
        )
    return Refused(method, code)
