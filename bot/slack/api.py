"""
Slack's Web API as we use it: every call bounded, at the pace Slack takes, nothing posted twice.

A call without an answer may have been carried out: what can be repeated is repeated, a post is
looked for before it is posted again.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bot.slack.pace import POSTS, RATES, Call, Clock, Pace, Sleep, TooLate, Waits
from bot.slack.refusals import (
    Busy,
    Limited,
    RateLimit,
    Refused,
    Unanswered,
    is_unanswered,
    meaning,
)
from bot.slack.settings import Slack as Settings
from bot.slack.wire import CALL, Wire
from handlers.conversation import Attachment
from handlers.sessions import Sessions
from knowledge.retry import Retry

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)
TRIES = 3  # of one call
PAUSE = 0.5  # seconds before the second try at most, doubled for the third
LONGEST = 60.0  # seconds a rate limit is waited out; a longer one is a failure
LIMITED = 15  # times one call is refused for its rate before that is a failure
EARLIER = 1.0  # seconds by which Slack's clock and ours may differ
OURS = "llm_choose_turn"  # the metadata our messages carry
LOOK = 200  # messages looked through for one of ours
# not repeated when unsure
ONCE = frozenset({"chat.postMessage", "views.open", "views.push"})
# asked with a token or secret of their own, not with a workspace's
WITHOUT_TOKEN = frozenset({"apps.connections.open", "oauth.v2.access"})
# where the token of a whole organisation does not say which workspace is meant
OF_WORKSPACE = frozenset({"usergroups.list", "usergroups.users.list"})
Json = dict[str, Any]
Token = Callable[[], Awaitable[str]]  # a workspace's token at this moment; may raise Refused


@dataclass(frozen=True, slots=True)
class Post:
    """
    A message that is to stand in Slack once; `content` is what `chat.postMessage` takes beside its
    place, `thread` is "" for none.

    `mark` is what this message has of its own; `unsure` says that another process may have posted
    it already, not before `since` (seconds since 1970, 0 when that is not known). One that answers
    a `repeated` delivery is hardly ever there already without its mark being known. `waits` is told
    of a longer wait for Slack to take it; a message that is `optional` never waits.
    """

    mark: str
    channel: str
    thread: str
    content: Json
    since: float = 0.0
    repeated: bool = False
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
        self._wire = Wire(settings)
        self._workspace = ""  # the one of the settings
        self._token: Token | None = None  # that of the settings
        self.granted: frozenset[str] = frozenset()  # scopes of our token, as far as Slack has told

    def at(self, workspace: str, token: Token) -> "Api":
        """Return the calls of one workspace of several, over the same connections."""
        api = copy(self)
        api.serve(workspace, token)
        return api

    def serve(self, workspace: str, token: Token) -> None:
        """Make all further calls those of this workspace."""
        self._workspace, self._token = workspace, token
        self.granted = frozenset()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.close()

    async def begin(self) -> None:
        """Note from now on what is posted; the sessions are open by now."""
        await self._pace.begin()

    def client(self) -> "AsyncWebClient":
        """Return the client itself, for Bolt and its socket."""
        return self._wire.client()

    async def token(self) -> str:
        """
        Return the token of these calls.

        Raises:
            Refused, Unanswered: there is none, or it cannot be had now.
        """
        return await self._token() if self._token else self._settings.bot_token

    async def call(self, method: str, /, **arguments: object) -> Json:
        """
        Call a method and return what Slack answered.

        Raises:
            Refused: Slack said no.
            Unanswered: no answer after three tries, or after one where the call must not be
            repeated.
        """
        once = partial(self._once, self._counted(method, arguments), arguments)
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
        call = self._counted(method, arguments)
        if await self._pace.at_once(call) is None:
            return None
        try:
            return await self._answer(method, arguments)
        except RateLimit as limit:
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
        call = Call(
            POSTS, post.channel, post.mark, post.since, post.waits, workspace=self._workspace
        )
        unsure = post.unsure

        async def attempt() -> Posted:
            nonlocal unsure
            if post.optional:
                again = await self._room_for(call)
            else:
                again = await self._admitted(call)
            unsure = unsure or again or (post.repeated and self._pace.may_lack_marks)
            earlier = None
            if unsure:
                earlier = await self._posted(post, self.call)
            elif post.repeated:  # a look takes room from those that cannot do without
                earlier = await self._posted(post, self.offer)
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
        await self._once(self._counted("files.upload_v2", arguments), arguments)

    async def respond(self, url: str, body: Json) -> None:
        """Answer by the address that came with a command or click: see `Wire.respond`."""
        await self._wire.respond(url, body)

    def _counted(self, method: str, arguments: Mapping[str, object]) -> Call:
        """Return a call as its budget knows it."""
        return Call(method, str(arguments.get("channel", "")), workspace=self._workspace)

    def _repeats(self) -> Retry:
        return Retry(TRIES, PAUSE, again=is_unanswered, sleep=self._sleep)

    async def _posted(
        self, post: Post, look: Callable[..., Awaitable[Json | None]]
    ) -> Posted | None:
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
            answer = await look(method, **arguments)
        except (Refused, Unanswered) as error:
            log.warning("could not look for a message of ours", extra={"reason": str(error)})
            return None
        rows = answer.get("messages") or [] if answer else []
        stamps = [str(row["ts"]) for row in rows if _mark(row) == post.mark]
        if not stamps:
            return None
        return Posted(post.channel, min(stamps, key=float))

    async def _first(self, post: Post, posted: Posted) -> Posted:
        """
        Return the first of the messages with this mark; where two processes posted at once, ours
        gives way to it.
        """
        first = await self._posted(replace(post, channel=posted.channel), self.call)
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
            except RateLimit as limit:
                await self._pace.refused(call, limit.seconds)
                if limit.seconds > LONGEST:
                    break
                if call.method not in RATES:  # nobody else keeps count of it
                    await self._sleep(limit.seconds)
                await self._admitted(call)
        raise Limited(f"{call.method}: ratelimited")

    async def _own(self, method: str) -> Json:
        """Return what says whose call it is, {} where the client knows that by itself."""
        if self._token is None or method in WITHOUT_TOKEN:
            return {}
        own = {"token": await self._token()}
        if method in OF_WORKSPACE:
            own["team_id"] = self._workspace
        return own

    async def _answer(self, method: str, arguments: Mapping[str, object]) -> Json:
        call = getattr(self.client(), method.replace(".", "_"))
        own = await self._own(method)
        from aiohttp import ClientError
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            async with asyncio.timeout(CALL):
                answer = await call(**arguments, **own)
        except SlackApiError as error:
            raise meaning(method, error) from error
        except (SlackClientError, ClientError, TimeoutError, OSError) as error:
            raise Unanswered(f"{method}: {type(error).__name__}") from error
        scopes = str(answer.headers.get("x-oauth-scopes", ""))
        if scopes:
            self.granted = frozenset(scope.strip() for scope in scopes.split(","))
        if not isinstance(answer.data, dict):
            return {}
        return dict(answer.data)


def _mark(row: Json) -> str:
    """Return what tells a message of ours from others, "" for one that is not ours."""
    metadata = row.get("metadata") or {}
    content = metadata.get("event_payload") or {}
    return str(content.get("turn", ""))
