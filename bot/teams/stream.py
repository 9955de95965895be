"""
One streamed message in a personal chat: a status, then words that grow, then the whole message in
its place.

Teams takes a stream for two minutes, about one request a second, each text beginning with the one
before. Whatever it refuses ends the stream and never the turn: the last word then comes as a
message of its own.
"""

import asyncio
import logging
import time
from asyncio import Lock, create_task, shield
from contextlib import suppress

from bot.stopping import Stopped
from bot.teams import render
from bot.teams.activity import Destination, Json
from bot.teams.connector import Connector
from bot.teams.refusal import UNREADABLE, Undelivered
from handlers.conversation import Reply

log = logging.getLogger(__name__)
LIMIT = 115.0  # seconds a stream may last; Teams closes it after 120
PACE = 1.5  # seconds between two updates
FORBIDDEN = 403  # how Teams ends a stream; its words say why
SILENT = 3.0  # seconds without an update after which one is sent, to hear whether it was stopped
LAST = 1.0  # seconds before the last one


class Stream:
    """
    `memory` keeps "stream" (its id), "sequence" and "since" (Unix time), so that another process
    can end it.
    """

    def __init__(self, connector: Connector, to: Destination, memory: dict[str, str]) -> None:
        self._connector = connector
        self._to = to
        self._memory = memory
        self._words = ""
        self._latest = Reply("")
        self._sending = Lock()
        self._cancelled = False
        self._sent = float("-inf")
        self._over = memory.get("stream") == ""

    @property
    def open(self) -> bool:
        return bool(self._memory.get("stream")) and not self._over

    @property
    def shown(self) -> bool:
        """Report whether something was shown in it, though it may be over by now."""
        return "shown" in self._memory

    async def show(self, reply: Reply) -> None:
        """
        Show what there is so far; left out when it comes too soon or cannot be part of this stream.

        Raises:
            Stopped: the person pressed "stop".
        """
        words = render.streamed(reply)
        too_soon = time.monotonic() - self._sent < PACE
        if self._over or too_soon or not self._grows_to(words):
            return
        await self._show(reply, words)

    async def stopped(self) -> bool:
        """
        Report whether the person pressed "stop". Teams tells of it by refusing the next update, so
        what is shown is sent again where there was no update for a while.
        """
        if self.open and time.monotonic() - self._sent >= SILENT:
            # never given up half way: Teams counts what it is sent
            await shield(create_task(self._beat()))
        return self._cancelled

    async def _beat(self) -> None:
        with suppress(Stopped):
            await self._show(self._latest, self._words)

    async def _show(self, reply: Reply, words: str) -> None:
        """Send one update, after those before it. Raises Stopped."""
        async with self._sending:
            await self._send(reply, words)

    async def _send(self, reply: Reply, words: str) -> None:
        if self._cancelled:
            raise Stopped
        if self.open and time.time() - float(self._memory["since"]) > LIMIT:
            self._end()
            return
        self._latest = reply
        self._memory.setdefault("since", str(time.time()))
        self._memory["sequence"] = str(int(self._memory.get("sequence", 0)) + 1)
        try:
            id_ = await self._connector.send(self._to, self._growing(reply, words))
        except Undelivered as error:
            self._stopped(error)
            self._end()
            return
        finally:
            self._sent = time.monotonic()
        self._words = words
        if id_ and not self.open:
            self._memory |= {"stream": id_, "shown": id_}

    async def finish(self, message: Json) -> str:
        """
        Put the whole message in the stream's place and return its id; "" where Teams does not take
        it there.

        A repeat is harmless: Teams takes one end of a stream and refuses a second.

        Raises:
            Stopped: the person pressed "stop".
            Undelivered: the message itself was refused.
        """
        async with self._sending:  # an update that is on its way comes first
            if self._cancelled:
                raise Stopped
        if not self.open or time.time() - float(self._memory["since"]) > LIMIT:
            return ""
        id_ = self._memory["stream"]
        await asyncio.sleep(max(0.0, self._sent + LAST - time.monotonic()))
        info = {"type": "streaminfo", "streamId": id_, "streamType": "final"}
        whole = message | {"entities": [*message.get("entities", ()), info]}
        taken = await self._end_with(whole)
        self._end()
        return id_ if taken else ""

    async def _end_with(self, whole: Json) -> bool:
        """
        Send the end of the stream, once more where nobody knows whether it arrived; report whether
        Teams has it.
        """
        try:
            await self._connector.send(self._to, whole)
        except Undelivered as error:
            self._judge(error)
            if not error.unsure:
                return False
        else:
            return True
        await asyncio.sleep(LAST)
        try:
            await self._connector.send(self._to, whole)
        except Undelivered as error:
            self._judge(error)
            return _is_complete(error)  # then the first one had arrived
        return True

    def _grows_to(self, words: str) -> bool:
        """Report whether these words are more than those shown, and begin with them."""
        if not self._words:
            return True
        return words != self._words and words.startswith(self._words)

    def _growing(self, reply: Reply, words: str) -> Json:
        sequence = int(self._memory["sequence"])
        activity = render.informative(reply, sequence)
        if words:
            activity = render.growing(words, sequence)
        if self.open:
            activity["entities"][0]["streamId"] = self._memory["stream"]
        return activity

    def _end(self) -> None:
        self._over = True
        self._memory["stream"] = ""

    def _judge(self, error: Undelivered) -> None:
        """Raise what is no matter of the stream: the person's stop, a message that is refused."""
        self._stopped(error)
        if error.status in UNREADABLE:
            raise error

    def _stopped(self, error: Undelivered) -> None:
        if error.status == FORBIDDEN and "cancel" in error.code.lower():
            self._end()
            self._cancelled = True
            raise Stopped from error
        log.warning("a stream was refused", extra={"status": error.status})


def _is_complete(error: Undelivered) -> bool:
    return error.status == FORBIDDEN and "complete" in error.code.lower()
