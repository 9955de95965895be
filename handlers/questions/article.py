"""
An article, slide or page of a document, asked for by its number: shown whole, as it stands.

「就業規則の第12条を見せて」, 「次の条も」, "open slide 18". The document is the one that is named, or the one
the talk is about; where neither tells, the documents are searched as for any question.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime

from handlers.answer_text import titled
from handlers.conversation import Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.answers import blocks_of, plain_text
from handlers.questions.ask import Questions
from handlers.questions.document_meant import Beyond, DocumentsMeant
from handlers.questions.last_answer import LastAnswers
from handlers.questions.named_document import readable
from handlers.questions.own_reply import own_or_asked
from handlers.texts import Texts
from knowledge.answering.citations import citation
from knowledge.documents.library import Library
from knowledge.text.article import above, lines
from knowledge.text.numbered import (
    Numbered,
    at,
    beside,
    numbered,
    of_paragraph,
    place_of,
    step,
)
from knowledge.text.sanitise import quoted
from knowledge.text.topic import topics
from knowledge.values import Answer, Document, Language, Passage, Sentence

SHOWN = 1200  # characters of an article that are shown at once


class Articles:
    """Shows numbered places; `questions` takes what names a place of no document."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        last: LastAnswers,
        meant: DocumentsMeant,
        questions: Questions,
        texts: Texts,
    ) -> None:
        self._library = library
        self._people = people
        self._last = last
        self._meant = meant
        self._questions = questions
        self._texts = texts

    def show(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Show the place that is asked for; a question where no document of it is meant."""
        return own_or_asked(self._questions, message, text, self._shown)

    async def _shown(self, message: Message, text: str) -> Reply | None:
        library, readers = await self._library(), self._people.readers(message)
        documents = await library.documents(readers=readers)
        document = await self._meant.of(message, text, documents)
        if document is None:
            document = await self._meant.spoken_of(message, documents)
        if document is None or isinstance(document, Beyond):
            return None
        passages = await readable(library, document.current, readers)
        wanted = numbered(text) or await self._stepped(message, text, passages)
        if wanted is None:
            return None
        language = message.person.language
        standing = _of_language(of_paragraph(text, at(wanted, passages)), language)
        if not standing:
            return self._absent(document, passages, wanted, language)
        whole = await library.document(document.id)
        answer = await self._last.keep(message, _answer(whole, standing, text, language))
        await self._meant.pointers.open(message.place, document.id)
        return Reply(plain_text(answer, self._texts), blocks_of(answer, self._texts), answer=answer)

    async def _stepped(
        self, message: Message, text: str, passages: Sequence[Passage]
    ) -> Numbered | None:
        """Return the place beside the one of the last answer that a message asks for."""
        steps = step(text)
        last = await self._last.load(message)
        if not steps or last.answer is None or not last.answer.citations:
            return None
        own = place_of(last.answer.citations[0].passage)
        if own is None:
            return None
        return beside(own, list(passages), steps)

    def _absent(
        self,
        document: Document,
        passages: Sequence[Passage],
        wanted: Numbered,
        language: Language,
    ) -> Reply | None:
        """Say that a document has no such place, and which it has; None where it numbers none."""
        known = [passage for passage in passages if _kind(passage) == wanted.kind]
        if not known or wanted.kind == "annex":
            return None
        text = self._texts.say(
            "requests.no_such_place",
            language,
            title=titled(document.metadata.title, language),
            first=known[0].place.to(language),
            last=known[-1].place.to(language),
        )
        return Reply(text, (Paragraph(text, "note"),))


def _kind(passage: Passage) -> str:
    place = place_of(passage)
    if place is None:
        return ""
    return place.kind


def _of_language(passages: Sequence[Passage], language: Language) -> list[Passage]:
    """Return the passages in the reader's language, all where there are none in it."""
    own = [passage for passage in passages if passage.language == language]
    return own or list(passages)


def _answer(
    document: Document, passages: Sequence[Passage], question: str, language: Language
) -> Answer:
    """Return a place as an answer, so that it can be shortened, translated and opened like one."""
    first = passages[0]
    read = lines(passages)
    sentences: list[Sentence] = []
    for number, line in enumerate(read):
        items = [read[head] for head in above(read, number) if read[head].kind == "item"]
        sentences.append(Sentence(quoted(line.text), (1,), depth=len(items)))
    lead = Sentence(quoted(_name(first, language)), (), "lead")
    shown = _beginning(sentences)
    quote = read[0].text if read else first.text
    today = datetime.now(UTC).date()
    return Answer(
        secrets.token_urlsafe(12),
        " ".join(question.split()),
        language,
        "extractive",
        (lead, *shown),
        (citation(1, first, quote, document, today),),
        whole=(lead, *sentences) if len(shown) < len(sentences) else (),
        topic=tuple(topics(_name(first, language))),
        article=first.id,
    )


def _name(passage: Passage, language: Language) -> str:
    """Return what a place is called, after its document."""
    title, place = titled(passage.title, language), passage.place.to(language)
    heading = passage.headings[-1] if passage.headings else ""
    if heading in place or heading == passage.title:
        return f"{title} {place}"
    return f"{title} {place} {heading}"


def _beginning(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the lines that are shown at once, and a gap where some are left."""
    shown: list[Sentence] = []
    length = 0
    for sentence in sentences:
        length += len(sentence.text)
        if shown and length > SHOWN:
            shown.append(Sentence("…", (), "gap"))
            break
        shown.append(sentence)
    return shown
