"""
Where a turn's replies appear: streamed in a personal chat, elsewhere a placeholder and updates of
it, then what follows below.

What only one person may see among others goes into the answer to their press, or into a message
that they alone see; where the service takes no such message, everybody reads that it can be had in
the personal chat, and nothing else.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot.teams import invoke, render
from bot.teams.activity import Activity, Json
from bot.teams.base_cards import with_way_back
from bot.teams.refusal import UNKNOWN, UNREADABLE, Undelivered
from bot.teams.sender import TAKEN, Sender
from bot.teams.stream import Stream
from handlers.conversation import Edited, Message, Reply, Text
from knowledge.text.language import told_language
from knowledge.values import Language

PACE = 1.5  # seconds between two updates of a message
BEAT = 1.0  # seconds between two looks whether a stream was stopped
Answer = asyncio.Future[Json]  # what a client that waits will be answered


class Screen:
    """
    One reply in one conversation.

    `memory["ids"]` holds the ids of the activities shown so far, in order. `waiting` is the
    client's wait for an answer to a press, where there is one.
    """

    def __init__(
        self,
        sender: Sender,
        activity: Activity,
        message: Message,
        memory: dict[str, str],
        waiting: Answer | None = None,
    ) -> None:
        self.memory = memory
        self._sender = sender
        self._texts = sender.texts
        self._message = message
        self._person = message.person
        self._activity = activity
        self._to = activity.destination
        self._waiting = waiting
        self._shown = float("-inf")
        self._among_others = not activity.personal
        self._alone = activity.own  # its person alone sees what was said or pressed
        pressed = bool(activity.reply_to)
        everybodys = self._among_others and not self._alone
        self._in_ask = pressed and activity.in_ask and not self._alone
        self._in_panel = pressed and activity.in_panel and activity.personal
        # a press in one's own view of a run
        self._own_view = pressed and bool(activity.run) and everybodys
        if self._in_ask or self._own_view:
            self.memory.setdefault("pressed", activity.reply_to)
        self._stream = None
        if activity.personal:
            self._stream = Stream(sender.connector, self._to, memory)

    async def show(self, reply: Reply) -> None:
        """
        Show the reply; one that is not final is left out when it comes too soon, since the next
        replaces it.

        Raises:
            Undelivered: the last word of the turn could not be brought.
            Stopped: the person stopped the turn.
        """
        if not self._among_others:
            reply = render.without_sharing(reply)
        if reply.final and reply.panel and self._in_panel:
            self._in_ask = True  # it takes the place of what was pressed in the same way
            self.memory.setdefault("pressed", self._activity.reply_to)
        if reply.place:
            self._to = replace(self._to, conversation=reply.place.removeprefix("teams:"))
        if not reply.final:
            await self._progress(reply)
        elif self._is_only_a_word(reply):
            self._respond(invoke.notice(reply.text))
        elif self._is_hidden(reply) and not self._own_view:
            await self._tell(reply)
        else:
            await self._show_final(reply)

    async def stopped(self) -> None:
        """Return once its person stopped the turn, which only a stream can tell of."""
        if self._stream is None:
            await asyncio.Event().wait()
            return
        while not await self._stream.stopped():  # noqa: ASYNC110  # Teams tells only who asks
            await asyncio.sleep(BEAT)

    async def _show_final(self, reply: Reply) -> None:
        in_own_view = self._own_view and reply.private
        if not reply.share and (self._in_ask or in_own_view):
            self._respond(self._view(reply))
        try:
            await self._finish(reply)
        except Undelivered as error:
            if error.status not in UNREADABLE:
                raise
            await self._put([self._in_words(reply)], reply)
        await self._sender.withdrawal.note(self._activity, self.memory.get("ids", ""))
        await self._hand(reply)
        self._respond(invoke.notice(self._say("shown_below")))

    # ----------------------------------------------------------------- for one person's eyes

    def _is_hidden(self, reply: Reply) -> bool:
        """
        Report whether others are about who must not see this; a question that has a card for them
        is none.
        """
        if not self._among_others or reply.share:
            return False
        if self._alone or self._message.audience.private:
            return True
        for_others = reply.ask is not None and bool(reply.ask.others)
        return reply.private and not for_others

    async def _tell(self, reply: Reply) -> None:
        """
        Show the reply to its person alone; where Teams offers no way to that, say where it can be
        had.
        """
        base = await self._sender.base_cards.pressed(self._activity)
        if self._client_waits:
            own = reply
            if base is not None:
                own = with_way_back(reply, self._language(reply), self._texts)
            self._respond(self._view(own))
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
        messages = render.whispered(reply, self._language(reply), self._texts)
        status = await self._sender.whisper(self._to, messages, reply)
        if status in UNREADABLE | UNKNOWN:
            status = await self._sender.whisper(self._to, [self._plain(reply)], reply)
        return status == TAKEN

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
            if error.status not in UNREADABLE:
                raise
            sentence = render.said(self._say("private_elsewhere"), self._person.language)
            await self._put([sentence], Reply(""))

    async def _hand(self, reply: Reply) -> None:
        """
        Show the way to the files of a reply, to its person alone where the reply was theirs alone.
        """
        private = reply.private or self._message.audience.private
        alone = self._among_others and private and not reply.share
        consent = self._sender.file_consent
        for offer in await consent.offers(reply.attachments, self._message, self._to):
            if not alone:
                await self._sender.connector.send(self._to, offer)
                continue
            status = await self._sender.whisper(self._to, [offer], Reply(reply.text))
            if status != TAKEN:
                await self._sender.connector.send(self._to, self._elsewhere())

    def _elsewhere(self) -> Json:
        return render.elsewhere(self._person.language, self._texts, self._to.bot)

    async def _take_back(self) -> None:
        """Delete what everybody saw while the work went on."""
        for id_ in self.memory.pop("ids", "").split():
            await self._sender.delete(self._to, id_)

    # ----------------------------------------------------------------- while it is being worked on

    async def _progress(self, reply: Reply) -> None:
        replaced = self._in_ask or self._own_view or self._in_panel
        if replaced or reply.share or self._is_hidden(reply):
            return
        if self._stream is not None and reply.blocks and "ids" not in self.memory:
            # a place in a queue is no stream yet
            await self._stream.show(reply)
            if self._stream.shown:
                return
        if time.monotonic() - self._shown < PACE:
            return
        # a status is not worth a second try; the next reply brings more
        with suppress(Undelivered):
            await self._put(self._drawn(reply), reply)
            if self._among_others:  # the client need not wait for what everybody will see
                self._respond(invoke.notice(self._say("received")))
        self._shown = time.monotonic()

    # ----------------------------------------------------------------- the last word

    async def _finish(self, reply: Reply) -> None:
        if self._stream is None or reply.share:
            await self._put(self._drawn(reply), reply)
            return
        if not self._stream.open:
            await self._replace_stream(reply)
            return
        ending = render.ending(reply, self._language(reply), self._texts)
        id_ = await self._stream.finish(ending[0])
        if not id_:
            await self._replace_stream(reply)
            return
        await self._sender.remember(self._to, id_, reply)
        self.memory["ids"] = id_
        await self._put(ending, reply, done=1)

    async def _replace_stream(self, reply: Reply) -> None:
        """
        Put the reply in the place of what a stream began that is over: half an answer above the
        whole one would be read as another.
        """
        begun = self.memory.get("shown", "")
        if begun:
            self.memory.setdefault("ids", begun)
            await self._put(render.ending(reply, self._language(reply), self._texts), reply)
            return
        await self._put(self._drawn(reply), reply)

    async def _put(self, activities: Sequence[Json], reply: Reply, *, done: int = 0) -> None:
        """Bring what is shown up to these activities; the first `done` are there already."""
        ids = [] if reply.share else self._ids()
        standing = ids[:done]
        for number, activity in enumerate(activities[done:], done):
            id_ = await self._put_one(activity, ids[number : number + 1], last=reply.final)
            standing.append(id_)
            if number == 0:
                await self._sender.remember(self._to, id_, reply)
            if self._among_others and reply.final:
                await self._sender.base_cards.keep(self._to.conversation, id_, activity)
            if not reply.share:
                self._note([*standing, *ids[len(standing) :]])
        if reply.live:
            language = self._language(reply)
            await self._sender.live.keep(reply.live, self._to, standing, language)
        for id_ in ids[len(activities) :]:
            await self._sender.connector.delete(self._to, id_)
        if not reply.share:
            self._note(standing)

    async def _put_one(self, activity: Json, there: Sequence[str], *, last: bool) -> str:
        """Return the id under which the activity now stands, in the place of what is `there`."""
        for id_ in there:
            if await self._sender.update(self._to, id_, activity):
                return id_
        return await self._sender.send(self._to, activity, last=last)

    def _ids(self) -> list[str]:
        """Return the messages that stand there: our own so far, or the card that was pressed."""
        ids = self.memory.get("ids") or self.memory.get("pressed", "")
        return ids.split()

    def _note(self, ids: Sequence[str]) -> None:
        self.memory["ids"] = " ".join(filter(None, ids))

    def _drawn(self, reply: Reply) -> list[Json]:
        texts, language, user = self._texts, self._language(reply), self._to.user
        if self._among_others and not reply.share:
            if reply.ask is not None and reply.ask.others:
                return [render.channel_base(reply, language, texts, user)]
            if self._own_view and reply.private:
                run = self._activity.run
                return [render.kept_private(self._person.name, run, language, texts, user)]
        return render.activities(reply, language, texts)

    # ----------------------------------------------------------------- the client that waits

    def _is_only_a_word(self, reply: Reply) -> bool:
        """
        Report whether the reply is one sentence for one person, which their client can show by
        itself.
        """
        if not self._client_waits or self._in_ask:
            return False
        bare = not reply.blocks and reply.ask is None and not reply.attachments
        return bare and (reply.private or self._is_hidden(reply))

    @property
    def _client_waits(self) -> bool:
        return self._waiting is not None and not self._waiting.done()

    def _respond(self, response: Json) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(response)

    def _view(self, reply: Reply) -> Json:
        viewer = invoke.Viewer(
            user=self._to.user if self._own_view else "",
            run=self._activity.run,
            among_others=self._among_others,
        )
        return invoke.view(reply, self._language(reply), self._texts, viewer)

    # ----------------------------------------------------------------- words

    def _language(self, reply: Reply) -> Language:
        """
        Return the language a reply is in: that of the question, or where there is none to read,
        that of its first line.
        """
        if reply.answer is not None:
            return reply.answer.language
        content = self._message.content
        question = content.text if isinstance(content, Text | Edited) else ""
        first_line = reply.text.partition("\n")[0]
        told = told_language(question) or told_language(first_line)
        return told or self._person.language

    def _say(self, name: str) -> str:
        return self._texts.say(f"teams.{name}", self._person.language)

    def _in_words(self, reply: Reply) -> Json:
        """
        Return what is drawn without any card: of what one person alone may read, what others see in
        its place.
        """
        if reply.private and self._among_others and not reply.share:
            language = self._language(reply)
            return render.for_others(reply, self._person.name, language, self._texts)
        return self._plain(reply)

    def _plain(self, reply: Reply) -> Json:
        return render.text_only(reply, self._language(reply), self._texts, self._to.user)


class Recorder:
    """A screen for one look: keeps the last reply instead of showing it."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.reply: Reply | None = None

    async def show(self, reply: Reply) -> None:
        self.reply = reply
