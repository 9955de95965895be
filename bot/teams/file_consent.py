"""
Files for people to take away. Teams lets a bot hand one over in a personal chat only, once the
person has agreed there.

A file waits in Redis for that; its button carries a token, which is good for the person it was
offered to alone.
"""

import base64
import logging
import secrets

from bot.download import Download, Hosts, Refused
from bot.teams import file_cards, parse, render
from bot.teams.activity import Activity, Consent, Destination, Json
from bot.teams.connector import Connector
from bot.teams.files import STORES
from bot.teams.refusal import Undelivered
from handlers.conversation import Attachment, Message
from handlers.lifetimes import FILE_OFFER
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.values import Language

log = logging.getLogger(__name__)
OFFICE = ("docx", "xlsx", "pptx")


class FileConsent:
    """`local` also takes files to this machine, for the test client."""

    def __init__(
        self, connector: Connector, sessions: Sessions, texts: Texts, *, local: bool
    ) -> None:
        self._connector = connector
        self._sessions = sessions
        self._texts = texts
        self._upload = Download(Hosts(under=STORES, loopback=local))

    async def offers(
        self, files: tuple[Attachment, ...], message: Message, to: Destination
    ) -> list[Json]:
        """
        Return what to show for these files: a question each in a personal chat, elsewhere the way
        there.
        """
        language = message.person.language
        files = _once_each(files)
        if not files:
            return []
        if to.kind != "personal":
            names = [file.name for file in files]
            return [file_cards.file_elsewhere(names, language, self._texts, to.bot)]
        try:
            return [await self._offer(file, message) for file in files]
        except SessionsUnavailable:
            return [render.said(self._texts.say("teams.file_away", language), language)]

    async def _offer(self, file: Attachment, message: Message) -> Json:
        token = secrets.token_urlsafe(16)
        content = base64.b64encode(file.content).decode()
        record = {"person": message.person.id, "name": file.name, "content": content}
        await self._sessions.save("teams.file", token, record, seconds=FILE_OFFER)
        return file_cards.consent(file, token, message.person.language, self._texts)

    async def consented(self, activity: Activity) -> None:
        """
        Do as the person said: put the file where Teams says, or forget it; either way its question
        goes away.
        """
        answer, to, language = activity.consent, activity.destination, activity.language
        record = await self._sessions.load("teams.file", answer.token)
        if record is None or record["person"] != parse.person(activity).id:
            text = self._texts.say("teams.file_expired_offer", language)
            await self._connector.send(to, render.said(text, language))
            return
        if answer.accepted:
            result = await self._give(answer, record, language)
            await self._connector.send(to, result)
        await self._sessions.delete("teams.file", answer.token)
        if answer.card:
            try:
                await self._connector.delete(to, answer.card)
            except Undelivered as error:  # the file is there all the same
                log.warning("a question about a file stays", extra={"status": error.status})

    async def _give(self, answer: Consent, record: Json, language: Language) -> Json:
        """Put the file where Teams says; return what to show then."""
        name = str(record["name"])
        try:
            await self._upload.put(answer.upload, base64.b64decode(record["content"]))
        except Refused:
            text = self._texts.say("teams.file_not_given", language, file=name)
            return render.said(text, language)
        return file_cards.file_given(name, answer, language)


def _once_each(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """Return one file of each name: what Office opens, since each file is a question of its own."""
    chosen: dict[str, Attachment] = {}
    for file in files:
        stem, _, ending = file.name.rpartition(".")
        if stem not in chosen or ending in OFFICE:
            chosen[stem] = file
    return tuple(chosen.values())
