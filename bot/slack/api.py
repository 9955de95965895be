"""
Slack's Web API as we use it: every call bounded, rate limits waited out, nothing posted twice.

The SDK is imported with the first call, so that a start without Slack does not pay for it. A call
without an answer may have been carried out: what can be repeated is repeated, a post is looked for
before it is posted again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bot.download import Download, Hosts, proxy_to
from bot.download import Refused as NotSent
from bot.hosts import host_of
from bot.slack.settings import Slack as Settings
from handlers.conversation import Attachment
from knowledge.observation import happened
from knowledge.retry import Retry

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web.async_client import AsyncWebClient
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

log = logging.getLogger(__name__)
CALL = 20  # seconds one try may take
TRIES = 3  # of one call
PAUSE = 0.5  # seconds before the second try at most, doubled for the third
LONGEST = 60.0  # seconds a rate limit is waited out; a longer one is a failure
HOOKS = frozenset({"hooks.slack.com"})  # the host of every response_url
OURS = "llm_choose_turn"  # the metadata our messages carry
LOOK = 50  # messages looked through for one of ours
# not repeated when unsure
ONCE = frozenset({"chat.postMessage", "chat.postEphemeral", "views.open", "views.push"})
# Slack's own failures
BROKEN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
GONE = frozenset(
    {"token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired"}
)
RATE_LIMITED, SERVER_ERROR = 429, 500  # HTTP status
Json = dict[str, Any]
Sleep = Callable[[float], Awaitable[None]]


class Refused(Exception):
    """Slack refused a call; `code` is its word for why ("not_in_channel")."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code


class Unanswered(Exception):
    """Slack did not answer, or failed itself; what was asked for may have happened."""


class _RateLimit(Exception):
    """Slack asks to wait so many seconds; what was asked for has not happened."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Post:
    """
    A message that is to stand in Slack once; `content` is what `chat.postMessage` takes beside its
    place, `thread` is "" for none.

    `mark` is what this message has of its own; `unsure` says that another process may have posted
    it already, not before `since` (seconds since 1970, 0 when that is not known).
    """

    mark: str
    channel: str
    thread: str
    content: Json
    since: float = 0.0
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands: what `chat.update` and `chat.delete` want to know."""

    channel: str
    ts: str


class Api:
    """Opens with `async with`; connections are kept between calls."""

    def __init__(self, settings: Settings, *, sleep: Sleep = asyncio.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
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
            self._client.proxy = proxy_to(host_of(base))  # the SDK knows no NO_PROXY
        return self._client

    def session(self) -> "ClientSession":
        if self._session is None:
            from aiohttp import ClientSession

            self._session = ClientSession()
        return self._session

    async def call(self, method: str, /, **arguments: object) -> Json:
        """
        Call a method and return what Slack answered.

        Raises:
            Refused: Slack said no.
            Unanswered: no answer after three tries, or after one where the call must not be
            repeated.
        """
        once = partial(self._once, method, arguments)
        if method in ONCE:
            return await once()
        return await self._repeats().call(once)

    async def post(self, post: Post) -> Posted:
        """
        Post a message once and return where it stands.

        Raises:
            Refused, Unanswered: as in `call`.
        """
        metadata = {"event_type": OURS, "event_payload": {"turn": post.mark}}
        arguments: Json = {"channel": post.channel}
        if post.thread:
            arguments["thread_ts"] = post.thread
        arguments |= post.content | {"metadata": metadata}
        unsure = post.unsure

        async def attempt() -> Posted:
            nonlocal unsure
            if unsure:
                earlier = await self._posted(post)
                if earlier is not None:
                    return earlier
            try:
                answer = await self._once("chat.postMessage", arguments)
            except Unanswered:
                unsure = True
                raise
            posted = Posted(str(answer.get("channel") or post.channel), str(answer["ts"]))
            if unsure:
                return await self._first(post, posted)
            return posted

        return await self._repeats().call(attempt)

    async def upload(self, channel: str, thread: str, attachments: tuple[Attachment, ...]) -> None:
        """
        Post files in one message: an upload address for each, then one word that all are there.
        """
        files = [{"filename": a.name, "title": a.name, "content": a.content} for a in attachments]
        arguments: Json = {"channel": channel, "file_uploads": files}
        if thread:
            arguments["thread_ts"] = thread
        await self._once("files.upload_v2", arguments)

    async def respond(self, url: str, body: Json) -> None:
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

    def _repeats(self) -> Retry:
        return Retry(TRIES, PAUSE, again=_is_unanswered, sleep=self._sleep)

    async def _posted(self, post: Post) -> Posted | None:
        """
        Look for our own message with this mark; None when it is not there or may not be looked for.
        """
        arguments: Json = {"channel": post.channel, "limit": LOOK, "include_all_metadata": True}
        method = "conversations.history"
        if post.thread:
            method = "conversations.replies"
            arguments["ts"] = post.thread
        if post.since:
            arguments["oldest"] = f"{post.since:.6f}"
        try:
            answer = await self.call(method, **arguments)
        except (Refused, Unanswered) as error:
            log.warning("could not look for a message of ours", extra={"reason": str(error)})
            return None
        rows = answer.get("messages") or []
        stamps = [str(row["ts"]) for row in rows if _mark(row) == post.mark]
        if not stamps:
            return None
        return Posted(post.channel, min(stamps, key=float))

    async def _first(self, post: Post, posted: Posted) -> Posted:
        """
        Return the first of the messages with this mark; where two processes posted at once, ours
        gives way to it.
        """
        first = await self._posted(replace(post, channel=posted.channel))
        if first is None or first.ts == posted.ts:
            return posted
        with suppress(Refused, Unanswered):
            await self.call("chat.delete", channel=posted.channel, ts=posted.ts)
        return first

    async def _once(self, method: str, arguments: Mapping[str, object]) -> Json:
        """Call once, waiting out rate limits: what was limited has not happened."""
        limits = Retry(TRIES, PAUSE, again=_is_short_limit, named=_seconds_named, sleep=self._sleep)
        try:
            return await limits.call(partial(self._answer, method, arguments))
        except _RateLimit as limit:
            raise Unanswered(f"{method}: ratelimited") from limit

    async def _answer(self, method: str, arguments: Mapping[str, object]) -> Json:
        call = getattr(self.client(), method.replace(".", "_"))
        from aiohttp import ClientError
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            async with asyncio.timeout(CALL):
                answer = await call(**arguments)
        except SlackApiError as error:
            raise _meaning(method, error) from error
        except (SlackClientError, ClientError, TimeoutError, OSError) as error:
            raise Unanswered(f"{method}: {type(error).__name__}") from error
        scopes = str(answer.headers.get("x-oauth-scopes", ""))
        if scopes:
            self.granted = frozenset(scope.strip() for scope in scopes.split(","))
        if not isinstance(answer.data, dict):
            return {}
        return dict(answer.data)


def _is_unanswered(failure: BaseException) -> bool:
    return isinstance(failure, Unanswered)


def _is_short_limit(failure: BaseException) -> bool:
    return isinstance(failure, _RateLimit) and failure.seconds <= LONGEST


def _seconds_named(failure: BaseException) -> float | None:
    if isinstance(failure, _RateLimit):
        return failure.seconds
    return None


def _mark(row: Json) -> str:
    """Return what tells a message of ours from others, "" for one that is not ours."""
    metadata = row.get("metadata") or {}
    content = metadata.get("event_payload") or {}
    return str(content.get("turn", ""))


def _meaning(method: str, error: "SlackApiError") -> Exception:
    """Return what a failed call means for whoever called."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    happened("refusal", what="slack", reason=code or str(status))
    if status == RATE_LIMITED or code == "ratelimited":
        return _RateLimit(_retry_after(response))
    if status >= SERVER_ERROR or code in BROKEN or not code:
        return Unanswered(f"{method}: {status} {code}".strip())
    if code in GONE:
        log.error(
            "Slack no longer takes SLACK_BOT_TOKEN: install the app again",
            extra={"method": method, "code": code},
        )
    return Refused(method, code)


def _retry_after(response: "AsyncSlackResponse") -> float:
    """Return the seconds Slack asks to wait, 1 where it names none."""
    for name, value in response.headers.items():
        if name.lower() == "retry-after" and value.isdigit():
            return float(value)
    return 1.0
