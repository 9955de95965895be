"""Slack over HTTP: events, commands and clicks in, acknowledged once they are safe; messages out through Slack's own client."""

import asyncio
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.download import Download, Hosts
from bot.settings import Slack as Settings
from bot.slack import parse, render
from bot.slack.files import Files
from bot.slack.signature import valid
from bot.turns import Delivery, Turns
from handlers.conversation import Command, Message, Person, Reply, Text
from handlers.texts import Texts
from knowledge.language import language_of
from knowledge.values import Language

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

BODY = 1_000_000  # bytes; Slack's own payloads stay far below
PERSON = 300  # seconds what Slack says of a person is kept
EVERY = 1.2  # seconds between two updates of one message: chat.update is limited to about 50 a minute
CALL = 20  # seconds one call to Slack may take
ELSEWHERE = ("channel_not_found", "not_in_channel", "is_archived")  # commands work where the bot is no member
HOOKS = frozenset({"hooks.slack.com"})  # the host of every response_url


class Screen:
    """One message in a thread that is updated; what only the asker may see goes to them alone."""

    def __init__(self, slack: "Slack", payload: dict[str, Any], thread: str, message: Message, memory: dict[str, str]) -> None:
        self.memory = memory
        self._slack = slack
        self._channel = channel = parse.channel(payload)
        self._thread = thread
        self._visible = parse.visible_thread(payload)
        self._response_url = parse.response_url(payload)
        self._message = message
        self._command = isinstance(message.content, Command) and not channel.startswith("D")  # answered to the asker alone
        self._shown = float("-inf")

    async def show(self, reply: Reply) -> None:
        alone = self._command or (reply.private and not self._message.audience.private)
        if not reply.final and (alone or time.monotonic() - self._shown < EVERY):
            return  # the next reply replaces this one; what only one person may see never has a public placeholder
        self._shown = time.monotonic()
        drawn = render.message(reply, self._slack.texts, self._message.person.language)
        from slack_sdk.errors import SlackApiError

        try:
            async with asyncio.timeout(CALL):
                await (self._tell(drawn) if alone else self._post(drawn))
        except SlackApiError as error:
            if error.response["error"] not in ELSEWHERE or not self._response_url:
                raise
            if reply.final:
                await self._slack.respond(self._response_url, drawn)

    async def _post(self, drawn: dict[str, Any]) -> None:
        client = self._slack.client()
        if "ts" in self.memory:
            await client.chat_update(channel=self._channel, ts=self.memory["ts"], **drawn)
            return
        place: dict[str, Any] = {"thread_ts": self._thread} if self._thread else {}
        posted = await client.chat_postMessage(channel=self._channel, **place, **drawn)
        self.memory["ts"] = str(posted["ts"])

    async def _tell(self, drawn: dict[str, Any]) -> None:
        """Tell the asker alone; a placeholder everybody sees goes away first."""
        client = self._slack.client()
        if ts := self.memory.pop("ts", ""):
            await client.chat_delete(channel=self._channel, ts=ts)
        place: dict[str, Any] = {"thread_ts": self._visible} if self._visible else {}
        user = self._message.person.id.rsplit(":", 1)[-1]
        await client.chat_postEphemeral(channel=self._channel, user=user, **place, **_without_unfurl(drawn))


class Slack:
    """A platform. The SDK is imported when the first call goes out, so that a start without Slack does not pay for it."""

    name = "slack"

    def __init__(self, settings: Settings, turns: Turns, texts: Texts) -> None:
        self.texts = texts
        self._settings = settings
        self._turns = turns
        self._client: AsyncWebClient | None = None
        self._bot = ""
        self._files = Files(settings.bot_token, settings.api_base, texts)
        self._hooks = Download(Hosts(HOOKS, own=settings.api_base), seconds=CALL)
        self._people: dict[tuple[str, str], tuple[float, Person]] = {}

    def routes(self) -> list[Route]:
        return [Route("/slack/events", self._events, methods=["POST"])]

    def client(self) -> "AsyncWebClient":
        """Return the client; it waits out rate limits and tries a broken connection again."""
        if self._client is None:
            from slack_sdk.http_retry.builtin_async_handlers import (
                AsyncConnectionErrorRetryHandler,
                AsyncRateLimitErrorRetryHandler,
            )
            from slack_sdk.web.async_client import AsyncWebClient

            handlers = [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=3)]
            self._client = AsyncWebClient(
                token=self._settings.bot_token, base_url=self._settings.api_base, timeout=CALL, retry_handlers=handlers
            )
        return self._client

    async def respond(self, url: str, drawn: dict[str, Any]) -> None:
        """
        Answer a command or click where the bot is no member; only the asker sees it.

        Raises:
            Refused: the address is not Slack's, or did not take the answer.
        """
        await self._hooks.post(url, {"response_type": "ephemeral", **_without_unfurl(drawn)})

    async def read(self, payload: dict[str, Any]) -> Message | None:
        """Return our message, with what Slack vouches for about the person."""
        person = await self._person(parse.team(payload), parse.user(payload))
        if person.role == "bot":
            return None
        if not self._bot:
            async with asyncio.timeout(CALL):
                self._bot = str((await self.client().auth_test())["user_id"])
        message = parse.message(payload, person, self._bot, self._files.fetch)
        match message.content if message else None:
            case Text(text) | Command(argument=text) if message:
                spoken = replace(person, language=language_of(text, person.language))
                return replace(message, person=spoken)
        return message

    def screen(self, payload: dict[str, Any], message: Message, memory: dict[str, str]) -> Screen:
        thread = "" if parse.private(payload) and parse.channel(payload).startswith("D") else parse.thread(payload)
        return Screen(self, payload, thread, message, memory)

    async def _events(self, request: Request) -> Response:
        body = await _bounded(request)
        if body is None:
            return PlainTextResponse("", 413)
        stamps, signatures = (request.headers.getlist(f"x-slack-{n}") for n in ("request-timestamp", "signature"))
        if not valid(self._settings.signing_secrets, body, stamps, signatures, time.time()):
            return PlainTextResponse("", 401)
        payload = _decoded(body, request.headers.get("content-type", ""))
        if payload is None:
            return PlainTextResponse("", 400)
        if payload.get("type") == "url_verification":
            return PlainTextResponse(str(payload.get("challenge", "")))
        if _for_us(payload):
            await self._turns.hear(Delivery(parse.delivery(payload), self.name, payload))
        return Response(status_code=200)

    async def _person(self, team: str, user: str) -> Person:
        """Look a person up, at most every five minutes; who cannot be looked up has no rights beyond a member's."""
        kept = self._people.get((team, user))
        if kept and time.monotonic() - kept[0] < PERSON:
            return kept[1]
        from slack_sdk.errors import SlackApiError

        try:
            async with asyncio.timeout(CALL):
                told = await self.client().users_info(user=user, include_locale=True)
            person = _person(team, user, dict(told.get("user") or {}))
        except (SlackApiError, TimeoutError, OSError):
            return Person(f"slack:{team}:{user}", user, "ja")
        self._people[team, user] = (time.monotonic(), person)
        return person


def _person(team: str, user: str, told: dict[str, Any]) -> Person:
    language: Language = "en" if str(told.get("locale", "")).startswith("en") else "ja"
    name = str(told.get("real_name") or told.get("name") or user)
    if told.get("is_bot"):
        return Person(f"slack:{team}:{user}", name, language, "bot")
    if told.get("is_stranger") or told.get("team_id", team) != team:
        return Person(f"slack:{team}:{user}", name, language, "external")
    if told.get("is_restricted") or told.get("is_ultra_restricted"):
        return Person(f"slack:{team}:{user}", name, language, "guest")
    admin = told.get("is_admin") or told.get("is_owner") or told.get("is_primary_owner")
    return Person(f"slack:{team}:{user}", name, language, "admin" if admin else "member")


def _for_us(payload: dict[str, Any]) -> bool:
    """A mention, a person's own direct message, a command or a click; a mention heard again as a message is not."""
    if payload.get("type") != "event_callback":
        return "command" in payload or payload.get("type") in ("block_actions", "view_submission")
    event = payload.get("event")
    if not isinstance(event, dict) or event.get("bot_id") or event.get("bot_profile") or not event.get("user"):
        return False
    if event.get("type") == "app_mention":
        return True
    direct = event.get("channel_type") == "im" and event.get("subtype") in (None, "file_share")
    return event.get("type") == "message" and direct


async def _bounded(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            return None
    return body


def _decoded(body: bytes, content_type: str) -> dict[str, Any] | None:
    """Return the payload of a signed body, or None when it is malformed."""
    try:
        if content_type.startswith("application/json"):
            payload = json.loads(body)
        else:
            fields = {name: rows[0] for name, rows in parse_qs(body.decode(), keep_blank_values=True).items()}
            payload = json.loads(fields["payload"]) if "payload" in fields else fields
        json.dumps(payload, ensure_ascii=False).encode()  # it will be stored: half a surrogate pair cannot be
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _without_unfurl(drawn: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in drawn.items() if not name.startswith("unfurl")}
