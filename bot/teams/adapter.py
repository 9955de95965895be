"""
Teams at the door: activities come in by HTTP, are judged, made safe and acknowledged; replies go
out by the connector.

A press is answered with what it leads to when that is there at once; otherwise it is acknowledged,
and the reply appears as a message or in the place of the card.
"""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.deliveries import NotSafe
from bot.settings import Teams as Settings
from bot.teams import frame, parse, render
from bot.teams.auth import AnotherTenant, Keys, PublishedKeys, TokenVerifier, Unauthorized
from bot.teams.base_cards import BACK, BaseCards
from bot.teams.connector import Connector
from bot.teams.credentials import sign_in
from bot.teams.feedback import FeedbackTargets
from bot.teams.file_consent import FileConsent
from bot.teams.files import Files
from bot.teams.members import Members
from bot.teams.refusal import Undelivered
from bot.teams.screen import Captured, Screen
from bot.turns import Delivery, Turns
from bot.turns import Screen as AnyScreen
from handlers.conversation import Message, Press
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.values import Language

log = logging.getLogger(__name__)
ANSWER = 0.5  # seconds a press waits for what it leads to
# seconds until we say no to what is neither stored nor answered; Teams waits 15 and sends it again
PATIENCE = 10.0
# seconds a client waits for a view of its own, and a press among others for what its person alone
# may see
VIEW = 10


class Teams:
    """
    The platform. `keys` are those Microsoft publishes unless given, `connector` signs in as the
    settings say.
    """

    name = "teams"

    def __init__(
        self,
        settings: Settings,
        turns: Turns,
        sessions: Sessions,
        texts: Texts,
        *,
        keys: Keys | None = None,
        connector: Connector | None = None,
    ) -> None:
        local, tenant = settings.local, settings.tenant_id
        self.texts = texts
        self.connector = connector or Connector(partial(sign_in, settings), local=local)
        self.file_consent = FileConsent(self.connector, sessions, texts, local=local)
        self.feedback_targets = FeedbackTargets(sessions)
        self.base_cards = BaseCards(sessions)
        self._turns = turns
        self._sessions = sessions
        self._files = Files(texts, local=local)
        self._members = Members(self.connector, sessions, tenant, local=local)
        self._verifier = TokenVerifier(
            settings.app_id, tenant, keys or PublishedKeys(), local=local
        )
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    def routes(self) -> list[Route]:
        return [Route("/api/messages", self._receive, methods=["POST"])]

    async def read(self, payload: frame.Activity) -> Message | None:
        """
        Return our message, with what Teams vouches for about the person; files that need no handler
        are seen to here.
        """
        if payload.get("name") == "fileConsent/invoke":
            await self.file_consent.consented(payload)
            return None
        if frame.shares_a_file(payload):
            await self._refuse_file(payload)
            return None
        return await self._vouched(parse.message(payload, self._files.fetch), payload)

    def screen(
        self, payload: frame.Activity, message: Message, memory: dict[str, str]
    ) -> AnyScreen:
        if payload.get("name") == "message/submitAction":
            return Captured()  # the client itself says thank you, to the person alone
        return Screen(self, payload, message, memory, self._waiting.get(frame.delivery(payload)))

    async def _refuse_file(self, payload: frame.Activity) -> None:
        """
        Say why a file does not reach us here: to its sender alone, where nobody else saw what they
        sent.
        """
        place = frame.place(payload)
        told = render.no_files_here(parse.person(payload).language, self.texts, place.bot)
        if frame.targeted(payload):
            with suppress(Undelivered):
                await self.connector.whisper(place, told)
                return
        await self.connector.send(place, told)

    async def _vouched(self, message: Message | None, payload: frame.Activity) -> Message | None:
        if message is None:
            return None
        role = await self._members.role(frame.place(payload))
        return replace(message, person=replace(message.person, role=role))

    async def _receive(self, request: Request) -> Response:
        try:
            activity = frame.checked(await _body(request))
        except frame.Malformed:
            return Response(status_code=400)
        try:
            await self._verifier.admit(
                request.headers.getlist("authorization"),
                channel=activity["channelId"],
                service=activity["serviceUrl"],
                tenant=frame.tenant(activity),
            )
        except Unauthorized as error:
            log.warning("refused an activity", extra={"reason": str(error)})
            if isinstance(error, AnotherTenant):
                await self._audit(activity)
            return Response(status_code=401)
        try:
            if activity["type"] == "invoke":
                return await self._invoked(activity)
            await self._hear(activity)
        except NotSafe:
            log.warning("an activity is not acknowledged: Redis is away and its turn takes long")
            return Response(status_code=503)
        return Response(status_code=202)

    async def _invoked(self, activity: frame.Activity) -> Response:
        """Answer what waits for an answer; everything else is one more turn."""
        language: Language = parse.person(activity).language
        match activity.get("name"):
            case "message/fetchTask":
                return JSONResponse(
                    render.feedback_form(language, self.texts, liked=frame.liked(activity))
                )
            case "message/submitAction":
                place = f"teams:{activity['conversation']['id']}"
                answer = await self.feedback_targets.answer(
                    place, str(activity.get("replyToId") or "")
                )
                await self._hear(activity | {"answer": answer})
                return JSONResponse({})
            case "fileConsent/invoke":
                await self._hear(activity)
                return JSONResponse({})
            case "adaptiveCard/action" if message := parse.message(activity, self._files.fetch):
                if isinstance(message.content, Press) and message.content.action == BACK:
                    return JSONResponse(await self._back(activity, language))
                if isinstance(message.content, Press) and message.content.action.endswith(".view"):
                    return JSONResponse(await self._view(activity, message, message.content))
                return JSONResponse(await self._pressed(activity, language))
            case "adaptiveCard/action":
                return Response(status_code=400)
            case _:
                return Response(status_code=501)

    async def _pressed(self, activity: frame.Activity, language: Language) -> dict[str, Any]:
        """Start the turn of a press and wait a moment for what it leads to."""
        id_ = frame.delivery(activity)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(id_, answer)
        try:
            if await self._hear(activity):
                async with asyncio.timeout(ANSWER if frame.personal(activity) else VIEW):
                    return await answer
        except TimeoutError:
            pass
        finally:
            if self._waiting.get(id_) is answer:
                del self._waiting[id_]
        return render.notice(self.texts.say("teams.received", language))

    async def _back(self, activity: frame.Activity, language: Language) -> dict[str, Any]:
        """Show a person again the card everybody sees, in the place of what they alone saw."""
        card = await self.base_cards.pressed(activity)
        return (
            render.again(card)
            if card
            else render.notice(self.texts.say("teams.card_gone", language))
        )

    async def _view(
        self, activity: frame.Activity, message: Message, press: Press
    ) -> dict[str, Any]:
        """
        Show a person their own view of a card; asked for by their client, and changing nothing.
        """
        room = press.action.removesuffix(".view")
        looking = replace(message, content=Press(f"{room}.resume", press.data))
        screen = Captured()
        with suppress(TimeoutError):
            async with asyncio.timeout(VIEW):
                await self._turns.take(await self._vouched(looking, activity) or looking, screen)
        reply = screen.reply
        if reply is None or (not reply.blocks and reply.ask is None):
            return render.notice(
                reply.text if reply else self.texts.say("teams.received", message.person.language)
            )
        among_others = not frame.personal(activity)
        user = activity["from"]["id"] if among_others else ""
        language = message.person.language
        return render.view(
            reply, language, self.texts, frame.run(activity), user, among_others=among_others
        )

    async def _hear(self, activity: frame.Activity) -> bool:
        """Make an activity safe; False when it was heard before. Raises NotSafe."""
        delivery = Delivery(frame.delivery(activity), self.name, activity)
        return await self._turns.hear(delivery, patience=PATIENCE)

    async def _audit(self, activity: frame.Activity) -> None:
        entry = {
            "action": "teams.refused",
            "person": parse.person(activity).id,
            "at": datetime.now(UTC).isoformat(),
        }
        with suppress(SessionsUnavailable):
            await self._sessions.append("audit", entry)


async def _body(request: Request) -> object:
    """Return the JSON of a request; one that is too long is not read to its end."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > frame.BODY:
            raise frame.Malformed("too long")
    try:
        body = json.loads(raw)
        json.dumps(
            body, ensure_ascii=False
        ).encode()  # it will be stored: half a surrogate pair cannot be
        return body
    except (ValueError, RecursionError) as error:
        raise frame.Malformed("not JSON") from error
