"""
Answering the asker alone where others read along.

What everybody in a channel reads is made from what everybody may read. Somebody who may read more
is offered an answer of their own; it is given where the platform can show it to them alone, and
leaves no trace in the channel's thread.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from handlers.actions.questions import AskPrivately
from handlers.answer_records import AnswerRecords
from handlers.conversation import Block, Buttons, Message, Paragraph, Reply
from handlers.questions.ask import Questions
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts


class PrivateAnswer:
    def __init__(self, questions: Questions, sessions: Sessions, texts: Texts) -> None:
        self._questions = questions
        self._records = AnswerRecords(sessions)
        self._texts = texts

    async def ask(self, message: Message, action: AskPrivately) -> AsyncIterator[Reply]:
        """Answer the question of an answer again, for whoever pressed and with their own rights."""
        language = message.person.language
        if not message.audience.private:  # a platform that cannot whisper
            text = self._texts.say("ask.alone_elsewhere", language)
            yield Reply(text, (Paragraph(text, "note"),), private=True)
            return
        try:
            record = await self._records.load(action.answer)
        except SessionsUnavailable:
            record = None
        if record is None:
            yield Reply(self._texts.say("ask.expired", language), private=True)
            return
        async for reply in self._questions.ask(message, record.question, remember=False):
            # A follow-up question would name what only this person may read: none is offered among
            # others.
            blocks = tuple(block for block in reply.blocks if not _goes_on(block))
            yield replace(reply, blocks=blocks, private=True)


def _goes_on(block: Block) -> bool:
    return isinstance(block, Buttons) and block.row == "followup"
