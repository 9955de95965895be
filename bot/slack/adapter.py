"""
Slack, over HTTP or over a socket: deliveries in, acknowledged once they are safe; replies out, each
on its screen.

A delivery is JSON as long as it is stored and repeated; `decode` makes a `Payload` of it at each of
the three doors here: when it is heard, when its turn begins, and when its screen is made.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Self

from starlette.routing import Route

from bot.deliveries import NotSafe
from bot.endpoint import UNCLAIMED, Delivery, Screen
from bot.platform import Face
from bot.slack import about, forms, opening, parse, several
from bot.slack.api import Api
from bot.slack.bolt import Bolt
from bot.slack.decode import decode
from bot.slack.discussion import DiscussionReader
from bot.slack.files import Files, named
from bot.slack.http import Endpoint
from bot.slack.payload import Event, Json, Payload, Submission
from bot.slack.people import Directory
from bot.slack.refusals import Refused, Unanswered
from bot.slack.render.windows import received, skeleton
from bot.slack.screens import (
    Direct,
    Home,
    Inline,
    Panel,
    Prompts,
    SlackScreen,
    Thread,
    Unseen,
)
from bot.slack.sender import Destination, Sender
from bot.slack.settings import Slack as Settings
from bot.slack.signals import Signals
from bot.slack.window import Window
from bot.turns import Turns
from handlers.conversation import (
    Command,
    Content,
    Message,
    Person,
    Press,
    Reply,
    Said,
    Upload,
)
from handlers.documents.take_in import takes_in
from handlers.people import People
from handlers.questions.automations import answers_automations
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.formats import format_of
from knowledge.values import Language

log = logging.getLogger(__name__)
SUBMIT = 2.0  # seconds a submitted window waits for what it becomes; Slack gives three


class Slack(Face):
    """
    A platform. Open it before the turns and close it after them (`async with`): replies go out
    until the last turn is over.

    `listening()` is open while deliveries are taken. `groups` are ids of user groups that have
    rights here; `sessions` is where all processes keep what they share; `public_url` is where the
    installation of several workspaces leads back to.
    """

    name = "slack"

    def __init__(  # noqa: PLR0913  # each is a part of the application
        self,
        settings: Settings,
        turns: Turns,
        texts: Texts,
        people: People,
        groups: frozenset[str] = frozenset(),
        sessions: Sessions | None = None,
        *,
        public_url: str = "",
    ) -> None:
        self._people = people
        self._settings = settings
        self._turns = turns
        self._api = Api(settings, sessions)
        self._sessions = sessions
        self._bolt = Bolt(settings, self._api, self.hear)
        self._workspaces, self._door = several.opened(
            settings, self._api, self._bolt.loaded, sessions, texts, public_url
        )
        self._sender = Sender.over(self._workspaces, texts, sessions)
        self._texts = texts
        self._directory = Directory(self._workspaces, groups)
        self._discussion = DiscussionReader(self._workspaces, self._directory)
        self._signals = Signals(self._workspaces, self._sender, self._directory, texts)
        self._own: dict[str, str] = {}  # our user id, by workspace
        self._windows: dict[str, str] = {}  # deliveries → windows opened for them
        # submissions → what their acknowledgement will say
        self._answers: dict[str, asyncio.Future[Json]] = {}

    async def __aenter__(self) -> Self:
        await self._api.__aenter__()
        self._bolt.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._bolt.close()
        await self._api.__aexit__()

    def routes(self) -> list[Route]:
        """
        Return the page about us, the address for HTTP, which nobody needs without a signing
        secret, and those to install us by where several workspaces may.
        """
        routes = [about.route(self._texts)]
        if self._settings.signing_secrets:
            endpoint = Endpoint(self._settings.signing_secrets, self._bolt.dispatch)
            routes.append(Route("/slack/events", endpoint.answer, methods=["POST"]))
        if self._door is not None:
            routes += self._door.routes()
        return routes

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take deliveries by the socket, where there is an app token."""
        await self._api.begin()
        if not self._settings.app_token:
            yield
            return
        running = asyncio.create_task(self._bolt.listen())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def state(self) -> str:
        """Return "ready", "starting" or what is wrong, for the page of health."""
        return await self._bolt.state()

    # ----------------------------------------------------------------- deliveries in

    async def hear(self, raw: Json) -> Json:
        """
        Make a delivery safe and return what its acknowledgement says.

        Raises:
            NotSafe: it is neither stored nor answered yet, and Slack will send it again.
        """
        payload = decode(raw)
        if not parse.wanted(payload):
            return {}
        delivery = Delivery(payload.id, self.name, raw, parse.once(payload))
        if not isinstance(payload.deed, Submission):
            await self._store(delivery, payload)
            return {}
        missing = forms.errors(payload)
        if missing:
            return {"response_action": "errors", "errors": missing}
        language = payload.memory.language
        if forms.files(payload.deed):
            await self._store(delivery, payload)
            return {"response_action": "update", "view": received(self._texts, language)}
        try:
            return await self._submitted(delivery, payload)
        except TimeoutError:
            return {"response_action": "update", "view": self._skeleton(payload, language)}

    async def _submitted(self, delivery: Delivery, payload: Payload) -> Json:
        """
        Return what a window becomes, where that is there in time.

        Raises:
            TimeoutError: it takes longer, and the window is filled later.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + SUBMIT
        answer = self._answers.setdefault(delivery.id, loop.create_future())
        try:
            await self._store(delivery, payload)
            async with asyncio.timeout_at(end):
                return await answer
        finally:
            self._answers.pop(delivery.id, None)

    async def _store(self, delivery: Delivery, payload: Payload) -> None:
        """
        Make a delivery safe before the acknowledgement is due.

        Slack repeats events alone. A refused press, command or window would only show an error
        beside its answer, so that these are acknowledged while their turn still runs.
        """
        try:
            await self._turns.hear(delivery)
        except NotSafe:
            if isinstance(payload.deed, Event):
                raise

    # ----------------------------------------------------------------- turns

    async def read(self, raw: Json) -> Message | None:
        """
        Return our message, with what Slack vouches for about the person; open its window, where it
        leads into one.
        """
        payload = decode(raw)
        if await self._signals.obey(payload):
            return None
        if not await self._workspaces.meet(payload.team, payload.enterprise):
            workspace = {"workspace": payload.team}
            log.warning(
                "a delivery from where the app is not installed is dropped", extra=workspace
            )
            return None
        if parse.reacted(payload):
            return await self._signals.vote(payload)
        return await self._said(payload)

    async def _said(self, payload: Payload) -> Message | None:
        """Return what was said or pressed; None where it is nothing to us."""
        content = parse.content(payload, payload.bot)
        if parse.by_machine(payload) and not await self._answers_machine(payload):
            return None
        opens = content is not None and opening.opens(payload, content)
        window = asyncio.create_task(self._open(payload)) if opens else None
        person = await self._directory.person(payload)
        view = await window if window is not None else ""
        if person.role == "bot":
            return None
        payload = self._in_its_thread(await self._with_files_named(payload))
        fetch = partial(self._fetch, payload.team)
        own = payload.bot or await self._me(payload.team)
        message = parse.message(payload, person, own, fetch)
        if message is None or await self._is_talk_among_people(message):
            return None
        if view:
            self._windows[message.id] = view
        return replace(message, talk=self._talk(payload))

    def _talk(self, payload: Payload) -> Callable[[], Awaitable[tuple[Said, ...]]] | None:
        """Return what reads the thread somebody speaks in, None outside threads."""
        event = payload.deed
        if not isinstance(event, Event) or not event.in_thread:
            return None
        return partial(self._discussion.read, payload)

    def screen(self, raw: Json, message: Message, memory: dict[str, str]) -> Screen:
        """Return where the replies to a message appear."""
        payload, content = self._in_its_thread(decode(raw)), message.content
        if memory.pop(UNCLAIMED, ""):
            payload = replace(payload, unclaimed=True)
        if parse.reacted(payload) and _is_thumb_up(content):
            return Unseen(memory)
        kind = _kind(payload, content)
        if kind is not None:
            return kind(self._sender, payload, message, memory)
        answer = self._answers.get(message.id)
        window = self._windows.pop(message.id, "") or payload.window
        if window:
            memory.setdefault("view", window)
        if memory.get("view") or answer is not None:
            return Window(self._sender, payload, message, memory, answer)
        return Thread(self._sender, payload, message, memory)

    async def again(self, person: Person) -> Person:
        """
        Return the person as Slack knows them at this moment, or as before where it does not say.
        """
        return await self._directory.again(person)

    async def called(self, id_: str, place: str) -> str:
        """Return the name of a person or a user group of Slack, "" for anybody else."""
        return await self._directory.called(id_, place)

    async def tell(self, id_: str, say: Callable[[Language], Reply]) -> bool:
        """Send somebody a direct message of our own accord; False when Slack does not let us."""
        person = await self._directory.again(Person(id_, "", "ja"))
        _, team, _ = id_.split(":")
        try:
            channel = await self._sender.direct(person)
            to = Destination(team, channel, "", f"tell {id_} {time.time()}")
            await self._sender.put(to, say(person.language), person, {})
        except (Refused, Unanswered):
            return False
        return True

    async def redraw(self, live: str, say: Callable[[Language], Reply]) -> None:
        """Draw what goes on anew wherever Slack shows it."""
        await self._sender.live.redraw(live, {"ja": say("ja"), "en": say("en")})

    def _in_its_thread(self, payload: Payload) -> Payload:
        """
        Return the payload with the thread an agent's talk has in direct messages: the question that
        begins it is its root. Elsewhere direct messages are one long talk.
        """
        event = payload.deed
        if not isinstance(event, Event) or not parse.begins_talk(payload):
            return payload
        if not self._sender.agents.known(payload.team):
            return payload
        return replace(payload, thread=event.ts)

    async def _is_talk_among_people(self, message: Message) -> bool:
        """
        Report whether files that nobody sent to us are none for the shelf: it takes an admin's, of
        a kind that can be read, from a channel where an admin has switched that on.
        """
        if message.direct or not isinstance(message.content, Upload):
            return False
        if not self._people.is_admin(message.person) or message.channel is None:
            return True
        if not await takes_in(self._sessions, message.channel.id):
            return True
        return all(format_of(file.name) is None for file in message.content.files)

    async def _answers_machine(self, payload: Payload) -> bool:
        """Report whether bots and workflows are answered in this channel."""
        channel = f"slack:{payload.team}:{payload.channel}"
        return await answers_automations(self._sessions, channel)

    def _skeleton(self, payload: Payload, language: Language) -> Json:
        """Return the empty window that stands until its content is there."""
        return skeleton(self._texts, language, (payload.channel, payload.thread))

    async def _open(self, payload: Payload) -> str:
        """Open an empty window while its trigger lives; "" where Slack does not."""
        view = self._skeleton(payload, self._directory.language(payload))
        method = "views.push" if payload.window else "views.open"
        api = self._workspaces.of(payload.team)
        try:
            answer = await api.call(method, trigger_id=payload.trigger, view=view)
        except (Refused, Unanswered) as error:
            log.warning("a window did not open", extra={"reason": str(error)})
            return ""
        window = answer.get("view") or {}
        return str(window.get("id", ""))

    async def _with_files_named(self, payload: Payload) -> Payload:
        """Return the payload with the files Slack only hinted at, as far as it names them."""
        event = payload.deed
        if not isinstance(event, Event) or not event.files:
            return payload
        api = self._workspaces.of(payload.team)
        files = tuple([await named(api, file) for file in event.files])
        return replace(payload, deed=replace(event, files=files))

    async def _fetch(self, workspace: str, name: str, url: str) -> bytes:
        """Return a file's bytes, fetched with the workspace's token: see `Files.fetch`."""
        token = ""
        with suppress(Refused, Unanswered):
            token = await self._workspaces.of(workspace).token()
        files = Files(token, self._settings.api_base, self._texts)
        return await files.fetch(name, url)

    async def _me(self, workspace: str) -> str:
        """Return our own user id in a workspace; "" while Slack does not tell."""
        if workspace not in self._own:
            with suppress(Refused, Unanswered):
                answer = await self._workspaces.of(workspace).call("auth.test")
                self._own[workspace] = str(answer.get("user_id", ""))
        return self._own.get(workspace, "")


def _kind(payload: Payload, content: Content) -> type[SlackScreen] | None:
    """Return where replies appear that have a place of their own; None for a window or a thread."""
    if isinstance(payload.deed, Event) and payload.deed.type == "app_home_opened":
        return Prompts if content == Command("prompts") else Home
    if opening.elsewhere(payload, content):
        return Direct
    if opening.inline(payload, content):
        return Inline
    return Panel if opening.on_panel(payload) else None


def _is_thumb_up(content: Content) -> bool:
    """Report whether this is a vote that needs no word: who wrote the reaction sees it."""
    return isinstance(content, Press) and content.data.get("vote") == "up"
