"""
Whether what bots and workflows ask in a channel is answered: off, until an admin says in the
channel that it is to be. Machines ask without end, so what is answered an hour is bounded.
"""

import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Literal

from handlers.conversation import Message, Reply
from handlers.people import People
from handlers.sessions import Rate, Sessions, SessionsUnavailable
from handlers.texts import Texts

KIND = "automations"
HOURLY = Rate(60 * 60 / 20, 20)  # questions of machines in one channel: twenty an hour
Request = Literal["on", "off", ""]
_WHO = r"(?:ボット|ワークフロー|bot|自動投稿)(?:(?:や|と|・)(?:ボット|ワークフロー|bot|自動投稿))?"
_JA = rf"(?:このチャンネルで(?:は)?|ここで(?:は)?)?{_WHO}(?:の質問|からの質問)?に"
_EN = (
    r"(?:bots|workflows|bots (?:and|or) workflows|workflows (?:and|or) bots)"
    r" (?:in this channel|here)"
)
_ON = re.compile(
    rf"{_JA}(?:も)?(?:答えて|回答して)(?:ください)?|(?:please )?answer {_EN}(?: please)?"
)
_OFF = re.compile(
    rf"{_JA}は(?:答えないで|回答しないで)(?:ください)?"
    rf"|(?:please )?(?:do not|don't|stop) answer(?:ing)? {_EN}(?: please)?"
)


def automations_request(text: str) -> Request:
    """Return what a whole message asks about bots and workflows, "" for anything else."""
    words = unicodedata.normalize("NFKC", text).strip(" 。.!、\n").lower()
    if _ON.fullmatch(words):
        return "on"
    return "off" if _OFF.fullmatch(words) else ""


async def answers_automations(sessions: Sessions | None, channel: str) -> bool:
    """
    Report whether a machine's question in this channel is answered now, and count it; `channel` is
    an audience's id.
    """
    if sessions is None:
        return False
    with suppress(SessionsUnavailable):
        state = await sessions.load(KIND, channel)
        if state is None or not state.get("on"):
            return False
        grant = await sessions.take(f"{KIND}:{channel}", HOURLY)
        return not grant.wait
    return False


class Automations:
    def __init__(self, sessions: Sessions, people: People, texts: Texts) -> None:
        self._sessions = sessions
        self._people = people
        self._texts = texts

    async def obey(self, message: Message, request: Request) -> AsyncIterator[Reply]:
        """Do what an admin asks about the bots and workflows of a channel."""
        language = message.person.language
        if message.audience.private:
            yield Reply(self._texts.say("take_in.nowhere", language), private=True)
            return
        if not self._people.is_admin(message.person):
            yield Reply(self._texts.say("automations.admins_only", language), private=True)
            return
        on = {"on": request == "on", "by": message.person.id}
        try:
            await self._sessions.save(KIND, message.audience.id, on, seconds=None)
        except SessionsUnavailable:
            yield Reply(self._texts.say("feedback.away", language), private=True)
            return
        text = self._texts.say("automations.stopped", language)
        if request == "on":
            text = self._texts.say("automations.started", language)
        yield Reply(text)
