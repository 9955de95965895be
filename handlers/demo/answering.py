"""What this room needs of answers: somebody gives them, this room shows how they were made."""

from typing import Protocol

from handlers.conversation import Message
from knowledge.values import Answer, Language, SearchKind


class Answering(Protocol):
    """Answers without a word on the screen."""

    async def quietly(
        self, message: Message, question: str, *, limit: int = 6, kind: SearchKind = "whole"
    ) -> Answer:
        """Answer from the documents, with `limit` passages at most. Raises KnowledgeError."""

    async def alone(self, question: str, language: Language) -> str:
        """
        Return what the model says without documents, "" without a model. Raises KnowledgeError.
        """
