"""
Which open questions a document answers from the moment it is published. They leave the list of what
is missed, and whoever asked for them hears of it once.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from handlers.conversation import Paragraph, Reply
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.documents.requests import Request, Requests
from handlers.documents.reviews import Reviews
from handlers.documents.search_trial import Over
from handlers.people import EVERYONE
from handlers.sessions import SessionsUnavailable
from knowledge.answering.answers import Answers
from knowledge.errors import KnowledgeError
from knowledge.text.language import spoken_language
from knowledge.values import Document, Language

TRIED = 20  # open questions, the most wanted first: each is a search of some 50 ms


class Met:
    """`over` makes answers over the shelf; `reviews` reaches people of their own accord."""

    def __init__(self, context: Context, requests: Requests, reviews: Reviews, over: Over) -> None:
        self._context = context
        self._requests = requests
        self._reviews = reviews
        self._over = over

    async def by(self, documents: Sequence[Document]) -> tuple[str, ...]:
        """
        Return the open questions that published documents answer now, and tell those who asked for
        them; none where the store or the library does not answer.

        What only some may read meets no question: nobody knows whether its asker is one of them.
        """
        published = {}
        for document in documents:
            if document.metadata.audience == EVERYONE and document.current:
                published[document.id] = document
        if not published:
            return ()
        try:
            met = await self._met(published)
            for request, document in met:
                await self._requests.answered_by(request.id, document.id, told=True)
                for person in request.people:
                    await self._reviews.tell(person, partial(self._news, request, document))
        except (KnowledgeError, SessionsUnavailable):
            return ()
        return tuple(display(request.text) for request, _ in met)

    async def _met(self, published: Mapping[str, Document]) -> list[tuple[Request, Document]]:
        """
        Return what a document was added for, or is found to answer, and nobody was told of, with
        that document.
        """
        untold = [one for one in await self._requests.all() if not one.told]
        if not untold:
            return []
        answers = await self._over(await self._context.library(), written=False)
        met = []
        for request in untold[:TRIED]:
            answering = request.document
            if answering not in published:
                answering = await self._answering(answers, published, request)
            if answering:
                met.append((request, published[answering]))
        return met

    async def _answering(
        self, answers: Answers, published: Mapping[str, Document], request: Request
    ) -> str:
        """Return which of these documents answers a question for sure, "" for none."""
        language = spoken_language(request.text, "ja")
        answer = await answers.answer(
            request.text, readers=frozenset({EVERYONE}), language=language
        )
        if answer.mode == "refused" or answer.certainty != "sure":
            return ""
        for citation in answer.citations:
            if citation.passage.document in published:
                return citation.passage.document
        return ""

    def _news(self, request: Request, document: Document, language: Language) -> Reply:
        text = self._context.texts.say(
            "documents.met_news",
            language,
            question=display(request.text),
            title=display(document.metadata.title),
        )
        return Reply(text, (Paragraph(text, "note"),), private=True)
