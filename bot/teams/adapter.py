"""
Teams at the door: activities come in by HTTP, are judged, made safe and acknowledged; replies go
out by the connector.

A press is answered with what it leads to when that is there at once; otherwise it is acknowledged,
and the reply appears as a message or in the place of the card.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.deliveries import NotSafe
from bot.endpoint import Delivery
from bot.endpoint import Screen as AnyScreen
from bot.platform import Face
from bot.teams import about, file_cards, frame, invoke, parse, render
from bot.teams.activity import Activity, Json
from bot.teams.auth import AnotherTenant, Keys, PublishedKeys, TokenVerifier, Unauthorized
from bot.teams.base_cards import BACK
from bot.teams.connector import Connector
from bot.teams.extension import Extension
from bot.teams.files import Files
from bot.teams.kits import kit, sign_in
from bot.teams.members import Members
from bot.teams.refusal import Undelivered
from bot.teams.rooms import Rooms
from bot.teams.screen import Answer, Recorder, Screen
from bot.teams.sender import Sender
from bot.teams.settings import Teams as Settings
from bot.turns import Turns
from handlers.conversation import Message, Press, Reply
from handlers.languages import Languages
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
FOREIGN = 20  # refusals of one foreign tenant a day that the audit trail keeps
VIEWS = ".view"  # what the presses of a client that wants its own view end in


class Teams(Face):
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
        self._texts = texts
        self._turns = turns
        self._sessions = sessions
        self._connector = connector or Connector(
            partial(sign_in, settings), local=local, sdk=kit(settings.sdk)
        )
        self._sender = Sender.over(self._connector, texts, sessions, local=local)
        self._files = Files(texts, local=local)
        self._members = Members(self._connector, sessions, tenant, local=local)
        self._rooms = Rooms(sessions)
        self._languages = Languages(sessions)
        published = keys or PublishedKeys()
        self._verifier = TokenVerifier(settings.app_id, tenant, published, local=local)
        self._extension = Extension(turns, self._languages, texts, self._vouched, self._own_chat)
        self._waiting: dict[str, Answer] = {}  # deliveries → the answers their clients wait for

    async def __aexit__(self, *_: object) -> None:
        await self._connector.close()

    def routes(self) -> list[Route]:
        return [Route("/api/messages", self._receive, methods=["POST"]), about.route(self._texts)]

    # ----------------------------------------------------------------- turns

    async def read(self, raw: Json) -> Message | None:
        """
        Return our message, with what Teams vouches for about the person; files that need no handler
        are seen to here.
        """
        activity = frame.checked(raw)
        if activity.name == "fileConsent/invoke":
            await self._sender.file_consent.consented(activity)
            return None
        if activity.removes:
            await self._rooms.leave(activity.destination.conversation)
            return None
        if activity.deleted:
            await self._sender.withdrawal.withdraw(activity)
            return None
        if await self._leaves_nothing_to_answer(activity):
            return None
        message = parse.message(activity, self._files.fetch)
        if message is None:
            return None
        await self._rooms.note(activity)
        return await self._vouched(message, activity)

    def screen(self, raw: Json, message: Message, memory: dict[str, str]) -> AnyScreen:
        """Return where the replies to a message appear."""
        activity = frame.checked(raw)
        if activity.name == "message/submitAction" or activity.reactions:
            return Recorder()  # the client itself says thank you, to the person alone
        waiting = self._waiting.get(activity.delivery)
        return Screen(self._sender, activity, message, memory, waiting)

    # ----------------------------------------------------------------- of our own accord

    async def called(self, id_: str, place: str) -> str:
        """
        Return what somebody is called who talked to us, or who is in the conversation `place`; ""
        for anybody else.
        """
        platform, colon, _ = id_.partition(":")
        if colon and platform != self.name:
            return ""
        own = id_.rpartition(":")[2]
        known = await self._rooms.person(own)
        if known is not None and known.name:
            return known.name
        room = await self._rooms.room(place)
        if room is None:
            return ""
        return await self._members.name_of(replace(room, user=own))

    async def tell(self, person: str, say: Callable[[Language], Reply]) -> bool:
        """Write to somebody in their personal chat; False where they cannot be reached there."""
        reach = await self._rooms.person(person.rpartition(":")[2])
        if reach is None:
            return False
        language = await self._languages.last(person, reach.language)
        to, reply = reach.to, say(language)
        try:
            if not to.conversation:
                chat = await self._connector.open_chat(to, reach.tenant)
                to = replace(to, conversation=chat)
            for activity in render.activities(reply, language, self._texts):
                await self._sender.send(to, activity, last=True)
        except Undelivered as error:
            log.warning("somebody could not be told in Teams", extra={"status": error.status})
            return False
        return True

    async def redraw(self, live: str, say: Callable[[Language], Reply]) -> None:
        """Draw what goes on anew wherever Teams shows it."""
        await self._sender.live.redraw(live, {"ja": say("ja"), "en": say("en")})

    async def _own_chat(self, activity: Activity) -> str:
        """Return the id of the sender's own chat with us. Raises Undelivered."""
        reach = await self._rooms.person(activity.sender)
        if reach is not None and reach.to.conversation:
            return reach.to.conversation
        return await self._connector.open_chat(activity.destination, activity.tenant)

    async def _leaves_nothing_to_answer(self, activity: Activity) -> bool:
        """
        Say why a picture, or a file sent among others, does not reach us; report whether no
        question stands beside it.
        """
        asks = bool(parse.question(activity))
        if activity.shares_a_file:
            await self._refuse_file(activity, asks=asks)
        elif activity.shows_a_picture:
            await self._explain_picture(activity, asks=asks)
        else:
            return False
        return not asks

    async def _explain_picture(self, activity: Activity, *, asks: bool) -> None:
        language = await self._languages.last(parse.person(activity).id, activity.language)
        text = self._texts.say("teams.no_pictures", language)
        if asks:
            text = self._texts.say("teams.no_pictures_beside", language)
        await self._reply_alone(activity, render.said(text, language))

    async def _refuse_file(self, activity: Activity, *, asks: bool) -> None:
        """
        Say why a file does not reach us here: to its sender alone, where nobody else saw what they
        sent.
        """
        language = await self._languages.last(parse.person(activity).id, activity.language)
        bot = activity.destination.bot
        refusal = file_cards.no_files_here(language, self._texts, bot, asks=asks)
        await self._reply_alone(activity, refusal)

    async def _reply_alone(self, activity: Activity, refusal: Json) -> None:
        """Say something to somebody alone, where nobody else saw what they sent."""
        to = activity.destination
        if activity.targeted:
            with suppress(Undelivered):
                await self._connector.whisper(to, refusal)
                return
        await self._connector.send(to, refusal)

    async def _vouched(self, message: Message, activity: Activity) -> Message:
        role = await self._members.role(activity.destination)
        return replace(message, person=replace(message.person, role=role))

    # ----------------------------------------------------------------- the door

    async def _receive(self, request: Request) -> Response:
        try:
            raw = await _body(request)
            activity = frame.checked(raw)
        except frame.Malformed:
            return Response(status_code=400)
        if not await self._admitted(request, activity):
            return Response(status_code=401)
        delivery = Delivery(activity.delivery, self.name, raw)
        try:
            if activity.type == "invoke":
                return await self._invoked(activity, delivery)
            if activity.welcomes:
                delivery = await self._welcome_of(activity, delivery)
            if activity.reactions:
                delivery = await self._about_an_answer(activity, delivery)
            await self._hear(delivery)
        except NotSafe:
            log.warning("an activity is not acknowledged: Redis is away and its turn takes long")
            return Response(status_code=503)
        return Response(status_code=202)

    async def _welcome_of(self, activity: Activity, delivery: Delivery) -> Delivery:
        """Return a welcome that is no repeat of one from before we were taken out."""
        times = await self._rooms.times_left(activity.destination.conversation)
        return replace(delivery, id=f"{delivery.id}:{times}") if times else delivery

    async def _admitted(self, request: Request, activity: Activity) -> bool:
        """Report whether Teams sent this, from the company we serve; note who else tried."""
        try:
            await self._verifier.admit(
                request.headers.getlist("authorization"),
                channel=activity.channel,
                service=activity.destination.service,
                tenant=activity.tenant,
            )
        except Unauthorized as error:
            log.warning("refused an activity", extra={"reason": str(error)})
            if isinstance(error, AnotherTenant):
                await self._audit(activity)
            return False
        return True

    async def _invoked(self, activity: Activity, delivery: Delivery) -> Response:
        """Answer what waits for an answer; everything else is one more turn."""
        match activity.name:
            case "message/fetchTask":
                liked = activity.vote.liked
                form = invoke.feedback_form(activity.language, self._texts, liked=liked)
                return JSONResponse(form)
            case "message/submitAction":
                return await self._voted(activity, delivery)
            case "fileConsent/invoke":
                await self._hear(delivery)
                return JSONResponse({})
            case "adaptiveCard/action":
                return await self._acted(activity, delivery)
            case _:
                return await self._extended(activity, delivery)

    async def _extended(self, activity: Activity, delivery: Delivery) -> Response:
        """Answer the message extension; what we do not know we say so of."""
        person = parse.person(activity)
        match activity.name:
            case "composeExtension/query":
                answer = await self._extension.found(activity, person)
            case "composeExtension/fetchTask":
                answer = await self._extension.opened(activity, person)
            case "composeExtension/submitAction":
                answer = await self._extension.sent(activity, person, delivery)
            case _:
                return Response(status_code=501)
        return JSONResponse(answer)

    async def _voted(self, activity: Activity, delivery: Delivery) -> Response:
        """Start the turn of a thumb, with the answer it is about."""
        await self._hear(await self._about_an_answer(activity, delivery))
        return JSONResponse({})

    async def _about_an_answer(self, activity: Activity, delivery: Delivery) -> Delivery:
        """Return a delivery that names the answer it was done to, as long as that is known."""
        place = f"teams:{activity.destination.conversation}"
        answer = await self._sender.feedback_targets.answer(place, activity.reply_to)
        return replace(delivery, payload=delivery.payload | {frame.ANSWER: answer})

    async def _acted(self, activity: Activity, delivery: Delivery) -> Response:
        """Answer a press with what takes the place of its card, or with a sentence."""
        message = parse.message(activity, self._files.fetch)
        if message is None:
            return Response(status_code=400)
        press = message.content
        if isinstance(press, Press) and press.action == BACK:
            return JSONResponse(await self._back(activity))
        if isinstance(press, Press) and press.action.endswith(VIEWS):
            return JSONResponse(await self._view(activity, message, press))
        return JSONResponse(await self._pressed(activity, delivery))

    async def _pressed(self, activity: Activity, delivery: Delivery) -> Json:
        """Start the turn of a press and wait a moment for what it leads to."""
        answer: Answer = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(delivery.id, answer)
        patience = ANSWER if activity.personal else VIEW
        try:
            if await self._hear(delivery):
                async with asyncio.timeout(patience):
                    return await answer
        except TimeoutError:
            pass
        finally:
            if self._waiting.get(delivery.id) is answer:
                del self._waiting[delivery.id]
        return invoke.notice(self._texts.say("teams.received", activity.language))

    async def _back(self, activity: Activity) -> Json:
        """Show a person again the card everybody sees, in the place of what they alone saw."""
        card = await self._sender.base_cards.pressed(activity)
        if card is None:
            return invoke.notice(self._texts.say("teams.card_gone", activity.language))
        return invoke.again(card)

    async def _view(self, activity: Activity, message: Message, press: Press) -> Json:
        """
        Show a person their own view of a card; asked for by their client, and changing nothing.
        """
        room = press.action.removesuffix(VIEWS)
        look = replace(message, content=Press(f"{room}.resume", press.data))
        look = await self._languages.speaking(look)
        recorder = Recorder()
        with suppress(TimeoutError):
            async with asyncio.timeout(VIEW):
                await self._turns.take(await self._vouched(look, activity), recorder)
        reply, language = recorder.reply, message.person.language
        if reply is None:
            return invoke.notice(self._texts.say("teams.received", language))
        if not reply.blocks and reply.ask is None:
            return invoke.notice(reply.text)
        viewer = invoke.Viewer(run=activity.run)
        if not activity.personal:
            viewer = replace(viewer, user=activity.destination.user, among_others=True)
        return invoke.view(reply, language, self._texts, viewer)

    async def _hear(self, delivery: Delivery) -> bool:
        """Make an activity safe; False when it was heard before. Raises NotSafe."""
        return await self._turns.hear(delivery, patience=PATIENCE)

    async def _audit(self, activity: Activity) -> None:
        entry = {
            "action": "teams.refused",
            "person": parse.person(activity).id,
            "at": datetime.now(UTC).isoformat(),
        }
        with suppress(SessionsUnavailable):
            await self._sessions.append_rarely("audit", entry, by=activity.tenant, most=FOREIGN)


async def _body(request: Request) -> Any:
    """Return the JSON of a request; one that is too long is not read to its end."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > frame.BODY:
            raise frame.Malformed("too long")
    try:
        body = json.loads(raw)
        # it will be stored: half a surrogate pair cannot be
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise frame.Malformed("not JSON") from error
    return body
