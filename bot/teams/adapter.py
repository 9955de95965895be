"""
Teams at the door: activities come in by HTTP, are judged, made safe and acknowledged; replies go out by the connector.

A press is acknowledged at once as well; what it leads to appears as a message, or in the place of the card of questions.
"""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.settings import Teams as Settings
from bot.teams import parse, render
from bot.teams.auth import Doorman, Keys, PublishedKeys, Unauthorized
from bot.teams.connector import Connector, Undelivered
from bot.teams.files import Files
from bot.turns import Delivery, Turns
from handlers.conversation import Feedback, Message, Press, Reply
from handlers.texts import Texts
from knowledge.values import Language

log = logging.getLogger(__name__)
PACE = 1.5  # seconds between two updates of a message
REMEMBERED = 5_000  # messages whose thumbs are known to belong to an answer
VIEW = 10  # seconds a client waits for a view of its own


class Screen:
    """
    One reply in one conversation: a placeholder first, then updates of it, then what follows below.

    `memory["ids"]` holds the ids of the activities shown so far, in order.
    """

    def __init__(self, teams: "Teams", payload: parse.Activity, message: Message, memory: dict[str, str]) -> None:
        self.memory = memory
        self._teams = teams
        self._payload = payload
        self._message = message
        self._shown = float("-inf")
        if parse.pressed_in_ask(payload) and payload.get("replyToId"):
            self.memory.setdefault("ids", payload["replyToId"])
            self._in_place = True
        else:
            self._in_place = False

    async def show(self, reply: Reply) -> None:
        """Show the reply; one that is not final is left out when it comes too soon, since the next replaces it."""
        early = time.monotonic() - self._shown < PACE
        if not reply.final and (early or self._in_place):
            return
        if reply.final and early:
            await asyncio.sleep(self._shown + PACE - time.monotonic())
        ids = [] if reply.share else self.memory.get("ids", "").split()
        self._teams.remember(self._message.place, ids, reply)  # a thumb may come before the last call returns
        try:
            shown = await self._put(self._drawn(reply), ids)
        except Undelivered as error:
            if error.status not in (400, 413):
                raise
            plain = render.text_only(reply, self._language, self._teams.texts, self._payload["from"]["id"])
            shown = await self._put([plain], ids)
        self._shown = time.monotonic()
        if not reply.share:
            self.memory["ids"] = " ".join(shown)
        self._teams.remember(self._message.place, shown, reply)

    @property
    def _language(self) -> Language:
        return self._message.person.language

    def _drawn(self, reply: Reply) -> list[dict[str, Any]]:
        user = self._payload["from"]["id"]
        if reply.ask is not None and reply.ask.others and not self._message.audience.private:
            return [render.channel_base(reply, self._language, self._teams.texts, user)]
        return render.activities(reply, self._language, self._teams.texts)

    async def _put(self, activities: list[dict[str, Any]], ids: list[str]) -> list[str]:
        service, place = self._payload["serviceUrl"], self._payload["conversation"]["id"]
        shown = []
        for i, activity in enumerate(activities):
            if i < len(ids):
                await self._teams.connector.update(service, place, ids[i], activity)
                shown.append(ids[i])
            else:
                shown.append(await self._teams.connector.send(service, place, activity))
        for id_ in ids[len(activities) :]:
            await self._teams.connector.delete(service, place, id_)
        return [id_ for id_ in shown if id_]


class Captured:
    """A screen for one look: keeps the last reply instead of showing it."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.reply: Reply | None = None

    async def show(self, reply: Reply) -> None:
        self.reply = reply


class Teams:
    """The platform. `keys` are those Microsoft publishes unless given."""

    name = "teams"

    def __init__(self, settings: Settings, turns: Turns, texts: Texts, *, keys: Keys | None = None) -> None:
        self.texts = texts
        self.connector = Connector(settings.app_id, settings.password, settings.tenant_id, local=settings.local)
        self._turns = turns
        self._files = Files(texts, local=settings.local)
        self._doorman = Doorman(settings.app_id, settings.tenant_id, keys or PublishedKeys(), local=settings.local)
        self._answers: OrderedDict[str, str] = OrderedDict()

    def routes(self) -> list[Route]:
        return [Route("/api/messages", self._receive, methods=["POST"])]

    async def read(self, payload: parse.Activity) -> Message | None:
        return parse.message(self._with_answer(payload), self._files.fetch)

    def screen(self, payload: parse.Activity, message: Message, memory: dict[str, str]) -> Screen:
        return Screen(self, payload, message, memory)

    def remember(self, place: str, ids: list[str], reply: Reply) -> None:
        """Note which answer the thumbs of a message are about; Teams names only the message when one is pressed."""
        answer = next((block.answer for block in reply.blocks if isinstance(block, Feedback)), "")
        if answer:
            for key in (place, *(f"{place}:{id_}" for id_ in ids)):
                self._answers[key] = answer
                self._answers.move_to_end(key)
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)

    async def _receive(self, request: Request) -> Response:
        try:
            activity = parse.checked(await _body(request))
        except parse.Malformed:
            return Response(status_code=400)
        try:
            await self._doorman.admit(
                request.headers.getlist("authorization"),
                channel=activity["channelId"],
                service=activity["serviceUrl"],
                tenant=parse.tenant(activity),
            )
        except Unauthorized as error:
            log.warning("refused an activity", extra={"reason": str(error)})
            return Response(status_code=401)
        if activity["type"] == "invoke":
            return await self._invoked(activity)
        await self._turns.hear(self._delivery(activity))
        return Response(status_code=202)

    async def _invoked(self, activity: parse.Activity) -> Response:
        """Answer what waits for an answer; everything else is one more turn."""
        message = parse.message(activity, self._files.fetch)
        language: Language = message.person.language if message else "ja"
        match activity.get("name"):
            case "message/fetchTask":
                return JSONResponse(render.feedback_form(language, self.texts))
            case "message/submitAction" if message:
                await self._turns.hear(self._delivery(activity))
                return JSONResponse({})
            case "adaptiveCard/action" if message:
                if isinstance(message.content, Press) and message.content.action.endswith(".view"):
                    return JSONResponse(await self._view(activity, message))
                await self._turns.hear(self._delivery(activity))
                return JSONResponse(render.notice(self.texts.say("teams.received", language)))
            case _:
                return Response(status_code=400)

    async def _view(self, activity: parse.Activity, message: Message) -> dict[str, Any]:
        """Show a person their own view of a card; asked for by their client, and changing nothing."""
        screen = Captured()
        try:
            async with asyncio.timeout(VIEW):
                await self._turns.take(message, screen)
        except TimeoutError:
            screen.reply = None
        if screen.reply is None or screen.reply.ask is None:
            text = screen.reply.text if screen.reply else self.texts.say("teams.received", message.person.language)
            return render.notice(text)
        return render.view(screen.reply, message.person.language, self.texts, activity["from"]["id"])

    def _delivery(self, activity: parse.Activity) -> Delivery:
        return Delivery(parse.delivery(activity), self.name, self._with_answer(activity))

    def _with_answer(self, activity: parse.Activity) -> parse.Activity:
        """Add which answer a thumb is about, while this process still knows."""
        if activity.get("name") != "message/submitAction" or "answer" in activity:
            return activity
        place = f"teams:{activity['conversation']['id']}"
        answer = self._answers.get(f"{place}:{activity.get('replyToId')}") or self._answers.get(place, "")
        return activity | {"answer": answer}


async def _body(request: Request) -> object:
    """Return the JSON of a request; one that is too long is not read to its end."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > parse.BODY:
            raise parse.Malformed("too long")
    try:
        body = json.loads(raw)
        json.dumps(body, ensure_ascii=False).encode()  # it will be stored: half a surrogate pair cannot be
        return body
    except (ValueError, RecursionError) as error:
        raise parse.Malformed("not JSON") from error
