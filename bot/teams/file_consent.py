"""
Files for people to take away. Teams lets a bot hand one over in a personal chat only, once the
person has agreed there.

A file waits in Redis for that; its button carries a token, which is good for the person it was
offered to alone.
"""

import base64
import logging
import secrets
from typing import Any

from bot.download import Download, Hosts, Refused
from bot.teams import frame, parse, render
from bot.teams.connector import Connector
from bot.teams.files import STORES
from bot.teams.refusal import Undelivered
from handlers.conversation import Attachment, Message
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts

log = logging.getLogger(__name__)
WAITS = 24 * 60 * 60  # seconds


class FileConsent:
    def __init__(
        self, connector: Connector, sessions: Sessions, texts: Texts, *, local: bool
    ) -> None:
        self._connector = connector
        self._sessions = sessions
        self._texts = texts
        self._upload = Download(Hosts(under=STORES, loopback=local))

    async def offers(
        self, files: tuple[Attachment, ...], message: Message, place: frame.Place
    ) -> list[dict[str, Any]]:
        """
        Return what to show for these files: a question each in a personal chat, elsewhere the way
        there.
        """
        language = message.person.language
        if not files:
            return []
        if place.kind != "personal":
            return [
                render.file_elsewhere([f.name for f in files], language, self._texts, place.bot)
            ]
        try:
            return [await self._offer(file, message) for file in files]
        except SessionsUnavailable:
            return [render.said(self._texts.say("teams.file_away", language), language)]

    async def _offer(self, file: Attachment, message: Message) -> dict[str, Any]:
        token = secrets.token_urlsafe(16)
        content = base64.b64encode(file.content).decode()
        kept = {"person": message.person.id, "name": file.name, "content": content}
        await self._sessions.save("teams.file", token, kept, seconds=WAITS)
        return render.consent(file, token, message.person.language, self._texts)

    async def consented(self, activity: frame.Activity) -> None:
        """
        Do as the person said: put the file where Teams says, or forget it; either way its question
        goes away.
        """
        answer, place = frame.consent(activity), frame.place(activity)
        kept = await self._sessions.load("teams.file", answer.token)
        if kept is None or kept["person"] != parse.person(activity).id:
            text = self._texts.say("teams.file_expired_offer", parse.person(activity).language)
            await self._connector.send(place, render.said(text, parse.person(activity).language))
            return
        if answer.accepted:
            await self._give(answer, kept, activity)
        await self._sessions.delete("teams.file", answer.token)
        if answer.card:
            try:
                await self._connector.delete(place, answer.card)
            except Undelivered as error:  # the file is there all the same
                log.warning("a question about a file stays", extra={"status": error.status})

    async def _give(
        self, answer: frame.Consent, kept: dict[str, Any], activity: frame.Activity
    ) -> None:
        language = parse.person(activity).language
        try:
            await self._upload.put(answer.upload, base64.b64decode(kept["content"]))
        except Refused:
            shown = render.said(
                self._texts.say("teams.file_not_given", language, file=kept["name"]), language
            )
        else:
            shown = render.file_given(str(kept["name"]), answer, language)
        await self._connector.send(frame.place(activity), shown)
