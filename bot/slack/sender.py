"""
What every screen works with: the API, the levels of blocks, the sentences; and how one reply
becomes messages.
"""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from bot.slack.api import Api, Post, Refused, Unanswered
from bot.slack.block_levels import BlockLevels
from bot.slack.render.messages import messages
from handlers.conversation import Attachment, Person, Reply
from handlers.texts import Texts

STALE = (
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
)  # our message can no longer be changed


@dataclass(frozen=True, slots=True)
class Spot:
    """
    Where messages of one turn go: `turn` tells them from those of other turns, `since` is when it
    was asked (or 0).
    """

    team: str
    channel: str
    thread: str
    turn: str
    since: float = 0.0
    late: bool = False


@dataclass(slots=True)
class Sender:
    api: Api
    texts: Texts
    levels: BlockLevels = field(default_factory=BlockLevels)
    silent: set[str] = field(default_factory=set)  # teams without native status

    async def put(self, spot: Spot, reply: Reply, person: Person, memory: dict[str, str]) -> None:
        """
        Show the reply in one message (or more, where it is long), in place of what `memory` knows
        to be there.
        """

        async def send(level: int) -> None:
            parts = messages(reply, self.texts, person.language, level)
            for number, drawn in enumerate(parts):
                await self._put(spot, f"ts{number or ''}", drawn, memory, last=reply.final)
            extra = len(parts)
            while ts := memory.pop(f"ts{extra}", ""):
                await self.api.call("chat.delete", channel=memory["channel"], ts=ts)
                extra += 1

        await self.levels.climb(spot.team, send)
        if reply.attachments:
            await self.api.upload(memory["channel"], spot.thread, reply.attachments)

    async def whisper(self, spot: Spot, reply: Reply, person: Person) -> None:
        """Show the reply to this person alone."""
        place = {"thread_ts": spot.thread} if spot.thread else {}
        who = person.id.rsplit(":", 1)[-1]

        async def send(level: int) -> None:
            for drawn in messages(reply, self.texts, person.language, level):
                await self.api.call(
                    "chat.postEphemeral", channel=spot.channel, user=who, **place, **_quiet(drawn)
                )

        await self.levels.climb(spot.team, send)

    async def respond(
        self, team: str, url: str, reply: Reply, person: Person, *, replace: bool
    ) -> None:
        """
        Answer by a response_url, to this person alone; `replace` takes the place of the message
        that was pressed.
        """

        async def send(level: int) -> None:
            for number, drawn in enumerate(messages(reply, self.texts, person.language, level)):
                how = {"replace_original": replace and not number, "response_type": "ephemeral"}
                await self.api.respond(url, {**how, **_quiet(drawn)})

        await self.levels.climb(team, send)

    async def direct(self, person: Person) -> str:
        """Return the channel of direct messages with this person."""
        who = person.id.rsplit(":", 1)[-1]
        told = await self.api.call("conversations.open", users=who)
        return str((told.get("channel") or {}).get("id") or who)

    async def hand(self, person: Person, attachments: tuple[Attachment, ...]) -> None:
        """Send files to this person's direct messages."""
        await self.api.upload(await self.direct(person), "", attachments)

    async def status(self, spot: Spot, text: str) -> bool:
        """
        Show what is being done as Slack's own status of a thread; False where there is none, then
        and later.
        """
        if spot.team in self.silent:
            return False
        try:
            method = "assistant.threads.setStatus"
            await self.api.call(method, channel_id=spot.channel, thread_ts=spot.thread, status=text)
        except (Refused, Unanswered):
            self.silent.add(spot.team)
            return False
        return True

    async def _put(
        self, spot: Spot, key: str, drawn: dict[str, Any], memory: dict[str, str], *, last: bool
    ) -> None:
        if key in memory:
            try:
                await self.api.call(
                    "chat.update", channel=memory["channel"], ts=memory[key], **drawn
                )
                return
            except Refused as refused:
                if refused.code not in STALE:
                    raise
        mark = blake2b(f"{spot.turn}:{key}".encode(), digest_size=8).hexdigest()
        post = Post(mark, spot.channel, spot.thread, drawn, spot.since, spot.late)
        posted = await self.api.post(post)
        memory.update({"channel": posted.channel, key: posted.ts})
        if spot.late and last:  # it may be another process' message, and still hold a status
            await self.api.call("chat.update", channel=posted.channel, ts=posted.ts, **drawn)


def _quiet(drawn: dict[str, Any]) -> dict[str, Any]:
    """Only what everybody sees can unfurl."""
    return {name: value for name, value in drawn.items() if not name.startswith("unfurl")}
