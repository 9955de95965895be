"""
Asking a version that nobody else can find yet: three questions of its own for the report, and any
question of an admin's.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from handlers.actions.documents import ShowReport, TryVersion
from handlers.conversation import (
    Ask,
    Block,
    Buttons,
    Details,
    Field,
    Form,
    Heading,
    Message,
    Paragraph,
    Reply,
)
from handlers.documents.context import Context
from handlers.documents.names import display
from knowledge.answering.answers import Answers, Retriever
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.retrieval.query import Query
from knowledge.values import Answer, Document, Hit, SearchKind, Version

ASKED = 5  # questions of people that two versions are asked
_PLACED = re.compile(r" ?\([^()]*\)(?=[。.!！]?$)")
SHORT = 160  # characters of an answer in the report
QUESTION = 300  # characters
_NOBODY = frozenset({"nobody"})  # one version alone is asked, whoever may read it


class Over(Protocol):
    """Makes answers over a retriever; `written` says whether a language model may write them."""

    async def __call__(self, retriever: Retriever, *, written: bool) -> Answers: ...


@dataclass(frozen=True, slots=True)
class Tried:
    """
    One of a version's own questions, what it answers now ("" when nothing) and where that stands.
    """

    question: str
    answer: str
    place: str

    @property
    def words(self) -> str:
        """The answer without the place it names: an article may only have been counted anew."""
        return _PLACED.sub("", self.answer)


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that two versions answer differently; "" for nothing."""

    question: str
    before: str
    after: str

    def cells(self, nothing: str) -> tuple[str, str, str]:
        """Return it as a row, `nothing` where a version does not answer."""
        return self.question, self.before or nothing, self.after or nothing


class OneVersion:
    """A retriever that finds one version alone, published or not."""

    def __init__(self, library: Library, version: str) -> None:
        self._library = library
        self._version = version

    async def search(
        self,
        question: str | Query,
        *,
        readers: frozenset[str],
        limit: int = 6,
        kind: SearchKind = "whole",
    ) -> list[Hit]:
        return await self._library.preview(question, version=self._version, limit=limit, kind=kind)

    async def query(self, question: str, *, readers: frozenset[str] | None) -> Query:
        return await self._library.query(question, readers=None)

    async def document(self, id: str) -> Document:  # noqa: A002  # the library's own word
        return replace(await self._library.document(id), current=self._version)


class SearchTrial:
    """`over` makes answers over a retriever; nothing it does is kept."""

    def __init__(self, context: Context, over: Over) -> None:
        self._context = context
        self._over = over

    async def tests(self, message: Message, version: Version) -> tuple[Tried, ...]:
        """
        Ask a version about its facts, else about its longest sections; quotes answer, so that a
        report costs no call of a model.
        """
        library = await self._context.library()
        answers = await self._over(OneVersion(library, version.id), written=False)
        questions = await library.questions(version.id, message.person.language)
        tried = [await self._tried(message, answers, question) for question in questions]
        return tuple(tried)

    async def beside(
        self, message: Message, before: Version, after: Version, asked: Sequence[str] = ()
    ) -> tuple[Turned, ...]:
        """
        Return the questions that two versions answer differently, of those about the facts they
        differ in and those that people `asked`; a question takes about 0.2 s. Quotes answer.
        """
        library = await self._context.library()
        old = await self._over(OneVersion(library, before.id), written=False)
        new = await self._over(OneVersion(library, after.id), written=False)
        about_facts = await library.turned(before.id, after.id)
        rows = []
        for question in dict.fromkeys((*asked[:ASKED], *about_facts)):
            was = await self._tried(message, old, question)
            is_now = await self._tried(message, new, question)
            if was.words != is_now.words:
                rows.append(Turned(question, was.answer, is_now.answer))
        return tuple(rows)

    async def ask(self, message: Message, action: TryVersion) -> AsyncIterator[Reply]:
        """Let an admin type a question for one version."""
        if refused := await self._context.refused(message, action.name, action.document):
            yield refused
            return
        say = self._context.say
        text = say("try_text", message)
        ask = Ask(
            form=action.name,
            title=say("try", message),
            text=text,
            fields=(Field("q", "text", say("try_question", message), max=QUESTION),),
            submit=say("try_submit", message),
            stop=say("stop", message),
            state=action.data,
            required_error=say("required", message),
        )
        yield Reply(text, private=True, ask=ask)

    async def answer(
        self, message: Message, action: TryVersion, form: Form
    ) -> AsyncIterator[Reply]:
        """Answer a question from one version alone."""
        context = self._context
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        question, language = form.values.get("q", "")[:QUESTION], message.person.language
        try:
            library = await context.library()
            document = await library.document(action.document)
            version = document.version(action.version)
            if version is None:
                yield context.note("stale", message)
                return
            answers = await self._over(OneVersion(library, version.id), written=True)
            answer = await answers.answer(question, readers=_NOBODY, language=language)
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        yield self._reply(message, document, version, answer)

    def _reply(
        self, message: Message, document: Document, version: Version, answer: Answer
    ) -> Reply:
        context, say = self._context, self._context.say
        name = display(document.metadata.title)
        title = say("tried", message, title=name, number=version.number)
        text = answer.text or say("try_nothing", message)
        blocks: list[Block] = [
            Heading(title),
            Paragraph(answer.question, "quiet"),
            Paragraph(text, "answer"),
        ]
        quotes = []
        for citation in answer.citations:
            place = citation.passage.place.to(message.person.language)
            quotes.append(Paragraph(f"[{citation.number}] {place}\n{citation.quote}", "quote"))
        if quotes:
            blocks.append(Details(say("try_sources", message), tuple(quotes)))
        after = say("try_again" if version.published else "not_yet_found", message)
        blocks.append(Paragraph(after, "quiet"))
        again = context.button("try", message, TryVersion(document.id, version.id))
        report = context.button("report", message, ShowReport(document.id, version.id))
        blocks.append(Buttons((again, report)))
        return Reply(f"{title}\n{text}", tuple(blocks), private=True)

    async def _tried(self, message: Message, answers: Answers, question: str) -> Tried:
        language = message.person.language
        try:
            answer = await answers.answer(question, readers=_NOBODY, language=language)
        except KnowledgeError:
            return Tried(question, "", "")
        text, place = "", ""
        if answer.sentences:
            text = answer.sentences[0].text.removeprefix("- ")
        if answer.citations:
            place = answer.citations[0].passage.place.to(language)
        if len(text) > SHORT:
            text = f"{text[: SHORT - 1]}…"
        return Tried(question, text, place)
