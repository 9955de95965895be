"""
Slack, over HTTP or over a socket: deliveries in, acknowledged once they are safe; replies out, each
on its screen.

The SDK is imported in the background, after the process listens; who comes earlier waits for it.
"""

import asyncio
import importlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from starlette.routing import Route

from bot.deliveries import NotSafe
from bot.platform import Face
from bot.slack import forms, opening, parse
from bot.slack.api import Api, Refused, Unanswered
from bot.slack.files import Files
from bot.slack.http import Door
from bot.slack.payload import (
    REPEATED,
    Payload,
    bot,
    channel,
    delivery,
    event,
    metadata,
    thread,
    trigger,
    window,
    word,
)
from bot.slack.people import Directory
from bot.slack.render.windows import received, skeleton
from bot.slack.screens import Direct, Home, Inline, Thread, Window
from bot.slack.sender import Sender, Spot
from bot.slack.settings import Slack as Settings
from bot.turns import UNCLAIMED, Delivery, Screen, Turns
from handlers.conversation import Command, Content, Message, Person, Reply, Text, Upload
from handlers.people import People
from handlers.texts import Texts
from knowledge.formats import format_of
from knowledge.text.language import language_of
from knowledge.values import Language

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack.socket import Socket

log = logging.getLogger(__name__)
SUBMIT = 2.0  # seconds a submitted window waits for what it becomes; Slack gives three
SDK = ("bot.slack.listeners", "bot.slack.socket")  # 0.3 s to import


class Slack(Face):
    """
    A platform. Open it before the turns and close it after them (`async with`): replies go out
    until the last turn is over.

    `listening()` is open while deliveries are taken. `groups` are ids of user groups that have
    rights here.
    """

    name = "slack"

    def __init__(
        self,
        settings: Settings,
        turns: Turns,
        texts: Texts,
        people: People,
        groups: frozenset[str] = frozenset(),
    ) -> None:
        self._people = people
        self._settings = settings
        self._turns = turns
        self._api = Api(settings)
        self._sender = Sender(self._api, texts)
        self._texts = texts
        self._files = Files(settings.bot_token, settings.api_base, texts)
        self._directory = Directory(self._api, groups)
        self._own = ""
        self._windows: dict[str, str] = {}  # deliveries → windows opened for them
        self._answers: dict[
            str, asyncio.Future[dict[str, Any]]
        ] = {}  # submissions still to be answered
        self._bolt: asyncio.Task[AsyncApp] | None = None
        self._socket: Socket | None = None

    async def __aenter__(self) -> Self:
        self._bolt = asyncio.create_task(self._load())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._bolt is not None:
            self._bolt.cancel()
            await asyncio.gather(self._bolt, return_exceptions=True)
        await self._api.__aexit__()

    def routes(self) -> list[Route]:
        """
        Return the address for HTTP; without a signing secret nothing is signed, so there is none.
        """
        if not self._settings.signing_secrets:
            return []
        return [
            Route(
                "/slack/events",
                Door(self._settings.signing_secrets, self._dispatch).answer,
                methods=["POST"],
            )
        ]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take deliveries by the socket, where there is an app token."""
        if not self._settings.app_token:
            yield
            return
        running = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def state(self) -> str:
        """Return "ready", "starting" or what is wrong, for the page of health."""
        if self._bolt is None or not self._bolt.done():
            return "starting"
        if self._bolt.cancelled() or self._bolt.exception() is not None:
            return "stopped"
        if self._socket is not None and not await self._socket.connected():
            return "socket not connected"
        return "ready"

    # ----------------------------------------------------------------- deliveries in

    async def hear(self, payload: Payload) -> dict[str, Any]:
        """
        Make a delivery safe and return what its acknowledgement says.

        Raises:
            NotSafe: it is neither stored nor answered yet, and Slack will send it again.
        """
        if not parse.wanted(payload):
            return {}
        if payload.get("type") != "view_submission":
            await self._hear(Delivery(delivery(payload), self.name, payload))
            return {}
        if missing := forms.errors(payload):
            return {"response_action": "errors", "errors": missing}
        return await self._submitted(payload)

    async def _submitted(self, payload: Payload) -> dict[str, Any]:
        """A window becomes what its answer leads to; where that takes long, it is filled later."""
        language: Language = "en" if word(metadata(payload), "l") == "en" else "ja"
        told = Delivery(delivery(payload), self.name, payload)
        if forms.files(payload):
            await self._hear(told)
            return {"response_action": "update", "view": received(self._texts, language)}
        loop = asyncio.get_running_loop()
        end = loop.time() + SUBMIT
        answer = self._answers.setdefault(told.id, loop.create_future())
        try:
            await self._hear(told)
            async with asyncio.timeout_at(end):
                return await answer
        except TimeoutError:
            return {
                "response_action": "update",
                "view": skeleton(self._texts, language, (channel(payload), thread(payload))),
            }
        finally:
            self._answers.pop(told.id, None)

    # ----------------------------------------------------------------- turns

    async def read(self, payload: Payload) -> Message | None:
        """
        Return our message, with what Slack vouches for about the person; open its window, where it
        leads into one.
        """
        content = parse.content(payload, bot(payload))
        window_ = (
            asyncio.create_task(self._open(payload, content))
            if content and opening.opens(payload, content)
            else None
        )
        person = await self._directory.person(payload)
        view = await window_ if window_ is not None else ""
        if person.role == "bot":
            return None
        message = parse.message(
            await self._whole(payload), person, bot(payload) or await self._me(), self._files.fetch
        )
        if message is None:
            return None
        if (
            isinstance(message.content, Upload)
            and not message.direct
            and not self._offered(message.content, person)
        ):
            return None
        if view:
            self._windows[message.id] = view
        match message.content:
            case Text(text) | Command(argument=text):
                return replace(
                    message, person=replace(person, language=language_of(text, person.language))
                )
        return message

    async def _hear(self, told: Delivery) -> None:
        """
        Make a delivery safe before the acknowledgement is due.

        Slack repeats events alone. A refused press, command or window would only show an error
        beside its answer, so that these are acknowledged while their turn still runs.
        """
        try:
            await self._turns.hear(told)
        except NotSafe:
            if event(told.payload):
                raise

    def screen(self, payload: Payload, message: Message, memory: dict[str, str]) -> Screen:
        content = message.content
        if memory.pop(
            UNCLAIMED, ""
        ):  # as with a repeat, what another process has posted is looked for first
            payload = payload | {REPEATED: True}
        if event(payload).get("type") == "app_home_opened":
            return Home(self._sender, message, memory)
        if opening.elsewhere(payload, content):
            return Direct(self._sender, payload, message, memory)
        if opening.inline(payload, content):
            return Inline(self._sender, payload, message, memory)
        answer = self._answers.get(message.id)
        opened = self._windows.pop(message.id, "") or window(payload)
        if opened:
            memory.setdefault("view", opened)
        if memory.get("view") or answer is not None:
            return Window(self._sender, payload, message, memory, answer)
        return Thread(self._sender, payload, message, memory)

    async def again(self, person: Person) -> Person:
        """
        Return the person as Slack knows them at this moment, or as before where it does not say.
        """
        return await self._directory.again(person)

    def _offered(self, upload: Upload, person: Person) -> bool:
        """
        Report whether files among people are for the shelf: an admin's, of a kind that can be read.
        """
        return self._people.is_admin(person) and any(
            format_of(file.name) is not None for file in upload.files
        )

    async def tell(self, id_: str, say: Callable[[Language], Reply]) -> bool:
        """Send somebody a direct message of our own accord; False when Slack does not let us."""
        person = await self._directory.again(Person(id_, "", "ja"))
        _, team, _ = id_.split(":")
        try:
            channel = await self._sender.direct(person)
            await self._sender.put(
                Spot(team, channel, "", f"tell {id_} {time.time()}"),
                say(person.language),
                person,
                {},
            )
        except (Refused, Unanswered):
            return False
        return True

    async def _open(self, payload: Payload, content: Content) -> str:
        """Open an empty window while its trigger lives; "" where Slack does not."""
        language = self._directory.language(payload)
        view = skeleton(self._texts, language, (channel(payload), thread(payload)))
        method = "views.push" if window(payload) else "views.open"
        try:
            told = await self._api.call(method, trigger_id=trigger(payload), view=view)
        except (Refused, Unanswered) as error:
            log.warning("a window did not open", extra={"reason": str(error)})
            return ""
        return str((told.get("view") or {}).get("id", ""))

    async def _whole(self, payload: Payload) -> Payload:
        """
        Return the payload with the files Slack only hinted at: those of a shared channel come as
        stubs.
        """
        spoken = event(payload)
        rows = spoken.get("files")
        if not isinstance(rows, list) or not any(
            word(row, "file_access") == "check_file_info" for row in rows
        ):
            return payload
        return {**payload, "event": {**spoken, "files": [await self._file(row) for row in rows]}}

    async def _file(self, row: Payload) -> Payload:
        if word(row, "file_access") != "check_file_info":
            return row
        with suppress(Refused, Unanswered):
            told = (await self._api.call("files.info", file=word(row, "id"))).get("file")
            return told if isinstance(told, dict) else row
        return row

    async def _me(self) -> str:
        """Return our own user id; "" while Slack does not tell."""
        if not self._own:
            with suppress(Refused, Unanswered):
                self._own = str((await self._api.call("auth.test")).get("user_id", ""))
        return self._own

    # ----------------------------------------------------------------- Bolt

    async def _load(self) -> "AsyncApp":
        for module in SDK:
            await asyncio.to_thread(importlib.import_module, module)
        from bot.slack.listeners import build

        return build(self._api.client(), self.hear)

    async def _dispatch(
        self, body: str, headers: dict[str, str]
    ) -> tuple[int, str, dict[str, str]]:
        if self._bolt is None:
            raise RuntimeError("Slack is not open")
        app = await asyncio.shield(self._bolt)
        from bot.slack.listeners import dispatch

        return await dispatch(app, body, headers)

    async def _listen(self) -> None:
        if self._bolt is None:
            raise RuntimeError("Slack is not open")
        app = await asyncio.shield(self._bolt)
        from bot.slack.socket import Socket

        self._socket = Socket(app, self._api, self._settings.app_token)
        await self._socket.run()
