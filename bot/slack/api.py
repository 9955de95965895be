"""
Slack's Web API as we use it: every call bounded, at the pace Slack takes, nothing posted twice.

The SDK is imported with the first call, so that a start without Slack does not pay for it. A call
without an answer may have been carried out: what can be repeated is repeated, a post is looked for
before it is posted again.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bot.download import Download, Hosts, proxy_to
from bot.download import Refused as NotSent
from bot.hosts import host_of
from bot.slack.pace import POSTS, RATES, Call, Clock, Pace, Sleep, TooLate, Waits
from bot.slack.settings import Slack as Settings
from handlers.conversation import Attachment
from handlers.sessions import Sessions
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
LIMITED = 15  # times one call is refused for its rate before that is a failure
EARLIER = 1.0  # seconds by which Slack's clock and ours may differ
HOOKS = frozenset({"hooks.slack.com"})  # the host of every response_url
OURS = "llm_choose_turn"  # the metadata our messages carry
LOOK = 200  # messages looked through for one of ours
# not repeated when unsure
ONCE = frozenset({"chat.postMessage", "chat.postEphemeral", "views.open", "views.push"})
# Slack's own failures
BROKEN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
GONE = frozenset(
    {"token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired"}
)
RATE_LIMITED, SERVER_ERROR = 429, 500  # HTTP status
Json = dict[str, Any]


class Refused(Exception):
    """Slack refused a call; `code` is its word for why ("not_in_channel")."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code


class Unanswered(Exception):
    """Slack did not answer, or failed itself; what was asked for may have happened."""


class Limited(Unanswered):
    """Slack refused a call for its rate, again and again; what was asked for has not happened."""


class Busy(Exception):
    """Slack takes nothing more of this kind now, and what was to be said need not be."""


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
    it already, not before `since` (seconds since 1970, 0 when that is not known). `waits` is told
    of a longer wait for Slack to take it; a message that is `optional` never waits.
    """

    mark: str
    channel: str
    thread: str
    content: Json
    since: float = 0.0
    unsure: bool = False
    waits: Waits | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """
    Where a message stands: what `chat.update` and `chat.delete` want to know. One that was posted
    `earlier` may say something else.
    """

    channel: str
    ts: str
    earlier: bool = False


class Api:
    """
    Opens with `async with`; connections are kept between calls. `sessions` are where all processes
    count what they call.
    """

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._pace = Pace(sessions, sleep=sleep, clock=clock)
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

    async def begin(self) -> None:
        """Note from now on what is posted; the sessions are open by now."""
        await self._pace.begin()

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
        once = partial(self._once, _counted(method, arguments), arguments)
        if method in ONCE:
            return await once()
        return await self._repeats().call(once)

    async def offer(self, method: str, /, **arguments: object) -> Json | None:
        """
        Call a method whose work may be left undone (a status, a draft of an answer): once, and only
        where Slack takes it now. None where it does not.

        Raises:
            Refused: Slack said no.
            Unanswered: no answer.
        """
        call = _counted(method, arguments)
        if await self._pace.at_once(call) is None:
            return None
        try:
            return await self._answer(method, arguments)
        except _RateLimit as limit:
            await self._pace.refused(call, limit.seconds)
            return None

    async def post(self, post: Post) -> Posted:
        """
        Post a message once and return where it stands.

        Raises:
            Refused, Unanswered: as in `call`.
            Busy: it is optional, and Slack takes none there now.
        """
        metadata = {"event_type": OURS, "event_payload": {"turn": post.mark}}
        arguments: Json = {"channel": post.channel}
        if post.thread:
            arguments["thread_ts"] = post.thread
        arguments |= post.content | {"metadata": metadata}
        call = Call(POSTS, post.channel, post.mark, post.since, post.waits)
        unsure = post.unsure

        async def attempt() -> Posted:
            nonlocal unsure
            if post.optional:
                again = await self._room_for(call)
            else:
                again = await self._admitted(call)
            if unsure or again:
                unsure = True
                earlier = await self._posted(post)
                if earlier is not None:
                    return replace(earlier, earlier=True)
            try:
                answer = await self._limited(call, arguments)
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
        await self._once(Call("files.upload_v2", channel), arguments)

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
            arguments["oldest"] = f"{max(0.0, post.since - EARLIER):.6f}"
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

    async def _once(self, call: Call, arguments: Mapping[str, object]) -> Json:
        """Call once, at Slack's pace: what was limited has not happened."""
        await self._admitted(call)
        return await self._limited(call, arguments)

    async def _admitted(self, call: Call) -> bool:
        try:
            return await self._pace.admitted(call)
        except TooLate as error:
            raise Limited(f"{call.method}: waited too long") from error

    async def _room_for(self, call: Call) -> bool:
        grant = await self._pace.at_once(call)
        if grant is None:
            raise Busy(call.method)
        return grant.again

    async def _limited(self, call: Call, arguments: Mapping[str, object]) -> Json:
        """Make a call whose turn it is; one that is refused for its rate stands in line again."""
        for _ in range(LIMITED):
            try:
                return await self._answer(call.method, arguments)
            except _RateLimit as limit:
                await self._pace.refused(call, limit.seconds)
                if limit.seconds > LONGEST:
                    break
                if call.method not in RATES:  # nobody else keeps count of it
                    await self._sleep(limit.seconds)
                await self._admitted(call)
        raise Limited(f"{call.method}: ratelimited")

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
    return isinstance(failure, Unanswered) and not isinstance(failure, Limited)


def _counted(method: str, arguments: Mapping[str, object]) -> Call:
    """Return a call as its budget knows it."""
    return Call(method, str(arguments.get("channel", "")))


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
    if code == "missing_scope":
        needed = str(data.get("needed", "")) if isinstance(data, dict) else ""
        log.error(
            "the Slack app lacks a scope: add it and install the app again",
            extra={"method": method, "code": code, "needed": needed},
        )
    return Refused(method, code)


def _retry_after(response: "AsyncSlackResponse") -> float:
    """Return the seconds Slack asks to wait, 1 where it names none."""
    for name, value in response.headers.items():
        if name.lower() == "retry-after" and value.isdigit():
            return float(value)
    return 1.0
