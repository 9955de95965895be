"""
Cards everybody sees, kept for a day, so that a person whose press put something of their own in the
place of one can go back.

Teams tells the press and not the card it was on. Only what everybody in a conversation sees is
kept.
"""

from contextlib import suppress
from dataclasses import replace

from bot.teams.activity import Activity, Json
from bot.teams.envelope import CONTENT_TYPE
from handlers.conversation import Button, Buttons, Press, Reply
from handlers.lifetimes import BASE_CARD
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.values import Language

BACK = "card.back"


class BaseCards:
    """The cards, by the message they stand in."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def keep(self, conversation: str, id_: str, activity: Json) -> None:
        """
        Keep the card of a message that everybody in the conversation sees; without Redis there is
        no way back to it.
        """
        attachments = activity.get("attachments", ())
        cards = [item["content"] for item in attachments if item["contentType"] == CONTENT_TYPE]
        if not id_ or not cards:
            return
        key = f"{conversation}:{id_}"
        with suppress(SessionsUnavailable):
            await self._sessions.save("teams.card", key, {"card": cards[0]}, seconds=BASE_CARD)

    async def pressed(self, activity: Activity) -> Json | None:
        """
        Return the card everybody sees where this was pressed; None when it is not known any more.
        """
        key = f"{activity.destination.conversation}:{activity.reply_to}"
        try:
            record = await self._sessions.load("teams.card", key)
        except SessionsUnavailable:
            return None
        if record is None:
            return None
        return dict(record["card"])


def with_way_back(reply: Reply, language: Language, texts: Texts) -> Reply:
    """Return the reply with a button that leads back to the card it takes the place of."""
    back = Button(texts.say("teams.back", language), Press(BACK))
    if reply.ask is not None:
        return replace(reply, ask=replace(reply.ask, buttons=(*reply.ask.buttons, back)))
    return replace(reply, blocks=(*reply.blocks, Buttons((back,), "back")))
