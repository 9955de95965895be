"""The first question of a talk, answered again."""

from collections.abc import AsyncIterator

from handlers.conversation import Message, Reply
from handlers.questions.ask import Questions
from handlers.questions.last_answer import LastAnswer
from handlers.questions.threads import Threads
from handlers.questions.ways import Ways


class FirstQuestion:
    def __init__(self, questions: Questions, threads: Threads, ways: Ways) -> None:
        self._questions = questions
        self._threads = threads
        self._ways = ways

    async def ask(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Answer again what was asked first here."""
        history = await self._threads.history(message.place)
        if not history:
            yield await self._ways.nothing(message, LastAnswer())
            return
        async for reply in self._questions.ask(message, history[0].question):
            yield reply
