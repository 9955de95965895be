"""
A question in a language nobody here speaks: that is said in English, with the places that come
nearest to its words.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from handlers.answer_text import titled
from handlers.conversation import Block, Message, Paragraph, Reply
from handlers.questions.ask import Questions
from handlers.questions.cited import named, sources
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.values import Answer


class Foreign:
    def __init__(self, questions: Questions, texts: Texts) -> None:
        self._questions = questions
        self._texts = texts

    async def ask(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Say which languages are understood, and where the documents come near."""
        spoken = replace(message, person=replace(message.person, language="en"))
        said = self._texts.say("requests.foreign", "en")
        try:
            answer = await self._questions.quietly(spoken, text)
        except KnowledgeError:
            yield Reply(said)
            return
        yield self._near(answer, said)

    def _near(self, answer: Answer, said: str) -> Reply:
        """Name the places an answer cites, or those that came near it."""
        blocks: list[Block] = [Paragraph(said)]
        rows: list[str] = []
        if answer.citations:
            shown = sources(answer.citations, self._texts, "en", answer.id)
            rows = named(shown)
            blocks += [Paragraph(self._texts.say("requests.foreign_near", "en")), shown]
        elif answer.nearest:
            for near in answer.nearest:
                rows.append(f"- {titled(near.title, 'en')} {near.place.to('en')}")
            listed = "\n".join([self._texts.say("requests.foreign_near", "en"), *rows])
            blocks.append(Paragraph(listed))
        if not rows:
            return Reply(said)
        near_by = self._texts.say("requests.foreign_near", "en")
        return Reply("\n".join([said, near_by, *rows]), tuple(blocks))
