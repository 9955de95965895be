"""
Cards everybody sees, kept for a day, so that a person whose press put something of their own in the
place of one can go back.

Teams tells the press and not the card it was on. Only what everybody in a conversation sees is
kept.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.teams import frame
from bot.teams.render import CONTENT_TYPE
from handlers.conversation import Button, Buttons, Press, Reply
from handlers.lifetimes import DAY
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.values import Language

BACK = "card.back"
KEPT = DAY  # seconds


class BaseCards:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def keep(self, conversation: str, id_: str, activity: dict[str, Any]) -> None:
        """
        Keep the card of a message that everybody in the conversation sees; without Redis there is
        no way back to it.
        """
        cards = [
            a["content"]
            for a in activity.get("attachments", ())
            if a["contentType"] == CONTENT_TYPE
        ]
        if not (id_ and cards):
            return
        with suppress(SessionsUnavailable):
            await self._sessions.save(
                "teams.card", f"{conversation}:{id_}", {"card": cards[0]}, seconds=KEPT
            )

    async def pressed(self, activity: frame.Activity) -> dict[str, Any] | None:
        """
        Return the card everybody sees where this was pressed; None when it is not known any more.
        """
        key = f"{activity['conversation']['id']}:{activity.get('replyToId') or ''}"
        try:
            kept = await self._sessions.load("teams.card", key)
        except SessionsUnavailable:
            return None
        return dict(kept["card"]) if kept else None


def with_way_back(reply: Reply, language: Language, texts: Texts) -> Reply:
    """Return the reply with a button that leads back to the card it takes the place of."""
    back = Button(texts.say("teams.back", language), Press(BACK))
    if reply.ask is not None:
        return replace(reply, ask=replace(reply.ask, buttons=(*reply.ask.buttons, back)))
    return replace(reply, blocks=(*reply.blocks, Buttons((back,), "back")))
