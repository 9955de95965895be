"""A modal as the place of a turn's replies: opened before the work began, or already there."""

import asyncio
from dataclasses import replace
from typing import Literal

from bot.slack.payload import Json, Payload
from bot.slack.refusals import Refused
from bot.slack.render.windows import modal
from bot.slack.screens import ABSENT, SlackScreen
from bot.slack.sender import Sender
from handlers.conversation import Message, Paragraph, Reply

CLOSED = frozenset({"not_found", "view_not_found"})  # the person closed the window
BLOCKS = frozenset({"invalid_blocks", "invalid_arguments"})  # what a refused view is called


Outcome = Literal["shared", "not_shared"]  # the sentence about it


class Window(SlackScreen):
    """`answer` is what the submission that led here still waits for, where there is one."""

    def __init__(
        self,
        sender: Sender,
        payload: Payload,
        message: Message,
        memory: dict[str, str],
        answer: "asyncio.Future[Json] | None" = None,
    ) -> None:
        super().__init__(sender, payload, message, memory)
        self._answer = answer
        self._origin = (payload.channel, payload.thread)

    async def show(self, reply: Reply) -> None:
        if not reply.final:
            return
        if reply.share:
            outcome = await self._share(reply)
            reply = Reply(self._say(outcome))
        elif reply.attachments:
            await self._sender.hand(self._person, reply.attachments)
            note = Paragraph(self._say("files_sent"), "note")
            above = reply.blocks or (Paragraph(reply.text),)
            reply = replace(reply, blocks=(*above, note))
        if not self.memory.get("view") and self._answer is None:
            await self._in_thread(reply)
            return
        await self._draw(reply)

    async def _draw(self, reply: Reply) -> None:
        """Draw the reply, without alerts where Slack refuses them; a closed window stays closed."""
        try:
            await self._fill(reply, alerts=True)
        except Refused as refused:
            if refused.code in BLOCKS:
                await self._fill(reply, alerts=False)
            elif refused.code not in CLOSED:
                raise

    async def _fill(self, reply: Reply, *, alerts: bool) -> None:
        texts, language = self._sender.texts, self._person.language
        view = modal(reply, texts, language, self._origin, alerts=alerts)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result({"response_action": "update", "view": view})
            self.memory["view"] = self._payload.window
            return
        id_ = self.memory.get("view") or self._payload.window
        await self._sender.api(self._payload.team).call("views.update", view_id=id_, view=view)

    async def _share(self, reply: Reply) -> Outcome:
        """
        Post the reply for everybody where the window was opened, and return the name of what is
        said about it; a second click finds the first one's message.
        """
        turn = f"{self._message.place}:{reply.text}"
        to = replace(self._destination(), turn=turn, since=0.0)
        if not to.channel:
            to = replace(to, channel=await self._sender.direct(self._person))
        try:
            await self._sender.put(to, reply, self._person, {})
        except Refused as refused:
            if refused.code in ABSENT:
                return "not_shared"
            raise
        return "shared"

    def _say(self, name: str) -> str:
        return self._sender.texts.say(f"slack.{name}", self._person.language)
