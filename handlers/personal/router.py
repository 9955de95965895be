"""
What is kept of the person who asks: how much of what, as a file, and deleted at their word.

Nobody is told or deleted but the one who speaks. Documents are the organisation's and stay; who
sent them is forgotten.
"""

import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from handlers.actions.personal import ExportMine, ForgetMe
from handlers.conversation import (
    Attachment,
    Button,
    Buttons,
    Confirm,
    Fact,
    Facts,
    Message,
    Paragraph,
    Reply,
)
from handlers.routes import Routes
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError

_ASKED = re.compile(
    r"(?:私|わたし|自分|僕|俺)(?:に(?:ついて|関して|関する)|の)?(?:保存|記録|保管)"
    r"(?:されて(?:い)?る|して(?:い)?る|済みの)?(?:個人)?(?:データ|情報|もの|内容|こと)?"
    r"(?:を|は|って)?(?:見せて|教えて|表示して|消して|削除して|何|なに)?(?:ください|下さい)?"
    r"|(?:私|わたし|自分)の(?:個人)?(?:データ|情報|個人情報)を?"
    r"(?:見せて|教えて|消して|削除して|出力して)(?:ください|下さい)?"
    r"|what (?:do you|is|have you) (?:keep|know|store|stored|kept|saved?)"
    r" (?:of|about|on) me"
    r"|(?:please )?(?:show|delete|erase|export|forget) (?:me )?my (?:personal )?data"
    r"|(?:please )?forget me",
    re.IGNORECASE,
)
SHOWN = (  # kinds by name
    *("choose", "answer", "thread", "handover", "said", "shared", "signin", "token"),
    *("log:feedback", "log:audit"),
)
OTHER = "other"


def asks_for_own(text: str) -> bool:
    """Report whether somebody asks what is kept of them, and nothing else."""
    return _ASKED.fullmatch(text.strip().rstrip("?？。.!！")) is not None


class Personal:
    """One person's own data."""

    def __init__(
        self,
        sessions: Sessions,
        library: Callable[[], Awaitable[Library]],
        texts: Texts,
        note: Callable[[str], Awaitable[None]],
    ) -> None:
        self._note = note  # writes down, outside of what backups hold, that somebody was erased
        self._sessions = sessions
        self._library = library
        self._texts = texts

    def routes(self, routes: Routes) -> None:
        """Take the buttons of this room."""
        routes.press(ExportMine, self.exported)
        routes.press(ForgetMe, self.forgotten)

    async def asked(self, message: Message) -> AsyncIterator[Reply]:
        """Say how much is kept of whoever asks, with the ways to have it and to have it gone."""
        yield await self._safely(message, self._told)

    async def exported(self, message: Message, _: ExportMine) -> AsyncIterator[Reply]:
        """Hand out everything that is kept, as one JSON file."""
        yield await self._safely(message, self._export)

    async def forgotten(self, message: Message, _: ForgetMe) -> AsyncIterator[Reply]:
        """Delete everything that is kept of whoever pressed."""
        yield await self._safely(message, self._forget)

    async def records(self, person: str) -> dict[str, list[Any]]:
        """Return what is kept of a person, by kind. Raises SessionsUnavailable, KnowledgeError."""
        found = dict(await self._sessions.kept_of(person))
        library = await self._library()
        own = await library.sent_by(person)
        documents: dict[str, list[Any]] = {"documents": list(own)} if own else {}
        return {**found, **documents}

    async def erase(self, person: str) -> dict[str, int]:
        """
        Forget a person and return how many records of each kind changed. What stays says "erased:"
        and a random word in place of the id.

        Raises:
            SessionsUnavailable, KnowledgeError: a part did not answer; it may be asked again.
            LibraryUnavailable: it could not be written down for backups that still hold them.
        """
        await self._note(person)
        instead = f"erased:{secrets.token_hex(4)}"
        library = await self._library()
        documents = await library.forget_sender(person, instead)
        counts = dict(await self._sessions.forget(person, instead))
        await self._sessions.append("audit", {"action": "person.erase", "person": instead})
        await self._sessions.rewrite()
        return counts | ({"documents": documents} if documents else {})

    async def _told(self, message: Message) -> Reply:
        say, language = self._texts.say, message.person.language
        counts = _shown(await self.records(message.person.id))
        if not counts:
            return Reply(say("personal.nothing", language), private=True)
        facts = []
        for kind, count in counts.items():
            facts.append(Fact(say(f"personal.kind_{kind}", language), str(count)))
        confirm = Confirm(
            say("personal.forget", language),
            say("personal.forget_sure", language),
            say("personal.forget_yes", language),
            say("personal.forget_no", language),
        )
        text = say("personal.kept", language)
        ways = (
            Button(say("personal.export", language), ExportMine()),
            Button(say("personal.forget", language), ForgetMe(), "danger", confirm),
        )
        blocks = (Paragraph(text), Facts(tuple(facts)), Buttons(ways))
        return Reply(text, blocks, private=True)

    async def _export(self, message: Message) -> Reply:
        records = await self.records(message.person.id)
        content = json.dumps(records, ensure_ascii=False, indent=1, default=str).encode()
        text = self._texts.say("personal.exported", message.person.language)
        file = Attachment("llm-choose-my-data.json", "application/json", content)
        return Reply(text, private=True, attachments=(file,))

    async def _forget(self, message: Message) -> Reply:
        await self.erase(message.person.id)
        return Reply(self._texts.say("personal.forgotten", message.person.language), private=True)

    async def _safely(self, message: Message, step: Callable[[Message], Awaitable[Reply]]) -> Reply:
        if not message.audience.private:
            text = self._texts.say("personal.alone", message.person.language)
            return Reply(text, private=True)
        try:
            return await step(message)
        except (SessionsUnavailable, KnowledgeError):
            text = self._texts.say("personal.away", message.person.language)
            return Reply(text, private=True)


def _shown(records: Mapping[str, list[Any]]) -> dict[str, int]:
    """Return how much there is of each kind people have a name for, and of all others."""
    counts: dict[str, int] = {}
    for kind, found in records.items():
        name = kind.replace(":", "_") if kind in (*SHOWN, "documents") else OTHER
        counts[name] = counts.get(name, 0) + len(found)
    return counts
