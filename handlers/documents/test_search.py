"""
Asking a version that nobody else can find yet: three questions of its own for the report, and any
question of an admin's.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

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
    Values,
)
from handlers.documents.context import Context
from handlers.documents.names import shown
from knowledge.answering.answers import Answers, Retriever
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.retrieval.query import Query
from knowledge.values import Answer, Document, Hit, SearchKind, Version

SHORT = 160  # characters of an answer in the report
QUESTION = 300  # characters
Over = Callable[
    [Retriever, bool], Awaitable[Answers]
]  # a shelf, and whether a language model may write


@dataclass(frozen=True, slots=True)
class Tried:
    """
    One of a version's own questions, what it answers now ("" when nothing) and where that stands.
    """

    question: str
    answer: str
    place: str


class OneVersion:
    """A shelf on which one version lies, published or not."""

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


class TestSearch:
    """`over` makes an answering room over a shelf; nothing it does is kept."""

    def __init__(self, context: Context, over: Over) -> None:
        self._context = context
        self._over = over

    async def tests(self, message: Message, version: Version) -> tuple[Tried, ...]:
        """
        Ask a version about its longest sections; quotes answer, so that a report costs no call of a
        model.
        """
        library = await self._context.library()
        answers = await self._over(OneVersion(library, version.id), False)
        return tuple(
            [
                await self._tried(message, answers, q)
                for q in await library.questions(version.id, message.person.language)
            ]
        )

    async def ask(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Let an admin type a question for one version."""
        if refused := await self._context.refused(message, "document.try", str(given.get("d", ""))):
            yield refused
            return
        say = self._context.say
        text = say("try_text", message)
        yield Reply(
            text,
            private=True,
            ask=Ask(
                form="document.try",
                title=say("try", message),
                text=text,
                fields=(Field("q", "text", say("try_question", message), max=QUESTION),),
                submit=say("try_submit", message),
                stop=say("stop", message),
                state={"d": str(given.get("d", "")), "v": str(given.get("v", ""))},
                required_error=say("required", message),
            ),
        )

    async def answer(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Answer a question from one version alone."""
        id_, version = str(form.state.get("d", "")), str(form.state.get("v", ""))
        if refused := await self._context.refused(message, "document.try", id_):
            yield refused
            return
        try:
            library = await self._context.library()
            document = await library.document(id_)
            drawn = document.version(version)
            if drawn is None:
                yield self._context.note("stale", message)
                return
            answers = await self._over(OneVersion(library, version), True)
            question = form.values.get("q", "")[:QUESTION]
            found = await answers.answer(
                question, readers=_NOBODY, language=message.person.language
            )
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        yield self._reply(message, document, drawn, found)

    def _reply(
        self, message: Message, document: Document, version: Version, answer: Answer
    ) -> Reply:
        say, language = self._context.say, message.person.language
        title = say("tried", message, title=shown(document.metadata.title), number=version.number)
        said = answer.text or say("try_nothing", message)
        blocks: list[Block] = [
            Heading(title),
            Paragraph(answer.question, "quiet"),
            Paragraph(said, "answer"),
        ]
        quotes = tuple(
            Paragraph(f"[{c.number}] {c.passage.place.to(language)}\n{c.quote}", "quote")
            for c in answer.citations
        )
        if quotes:
            blocks.append(Details(say("try_sources", message), quotes))
        blocks.append(
            Paragraph(
                say("not_yet_found" if not version.published else "try_again", message), "quiet"
            )
        )
        data = {"d": document.id, "v": version.id}
        again, back = (
            self._context.button(name, message, name, **data) for name in ("try", "report")
        )
        return Reply(f"{title}\n{said}", (*blocks, Buttons((again, back))), private=True)

    async def _tried(self, message: Message, answers: Answers, question: str) -> Tried:
        language = message.person.language
        try:
            found = await answers.answer(question, readers=_NOBODY, language=language)
        except KnowledgeError:
            return Tried(question, "", "")
        first = found.sentences[0].text.removeprefix("- ") if found.sentences else ""
        place = found.citations[0].passage.place.to(language) if found.citations else ""
        return Tried(question, first if len(first) <= SHORT else first[: SHORT - 1] + "…", place)


_NOBODY = frozenset({"nobody"})  # one version alone is asked, whoever may read it
