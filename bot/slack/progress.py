"""
What is seen while an answer is on its way: nothing where it comes at once; after a moment Slack's
own status of the thread; what a model has written so far as a stream; and where a workspace has
neither, a message that becomes the answer.

All of it may be left out: nothing here waits for Slack's limits, and no failure here ends a turn.
"""

import asyncio
import logging
import time
from contextlib import suppress

from bot.slack.refusals import Busy, Refused, Unanswered
from bot.slack.sender import Destination, Draft, Sender
from handlers.conversation import Paragraph, Person, Reply, Step, Steps

log = logging.getLogger(__name__)
FIRST = 0.25  # seconds an answer may take without a sign that it is on its way
# seconds between two updates of one message: chat.update is limited to about 50 a minute
EVERY = 1.2


class Progress:
    """
    The signs of one turn; `to` may change until the first of them is shown. `title` is what the
    talk is about.
    """

    def __init__(
        self,
        sender: Sender,
        to: Destination,
        person: Person,
        memory: dict[str, str],
        title: str = "",
    ) -> None:
        self.to = to
        self._title = title
        self._sender = sender
        self._person = person
        self._memory = memory
        self._latest: Reply | None = None
        self._first: asyncio.Task[None] | None = None
        self._signing = False
        self._over = False
        self._shown = float("-inf")

    async def show(self, reply: Reply) -> None:
        """Show how far the work is, unless the answer comes before that."""
        self._latest = reply
        if self._first is None:
            self._first = asyncio.create_task(self._wait())
            turn = asyncio.current_task()
            if turn is not None:  # whoever loses a turn shows nothing more of it
                turn.add_done_callback(self._turn_over)
        elif self._first.done() and time.monotonic() - self._shown >= EVERY:
            await self._sign(reply)

    async def end(self) -> None:
        """See to it that no sign appears any more."""
        if self._first is None:
            return
        self._over = True
        if not self._signing:  # a sign that is on its way to Slack is waited for
            self._first.cancel()
        await asyncio.gather(self._first, return_exceptions=True)

    def _turn_over(self, _: object) -> None:
        if self._first is not None:
            self._first.cancel()

    async def _wait(self) -> None:
        await asyncio.sleep(FIRST)
        drawn = None
        while self._latest is not None and self._latest is not drawn and not self._over:
            drawn = self._latest
            await self._sign(drawn)
            if self._latest is not drawn and not self._over:
                await asyncio.sleep(EVERY)

    async def _sign(self, reply: Reply) -> None:
        self._shown = time.monotonic()
        self._signing = True
        try:
            with suppress(Busy, Unanswered):
                await self._draw(reply)
        except Refused as refused:
            log.info("a sign of progress was refused", extra={"code": refused.code})
        finally:
            self._signing = False

    async def _draw(self, reply: Reply) -> None:
        if await self._streamed(reply):
            return
        begun = "ts" in self._memory
        if not begun and await self._is_a_session_at_work():
            return
        if begun or not await self._sender.status(self.to, reply.text):
            await self._sender.put(self.to, reply, self._person, self._memory)

    async def _is_a_session_at_work(self) -> bool:
        """Show Slack's own sign of an agent at work, which can be stopped; False without one."""
        to = self.to
        agents = self._sender.agents
        return await agents.work(to.team, to.channel, to.thread, self._title, self._memory)

    async def _streamed(self, reply: Reply) -> bool:
        """Show what has been written as a stream; False where that is not the way."""
        written = _written(reply)
        if "stream" not in self._memory and (not written or "ts" in self._memory):
            return False
        draft = Draft(written, _steps(reply))
        return await self._sender.stream(self.to, self._person, draft, self._memory)


def _steps(reply: Reply) -> tuple[Step, ...]:
    """Return the steps a reply tells of."""
    for block in reply.blocks:
        if isinstance(block, Steps):
            return block.items
    return ()


def _written(reply: Reply) -> str:
    """Return what has been written of the answer so far."""
    for block in reply.blocks:
        if isinstance(block, Paragraph) and block.tone == "answer":
            return block.text
    return ""
