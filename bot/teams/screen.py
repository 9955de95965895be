"""
Where a turn's replies appear: streamed in a personal chat, elsewhere a placeholder and updates of
it, then what follows below.

What only one person may see among others goes into the answer to their press, or into a message
that they alone see; where the service takes no such message, everybody reads that it can be had in
the personal chat, and nothing else.
"""

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.teams import frame, render
from bot.teams.base_cards import with_way_back
from bot.teams.refusal import UNKNOWN, Undelivered
from bot.teams.stream import Stream
from handlers.conversation import Edited, Feedback, Message, Reply, Text
from knowledge.text.language import language_of
from knowledge.values import Language

if TYPE_CHECKING:
    from bot.teams.adapter import Teams

log = logging.getLogger(__name__)
PACE = 1.5  # seconds between two updates of a message
TAKEN = 201  # what the service answers to a new message
GONE = 404  # what the service answers for a message that was deleted
# seconds before the last word of a turn is sent again, when nobody knows whether it arrived
ONCE_MORE = 2.0


class Screen:
    """
    One reply in one conversation.

    `memory["ids"]` holds the ids of the activities shown so far, in order. `waiting` is the
    client's wait for an answer to a press, where there is one.
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
        self._payload = payload
        self._place = frame.place(payload)
        self._run = frame.run(payload)
        self._waiting = waiting
        self._shown = float("-inf")
        pressed = str(payload.get("replyToId") or "")
        personal = self._place.kind == "personal"
        self._among_others = not personal
        self._alone = frame.own(payload)  # its person alone sees what was said or pressed
        self._in_ask = bool(pressed) and frame.pressed_in_ask(payload) and not self._alone
        self._own = bool(pressed and self._run) and not (
            personal or self._alone
        )  # a press in one's own view of a run
        if self._in_ask or self._own:
            self.memory.setdefault("pressed", pressed)
        self._stream = Stream(teams.connector, self._place, memory) if personal else None

    async def show(self, reply: Reply) -> None:
        """
        Show the reply; one that is not final is left out when it comes too soon, since the next
        replaces it.

        Raises:
            Undelivered: the last word of the turn could not be brought.
            Stopped: the person stopped the turn.
        """
        if reply.place:
            self._place = replace(self._place, conversation=reply.place.removeprefix("teams:"))
        if not reply.final:
            await self._progress(reply)
            return
        if self._only_a_word(reply):
            self._respond(render.notice(reply.text))
            return
        if self._hidden(reply) and not self._own:
            await self._tell(reply)
            return
        if not reply.share and (self._in_ask or (self._own and reply.private)):
            self._respond(self._view(reply))
        try:
            await self._finish(reply)
        except Undelivered as error:
            if error.status not in (400, 413):
                raise
            await self._put([self._in_words(reply)], reply)
        await self._hand(reply)
        self._respond(
            render.notice(self._teams.texts.say("teams.shown_below", self._message.person.language))
        )

    # ----------------------------------------------------------------- what one person alone may
    # see

    def _hidden(self, reply: Reply) -> bool:
        """
        Report whether others are about who must not see this; a question that has a card for them
        is none.
        """
        if not self._among_others or reply.share:
            return False
        for_others = reply.ask is not None and bool(reply.ask.others)
        return self._alone or self._message.audience.private or (reply.private and not for_others)

    async def _tell(self, reply: Reply) -> None:
        """
        Show the reply to its person alone; where Teams offers no way to that, say where it can be
        had.
        """
        shown = reply
        if await self._teams.base_cards.pressed(self._payload) is not None:
            shown = with_way_back(reply, self._language(reply), self._teams.texts)
        if self._waits:
            self._respond(self._view(shown))
        elif not await self._whisper(reply):
            await self._point()
            return
        await self._take_back()
        await self._hand(reply)

    async def _whisper(self, reply: Reply) -> bool:
        """
        Send the reply as a message that its person alone sees, without a card where that is
        refused; False: not brought.
        """
        drawn = render.whispered(reply, self._language(reply), self._teams.texts)
        for activities in (drawn, [self._plain(reply)]):
            status = await self._whispered(activities, reply)
            if status == TAKEN:
                return True
            if status not in (400, 413, *UNKNOWN):
                return False
        return False

    async def _whispered(self, activities: list[dict[str, Any]], reply: Reply) -> int:
        """
        Send these activities to the person alone; return TAKEN, or what the service answered to the
        first it refused.
        """
        try:
            first = ""
            for activity in activities:
                id_ = await self._teams.connector.whisper(self._place, activity)
                first = first or id_
            await self._remember(first, reply)
        except Undelivered as error:
            log.warning(
                "a message to one person among others was not taken", extra={"status": error.status}
            )
            return error.status
        return TAKEN

    async def _point(self) -> None:
        """
        Say to everybody that the reply is for one person's eyes; who only changed a question asked
        nothing of us.
        """
        if isinstance(self._message.content, Edited):
            return
        try:
            await self._put([self._elsewhere()], Reply(""))
        except Undelivered as error:
            if error.status not in (400, 413):
                raise
            texts, language = self._teams.texts, self._message.person.language
            await self._put(
                [render.said(texts.say("teams.private_elsewhere", language), language)], Reply("")
            )

    async def _hand(self, reply: Reply) -> None:
        """
        Show the way to the files of a reply, to its person alone where the reply was theirs alone.
        """
        alone = (
            self._among_others
            and not reply.share
            and (reply.private or self._message.audience.private)
        )
        for offer in await self._teams.file_consent.offers(
            reply.attachments, self._message, self._place
        ):
            if not alone:
                await self._teams.connector.send(self._place, offer)
            elif await self._whispered([offer], Reply(reply.text)) != TAKEN:
                await self._teams.connector.send(self._place, self._elsewhere())

    def _elsewhere(self) -> dict[str, Any]:
        return render.elsewhere(self._message.person.language, self._teams.texts, self._place.bot)

    async def _take_back(self) -> None:
        """
        Delete what everybody saw while the work went on; what cannot be deleted held nothing of the
        reply.
        """
        for id_ in self.memory.pop("ids", "").split():
            try:
                await self._teams.connector.delete(self._place, id_)
            except Undelivered as error:
                log.warning("a placeholder stays", extra={"status": error.status})

    # ----------------------------------------------------------------- while it is being worked on

    async def _progress(self, reply: Reply) -> None:
        if self._in_ask or self._own or reply.share or self._hidden(reply):
            return
        if (
            self._stream is not None and reply.blocks and "ids" not in self.memory
        ):  # a place in a queue is no stream yet
            await self._stream.show(reply)
            if self._stream.shown:
                return
        if time.monotonic() - self._shown < PACE:
            return
        try:
            await self._put(self._drawn(reply), reply)
            if self._among_others:  # the client need not wait for what everybody will see
                self._respond(
                    render.notice(
                        self._teams.texts.say("teams.received", self._message.person.language)
                    )
                )
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
        ids = (
            []
            if reply.share
            else (self.memory.get("ids") or self.memory.get("pressed", "")).split()
        )
        shown = ids[:done]
        for i, activity in enumerate(activities[done:], done):
            if i < len(ids) and await self._updated(ids[i], activity):
                shown.append(ids[i])
            else:
                shown.append(await self._send(activity, last=reply.final))
            if i == 0:
                await self._remember(shown[0], reply)
            if self._among_others and reply.final:
                await self._teams.base_cards.keep(self._place.conversation, shown[-1], activity)
            if not reply.share:
                self.memory["ids"] = " ".join(filter(None, [*shown, *ids[len(shown) :]]))
        for id_ in ids[len(activities) :]:
            await self._teams.connector.delete(self._place, id_)
        if not reply.share:
            self.memory["ids"] = " ".join(filter(None, shown))

    async def _updated(self, id_: str, activity: dict[str, Any]) -> bool:
        """Put an activity in the place of another; False where that one was deleted meanwhile."""
        try:
            await self._teams.connector.update(self._place, id_, activity)
        except Undelivered as error:
            if error.status != GONE:
                raise
            return False
        return True

    async def _send(self, activity: dict[str, Any], *, last: bool) -> str:
        """
        Send a new message. When nobody knows whether it arrived, only a last word is sent again,
        once: twice beats never.
        """
        try:
            return await self._teams.connector.send(self._place, activity)
        except Undelivered as error:
            if not (error.unsure and last):
                raise
        await asyncio.sleep(ONCE_MORE)
        return await self._teams.connector.send(self._place, activity)

    def _language(self, reply: Reply) -> Language:
        """
        Return the language a reply is in: that of the question, or where there is none to read,
        that of its first line.
        """
        content = self._message.content
        said = content.text.strip() if isinstance(content, Text | Edited) else ""
        told = said if not said.isascii() or " " in said else reply.text.partition("\n")[0]
        return language_of(told, self._message.person.language)

    def _drawn(self, reply: Reply) -> list[dict[str, Any]]:
        texts, language, user = self._teams.texts, self._language(reply), self._place.user
        if not self._among_others or reply.share:
            return render.activities(reply, language, texts)
        if reply.ask is not None and reply.ask.others:
            return [render.channel_base(reply, language, texts, user)]
        if self._own and reply.private:
            return [
                render.kept_private(self._message.person.name, self._run, language, texts, user)
            ]
        return render.activities(reply, language, texts)

    # ----------------------------------------------------------------- the client that waits

    def _only_a_word(self, reply: Reply) -> bool:
        """
        Report whether the reply is one sentence for one person, which their client can show by
        itself.
        """
        alone = reply.private or self._hidden(reply)
        bare = (
            alone
            and not reply.blocks
            and reply.ask is None
            and not reply.attachments
            and not self._in_ask
        )
        return bare and self._waits

    @property
    def _waits(self) -> bool:
        return self._waiting is not None and not self._waiting.done()

    def _view(self, reply: Reply) -> dict[str, Any]:
        user = self._place.user if self._own else ""
        texts, language = self._teams.texts, self._language(reply)
        return render.view(reply, language, texts, self._run, user, among_others=self._among_others)

    def _in_words(self, reply: Reply) -> dict[str, Any]:
        """
        Return what is drawn without any card: of what one person alone may read, what others see in
        its place.
        """
        kept = reply.private and self._among_others and not reply.share
        if kept:
            return render.for_others(
                reply, self._message.person.name, self._language(reply), self._teams.texts
            )
        return self._plain(reply)

    def _plain(self, reply: Reply) -> dict[str, Any]:
        return render.text_only(reply, self._language(reply), self._teams.texts, self._place.user)

    def _respond(self, response: dict[str, Any]) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(response)

    async def _remember(self, id_: str, reply: Reply) -> None:
        """
        Note which answer the thumbs under a message are about; Teams names only the message when
        one is pressed.
        """
        answer = next((block.answer for block in reply.blocks if isinstance(block, Feedback)), "")
        if answer and id_:
            await self._teams.feedback_targets.remember(
                f"teams:{self._place.conversation}", id_, answer
            )


class Captured:
    """A screen for one look: keeps the last reply instead of showing it."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.reply: Reply | None = None

    async def show(self, reply: Reply) -> None:
        self.reply = reply
