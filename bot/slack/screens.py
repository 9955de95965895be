"""
Where a turn's replies appear: in a thread, to the asker alone, in their direct messages, in place
of a pressed message, or at home; `window.py` is the modal.

What only one person may see never has a public placeholder and never takes the place of a public
message.
"""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace

from bot.slack.agent import BEGUN
from bot.slack.parse import begins_in_thread
from bot.slack.payload import Event, Payload
from bot.slack.progress import EVERY, FIRST, Progress
from bot.slack.refusals import GONE, Busy, Refused, Unanswered
from bot.slack.render.ask import guided
from bot.slack.render.text import cut
from bot.slack.render.windows import home, modal
from bot.slack.sender import Destination, Sender
from bot.stopping import Stopped
from handlers.conversation import Message, Paragraph, Reply, Text

log = logging.getLogger(__name__)
PROMPTS = 4  # that Slack shows
PROMPT = 75  # characters of the title of one
# the bot may not write there
ABSENT = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action"})


class SlackScreen:
    """What the screens have in common. `memory` survives the process."""

    def __init__(
        self, sender: Sender, payload: Payload, message: Message, memory: dict[str, str]
    ) -> None:
        self.memory = memory
        self._sender = sender
        self._payload = payload
        self._message = message
        self._person = message.person

    async def show(self, reply: Reply) -> None:
        """Show a reply in place of the one before; each kind of screen says where."""
        raise NotImplementedError

    def _destination(self) -> Destination:
        """
        Return where the answer belongs; a turn that was delivered before may have been begun by
        another process.
        """
        payload = self._payload
        return Destination(
            payload.team,
            payload.channel,
            payload.thread,
            self._message.id,
            payload.said_at,
            repeated=payload.repeated,
            unclaimed=payload.unclaimed,
            waits=self._waits,
        )

    async def _waits(self, first: int, seconds: float) -> None:
        """Say how many answers come first where Slack takes no more messages for now."""
        payload = self._payload
        text = self._sender.texts.say(
            "slack.queued", self._person.language, n=first, seconds=round(seconds)
        )
        to = Destination(payload.team, payload.channel, payload.thread, self._message.id)
        if await self._sender.status(to, text) or self.memory.get("told"):
            return
        self.memory["told"] = "yes"
        with suppress(Refused, Unanswered):
            await self._sender.mention(
                replace(to, thread=payload.visible_thread), text, self._person
            )

    async def _open_window(self, reply: Reply) -> bool:
        """
        Open what needs a window (a form, a source) in one, where the click still allows it; report
        whether it is open.
        """
        payload = self._payload
        form = reply.ask is not None and not guided(reply.ask)
        wants_window = form or bool(reply.title)
        if not wants_window or not payload.trigger or payload.window:
            return False
        origin = (payload.channel, payload.thread)
        view = modal(reply, self._sender.texts, self._person.language, origin)
        try:
            await self._sender.api(payload.team).call(
                "views.open", trigger_id=payload.trigger, view=view
            )
        except (Refused, Unanswered) as error:
            log.warning("a window did not open", extra={"reason": str(error)})
            return False
        return True

    async def _in_place(self, reply: Reply) -> None:
        """Put the reply in the place of the message that was pressed, which one person sees."""
        to = self._destination()
        if self._payload.ephemeral:
            url = self._payload.response_url
            await self._sender.respond(to.team, url, reply, self._person, replace=True)
            return
        self.memory |= {"channel": to.channel, "ts": self._payload.message_ts}
        await self._sender.put(to, reply, self._person, self.memory)

    async def _in_thread(self, reply: Reply) -> None:
        """Show the reply in the thread instead, with the same memory."""
        await Thread(self._sender, self._payload, self._message, self.memory).show(reply)


class Thread(SlackScreen):
    """One message in a thread that is updated; what only the asker may see goes to them alone."""

    def __init__(
        self, sender: Sender, payload: Payload, message: Message, memory: dict[str, str]
    ) -> None:
        super().__init__(sender, payload, message, memory)
        self._to = self._destination()
        self._title = ""
        if isinstance(message.content, Text):
            self._title = message.content.text
        self._progress = Progress(sender, self._to, message.person, memory, self._title)
        self._lost = False

    async def show(self, reply: Reply) -> None:
        if self._lost:
            return
        await self._obey_stop()
        if reply.place:
            self._to = _at_place(self._to, reply.place)
            self._progress.to = self._to
        private = (reply.private or self._message.audience.private) and not reply.share
        alone = private and bool(self._to.channel) and not self._to.channel.startswith("D")
        if not reply.final:
            if not alone and self._to.channel:
                await self._progress.show(reply)
            return
        await self._progress.end()
        if await self._open_window(reply):
            await self._take_back()
            return
        try:
            if alone:
                await self._tell(reply)
            else:
                await self._post(reply)
        except Refused as refused:
            if refused.code not in ABSENT | GONE:
                raise
            await self._elsewhere(reply, refused)
        await self._rest()

    async def stopped(self) -> None:
        """Return once its person pressed Slack's own button that stops the work."""
        while not self._can_be_stopped():  # noqa: ASYNC110  # Slack's answer comes elsewhere
            await asyncio.sleep(FIRST)  # until Slack shows that it is worked on
        to = self._to
        await self._sender.agents.until_stopped(to.team, to.channel, to.thread, to.since)
        await self._progress.end()

    def _can_be_stopped(self) -> bool:
        return bool(self.memory.get(BEGUN) or self.memory.get("stream"))

    async def _obey_stop(self) -> None:
        """
        End the turn where its person pressed Slack's own button for that.

        Raises:
            Stopped
        """
        to = self._to
        if not self._can_be_stopped():
            return
        if await self._sender.agents.stopped(to.team, to.channel, to.thread, to.since):
            await self._progress.end()
            raise Stopped

    async def _rest(self) -> None:
        """Let a session that was worked on rest; a talk that begins gets its title."""
        begins = begins_in_thread(self._payload)
        if not self.memory.pop(BEGUN, "") and not begins:
            return
        to = self._to
        await self._sender.agents.rest(to.team, to.channel, to.thread, self._title)

    async def _post(self, reply: Reply) -> None:
        if not self._to.channel:  # home: the answer goes to the direct messages
            channel = await self._sender.direct(self._person)
            self._to = replace(self._to, channel=channel)
        await self._sender.put(self._to, reply, self._person, self.memory)
        if reply.answer or reply.supersedes:
            await self._sender.settle(self._to, reply, self._person, self.memory)
        if reply.live:
            language = self._person.language
            await self._sender.live.keep(reply.live, self._to.team, self.memory, language)

    async def _tell(self, reply: Reply) -> None:
        """Tell the asker alone; a placeholder everybody sees goes away first."""
        await self._take_back()
        to = replace(self._to, thread=self._payload.visible_thread)
        await self._sender.whisper(to, reply, self._person)
        if reply.attachments:
            await self._sender.hand(self._person, reply.attachments)

    async def _take_back(self) -> None:
        """Delete what was shown while the work went on, all of its messages."""
        keys = [key for key in self.memory if key.startswith("ts")]
        for key in keys:
            ts = self.memory.pop(key)
            api = self._sender.api(self._to.team)
            await api.call("chat.delete", channel=self.memory["channel"], ts=ts)

    async def _in_direct_messages(self, reply: Reply) -> bool:
        """Answer a person who asked where nobody but people may write; False where that fails."""
        note = self._sender.texts.say("slack.elsewhere", self._person.language)
        above = Paragraph(note, "note")
        told = replace(reply, blocks=(above, *(reply.blocks or (Paragraph(reply.text),))))
        try:
            channel = await self._sender.direct(self._person)
            to = replace(self._to, channel=channel, thread="")
            await self._sender.put(to, told, self._person, {})
        except (Refused, Unanswered):
            return False
        return True

    async def _elsewhere(self, reply: Reply, refused: Refused) -> None:
        """
        Answer where the bot is no member by the address that came along, else say so to the
        operator, once.
        """
        url = self._payload.response_url
        if url and refused.code in ABSENT:
            if reply.final:
                team = self._to.team
                await self._sender.respond(team, url, reply, self._person, replace=False)
            return
        self._lost = True
        if reply.final and refused.code in ABSENT and await self._in_direct_messages(reply):
            return
        log.error(
            "Slack takes no answer there; is the app installed and a member of the channel?",
            extra={"code": refused.code},
        )


class Prompts(SlackScreen):
    """Questions to begin with, where Slack offers them beside the field people write in."""

    async def show(self, reply: Reply) -> None:
        if not reply.final or not self._sender.agents.known(self._payload.team):
            return
        lines = reply.text.splitlines()[:PROMPTS]
        prompts = [{"title": cut(line, PROMPT), "message": line} for line in lines]
        if not prompts:
            return
        method = "assistant.threads.setSuggestedPrompts"
        api = self._sender.api(self._payload.team)
        with suppress(Refused, Unanswered):
            await api.call(method, channel_id=self._payload.channel, prompts=prompts)


class Unseen:
    """Where nothing is shown: what was done shows by itself."""

    def __init__(self, memory: dict[str, str]) -> None:
        self.memory = memory

    async def show(self, reply: Reply) -> None:
        """Show nothing."""


class Direct(SlackScreen):
    """
    The direct messages of whoever sent files in a channel or by a window; there, a line says where
    the answer is.
    """

    def __init__(
        self, sender: Sender, payload: Payload, message: Message, memory: dict[str, str]
    ) -> None:
        super().__init__(sender, payload, message, memory)
        self._shown = float("-inf")

    async def show(self, reply: Reply) -> None:
        if not reply.final and time.monotonic() - self._shown < EVERY:
            return
        self._shown = time.monotonic()
        to = self._destination()
        if "channel" not in self.memory:
            try:
                self.memory["channel"] = await self._sender.direct(self._person)
            except Refused:  # some people cannot be written to: they are told alone, where they are
                await self._in_thread(reply)
                return
            if isinstance(self._payload.deed, Event):
                await self._note(to)
        here = replace(to, channel=self.memory["channel"], thread="")
        with suppress(Busy):
            await self._sender.put(here, reply, self._person, self.memory)

    async def _note(self, to: Destination) -> None:
        """Say where the file was sent that its answer is in the direct messages."""
        text = self._sender.texts.say("slack.file_taken", self._person.language)
        beside = replace(to, turn=f"{to.turn}:note")
        await self._sender.put(beside, Reply(text), self._person, {})


class Inline(SlackScreen):
    """
    The guided dialog outside a window: each step takes the place of the message that was pressed.
    """

    async def show(self, reply: Reply) -> None:
        if not reply.final:
            return
        if await self._open_window(reply):
            return
        if reply.share or reply.attachments:
            await self._in_thread(reply)
        else:
            await self._in_place(reply)


class Panel(SlackScreen):
    """A panel of one person: another panel takes its place, all else comes beside it."""

    async def show(self, reply: Reply) -> None:
        if not reply.final:
            return
        if reply.panel:
            await self._in_place(reply)
        else:
            await self._in_thread(reply)


class Home(SlackScreen):
    """The tab of the app where everything begins."""

    async def show(self, reply: Reply) -> None:
        if not reply.final:
            return
        view = home(reply, self._sender.texts, self._person.language)
        user = self._person.id.rsplit(":", 1)[-1]
        await self._sender.api(self._payload.team).call("views.publish", user_id=user, view=view)


def _at_place(to: Destination, place: str) -> Destination:
    """Return the destination at a place of talk as `parse.message` names it."""
    _, _, channel, thread = place.split(":", 3)
    return replace(to, channel=channel, thread=thread)
