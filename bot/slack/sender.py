"""
What every screen works with: the API of each workspace, the levels of blocks, the sentences; and
how one reply becomes messages.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from bot.slack.agent import BEGUN, AgentSessions
from bot.slack.api import Api, Post
from bot.slack.block_levels import BlockLevels
from bot.slack.live import Live
from bot.slack.pace import Waits
from bot.slack.payload import Json
from bot.slack.refusals import Refused, Unanswered
from bot.slack.render.elements import context, section
from bot.slack.render.limits import MARKDOWN
from bot.slack.render.messages import messages
from bot.slack.render.text import cut, escape, markdown, quoted
from bot.slack.shown import Answers, Shown
from bot.slack.workspaces import Workspaces
from handlers.conversation import Attachment, Person, Reply, Step
from handlers.lifetimes import BLOCK_LEVEL
from handlers.sessions import Sessions
from handlers.texts import Texts

# the workspace, or our app there, has no status at all
WITHOUT = frozenset(
    {"unknown_method", "missing_scope", "not_allowed_token_type", "access_denied", "no_permission"}
)
EARLIER = 2000  # characters of an earlier answer that stay readable once it is marked
# our message can no longer be changed
STALE = ("message_not_found", "cant_update_message", "edit_window_closed")


@dataclass(frozen=True, slots=True)
class Destination:
    """
    Where messages of one turn go: `turn` tells them from those of other turns, `since` is when it
    was asked (or 0).

    `repeated` says that Slack sent the question more than once, `unclaimed` that another process
    may answer it at this moment; `waits` is told of a longer wait for Slack to take them.
    """

    team: str
    channel: str
    thread: str
    turn: str
    since: float = 0.0  # seconds since 1970
    repeated: bool = False
    unclaimed: bool = False
    waits: Waits | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been written of an answer so far, and the steps that led there."""

    text: str
    steps: tuple[Step, ...] = ()


@dataclass(slots=True)
class Sender:
    """Brings replies to Slack, on the highest level of blocks that a team takes."""

    workspaces: Workspaces
    texts: Texts
    answers: Answers
    agents: AgentSessions
    live: Live
    levels: BlockLevels
    # teams without native status, and since when that is known
    silent: dict[str, float] = field(default_factory=dict)
    without_cards: set[str] = field(default_factory=set)  # teams whose streams take text alone

    @classmethod
    def over(cls, workspaces: Workspaces, texts: Texts, sessions: Sessions | None) -> "Sender":
        """Return a sender with what it keeps in the sessions; None keeps nothing."""
        levels = BlockLevels()
        agents = AgentSessions(workspaces, sessions)
        live = Live(workspaces, texts, levels, sessions)
        return cls(workspaces, texts, Answers(sessions), agents, live, levels)

    def api(self, team: str) -> Api:
        """Return the calls of a workspace."""
        return self.workspaces.of(team)

    async def put(
        self, to: Destination, reply: Reply, person: Person, memory: dict[str, str]
    ) -> None:
        """
        Show the reply in one message (or more, where it is long), in place of what `memory` knows
        to be there.

        Raises:
            Busy: Slack takes nothing more there now, and the reply is not the last of its turn.
        """
        if reply.final:
            await self._stop_stream(to, memory)

        async def send(level: int) -> None:
            parts = messages(reply, self.texts, person.language, level)
            for number, content in enumerate(parts):
                await self._put(to, f"ts{number or ''}", content, memory, last=reply.final)
            extra = len(parts)
            while f"ts{extra}" in memory:
                ts = memory.pop(f"ts{extra}")
                await self.api(to.team).call("chat.delete", channel=memory["channel"], ts=ts)
                extra += 1

        await self.levels.climb(to.team, send)
        if reply.attachments:
            await self.api(to.team).upload(memory["channel"], to.thread, reply.attachments)

    async def settle(
        self, to: Destination, reply: Reply, person: Person, memory: dict[str, str]
    ) -> None:
        """Keep where the answer stands, and mark the earlier one that it takes the place of."""
        if reply.supersedes:
            await self._mark(to, reply.supersedes, person)
        stamps = [memory[key] for key in sorted(memory) if key.startswith("ts")]
        answer = reply.answer.id if reply.answer else ""
        shown = Shown(memory.get("channel", ""), tuple(stamps), answer, reply.text)
        for question in filter(None, (to.turn, reply.supersedes)):
            await self.answers.keep(question, to.team, shown)

    async def _mark(self, to: Destination, question: str, person: Person) -> None:
        """Say of an earlier answer that its question was changed."""
        earlier = await self.answers.of(question)
        if earlier is None:
            return
        note = self.texts.say("slack.superseded", person.language)
        blocks = [context(escape(note)), section(quoted(cut(earlier.text, EARLIER)))]
        first, *rest = earlier.stamps
        with suppress(Refused, Unanswered):
            where = {"channel": earlier.channel, "ts": first}
            await self.api(to.team).call("chat.update", **where, text=note, blocks=blocks)
            for stamp in rest:
                await self.api(to.team).call("chat.delete", channel=earlier.channel, ts=stamp)

    async def whisper(self, to: Destination, reply: Reply, person: Person) -> None:
        """Show the reply to this person alone."""
        arguments = {"channel": to.channel, "user": _user(person)}
        if to.thread:
            arguments["thread_ts"] = to.thread

        async def send(level: int) -> None:
            for content in messages(reply, self.texts, person.language, level):
                await self.api(to.team).call("chat.postEphemeral", **arguments, **_quiet(content))

        await self.levels.climb(to.team, send)

    async def mention(self, to: Destination, text: str, person: Person) -> None:
        """Tell this person alone something that need not be said, where Slack takes it now."""
        arguments = {"channel": to.channel, "user": _user(person), "text": escape(text)}
        if to.thread:
            arguments["thread_ts"] = to.thread
        await self.api(to.team).offer("chat.postEphemeral", **arguments)

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
                await self.api(team).respond(url, how | _quiet(content))

        await self.levels.climb(team, send)

    async def direct(self, person: Person) -> str:
        """Return the channel of direct messages with this person."""
        user = _user(person)
        answer = await self.api(_team(person)).call("conversations.open", users=user)
        channel = answer.get("channel") or {}
        return str(channel.get("id") or user)

    async def hand(self, person: Person, attachments: tuple[Attachment, ...]) -> None:
        """Send files to this person's direct messages."""
        channel = await self.direct(person)
        await self.api(_team(person)).upload(channel, "", attachments)

    async def status(self, to: Destination, text: str) -> bool:
        """
        Show what is being done as Slack's own status of a thread; False where there is none. Slack
        ends it with the next message there, and by itself after two minutes.
        """
        if not to.thread or self._has_no_status(to.team):
            return False
        method = "assistant.threads.setStatus"
        try:
            await self.api(to.team).offer(
                method, channel_id=to.channel, thread_ts=to.thread, status=text
            )
        except Refused as refused:
            if refused.code in WITHOUT:
                self.silent[to.team] = time.monotonic()
            return False
        except Unanswered:
            return False
        return True

    def _has_no_status(self, team: str) -> bool:
        since = self.silent.get(team)
        return since is not None and time.monotonic() - since < BLOCK_LEVEL

    async def stream(
        self, to: Destination, person: Person, draft: Draft, memory: dict[str, str]
    ) -> bool:
        """
        Show what has been written so far, and the steps that led there, as a message that grows;
        False where Slack has no streams or takes none now. What was shown stands in `memory` until
        the last word replaces it.
        """
        drawn = markdown(draft.text)[:MARKDOWN]
        shown = memory.get("stream", "")
        if shown:
            await self._append(to, replace(draft, text=drawn), shown, memory)
            return True
        if not to.thread or self._has_no_status(to.team):
            return False
        arguments = {
            "channel": to.channel,
            "thread_ts": to.thread,
            "recipient_team_id": to.team,
            "recipient_user_id": _user(person),
        }
        cards = task_cards(draft.steps)
        if to.team in self.without_cards:
            cards = []
        try:
            answer = await self.api(to.team).offer(
                "chat.startStream", **arguments, **_added(drawn, cards)
            )
        except Refused as refused:
            if refused.code in WITHOUT:
                self.silent[to.team] = time.monotonic()
            elif cards:
                self.without_cards.add(to.team)
            return False
        if answer is None:
            return False
        channel = str(answer.get("channel") or to.channel)
        memory.update({"channel": channel, "ts": str(answer["ts"]), "stream": drawn})
        memory["tasks"] = _states(draft.steps) if cards else ""
        return True

    async def _append(
        self, to: Destination, draft: Draft, shown: str, memory: dict[str, str]
    ) -> None:
        """Add what is new; a text that changed in what was shown waits for the last word."""
        drawn, steps = draft.text, draft.steps
        new = drawn.removeprefix(shown)
        if not drawn.startswith(shown) or not new:
            return
        cards = []
        states = _states(steps)
        if memory.get("tasks") and memory["tasks"] != states:
            cards = task_cards(steps)
        where = {"channel": memory["channel"], "ts": memory["ts"]}
        added = _added(new, cards)
        if await self.api(to.team).offer("chat.appendStream", **where, **added) is not None:
            memory["stream"] = drawn
            if cards:
                memory["tasks"] = states

    async def _stop_stream(self, to: Destination, memory: dict[str, str]) -> None:
        """End a stream, so that its message can be changed; Slack ends old ones by itself."""
        if not memory.pop("stream", ""):
            return
        memory.pop("tasks", None)
        where = {"channel": memory["channel"], "ts": memory["ts"]}
        if memory.pop(BEGUN, ""):
            where["session_status"] = "active"
        with suppress(Refused, Unanswered):
            await self.api(to.team).call("chat.stopStream", **where)

    async def _put(
        self, to: Destination, key: str, content: Json, memory: dict[str, str], *, last: bool
    ) -> None:
        if key in memory and await self._updated(to, memory, key, content, last=last):
            return
        name = f"{to.turn}:{key}"
        if key in memory:  # the message with that name is the one that cannot be changed
            name += ":anew"
        mark = blake2b(name.encode(), digest_size=8).hexdigest()
        post = Post(
            mark,
            to.channel,
            to.thread,
            content,
            to.since,
            repeated=to.repeated,
            unsure=to.unclaimed,
            waits=to.waits,
            optional=not last,
        )
        posted = await self.api(to.team).post(post)
        memory.update({"channel": posted.channel, key: posted.ts})
        if posted.earlier and last:  # another process' message, which may still hold a status
            await self.api(to.team).call(
                "chat.update", channel=posted.channel, ts=posted.ts, **content
            )

    async def _updated(
        self, to: Destination, memory: dict[str, str], key: str, content: Json, *, last: bool
    ) -> bool:
        """Put this in the place of a message of ours; False where it can no longer be changed."""
        api = self.api(to.team)
        change = api.call if last else api.offer
        try:
            await change("chat.update", channel=memory["channel"], ts=memory[key], **content)
        except Refused as refused:
            if refused.code not in STALE:
                raise
            return False
        return True


def task_cards(steps: tuple[Step, ...]) -> list[Json]:
    """Return the steps as a stream takes them."""
    cards: list[Json] = []
    for step in steps:
        card = {"type": "task_update", "id": step.id, "title": step.title, "status": step.status}
        if step.output:
            card["output"] = step.output
        cards.append(card)
    return cards


def _states(steps: tuple[Step, ...]) -> str:
    """Return how far the steps are, to tell whether they moved."""
    return " ".join([f"{step.status}:{step.output}" for step in steps])


def _added(text: str, cards: list[Json]) -> Json:
    """Return what a stream is given: text alone, or text below the cards of its steps."""
    if not cards:
        return {"markdown_text": text}
    return {"chunks": [*cards, {"type": "markdown_text", "text": text}]}


def _user(person: Person) -> str:
    """Return what Slack calls the person."""
    return person.id.rsplit(":", 1)[-1]


def _team(person: Person) -> str:
    """Return the workspace the person is known in."""
    return person.id.split(":")[1]


def _quiet(content: Json) -> Json:
    """Only what everybody sees can unfurl."""
    return {name: value for name, value in content.items() if not name.startswith("unfurl")}
