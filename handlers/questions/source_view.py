"""
A source of an answer opened: the passage with what it supports, where it stands, and the way on
when it is gone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from handlers.actions.questions import AskAgain, OpenOriginal, OpenSource
from handlers.answer_records import AnswerRecord, AnswerRecords
from handlers.answer_text import aged, titled
from handlers.answer_text import lines as drawn
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Details,
    Heading,
    Message,
    Paragraph,
    Reply,
)
from handlers.people import People, page_base
from handlers.questions.excerpt import marked, opening
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.articles import NEAR, article_of
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError, UnknownDocument
from knowledge.text.sanitise import quoted, sanitise
from knowledge.values import Document, Language, Passage, Sentence

SUPPORTED = 3  # sentences of the answer that are shown with what they rest on


class SourceView:
    """
    `public_url` is where people open the web page, empty where there is no such address; who is on
    the page needs none.
    """

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        sessions: Sessions,
        people: People,
        texts: Texts,
        public_url: str = "",
    ) -> None:
        self._library = library
        self._records = AnswerRecords(sessions)
        self._people = people
        self._texts = texts
        self._public_url = public_url

    async def open(self, message: Message, action: OpenSource) -> AsyncIterator[Reply]:
        """Open a source; the rights are checked again now."""
        language, readers = message.person.language, self._people.readers(message)
        library = await self._library()
        try:
            passage = await library.passage(action.passage, readers=readers)
            around = await library.neighbours(passage, readers=readers, around=NEAR)
            document = await library.document(passage.document)
        except UnknownDocument:
            yield self._gone(action.answer, language)
            return
        except KnowledgeError as error:
            yield Reply(error.reason.to(language), private=True)
            return
        quote, supported = _used(await self._record(action.answer), passage.id)
        title = titled(passage.title, language)
        owner = await self._people.names.of(document.metadata.owner, message.place)
        text = _article(passage, around, quote)
        beyond = [other for other in around if abs(other.position - passage.position) == 1]
        blocks: list[Block] = [
            Heading(title),
            Paragraph(self._about(passage, document, owner, language), "quiet"),
            Paragraph(text, "quote"),
        ]
        if supported:
            label = self._texts.say("ask.used_for", language)
            lines = [f"- {sentence}" for sentence in supported]
            blocks += [Paragraph(label, "quiet"), Paragraph("\n".join(lines))]
        blocks += self._ways_on(passage, document, beyond, language)
        base = page_base(self._public_url, message.person)
        if base is not None:
            blocks.append(self._page(base, passage, quote, language))
        head = title
        if action.number:
            head = self._texts.say("ask.source_title", language, number=action.number)
        spoken = f"{title} {passage.place.to(language)}: {text}"
        yield Reply(spoken, tuple(blocks), private=True, title=head)

    def _about(self, passage: Passage, document: Document, owner: str, language: Language) -> str:
        """Return where the passage stands, in what version, and who looks after it."""
        say = self._texts.say
        version, metadata = document.version(passage.version), document.metadata
        facts = [passage.place.to(language), *passage.headings[1:]]
        updated = metadata.effective
        if version:
            facts.append(f"v{version.number}")
            updated = updated or version.published[:10]
        if owner:
            facts.append(say("ask.owner", language, owner=sanitise(owner)))
        if updated:
            day = aged(updated, self._texts, language)
            facts.append(say("ask.updated", language, day=day))
        known = dict.fromkeys(fact for fact in facts if fact)
        return " · ".join(known)

    def _ways_on(
        self, passage: Passage, document: Document, around: Sequence[Passage], language: Language
    ) -> list[Block]:
        """Offer what stands around the passage, and the document's own address."""
        blocks: list[Block] = []
        near = []
        for other in around:
            if other.id != passage.id and other.language == passage.language:
                place, text = other.place.to(language), quoted(opening(other.text))
                near.append(Paragraph(f"**{place}**\n{text}"))
        if near:
            blocks.append(Details(self._texts.say("ask.around", language), tuple(near)))
        address = document.metadata.url
        if address:
            label = self._texts.say("ask.original", language)
            blocks.append(Buttons((Button(label, OpenOriginal(), url=address),)))
        return blocks

    def _page(self, base: str, passage: Passage, quote: str, language: Language) -> Block:
        """Offer the page as it was read, with the line lit in which the quote begins."""
        at = max(0, passage.text.find(quote)) if quote else 0
        line = passage.text.count("\n", 0, at)
        version = f"{base}/documents/{passage.document}/v/{passage.version}"
        address = f"{version}/passage/{passage.position}/{line}"
        label = self._texts.say("ask.page", language)
        return Buttons((Button(label, OpenOriginal(), url=address),))

    def _gone(self, answer: str, language: Language) -> Reply:
        text = self._texts.say("ask.source_gone", language)
        if not answer:
            return Reply(text, private=True)
        label = self._texts.say("ask.ask_again", language)
        again = Button(label, AskAgain(answer=answer), "primary")
        return Reply(text, (Paragraph(text), Buttons((again,))), private=True)

    async def _record(self, answer: str) -> AnswerRecord | None:
        try:
            return await self._records.load(answer)
        except SessionsUnavailable:
            return None


def _article(passage: Passage, near: Sequence[Passage], quote: str) -> str:
    """Return the whole article a quoted stretch stands in, that stretch in bold."""
    begin = passage.text.find(quote) if quote else -1
    if begin < 0:
        return marked(passage.text, quote)
    article = article_of(passage, near, (begin, begin + len(quote)), every=True)
    shown: list[Sentence] = []
    for number, line in enumerate(article.lines):
        mark = quote if number == article.at else ""
        shown.append(Sentence(quoted(line.text), mark=quoted(mark)))
    return "\n".join(drawn(shown, bold=True))


def _used(record: AnswerRecord | None, passage: str) -> tuple[str, list[str]]:
    """
    Return what an answer quoted of a passage and the sentences it supports there; empty once the
    answer has expired.
    """
    if record is None:
        return "", []
    for cited in record.cited:
        if cited.passage != passage:
            continue
        citing = [one.text for one in record.sentences if cited.number in one.citations]
        supported = [text for text in citing if text != cited.quote]
        return cited.quote, supported[:SUPPORTED]
    return "", []
