"""
Where what goes on is shown in Teams: a team's card, drawn anew in its place whenever the team is
further.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from bot.teams import render
from bot.teams.activity import Destination
from bot.teams.base_cards import BaseCards
from bot.teams.connector import Connector
from bot.teams.refusal import Undelivered
from handlers.conversation import Reply
from handlers.lifetimes import LIVE
from handlers.sessions import Sessions, SessionsUnavailable, State
from handlers.texts import Texts
from knowledge.stored import stored
from knowledge.values import Language

log = logging.getLogger(__name__)
KIND = "teams.live"
MOST = 10  # cards of one thing, the latest


@dataclass(frozen=True, slots=True)
class Live:
    """Keeps where cards are, and draws them anew."""

    connector: Connector
    texts: Texts
    sessions: Sessions
    base_cards: BaseCards

    async def keep(
        self, live: str, to: Destination, ids: Sequence[str], language: Language
    ) -> None:
        """Keep where a reply that goes on stands: the ids of its messages in a conversation."""
        card = {"to": asdict(to), "ids": list(ids), "language": language}

        def added(kept: State | None) -> State:
            cards = list(kept["cards"]) if kept else []
            others = [one for one in cards if one["ids"] != card["ids"]]
            return {"cards": [card, *others][:MOST]}

        with suppress(SessionsUnavailable):
            await self.sessions.change(KIND, live, added, seconds=LIVE)

    async def redraw(self, live: str, reply_in: dict[Language, Reply]) -> None:
        """Draw every card anew in its language; one that cannot be changed stays as it is."""
        kept = None
        with suppress(SessionsUnavailable):
            kept = await self.sessions.load(KIND, live)
        if kept is None:
            return
        for card in kept["cards"]:
            to = stored(Destination, card["to"])
            activities = render.activities(reply_in[card["language"]], card["language"], self.texts)
            try:
                for id_, activity in zip(card["ids"], activities, strict=False):
                    await self.connector.update(to, id_, activity)
                    if to.kind != "personal":
                        await self.base_cards.keep(to.conversation, id_, activity)
            except Undelivered as error:
                log.info("a card that goes on stays as it is", extra={"status": error.status})
