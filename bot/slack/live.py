"""
Where what goes on is shown: a team's card in a channel, drawn anew in its place whenever the team
is further. What Slack takes at no cost to others is drawn; the next change makes up for the rest.
"""

from contextlib import suppress
from dataclasses import dataclass

from bot.slack.block_levels import BlockLevels
from bot.slack.refusals import Refused, Unanswered
from bot.slack.render.messages import messages
from bot.slack.workspaces import Workspaces
from handlers.conversation import Reply
from handlers.lifetimes import LIVE
from handlers.sessions import Sessions, SessionsUnavailable, State
from handlers.texts import Texts
from knowledge.values import Language

KIND = "slack.live"
MOST = 10  # cards of one thing, the latest


@dataclass(frozen=True, slots=True)
class Live:
    """None for `sessions` keeps nothing."""

    workspaces: Workspaces
    texts: Texts
    levels: BlockLevels
    sessions: Sessions | None

    async def keep(self, live: str, team: str, memory: dict[str, str], language: Language) -> None:
        """Keep where a reply that goes on stands: `memory` is what the sender knows of it."""
        stamps = [memory[key] for key in sorted(memory) if key.startswith("ts")]
        if self.sessions is None or not stamps:
            return
        card = {
            "team": team,
            "channel": memory["channel"],
            "stamps": stamps,
            "language": language,
        }

        def added(stored: State | None) -> State:
            cards = list(stored["cards"]) if stored else []
            others = [one for one in cards if one["stamps"] != stamps]
            return {"cards": [card, *others][:MOST]}

        with suppress(SessionsUnavailable):
            await self.sessions.change(KIND, live, added, seconds=LIVE)

    async def redraw(self, live: str, reply_in: dict[Language, Reply]) -> None:
        """Draw every card anew in its language."""
        stored = None
        if self.sessions is not None:
            with suppress(SessionsUnavailable):
                stored = await self.sessions.load(KIND, live)
        if stored is None:
            return
        for card in stored["cards"]:
            with suppress(Refused, Unanswered):
                await self._draw(card, reply_in[card["language"]])

    async def _draw(self, card: State, reply: Reply) -> None:
        api = self.workspaces.of(card["team"])

        async def send(level: int) -> None:
            parts = messages(reply, self.texts, card["language"], level)
            for stamp, content in zip(card["stamps"], parts, strict=False):
                place = {"channel": card["channel"], "ts": stamp}
                await api.offer("chat.update", **place, **content)

        await self.levels.climb(card["team"], send)
