"""
Where a turn's replies appear: in a thread, to the asker alone, in a window, in place of a pressed
message, or at home.

What only one person may see never has a public placeholder and never takes the place of a public
message.
"""

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any

from bot.slack.api import GONE, Refused, Unanswered
from bot.slack.payload import (
    Payload,
    channel,
    ephemeral,
    event,
    part,
    repeated,
    response_url,
    said_at,
    team,
    thread,
    trigger,
    visible_thread,
    window,
    within,
    word,
)
from bot.slack.render.ask import guided
from bot.slack.render.windows import home, modal
from bot.slack.sender import Sender, Spot
from handlers.conversation import Message, Paragraph, Person, Reply
from handlers.sessions import LEASE

log = logging.getLogger(__name__)
EVERY = (
    1.2  # seconds between two updates of one message: chat.update is limited to about 50 a minute
)
ABSENT = frozenset(
    {"channel_not_found", "not_in_channel", "is_archived", "restricted_action"}
)  # the bot may not write there
CLOSED = frozenset({"not_found", "view_not_found"})  # the person closed the window
BLOCKS = frozenset({"invalid_blocks", "invalid_arguments"})  # what a refused view is called


def spot(payload: Payload, message: Message) -> Spot:
    """
    Return where the answer belongs; a turn that begins late, or again, may have been begun by
    another process.
    """
    since = said_at(payload)
    late = repeated(payload) or (bool(since) and time.time() - since > LEASE / 2)
    return Spot(
        team(payload), channel(payload), thread(payload), message.id, max(0.0, since - 1), late
    )


async def opened(sender: Sender, payload: Payload, reply: Reply, person: Person) -> bool:
    """
    Open what needs a window (a form, a source) in one, where the click still allows it; report
    whether it is open.
    """
    form = reply.ask is not None and not guided(reply.ask)
    if not (form or reply.title) or not trigger(payload) or window(payload):
        return False
    view = modal(reply, sender.texts, person.language, (channel(payload), thread(payload)))
    try:
        await sender.api.call("views.open", trigger_id=trigger(payload), view=view)
    except (Refused, Unanswered) as error:
        log.warning("a window did not open", extra={"reason": str(error)})
        return False
    return True


class Thread:
    """One message in a thread that is updated; what only the asker may see goes to them alone."""

    def __init__(
        self, sender: Sender, payload: Payload, message: Message, memory: dict[str, str]
    ) -> None:
        self.memory = memory
        self._sender = sender
        self._payload = payload
        self._message = message
        self._spot = spot(payload, message)
        self._shown = float("-inf")
        self._lost = False

    async def show(self, reply: Reply) -> None:
        if self._lost:
            return
        if reply.final and await opened(self._sender, self._payload, reply, self._message.person):
            await self._take_back()
            return
        if reply.place:
            channel_, thread_ = within(reply.place)
            self._spot = replace(self._spot, channel=channel_, thread=thread_)
        private = (reply.private or self._message.audience.private) and not reply.share
        alone = private and bool(self._spot.channel) and not self._spot.channel.startswith("D")
        if not reply.final and (alone or time.monotonic() - self._shown < EVERY):
            return  # the next reply replaces this one
        self._shown = time.monotonic()
        try:
            await (self._tell(reply) if alone else self._post(reply))
        except Refused as refused:
            if refused.code not in ABSENT | GONE:
                raise
            await self._elsewhere(reply, refused)

    async def _post(self, reply: Reply) -> None:
        if not self._spot.channel:  # home: the answer goes to the direct messages
            self._spot = replace(
                self._spot, channel=await self._sender.direct(self._message.person)
            )
        talk = self._spot.channel.startswith("D") and self._spot.thread
        if (
            not reply.final
            and talk
            and "ts" not in self.memory
            and await self._sender.status(self._spot, reply.text)
        ):
            return
        await self._sender.put(self._spot, reply, self._message.person, self.memory)

    async def _tell(self, reply: Reply) -> None:
        """Tell the asker alone; a placeholder everybody sees goes away first."""
        await self._take_back()
        await self._sender.whisper(
            replace(self._spot, thread=visible_thread(self._payload)), reply, self._message.person
        )
        if reply.attachments:
            await self._sender.hand(self._message.person, reply.attachments)

    async def _take_back(self) -> None:
        """Delete what was shown while the work went on, all of its messages."""
        for key in [key for key in self.memory if key.startswith("ts")]:
            await self._sender.api.call(
                "chat.delete", channel=self.memory["channel"], ts=self.memory.pop(key)
            )

    async def _elsewhere(self, reply: Reply, refused: Refused) -> None:
        """
        Answer where the bot is no member by the address that came along, else say so to the
        operator, once.
        """
        if (url := response_url(self._payload)) and refused.code in ABSENT:
            if reply.final:
                await self._sender.respond(
                    self._spot.team, url, reply, self._message.person, replace=False
                )
            return
        self._lost = True
        log.error(
            "Slack takes no answer there; is the app installed and a member of the channel?",
            extra={"code": refused.code},
        )


class Direct:
    """
    The direct messages of whoever sent files in a channel or by a window; there, a line says where
    the answer is.
    """

    def __init__(
        self, sender: Sender, payload: Payload, message: Message, memory: dict[str, str]
    ) -> None:
        self.memory = memory
        self._sender = sender
        self._payload = payload
        self._message = message
        self._shown = float("-inf")

    async def show(self, reply: Reply) -> None:
        if not reply.final and time.monotonic() - self._shown < EVERY:
            return
        self._shown = time.monotonic()
        person, at = self._message.person, spot(self._payload, self._message)
        if "channel" not in self.memory:
            try:
                self.memory["channel"] = await self._sender.direct(person)
            except Refused:  # some people cannot be written to: they are told alone, where they are
                await Thread(self._sender, self._payload, self._message, self.memory).show(reply)
                return
            if event(self._payload):
                note = Reply(self._sender.texts.say("slack.file_taken", person.language))
                await self._sender.put(replace(at, turn=f"{at.turn}:note"), note, person, {})
        await self._sender.put(
            replace(at, channel=self.memory["channel"], thread=""), reply, person, self.memory
        )


class Window:
    """
    A modal, opened before the work began or already there; `answer` is what the submission that led
    here still waits for.
    """

    def __init__(
        self,
        sender: Sender,
        payload: Payload,
        message: Message,
        memory: dict[str, str],
        answer: "asyncio.Future[dict[str, Any]] | None" = None,
    ) -> None:
        self.memory = memory
        self._sender = sender
        self._payload = payload
        self._message = message
        self._answer = answer
        self._origin = (channel(payload), thread(payload))

    async def show(self, reply: Reply) -> None:
        if not reply.final:
            return
        language, person = self._message.person.language, self._message.person
        if reply.share:
            reply = Reply(self._sender.texts.say(f"slack.{await self._share(reply)}", language))
        elif reply.attachments:
            await self._sender.hand(person, reply.attachments)
            sent = Paragraph(self._sender.texts.say("slack.files_sent", language), "note")
            reply = replace(reply, blocks=(*(reply.blocks or (Paragraph(reply.text),)), sent))
        if not self.memory.get("view") and not self._answer:
            await Thread(self._sender, self._payload, self._message, self.memory).show(reply)
            return
        try:
            await self._draw(modal(reply, self._sender.texts, language, self._origin))
        except Refused as refused:
            if refused.code in BLOCKS:
                await self._draw(
                    modal(reply, self._sender.texts, language, self._origin, alerts=False)
                )
            elif refused.code not in CLOSED:
                raise

    async def _share(self, reply: Reply) -> str:
        """
        Post the reply for everybody where the window was opened; a second click finds the first
        one's message.
        """
        place = replace(
            spot(self._payload, self._message),
            turn=f"{self._message.place}:{reply.text}",
            since=0.0,
            late=True,
        )
        person = self._message.person
        if not place.channel:
            place = replace(place, channel=await self._sender.direct(person))
        try:
            await self._sender.put(place, reply, person, {})
        except Refused as refused:
            if refused.code in ABSENT:
                return "not_shared"
            raise
        return "shared"

    async def _draw(self, view: dict[str, Any]) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result({"response_action": "update", "view": view})
            self.memory["view"] = window(self._payload)
            return
        await self._sender.api.call(
            "views.update", view_id=self.memory.get("view") or window(self._payload), view=view
        )


class Inline:
    """
    The guided dialog outside a window: each step takes the place of the message that was pressed.
    """

    def __init__(
        self, sender: Sender, payload: Payload, message: Message, memory: dict[str, str]
    ) -> None:
        self.memory = memory
        self._sender = sender
        self._payload = payload
        self._message = message

    async def show(self, reply: Reply) -> None:
        if not reply.final:
            return
        person, at = self._message.person, spot(self._payload, self._message)
        if await opened(self._sender, self._payload, reply, person):
            return
        if reply.share or reply.attachments:
            await Thread(self._sender, self._payload, self._message, self.memory).show(reply)
        elif ephemeral(self._payload):
            await self._sender.respond(
                at.team, response_url(self._payload), reply, person, replace=True
            )
        else:
            pressed = word(part(self._payload, "container"), "message_ts") or word(
                part(self._payload, "message"), "ts"
            )
            self.memory |= {"channel": at.channel, "ts": pressed}
            await self._sender.put(at, reply, person, self.memory)


class Home:
    """The tab of the app where everything begins."""

    def __init__(self, sender: Sender, message: Message, memory: dict[str, str]) -> None:
        self.memory = memory
        self._sender = sender
        self._message = message

    async def show(self, reply: Reply) -> None:
        if reply.final:
            person = self._message.person
            view = home(reply, self._sender.texts, person.language)
            await self._sender.api.call(
                "views.publish", user_id=person.id.rsplit(":", 1)[-1], view=view
            )
