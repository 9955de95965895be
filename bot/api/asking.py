"""
A question asked by a machine: it goes the way a person's message goes, through the same turn.

What comes back is the answer as a value. While it is made, whoever listens is told what is being
done and what is written and checked so far.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot import shapes
from bot.api.door import Caller
from bot.platform import Rooms
from bot.shapes import Json
from bot.turns import Turns
from handlers.conversation import Audience, Message, Paragraph, Reply, Text
from handlers.texts import Texts
from handlers.tokens import Tokens
from knowledge.errors import KnowledgeError
from knowledge.text.language import language_of
from knowledge.values import Answer


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and what of the answer stands already, "" so far."""

    text: str
    written: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The last reply of a turn, and the answer as machines read it."""

    reply: Reply
    answer: Json


class Heard:
    """The screen of a machine: each reply goes to whoever listens."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.replies: asyncio.Queue[Reply | None] = asyncio.Queue()

    async def show(self, reply: Reply) -> None:
        """Hand a reply on."""
        self.replies.put_nowait(reply)


class Asking:
    def __init__(self, turns: Turns, rooms: Rooms, tokens: Tokens) -> None:
        self._turns = turns
        self._rooms = rooms
        self._tokens = tokens

    def place(self, caller: Caller, talk: str = "") -> str:
        """Return the thread of talk that a machine names, or one of its own for one question."""
        return f"{caller.person.id}:{talk or secrets.token_hex(12)}"

    async def ask(
        self, caller: Caller, question: str, place: str
    ) -> AsyncIterator[Progress | Done]:
        """
        Yield what is being done, and at the end the answer.

        Raises:
            KnowledgeError: there is none, and why.
        """
        audience = Audience(caller.person.id, private=True)
        person = caller.asking(question)
        message = Message(secrets.token_hex(8), person, place, audience, Text(question))
        heard = Heard()
        async with self._tokens.room(caller.token):
            turn = asyncio.create_task(self._take(message, heard))
            try:
                last = Reply("")
                while (reply := await heard.replies.get()) is not None:
                    last = reply
                    if not reply.final:
                        yield _progress(reply)
                await turn
            finally:
                turn.cancel()  # whoever asked is gone
                await asyncio.gather(turn, return_exceptions=True)
        if last.fault is not None:
            raise last.fault
        yield Done(last, await self._as_json(question, last, caller))

    async def answered(self, caller: Caller, question: str, place: str) -> Done:
        """Return the answer alone. Raises KnowledgeError."""
        async for step in self.ask(caller, question, place):
            if isinstance(step, Done):
                return step
        raise KnowledgeError("no_answer", Texts.load().phrase("api.no_answer"))

    async def mention(self, message: Message, question: str, answer: str) -> None:
        """Let a question that follows lean on one that was answered elsewhere."""
        await self._rooms.mention(message, question, answer)

    async def _take(self, message: Message, heard: Heard) -> None:
        try:
            await self._turns.take(message, heard)
        finally:
            heard.replies.put_nowait(None)

    async def _as_json(self, question: str, reply: Reply, caller: Caller) -> Json:
        answer = reply.answer
        if answer is not None:
            return shapes.answer(answer, answer.id, reply.text, await self._files(answer))
        mode = self._rooms.leads(question) or "talk"
        language = language_of(reply.text, caller.language)
        return shapes.talk(question, reply.text, language, mode, "")

    async def _files(self, answer: Answer) -> dict[str, str]:
        """Return the name of the file behind each version an answer cites, by the version's id."""
        library = await self._rooms.library()
        files: dict[str, str] = {}
        for citation in answer.citations:
            passage = citation.passage
            document = await library.document(passage.document)
            version = document.version(passage.version)
            files[passage.version] = version.name if version else ""
        return files


def _progress(reply: Reply) -> Progress:
    """Return what a reply that is not the last one tells."""
    written = ""
    for block in reply.blocks:
        if isinstance(block, Paragraph) and block.tone == "answer":
            written = block.text
    return Progress(reply.text, written)
