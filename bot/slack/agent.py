"""
Slack's agents: a talk is a thread that Slack calls a session, with a title people find it again by,
a status while it is worked on, and a button that stops the work
(https://docs.slack.dev/ai/agent-sessions).

An app is an agent where Slack granted it the scope of agents; a workspace that refuses these
methods has none. All of this may be left out: nothing here waits, and no failure ends a turn.
"""

import asyncio
import time
from contextlib import suppress

from bot.slack.refusals import Refused, Unanswered
from bot.slack.workspaces import Workspaces
from handlers.lifetimes import BLOCK_LEVEL, STOPPED
from handlers.sessions import Sessions, SessionsUnavailable

SCOPE = "assistant:write"
TITLE = 200  # characters of a session's title
LOOK = 1.0  # seconds between looks for a stop that another process heard
KIND = "stopped"  # what was stopped, by the thread it was worked on in
BEGUN = "session"  # in a screen's memory: its session is at work


class AgentSessions:
    """`sessions` is where all processes keep what people stopped; None keeps nothing."""

    def __init__(self, workspaces: Workspaces, sessions: Sessions | None) -> None:
        self._workspaces = workspaces
        self._sessions = sessions
        self._watched: dict[str, asyncio.Event] = {}  # of threads that are worked on here
        self._without: dict[str, float] = {}  # workspaces without agents, and since when known

    def known(self, team: str) -> bool:
        """Report whether we are an agent in this workspace, as far as Slack has told."""
        since = self._without.get(team)
        lately = since is not None and time.monotonic() - since < BLOCK_LEVEL
        return SCOPE in self._workspaces.of(team).granted and not lately

    async def work(
        self, team: str, channel: str, thread: str, title: str, memory: dict[str, str]
    ) -> bool:
        """Show that a session is worked on and can be stopped; False where there is none."""
        if memory.get(BEGUN):
            return True
        if not await self._set(team, channel, thread, status="processing", title=title):
            return False
        memory[BEGUN] = "yes"
        return True

    async def rest(self, team: str, channel: str, thread: str, title: str) -> None:
        """Show that a session waits for its person; one that is new gets its title."""
        await self._set(team, channel, thread, status="active", title=title)

    async def stop(self, team: str, channel: str, thread: str, at: float) -> None:
        """Keep that somebody stopped what was asked in a thread before `at` (since 1970)."""
        place = f"{team}:{channel}:{thread}"
        if self._sessions is not None:
            with suppress(SessionsUnavailable):
                await self._sessions.save(KIND, place, {"at": at}, seconds=STOPPED)
        if place in self._watched:
            self._watched[place].set()
        await self.rest(team, channel, thread, "")

    async def stopped(self, team: str, channel: str, thread: str, since: float) -> bool:
        """Report whether what was asked in a thread at `since` was stopped."""
        state = None
        if self._sessions is not None:
            with suppress(SessionsUnavailable):
                state = await self._sessions.load(KIND, f"{team}:{channel}:{thread}")
        return state is not None and float(state["at"]) > since

    async def until_stopped(self, team: str, channel: str, thread: str, since: float) -> None:
        """
        Return once what was asked in a thread at `since` was stopped: at once where the stop is
        heard by this process, within LOOK seconds where another one heard it.
        """
        place = f"{team}:{channel}:{thread}"
        heard = self._watched.setdefault(place, asyncio.Event())
        try:
            while not await self.stopped(team, channel, thread, since):
                heard.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await heard.wait()
        finally:
            self._watched.pop(place, None)

    async def _set(self, team: str, channel: str, thread: str, *, status: str, title: str) -> bool:
        if not thread or not self.known(team):
            return False
        arguments = {"channel_id": channel, "thread_ts": thread, "status": status}
        if title:
            arguments["title"] = title[:TITLE]
        try:
            api = self._workspaces.of(team)
            await api.offer("agents.sessions.setStatus", **arguments)
        except Refused:
            self._without[team] = time.monotonic()
            return False
        except Unanswered:
            return False
        return True
