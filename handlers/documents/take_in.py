"""
Whether a channel's files are taken in though nobody sent them to us: off, until an admin says in
the channel that they are to be.
"""

import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Literal

from handlers.conversation import Message, Reply
from handlers.people import People
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts

KIND = "takein"
Request = Literal["on", "off", ""]
_JA = r"このチャンネル(?:の|に(?:送った|貼った|載せた))(?:ファイル|資料|文書)(?:を|は)"
_EN = r"(?:the )?files (?:in|of|from) this channel"
_ON = re.compile(
    rf"{_JA}(?:受け取って|取り込んで|登録して)(?:ください)?|(?:please )?take in {_EN}(?: please)?"
)
_OFF = re.compile(
    rf"{_JA}(?:受け取らないで|取り込まないで|登録しないで)(?:ください)?"
    rf"|(?:please )?(?:do not|don't|stop) tak(?:e|ing) in {_EN}(?: please)?"
)


def take_in_request(text: str) -> Request:
    """Return what a whole message asks about the files of its channel, "" for anything else."""
    words = unicodedata.normalize("NFKC", text).strip(" 。.!、\n").lower()
    if _ON.fullmatch(words):
        return "on"
    return "off" if _OFF.fullmatch(words) else ""


async def takes_in(sessions: Sessions | None, channel: str) -> bool:
    """Report whether files of this channel are taken in; `channel` is an audience's id."""
    state = None
    if sessions is not None:
        with suppress(SessionsUnavailable):
            state = await sessions.load(KIND, channel)
    return state is not None and bool(state.get("on"))


class TakeIn:
    def __init__(self, sessions: Sessions, people: People, texts: Texts) -> None:
        self._sessions = sessions
        self._people = people
        self._texts = texts

    async def obey(self, message: Message, request: Request) -> AsyncIterator[Reply]:
        """Do what an admin asks about the files of a channel."""
        language = message.person.language
        if message.audience.private:
            yield Reply(self._texts.say("take_in.nowhere", language), private=True)
            return
        if not self._people.is_admin(message.person):
            yield Reply(self._texts.say("take_in.admins_only", language), private=True)
            return
        on = {"on": request == "on", "by": message.person.id}
        try:
            await self._sessions.save(KIND, message.audience.id, on, seconds=None)
        except SessionsUnavailable:
            yield Reply(self._texts.say("feedback.away", language), private=True)
            return
        text = self._texts.say("take_in.stopped", language)
        if request == "on":
            text = self._texts.say("take_in.started", language)
        yield Reply(text)
