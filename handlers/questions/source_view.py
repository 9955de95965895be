"""
A source of an answer opened: the passage with what it supports, where it stands, and the way on
when it is gone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Details,
    Fact,
    Facts,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
)
from handlers.people import People
from handlers.questions.answers import aged, titled
from handlers.questions.excerpt import marked, opening
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError, UnknownDocument
from knowledge.text.sanitise import sanitise
from knowledge.values import Document, Language, Passage


class SourceView:
    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        sessions: Sessions,
        people: People,
        texts: Texts,
    ) -> None:
        self._library = library
        self._sessions = sessions
        self._people = people
        self._texts = texts

    async def source(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Open a source; the rights are checked again now."""
        language, readers = message.person.language, self._people.readers(message)
        library = await self._library()
        try:
            passage = await library.passage(str(press.data.get("s", "")), readers=readers)
            around = await library.neighbours(passage, readers=readers)
            document = await library.document(passage.document)
        except UnknownDocument:
            yield self._gone(str(press.data.get("aid", "")), language)
            return
        except KnowledgeError as error:
            yield Reply(error.reason.to(language), private=True)
            return
        number = press.data.get("n", 0)
        kept = await self._kept(str(press.data.get("aid", "")))
        yield self._shown(
            passage, document, around, number if isinstance(number, int) else 0, kept, language
        )

    def _shown(
        self,
        passage: Passage,
        document: Document,
        around: list[Passage],
        number: int,
        kept: dict[str, Any],
        language: Language,
    ) -> Reply:
        say = self._texts.say
        title, place = titled(passage.title, language), passage.place.to(language)
        version = document.version(passage.version)
        meta = document.metadata
        updated = meta.effective or (version.published[:10] if version else "")
        facts = (
            place,
            *passage.headings[1:],
            f"v{version.number}" if version else "",
            say("ask.owner", language, owner=meta.owner) if meta.owner else "",
            say("ask.updated", language, day=aged(updated, self._texts, language))
            if updated
            else "",
        )
        quote, said = _used(kept, passage.id)
        text = marked(passage.text, quote)
        blocks: list[Block] = [
            Heading(title),
            Paragraph(" · ".join(dict.fromkeys(f for f in facts if f)), "quiet"),
        ]
        blocks.append(Paragraph(text, "quote"))
        if said:
            blocks.append(
                Facts(tuple(Fact(say("ask.used_for", language), sentence) for sentence in said))
            )
        near = [p for p in around if p.id != passage.id and p.language == passage.language]
        if near:
            inner = tuple(
                Paragraph(f"**{p.place.to(language)}**\n{sanitise(opening(p.text))}") for p in near
            )
            blocks.append(Details(say("ask.around", language), inner))
        if meta.url:
            blocks.append(
                Buttons(
                    (Button(say("ask.original", language), Press("source.original"), url=meta.url),)
                )
            )
        head = say("ask.source_title", language, number=number) if number else title
        return Reply(f"{title} {place}: {text}", tuple(blocks), private=True, title=head)

    def _gone(self, answer: str, language: Language) -> Reply:
        text = self._texts.say("ask.source_gone", language)
        again = Button(
            self._texts.say("ask.ask_again", language),
            Press("ask.again", {"aid": answer}),
            "primary",
        )
        return Reply(text, (Paragraph(text), Buttons((again,))) if answer else (), private=True)

    async def _kept(self, answer: str) -> dict[str, Any]:
        try:
            return await self._sessions.load("answer", answer) or {}
        except SessionsUnavailable:
            return {}


def _used(kept: dict[str, Any], passage: str) -> tuple[str, list[str]]:
    """
    Return what an answer quoted of a passage and the sentences it supports there; empty once the
    answer has expired.
    """
    for id_, number, quote, *_ in kept.get("cited", ()):
        if id_ == passage:
            said = [
                text
                for text, numbers in kept.get("sentences", ())
                if number in numbers and text != quote
            ]
            return str(quote), said[:3]
    return "", []
