"""
Where a turn's replies appear: streamed in a personal chat, elsewhere a placeholder and updates of it, then what follows below.

What only one person may see in a channel goes into the answer to their press; everybody else sees a card that says so.
"""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from bot.teams import frame, render
from bot.teams.connector import Undelivered
from bot.teams.stream import Stream
from handlers.conversation import Edited, Feedback, Message, Reply, Text
from knowledge.language import language_of
from knowledge.values import Language

if TYPE_CHECKING:
    from bot.teams.adapter import Teams

PACE = 1.5  # seconds between two updates of a message
ONCE_MORE = 2.0  # seconds before the last word of a turn is sent again, when nobody knows whether it arrived


class Screen:
    """
    One reply in one conversation.

    `memory["ids"]` holds the ids of the activities shown so far, in order. `waiting` is the client's wait for an answer to a
    press, where there is one.
    """

    def __init__(
        self,
        teams: "Teams",
        payload: frame.Activity,
        message: Message,
        memory: dict[str, str],
        waiting: "asyncio.Future[dict[str, Any]] | None" = None,
    ) -> None:
        self.memory = memory
        self._teams = teams
        self._message = message
        self._place = frame.place(payload)
        self._run = frame.run(payload)
        self._waiting = waiting
        self._shown = float("-inf")
        pressed = str(payload.get("replyToId") or "")
        self._in_ask = bool(pressed) and frame.pressed_in_ask(payload)
        self._own = bool(pressed and self._run) and not message.audience.private  # a press in one's own view
        if self._in_ask or self._own:
            self.memory.setdefault("pressed", pressed)
        self._stream = Stream(teams.connector, self._place, memory) if message.audience.private else None

    async def show(self, reply: Reply) -> None:
        """
        Show the reply; one that is not final is left out when it comes too soon, since the next replaces it.

        Raises:
            Undelivered: the last word of the turn could not be brought.
            Stopped: the person stopped the turn.
        """
        if not reply.final:
            await self._progress(reply)
            return
        if self._only_a_word(reply):
            self._respond(render.notice(reply.text))
            return
        if not reply.share and (self._in_ask or (self._own and reply.private)):
            self._respond(self._view(reply))
        try:
            await self._finish(reply)
        except Undelivered as error:
            if error.status not in (400, 413):
                raise
            plain = render.text_only(reply, self._language(reply), self._teams.texts, self._place.user)
            await self._put([plain], reply)
        for offer in await self._teams.handover.offers(reply.attachments, self._message, self._place.bot):
            await self._teams.connector.send(self._place, offer)
        self._respond(render.notice(self._teams.texts.say("teams.shown_below", self._message.person.language)))

    # ----------------------------------------------------------------- while it is being worked on

    async def _progress(self, reply: Reply) -> None:
        if self._in_ask or self._own:
            return
        if self._stream is not None and reply.blocks and "ids" not in self.memory:  # a place in a queue is no stream yet
            await self._stream.show(reply)
            if self._stream.shown:
                return
        if time.monotonic() - self._shown < PACE:
            return
        try:
            await self._put(self._drawn(reply), reply)
        except Undelivered:
            pass  # a status is not worth a second try; the next reply brings more
        finally:
            self._shown = time.monotonic()

    # ----------------------------------------------------------------- the last word

    async def _finish(self, reply: Reply) -> None:
        if self._stream is not None and self._stream.open and not reply.share:
            first, *rest = render.ending(reply, self._language(reply), self._teams.texts)
            id_ = await self._stream.finish(first)
            if id_:
                await self._remember(id_, reply)
                self.memory["ids"] = id_
                await self._put([first, *rest], reply, done=1)
                return
        await self._put(self._drawn(reply), reply)

    async def _put(self, activities: list[dict[str, Any]], reply: Reply, *, done: int = 0) -> None:
        """Bring what is shown up to these activities; the first `done` are there already."""
        ids = [] if reply.share else (self.memory.get("ids") or self.memory.get("pressed", "")).split()
        shown = ids[:done]
        for i, activity in enumerate(activities[done:], done):
            if i < len(ids):
                await self._teams.connector.update(self._place, ids[i], activity)
                shown.append(ids[i])
            else:
                shown.append(await self._send(activity, last=reply.final))
            if i == 0:
                await self._remember(shown[0], reply)
            if not reply.share:
                self.memory["ids"] = " ".join(filter(None, [*shown, *ids[len(shown) :]]))
        for id_ in ids[len(activities) :]:
            await self._teams.connector.delete(self._place, id_)
        if not reply.share:
            self.memory["ids"] = " ".join(filter(None, shown))

    async def _send(self, activity: dict[str, Any], *, last: bool) -> str:
        """Send a new message. When nobody knows whether it arrived, only a last word is sent again, once: twice beats never."""
        try:
            return await self._teams.connector.send(self._place, activity)
        except Undelivered as error:
            if not (error.unsure and last):
                raise
        await asyncio.sleep(ONCE_MORE)
        return await self._teams.connector.send(self._place, activity)

    def _language(self, reply: Reply) -> Language:
        """Return the language a reply is in: that of the question, or where there is none to read, that of its first line."""
        content = self._message.content
        said = content.text.strip() if isinstance(content, Text | Edited) else ""
        told = said if not said.isascii() or " " in said else reply.text.partition("\n")[0]
        return language_of(told, self._message.person.language)

    def _drawn(self, reply: Reply) -> list[dict[str, Any]]:
        texts, language, user = self._teams.texts, self._language(reply), self._place.user
        if self._message.audience.private or reply.share:
            return render.activities(reply, language, texts)
        if reply.ask is not None and reply.ask.others:
            return [render.channel_base(reply, language, texts, user)]
        if self._own and reply.private:
            return [render.kept_private(self._message.person.name, self._run, language, texts, user)]
        return render.activities(reply, language, texts)

    # ----------------------------------------------------------------- the client that waits

    def _only_a_word(self, reply: Reply) -> bool:
        """Report whether the reply is one sentence for one person, which their client can show by itself."""
        bare = reply.private and not reply.blocks and reply.ask is None and not reply.attachments and not self._in_ask
        return bare and self._waits

    @property
    def _waits(self) -> bool:
        return self._waiting is not None and not self._waiting.done()

    def _view(self, reply: Reply) -> dict[str, Any]:
        user = "" if self._message.audience.private else self._place.user
        return render.view(reply, self._language(reply), self._teams.texts, self._run, user)

    def _respond(self, response: dict[str, Any]) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(response)

    async def _remember(self, id_: str, reply: Reply) -> None:
        """Note which answer the thumbs under a message are about; Teams names only the message when one is pressed."""
        answer = next((block.answer for block in reply.blocks if isinstance(block, Feedback)), "")
        if answer and id_:
            await self._teams.votes.remember(self._message.place, id_, answer)


class Captured:
    """A screen for one look: keeps the last reply instead of showing it."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.reply: Reply | None = None

    async def show(self, reply: Reply) -> None:
        self.reply = reply
