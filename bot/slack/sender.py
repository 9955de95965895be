"""
What every screen works with: the API, the levels of blocks, the sentences; and how one reply
becomes messages.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

from bot.slack.api import Api, Post, Refused, Unanswered
from bot.slack.block_levels import BlockLevels
from bot.slack.payload import Json
from bot.slack.render.messages import messages
from handlers.conversation import Attachment, Person, Reply
from handlers.texts import Texts

# our message can no longer be changed
STALE = ("message_not_found", "cant_update_message", "edit_window_closed")


@dataclass(frozen=True, slots=True)
class Destination:
    """
    Where messages of one turn go: `turn` tells them from those of other turns, `since` is when it
    was asked (or 0).

    `late` says that another process may have begun the turn.
    """

    team: str
    channel: str
    thread: str
    turn: str
    since: float = 0.0  # seconds since 1970
    late: bool = False


@dataclass(slots=True)
class Sender:
    """Brings replies to Slack, on the highest level of blocks that a team takes."""

    api: Api
    texts: Texts
    levels: BlockLevels = field(default_factory=BlockLevels)
    silent: set[str] = field(default_factory=set)  # teams without native status

    async def put(
        self, to: Destination, reply: Reply, person: Person, memory: dict[str, str]
    ) -> None:
        """
        Show the reply in one message (or more, where it is long), in place of what `memory` knows
        to be there.
        """

        async def send(level: int) -> None:
            parts = messages(reply, self.texts, person.language, level)
            for number, content in enumerate(parts):
                await self._put(to, f"ts{number or ''}", content, memory, last=reply.final)
            extra = len(parts)
            while f"ts{extra}" in memory:
                ts = memory.pop(f"ts{extra}")
                await self.api.call("chat.delete", channel=memory["channel"], ts=ts)
                extra += 1

        await self.levels.climb(to.team, send)
        if reply.attachments:
            await self.api.upload(memory["channel"], to.thread, reply.attachments)

    async def whisper(self, to: Destination, reply: Reply, person: Person) -> None:
        """Show the reply to this person alone."""
        arguments = {"channel": to.channel, "user": _user(person)}
        if to.thread:
            arguments["thread_ts"] = to.thread

        async def send(level: int) -> None:
            for content in messages(reply, self.texts, person.language, level):
                await self.api.call("chat.postEphemeral", **arguments, **_quiet(content))

        await self.levels.climb(to.team, send)

    async def respond(
        self, team: str, url: str, reply: Reply, person: Person, *, replace: bool
    ) -> None:
        """
        Answer by a response_url, to this person alone; `replace` takes the place of the message
        that was pressed.
        """

        async def send(level: int) -> None:
            for number, content in enumerate(messages(reply, self.texts, person.language, level)):
                how = {"replace_original": replace and not number, "response_type": "ephemeral"}
                await self.api.respond(url, how | _quiet(content))

        await self.levels.climb(team, send)

    async def direct(self, person: Person) -> str:
        """Return the channel of direct messages with this person."""
        user = _user(person)
        answer = await self.api.call("conversations.open", users=user)
        channel = answer.get("channel") or {}
        return str(channel.get("id") or user)

    async def hand(self, person: Person, attachments: tuple[Attachment, ...]) -> None:
        """Send files to this person's direct messages."""
        await self.api.upload(await self.direct(person), "", attachments)

    async def status(self, to: Destination, text: str) -> bool:
        """
        Show what is being done as Slack's own status of a thread; False where there is none, then
        and later.
        """
        if to.team in self.silent:
            return False
        try:
            method = "assistant.threads.setStatus"
            await self.api.call(method, channel_id=to.channel, thread_ts=to.thread, status=text)
        except (Refused, Unanswered):
            self.silent.add(to.team)
            return False
        return True

    async def _put(
        self, to: Destination, key: str, content: Json, memory: dict[str, str], *, last: bool
    ) -> None:
        if key in memory and await self._updated(memory["channel"], memory[key], content):
            return
        mark = blake2b(f"{to.turn}:{key}".encode(), digest_size=8).hexdigest()
        post = Post(mark, to.channel, to.thread, content, to.since, to.late)
        posted = await self.api.post(post)
        memory.update({"channel": posted.channel, key: posted.ts})
        if to.late and last:  # it may be another process' message, and still hold a status
            await self.api.call("chat.update", channel=posted.channel, ts=posted.ts, **content)

    async def _updated(self, channel: str, ts: str, content: Json) -> bool:
        """Put this in the place of a message of ours; False where it can no longer be changed."""
        try:
            await self.api.call("chat.update", channel=channel, ts=ts, **content)
        except Refused as refused:
            if refused.code not in STALE:
                raise
            return False
        return True


def _user(person: Person) -> str:
    """Return what Slack calls the person."""
    return person.id.rsplit(":", 1)[-1]


def _quiet(content: Json) -> Json:
    """Only what everybody sees can unfurl."""
    return {name: value for name, value in content.items() if not name.startswith("unfurl")}
